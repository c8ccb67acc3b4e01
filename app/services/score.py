"""The `score` job (requests 2.7, H5): reads the customers of all open requests once, works out shares and points, and
writes ledgers, bands, candidates and each area's Top Requests, where they changed.

Stateless like the sweep. A run costs a list call for each hundred open issues and one read of notes for each request;
there is no saving on those that did not change: a deleted note changes nothing else on its issue (requests 2.7), and
what the last run knew stands in the very notes that are read. Where one request cannot be read nothing is written at
all: shares of a part of the board would be wrong without anybody seeing it (promise 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from app.domain.account_book import AccountBook
from app.domain.adjustments import adjustments
from app.domain.case import Case, build, is_request
from app.domain.failure import Missing, Permanent, Temporary
from app.domain.issue import Issue, Note, Ref, Snapshot
from app.domain.journal import Entry
from app.domain.ledger_note import Desk, desk, gives_away, ledger_of
from app.domain.ours import LEDGER
from app.domain.plan import ChangeLabels, DeleteNote, Finding, PostNote, Verdict, Write
from app.domain.program import Program
from app.domain.scoring import Asked, Found, Place, label_changes, score
from app.domain.taxonomy import Mode, Taxonomy
from app.domain.verbal import in_their_name
from app.domain.voice import Identity
from app.services.ports import IssueWriter, Journal, Wording

RULE = "numbers"
NOTES_PER_RUN = 30
"""Ledgers that one run begins; the others are begun by the next runs (workflow 3.6)."""


class Listing(Protocol):
    """Lists the open issues of a project, whole."""

    def opened(self, project: str) -> Sequence[Issue]:
        """Every open issue."""
        ...


class Reader(Protocol):
    """Reads one issue, or its notes: one call each."""

    def issue(self, ref: Ref) -> Issue:
        """The issue alone."""
        ...

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """Its notes alone."""
        ...


@dataclass(frozen=True, slots=True)
class Placed:
    """What one request is to get: its place, and the writes that bring it there. They are not made where it is only
    `observed`. `problem` is why its ledger cannot be written.
    """

    issue: Issue
    place: Place
    writes: tuple[Write, ...] = ()
    observed: bool = False
    problem: str | None = None

    @property
    def ref(self) -> Ref:
        """Which request."""
        return self.issue.ref


@dataclass(frozen=True, slots=True)
class Scoring:
    """A whole run, planned. `issues` are all open ones, program documents among them. Of the accounts that were `told`
    the account book knows `known`.
    """

    at: datetime
    found: Found
    placed: tuple[Placed, ...]
    issues: tuple[Issue, ...]
    told: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a run: how many were written, which wait for the next, and what could not be done."""

    written: int = 0
    waiting: tuple[Ref, ...] = ()
    failed: tuple[tuple[Ref, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Scores the requests of all projects."""

    listing: Listing
    reader: Reader
    writer: IssueWriter
    wording: Wording
    journal: Journal
    identity: Identity
    taxonomy: Taxonomy
    program: Program
    book: AccountBook

    def plan(self, now: datetime) -> Scoring:
        """Read everything and work it out. Raises Temporary, Permanent: half a board is no board."""
        issues = tuple(issue for project in self.program.projects for issue in self.listing.opened(project.path))
        cases = tuple(case for issue in issues if (case := self._read(issue, now)))
        found = score([self._asked(case) for case in cases], self._desk, self.taxonomy, now.date())
        placed = (self._placed(case, found.places[case.snapshot.issue.ref]) for case in cases)
        told = {line.account.key for case in cases for line in case.reading.lines}
        return Scoring(now, found, tuple(placed), issues, len(told), len(told & self.book.entries.keys()))

    def carry_out(self, scoring: Scoring, *, dry: bool) -> Written:
        """Write what changed, request by request; one that cannot be written holds up no other."""
        written, begun = 0, 0
        waiting: list[Ref] = []
        failed: list[tuple[Ref, str]] = []
        for placed in scoring.placed:
            if placed.problem:
                failed.append((placed.ref, placed.problem))
            if not placed.writes:
                continue
            begins = any(isinstance(write, PostNote) for write in placed.writes)
            if begins and begun == NOTES_PER_RUN:
                waiting.append(placed.ref)
                continue
            try:
                done = self._carry_out(placed, scoring.at, dry=dry or placed.observed)
            except Missing:
                continue
            except (Temporary, Permanent) as problem:
                failed.append((placed.ref, str(problem)))
                continue
            written += done and not placed.observed
            begun += done and begins
        return Written(written, tuple(waiting), tuple(failed))

    def _read(self, issue: Issue, now: datetime) -> Case | None:
        """A request with what was told on it; None for what is no request, or was deleted a moment ago."""
        if not is_request(issue, self.program):
            return None
        try:
            return self._case(issue, self.reader.notes(issue.ref), now)
        except Missing:
            return None

    def _case(self, issue: Issue, notes: tuple[Note, ...], now: datetime) -> Case:
        snapshot = Snapshot(in_their_name(issue, self.identity), (), notes)
        known = frozenset(self.book.entries)
        voice = self.identity.hear(snapshot)
        case = build(snapshot, self.taxonomy, self.program, self.identity.bot, voice, now, known)
        return replace(case, book=self.book, context=replace(case.context, book=self.book))

    def _asked(self, case: Case) -> Asked:
        issue = case.snapshot.issue
        ended = {s.title for s in self.taxonomy.workflow.statuses if s.terminal}
        labels = frozenset(map(self.taxonomy.current, issue.labels))
        lasts = case.now - self.taxonomy.numbers.adjustments_last
        newest = next(iter(adjustments(case.voice)[-1:]), None)
        adjusted = newest if newest and newest.at > lasts else None
        return Asked(issue.ref, case.area, labels, case.reading.lines, adjusted, not ended & labels)

    def _desk(self, ref: Ref) -> Desk:
        return desk(ref.project, self.taxonomy, self.program, self.book)

    def _placed(self, case: Case, place: Place) -> Placed:
        """What to write on one request; nothing where people paused us or the rule is off."""
        issue, mode = case.snapshot.issue, case.mode(RULE)
        if self.taxonomy.paused_label in issue.labels or mode is Mode.OFF:
            return Placed(issue, place)
        observed, labels = mode is Mode.OBSERVE, self._labels(case, place)
        try:
            return Placed(issue, place, (*self._ledger(case, place), *labels), observed)
        except Permanent as problem:
            return Placed(issue, place, labels, observed, str(problem))

    def _ledger(self, case: Case, place: Place) -> tuple[Write, ...]:
        issue = case.snapshot.issue
        say = ledger_of(case, self.book, place.scored)
        if say is None:
            return ()
        if gives_away(say, self._desk(issue.ref)):
            raise Permanent(
                f"The ledger of {issue.ref} would show a customer's name or an exact amount, which this project must "
                "not. Look into its customer lines, and mend what was typed there."
            )
        text = self.wording.note(say.template, say.data, case.area)
        return (self.identity.sign(text, say, case.voice.on(LEDGER), issue),)

    def _labels(self, case: Case, place: Place) -> tuple[Write, ...]:
        add, remove = label_changes(self._asked(case), place, self.taxonomy)
        former = {title for title in case.snapshot.issue.labels if self.taxonomy.current(title) in remove}
        return (ChangeLabels(add, frozenset(former)),) if add or former else ()

    def _carry_out(self, placed: Placed, now: datetime, *, dry: bool) -> bool:
        """Look at the issue afresh, since the listing may be minutes old: a person's nomination must not be undone.
        Tell whether there still was something to write.
        """
        entry = Entry(now, placed.ref, dry, finding=_finding(placed, dry))
        if dry:
            self.journal.record([entry])
            return True
        fresh = self.reader.issue(placed.ref)
        writes = placed.writes
        if fresh.updated_at != placed.issue.updated_at:
            if fresh.state == "closed" or not is_request(fresh, self.program):
                return False
            writes = self._placed(self._case(fresh, self.reader.notes(fresh.ref), now), placed.place).writes
        self.journal.record([entry])
        for write in writes:
            note_id = self.writer.apply(placed.ref, write)
            self.journal.record([Entry(now, placed.ref, dry, write=write, note_id=note_id)])
            if isinstance(write, PostNote):
                self._alone(fresh)
        return bool(writes)

    def _alone(self, issue: Issue) -> None:
        """After posting, look once more: where another process posted too, the older note stays."""
        voice = self.identity.hear(Snapshot(issue, (), self.reader.notes(issue.ref)))
        for note_id in voice.doubled:
            self.writer.apply(issue.ref, DeleteNote(note_id))


def _finding(placed: Placed, dry: bool) -> Finding:
    """The numbers behind a write, for the journal: no amount, no account."""
    scored = placed.place.scored
    because = f"{scored.points.total} points, accounts: {placed.place.accounts}" if scored else "no customers"
    verdict = Verdict.OBSERVED if placed.observed and dry else Verdict.REPORTED
    return Finding(RULE, verdict, because)
