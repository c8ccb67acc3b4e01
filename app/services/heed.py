"""What people do on an agenda, heeded: their ticks are handed on as decisions, their words to us are followed or
answered (agendas 4.1, 4.4). Knows nothing of what an agenda says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.agenda import Ask, Verb
from app.domain.agenda_blocks import requests_in
from app.domain.agenda_due import Due, Stage
from app.domain.agenda_heeded import Heeded, How
from app.domain.agenda_heeding import (
    failed,
    heeded_until,
    looks_again,
    nominated,
    settled_by,
    strangers,
    ticker,
    trace,
    waits,
)
from app.domain.agenda_state import AgendaState, outcome_of, short
from app.domain.agenda_words import Said, Wish, notes_after, wishes
from app.domain.case import is_request
from app.domain.commands import Word, commands
from app.domain.document_marker import marked
from app.domain.failure import Missing, Permanent
from app.domain.history import area_of
from app.domain.issue import Issue, Note, Ref, Snapshot, User
from app.domain.journal import Entry
from app.domain.managed_lines import Box, Item
from app.domain.managed_merge import items_in
from app.domain.meeting_clocks import due_after
from app.domain.meeting_mode import WORKING_DAYS, Owed
from app.domain.plan import Finding, React, Say, Verdict
from app.domain.program import Program
from app.domain.tick_decisions import Became, Decision, Made, Outcome, became
from app.domain.ticks import Mark, Ticked, Ticks, edited_by, marks, read_ticks
from app.domain.voice import Identity
from app.services.heed_port import Activity, Comments, Decides
from app.services.ports import IssueWriter, Journal, Wording

RULE = "agendas"
ANSWERED_AT_ONCE = 10
"""So many comments are answered in one run; who writes more is likely a machine."""

READ_AGAIN = 3
"""How often an agenda is read again on which people tick all the while."""

_DONE = "white_check_mark"
_VERDICTS: Mapping[Became, Verdict] = {
    Became.DONE: Verdict.COMPLETED,
    Became.ALREADY: Verdict.COMPLETED,
    Became.ASKED: Verdict.ASKED,
    Became.IN_MEETING: Verdict.ASKED,
    Became.REFUSED: Verdict.REFUSED,
}


@dataclass(slots=True)
class _Run:
    """One agenda in one run, and what came together so far. `all` tells whether what waits is looked at again."""

    issue: Issue
    due: Due
    now: datetime
    state: AgendaState
    items: Mapping[str, Item]
    activity: Sequence[Note] = ()
    all: bool = False
    boxes: dict[str, Box] = field(default_factory=dict)
    did: list[str] = field(default_factory=list)
    drafts: bool = False


@dataclass(frozen=True, slots=True)
class Heed:
    """Heeds ticks and comments. Two calls for an agenda on which nobody did anything; two more where somebody ticked.

    What waits on requests costs three calls each: when somebody did something here, while the meeting is on, and once
    a night.
    """

    door: Activity
    reader: Comments
    writer: IssueWriter
    wording: Wording
    journal: Journal
    decisions: Decides
    identity: Identity
    program: Program

    def look(self, issue: Issue, state: AgendaState, due: Due, now: datetime, how: How, *, ticks: bool) -> Heeded:
        """Do what was asked since the last look; dry, only find it out. Without `ticks` boxes are only read, so that
        they are not acted on later either. What waits is looked at again as often as `looks_again` says. Raises
        Temporary, Permanent.
        """
        writes = not how.dry
        notes = self.reader.notes(issue.ref)
        talked = bool(self._said(notes, state.read))
        fresh, activity = self._at_one_instant(issue, state.heard, talked=talked)
        mark = marked(fresh, self.identity) if fresh is not issue else None
        state = AgendaState.of(mark.state) if mark else state
        items = items_in(fresh.description, str(due.name))
        run = _Run(fresh, due, now, state, items, activity, how.whole and looks_again(due, now, state))
        self._boxes(run, writes=writes, acts=ticks)
        self._comments(run, notes, writes=writes)
        owed = self._owed(run) if ticks and writes else None
        kept = run.state if owed is None else replace(run.state, owed=frozenset(one.ref for one in owed))
        anything = writes and bool(run.did)
        return Heeded(kept, run.boxes, anything, tuple(run.did), owed, fresh, run.drafts)

    def _at_one_instant(self, issue: Issue, heard: int, *, talked: bool) -> tuple[Issue, Sequence[Note]]:
        """The text and the activity that belong together. `issue` was read a while ago, in a list: somebody who ticked
        since is in the activity alone, and the box would seem to change without anybody the next time; and another of
        us may have heeded them. Two calls more where somebody ticked or said something.
        """
        activity = self.door.activity(issue.ref)
        for _ in range(READ_AGAIN):
            told = self._decided(activity, heard)
            if not (told or talked):
                break
            issue, activity = self.door.read(issue.ref), self.door.activity(issue.ref)
            if self._decided(activity, heard) == told:
                break
        return issue, activity

    def _decided(self, activity: Sequence[Note], heard: int) -> list[Mark]:
        """What people ticked since, of what we ask."""
        return [mark for mark in marks(activity, heard) if Ask.of(mark.key) and not self.identity.bot.is_us(mark.by)]

    def _boxes(self, run: _Run, *, writes: bool, acts: bool) -> None:
        read = self._read(run)
        if not (writes and acts):
            left = "" if acts else ", left as it is"
            told = (*read.done, *read.stale, *read.passing)
            run.did += [f"a tick of @{one.by.username}{left}" for one in told if Ask.of(one.key)]
        else:
            self._ticks(run, read)
        if writes:
            ticked = (key for key, item in run.items.items() if run.boxes.get(key, item.box) == "x")
            run.state = replace(run.state, heard=_heard(run, read), ticked=frozenset(map(short, ticked)))

    def _read(self, run: _Run) -> Ticks:
        """What people did since; what waits for its text is no news yet."""
        told = marks(run.activity, run.state.heard)
        before = run.state.before({*run.items, *(mark.key for mark in told)})
        read = read_ticks(before, run.items, told, run.items, self.identity.bot)
        early = {mark.key for mark in read.contrary if waits(mark, run.now)}
        return replace(read, unexplained=tuple(key for key in read.unexplained if key not in early))

    def _ticks(self, run: _Run, read: Ticks) -> None:
        """Also what was undone again in passing."""
        for one in (*read.done, *read.passing):
            if ask := Ask.of(one.key):
                self._of_person(run, ask, one)
        for one in read.stale:
            if (ask := Ask.of(one.key)) and one.action == "ticked" and ask.key not in run.state.told:
                made = Made(ask, one.by, one.at, "", run.issue.ref, run.due.meeting)
                self._keep(run, ask, became(made, Became.STALE, None, why="not asked"), {})
        for key in read.unexplained:
            ask, item = Ask.of(key), run.items.get(key)
            if ask:
                ticked = item is not None and item.box == "x"
                self._decide(run, ask, None, run.now, ticked=ticked, words=item.field if item else "")
        self._again(run, {one.key for one in (*read.done, *read.passing)} | set(read.unexplained))

    def _of_person(self, run: _Run, ask: Ask, one: Ticked) -> None:
        ticked = one.action == "ticked"
        customers_hear = ask.verb is Verb.DECLINE
        others = self._strangers(run, one.by, one.at, one.note, ticking=customers_hear)
        if ticked and one.field and others:
            self._ask_again(run, ask, one.by, one.at, others)
        else:
            self._decide(run, ask, one.by, one.at, ticked=ticked, words=one.field, note=one.note)

    def _again(self, run: _Run, handled: set[str]) -> None:
        """What waited for something behind its box, or on the request, is tried with what stands there now. A box that
        is asked no more, as its request was decided otherwise, is settled so.
        """
        for key, kept in list(run.state.told.items()):
            ask, item, by, outcome = Ask.of(key), run.items.get(key), ticker(kept), outcome_of(kept)
            waits = outcome is not None and outcome.open and (item.box == "x" if item else run.all)
            if not (ask and outcome and by and waits) or key in handled:
                continue
            note, words = heeded_until(kept), item.field if item else ""
            news = item is not None and kept.get("words", "") != trace(words)
            since = max(note, run.state.heard)
            others = self._strangers(run, by, outcome.at, since, ticking=True) if news and words else ()
            if others:
                self._ask_again(run, ask, by, outcome.at, others)
            elif news or run.all or outcome.kind is Became.FAILED:
                self._decide(run, ask, by, outcome.at, ticked=True, words=words, note=note)

    def _strangers(self, run: _Run, by: User, at: datetime, after: int, *, ticking: bool) -> tuple[str, ...]:
        """Who edited the description since, and may not speak for whoever ticked."""
        editors = edited_by(run.activity, after, ticking=ticking)
        people = [user for user in editors if not self.identity.bot.is_us(user)]
        return strangers(self.program, run.due.meeting.area, by, at, people)

    def _ask_again(self, run: _Run, ask: Ask, by: User, at: datetime, others: Sequence[str]) -> None:
        """Words that came after a tick, from somebody else perhaps, are nobody's until they are ticked."""
        made = Made(ask, by, at, "", run.issue.ref, run.due.meeting)
        self._keep(run, ask, became(made, Became.REFUSED, None, " ", why="edited", people=list(others)), {"id": by.id})

    def _decide(
        self, run: _Run, ask: Ask, by: User | None, at: datetime, *, ticked: bool, words: str, note: int = 0
    ) -> None:
        decision = Decision(ask, by, at, ticked, words, run.issue.ref, run.due.meeting, nominated(run.state, ask))
        before = outcome_of(run.state.told.get(ask.key, {}))
        earlier = before if before and before.kind is not Became.FAILED else None
        try:
            outcome = self.decisions.make(decision, run.now, earlier)
        except Permanent as problem:
            outcome = failed(decision)
            self._journal(run, f"{ask.verb} of {ask.about}: {problem}", Verdict.REPORTED, outcome.by)
        more: dict[str, object] = {"id": by.id, "note": note, "words": trace(words)} if by else {}
        self._keep(run, ask, outcome, {name: value for name, value in more.items() if value})

    def _keep(self, run: _Run, ask: Ask, outcome: Outcome, more: Mapping[str, object]) -> None:
        """Remember what became of a box; it is told where it is news."""
        kept = {**outcome.to_state(), **more}
        if run.state.told.get(ask.key) == kept:
            return
        told = {key: one for key, one in run.state.told.items() if key != ask.key}
        rivals = settled_by(run.state, ask, outcome)
        run.state = replace(run.state, told={**told, **rivals, ask.key: kept})
        run.boxes.update(dict.fromkeys(rivals, " "))
        if outcome.box:
            run.boxes[ask.key] = outcome.box
        because = f"{ask.verb}{f' of {ask.about}' if ask.about else ''}: {outcome.kind}"
        run.did.append(because)
        self._journal(run, because, _VERDICTS.get(outcome.kind, Verdict.REPORTED), outcome.by)

    def _journal(self, run: _Run, because: str, verdict: Verdict, who: str | None) -> None:
        finding = Finding(RULE, verdict, because, who=who)
        self.journal.record([Entry(run.now, run.issue.ref, dry=False, finding=finding)])

    def _owed(self, run: _Run) -> tuple[Owed, ...] | None:
        """What was left open in the meeting, until that is due: of all its requests, or, because somebody did
        something, of those known to. None where nobody looked.
        """
        meeting = run.due.meeting
        if run.due.stage not in (Stage.HELD, Stage.OVER) or run.now >= due_after(self.program, meeting, WORKING_DAYS):
            return ()
        if not (run.all or run.did):
            return None
        waits = (Ask.of(key) for key, one in run.state.told.items() if one.get("kind") == Became.IN_MEETING)
        known = {*run.state.owed, *(ask.about for ask in waits if ask and ask.about)}
        return self.decisions.owed([ref for ref in requests_in(run.items) if run.all or ref in known], run.now)

    def _said(self, notes: Iterable[Note], read: int) -> list[Note]:
        """What people said since."""
        return [note for note in notes_after(notes, read) if not self.identity.bot.is_us(note.author)]

    def _comments(self, run: _Run, notes: tuple[Note, ...], *, writes: bool) -> None:
        new = self._said(notes, run.state.read)
        asked = wishes(new, self.identity.bot.username, run.due.meeting.hosts, run.issue.ref.project)
        voice = self.identity.hear(Snapshot(run.issue, (), notes))
        now = asked[:ANSWERED_AT_ONCE]
        for command in commands(new, self.identity.bot.username):
            if command.word is Word.REQUEST:
                run.drafts = True
                run.did.append(f"request told by @{command.note.author.username}")
        for said in now:
            if voice.on(_topic(said.note)) is not None:
                continue
            run.did.append(f"{said.wish} of @{said.note.author.username}")
            if writes:
                self._follow(run, said)
        if new and writes:
            last = now[-1].note.id if len(asked) > len(now) else max(note.id for note in new)
            run.state = replace(run.state, read=last)

    def _follow(self, run: _Run, said: Said) -> None:
        """Do it and mark the comment, or say kindly why not."""
        why_not = self._why_not(run, said)
        if why_not:
            self._answer(run, why_not, said)
            return
        state = run.state
        if said.wish is Wish.DEFER and said.ref:
            run.state = replace(state, parked=state.parked | {said.ref})
        elif said.wish is Wish.TIMEBOX and said.ref:
            run.state = replace(state, timeboxes={**state.timeboxes, said.ref: said.minutes})
        self.writer.apply(run.issue.ref, React(said.note.id, _DONE))

    def _why_not(self, run: _Run, said: Said) -> str | None:
        """Why a wish cannot be followed; None where it can."""
        if said.wish in (Wish.HELP, Wish.UNREAD):
            return said.wish.value
        if run.due.stage > Stage.OPEN:
            return "frozen"
        if said.wish is Wish.REFRESH:
            return None
        if said.note.author.username.casefold() not in _handles(run.due.meeting.hosts):
            return "not host"
        here = said.ref is not None and (said.ref in requests_in(run.items) or self._belongs(said.ref, run.due))
        return None if here else "not here"

    def _belongs(self, ref: Ref, due: Due) -> bool:
        """Whether it is an open request that such a meeting may decide about, though it has no boxes here: there may
        have been no time for it.
        """
        if not self.program.holds_requests(ref.project):
            return False
        try:
            issue = self.reader.issue(ref)
        except Missing:
            return False
        area = due.meeting.area
        return issue.state == "opened" and is_request(issue, self.program) and area in (None, area_of(issue.labels))

    def _answer(self, run: _Run, kind: str, said: Said) -> None:
        data = {
            "kind": kind,
            "who": said.note.author.username,
            "word": said.word or said.wish.value,
            "ref": str(said.ref) if said.ref else None,
            "hosts": run.due.meeting.hosts,
            "bot": self.identity.bot.username,
        }
        say = Say(_topic(said.note), "agenda_answer", data, {"open": False}, reply_to=said.note.id)
        text = self.wording.note(say.template, say.data, run.due.meeting.area)
        self.writer.apply(run.issue.ref, self.identity.sign(text, say, None, run.issue))


def _handles(people: Iterable[str]) -> frozenset[str]:
    return frozenset(person.casefold() for person in people)


def _topic(note: Note) -> str:
    return f"agenda {note.id}"


def _heard(run: _Run, read: Ticks) -> int:
    """The last note that is done with: all but what waits for its text, and what came behind it."""
    last = max((note.id for note in run.activity), default=run.state.heard)
    return min((last, *(mark.note - 1 for mark in read.contrary if waits(mark, run.now))))
