"""Ticks on an agenda are carried out on the requests, as a drag would have done it (agendas 4.1).

A tick of a move takes three reads, a fourth where a link may matter, and at most three writes: the note that keeps what
was told, the note about the move, the labels. A nomination takes two reads and a write, other labels one and one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from app.domain.account_book import AccountBook
from app.domain.case import Case, Ruling, build, is_request, needs_links
from app.domain.decide import actions, judged, put_back
from app.domain.failure import Missing, Permanent
from app.domain.issue import Issue, Link, Note, Ref, Snapshot
from app.domain.journal import Entry
from app.domain.meeting import Meeting
from app.domain.meeting_mode import Owed, lacks, owed
from app.domain.meeting_note import close_out
from app.domain.plan import ChangeLabels, DeleteNote, Finding, Say, Verdict, Write
from app.domain.program import Program
from app.domain.taxonomy import Taxonomy
from app.domain.tick_decisions import Became, Decision, Made, Outcome, became
from app.domain.tick_labels import LABELS, Card, counts, put_on, take_off, whose
from app.domain.tick_moves import TARGETS, keys_of, weigh
from app.domain.tick_own import OWN, own
from app.domain.tick_undone import unweigh
from app.domain.verbal import in_their_name
from app.domain.voice import Identity
from app.services.ports import IssueWriter, Journal, Wording


class Reader(Protocol):
    """Reads requests: a call each, three for a snapshot. All raise Temporary, Permanent."""

    def snapshot(self, ref: Ref, known: Issue | None = None) -> Snapshot:
        """The issue, its label events and its notes."""
        ...

    def links(self, ref: Ref) -> tuple[Link, ...]:
        """The issue's links."""
        ...

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """The issue's notes."""
        ...

    def issue(self, ref: Ref) -> Issue:
        """The issue alone."""
        ...


class Lister(Protocol):
    """Lists requests."""

    def labelled(self, project: str, titles: Sequence[str]) -> tuple[Issue, ...]:
        """Open issues that carry any of these labels."""
        ...


@dataclass(frozen=True, slots=True)
class Decisions:
    """Carries out decisions, each so that doing it again changes nothing."""

    reader: Reader
    lister: Lister
    writer: IssueWriter
    wording: Wording
    journal: Journal
    identity: Identity
    taxonomy: Taxonomy
    program: Program
    book: AccountBook = field(default_factory=AccountBook)

    def make(self, decision: Decision, now: datetime, earlier: Outcome | None = None) -> Outcome:
        """What becomes of a tick or its undoing; `earlier` is what became of the box before. Called again for what is
        still open, it looks anew. Raises Temporary, Permanent; what was written by then is found by the next call.
        """
        ask, by = decision.ask, decision.by
        if by is None:
            told = {"verb": ask.verb.value, "about": str(ask.about) if ask.about else None}
            return Outcome(ask.key, Became.UNEXPLAINED, None, decision.at, " " if decision.ticked else "x", told)
        made = Made(ask, by, decision.at, decision.words, decision.agenda, decision.meeting)
        if ask.verb in OWN:
            return own(made, self.program, ticked=decision.ticked)
        if ask.about is None or not self.program.holds_requests(ask.about.project):
            return became(made, Became.STALE, None, " ", why="gone", status=None, mover=None)
        try:
            if ask.verb in TARGETS:
                return self._move(ask.about, made, decision, now, earlier)
            return self._label(ask.about, made, decision, now, earlier)
        except Missing:
            return became(made, Became.STALE, None, " ", why="gone", status=None, mover=None)

    def close_out(self, meeting: Meeting, agenda: Ref, refs: Iterable[Ref], now: datetime) -> int:
        """After the meeting: one outcome note for each request discussed, and `next` becomes `discussed`. How many
        requests were written to. Running it again goes on where it stopped; one that GitLab refuses for good holds up
        no other, and is journalled. Raises Temporary. Three reads and at most two writes a request.
        """
        told = 0
        for ref in dict.fromkeys(refs):
            try:
                told += self._close_out(ref, meeting, agenda, now)
            except Permanent as problem:
                self._could_not(ref, f"not told what came of it in {agenda}: {problem}", now)
        return told

    def owed(self, refs: Iterable[Ref], now: datetime) -> tuple[Owed, ...]:
        """The checklist of what requests lack that were moved in their area's meeting: three reads each, four where a
        link may matter. One that cannot be read is left out, and journalled. Raises Temporary.
        """
        told: list[Owed] = []
        for ref in dict.fromkeys(refs):
            try:
                case = self._read(ref, now)
                told += [found] if case and (found := owed(self._linked(case))) else []
            except Missing:
                continue
            except Permanent as problem:
                self._could_not(ref, f"what it lacks cannot be read: {problem}", now)
        return tuple(told)

    def _could_not(self, ref: Ref, because: str, now: datetime) -> None:
        self.journal.record([Entry(now, ref, dry=False, finding=Finding("agendas", Verdict.REPORTED, because))])

    def _move(self, ref: Ref, made: Made, decision: Decision, now: datetime, earlier: Outcome | None) -> Outcome:
        case = self._answered(ref, made.at, now)
        if case is None:
            return became(made, Became.STALE, None, " ", why="gone", status=None, mover=None)
        if not decision.ticked:
            weighed = unweigh(case, made, earlier)
        else:
            weighed = weigh(case := self._knowing(case, keys_of(case, made)), made, earlier)
        self._carry_out(case, weighed.ruling)
        return weighed.outcome

    def _answered(self, ref: Ref, until: datetime, now: datetime) -> Case | None:
        """The request after the rules' answer to a drag until then. Drags and ticks come to us by different ways, and
        the earlier is heeded first; who dragged is told by the rules' own note. Six reads and two writes where a card
        goes back, else three reads.
        """
        case = self._read(ref, now)
        if case is None or not judged(case, until):
            return case
        case = self._with_links(case) if needs_links(case) else case
        answer = put_back(case)
        return self._read(ref, now) if answer and self._carry_out(case, answer) else case

    def _label(self, ref: Ref, made: Made, decision: Decision, now: datetime, earlier: Outcome | None) -> Outcome:
        issue = self.reader.issue(ref)
        if not is_request(issue, self.program):
            return became(made, Became.STALE, None, " ", why="gone", status=None, mover=None)
        card = Card(in_their_name(issue, self.identity), self.taxonomy, self.program)
        if decision.ticked:
            capped = counts(made.ask.verb) and LABELS[made.ask.verb] not in issue.labels
            others = self._labelled(LABELS[made.ask.verb]) if capped else ()
            outcome, change = put_on(replace(card, others=others), made, decision.nominated)
        else:
            outcome, change = take_off(card, made, whose(earlier))
        if change:
            self._write(ref, change, now)
        return outcome

    def _labelled(self, title: str) -> tuple[Issue, ...]:
        """The open requests of all projects with a label, or with one that it has replaced: a call for each project."""
        titles = (title, *(old for old, new in self.taxonomy.successors.items() if new == title))
        return tuple(i for project in self.program.projects for i in self.lister.labelled(project.path, titles))

    def _close_out(self, ref: Ref, meeting: Meeting, agenda: Ref, now: datetime) -> bool:
        try:
            case = self._read(ref, now)
        except Missing:
            return False
        if case is None or self.taxonomy.paused_label in case.snapshot.issue.labels:
            return False
        return self._carry_out(case, close_out(case, meeting, agenda))

    def _read(self, ref: Ref, now: datetime) -> Case | None:
        """The request as the rules see it; None where it is none (any more)."""
        snapshot = self.reader.snapshot(ref)
        if not is_request(snapshot.issue, self.program):
            return None
        return self._case(replace(snapshot, issue=in_their_name(snapshot.issue, self.identity)), now)

    def _case(self, snapshot: Snapshot, now: datetime) -> Case:
        voice, known = self.identity.hear(snapshot), frozenset(self.book.entries)
        case = build(snapshot, self.taxonomy, self.program, self.identity.bot, voice, now, known)
        return replace(case, book=self.book, context=replace(case.context, book=self.book))

    def _linked(self, case: Case) -> Case:
        """With its links where they may be what it lacks."""
        wanted = lacks(replace(case, context=replace(case.context, snapshot=replace(case.snapshot, links=()))))
        return self._knowing(case, (w.item.key for w in wanted))

    def _knowing(self, case: Case, keys: Iterable[str]) -> Case:
        """With its links where items of these keys cannot be judged without."""
        return self._with_links(case) if case.context.links_matter(keys) else case

    def _with_links(self, case: Case) -> Case:
        snapshot = replace(case.snapshot, links=self.reader.links(case.snapshot.issue.ref))
        return self._case(snapshot, case.now)

    def _carry_out(self, case: Case, ruling: Ruling) -> bool:
        """Notes first, then labels; whether there was anything to write."""
        issue = case.snapshot.issue
        entry = Entry(case.now, issue.ref, dry=False)
        todo = tuple(actions(case, ruling))
        if todo:
            self.journal.record([replace(entry, finding=finding) for finding in ruling.findings])
        for action in todo:
            match action:
                case Say():
                    text = self.wording.note(action.template, action.data, case.area)
                    self._write(
                        issue.ref, self.identity.sign(text, action, case.voice.on(action.topic), issue), case.now
                    )
                case ChangeLabels() | DeleteNote():
                    self._write(issue.ref, action, case.now)
                case _:
                    raise Permanent(f"A tick asked for what ticks do not do on {issue.ref}: {type(action).__name__}.")
        return bool(todo)

    def _write(self, ref: Ref, write: Write, now: datetime) -> None:
        note_id = self.writer.apply(ref, write)
        self.journal.record([Entry(now, ref, dry=False, write=write, note_id=note_id)])
