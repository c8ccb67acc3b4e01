"""What people do on an agenda, heeded: their ticks are handed on as decisions, their words to us are followed or
answered (agendas 4.1, 4.4). Knows nothing of what an agenda says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from app.domain.agenda import Ask, Verb
from app.domain.agenda_blocks import requests_in
from app.domain.agenda_due import Due, Stage
from app.domain.agenda_heeded import Heeded, How
from app.domain.agenda_state import AgendaState, outcome_of, short
from app.domain.agenda_words import Said, Wish, notes_after, wishes
from app.domain.issue import Issue, Note, Ref, Snapshot, User
from app.domain.journal import Entry
from app.domain.managed_lines import Box, Item
from app.domain.managed_merge import items_in
from app.domain.meeting_clocks import due_after
from app.domain.meeting_mode import WORKING_DAYS, Owed
from app.domain.plan import Finding, React, Say, Verdict
from app.domain.program import Program
from app.domain.tick_decisions import Became, Decision, Outcome
from app.domain.ticks import Mark, Ticked, marks, read_ticks
from app.domain.voice import Identity
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


class Activity(Protocol):
    """An issue, and GitLab's own notes on it."""

    def read(self, ref: Ref) -> Issue:
        """It as it is now: one call."""
        ...

    def activity(self, ref: Ref) -> Sequence[Note]:
        """The oldest first: one call."""
        ...


class Comments(Protocol):
    """What people and we said on an issue."""

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """The oldest first: one call."""
        ...


class Decides(Protocol):
    """Does what a tick asks for."""

    def make(self, decision: Decision, now: datetime, earlier: Outcome | None = None) -> Outcome:
        """Do it, so that doing it again changes nothing; `earlier` is what became of the box before. Raises Temporary,
        Permanent.
        """
        ...

    def owed(self, refs: Iterable[Ref], now: datetime) -> tuple[Owed, ...]:
        """What these requests lack that were moved in their area's meeting: three reads each."""
        ...


@dataclass(slots=True)
class _Run:
    """One agenda in one run, and what came together so far."""

    issue: Issue
    due: Due
    now: datetime
    state: AgendaState
    items: Mapping[str, Item]
    boxes: dict[str, Box] = field(default_factory=dict)
    did: list[str] = field(default_factory=list)
    called_off: str | None = None
    refresh: bool = False


@dataclass(frozen=True, slots=True)
class Heed:
    """Heeds ticks and comments. Two calls for an agenda on which nobody did anything; two more where somebody
    ticked."""

    door: Activity
    reader: Comments
    writer: IssueWriter
    wording: Wording
    journal: Journal
    decisions: Decides
    identity: Identity
    program: Program

    def look(self, issue: Issue, state: AgendaState, due: Due, now: datetime, how: How, *, ticks: bool) -> Heeded:
        """Do what was asked since the last look; dry, only find it out. Without `ticks` boxes are left as they are. A
        whole look asks all requests of a meeting what they lack; else only those that did. Raises Temporary, Permanent.
        """
        writes = not how.dry
        issue, activity = self._at_one_instant(issue, state.heard) if ticks else (issue, ())
        run = _Run(issue, due, now, state, items_in(issue.description, str(due.name)))
        if ticks:
            self._boxes(run, activity, writes=writes)
        self._comments(run, writes=writes)
        owed = self._owed(run, whole=how.whole) if ticks and writes else ()
        state = replace(run.state, owed=frozenset(one.ref for one in owed))
        return Heeded(state, run.boxes, writes and bool(run.did), run.called_off, tuple(run.did), owed)

    def _at_one_instant(self, issue: Issue, heard: int) -> tuple[Issue, Sequence[Note]]:
        """The text and the activity that belong together. `issue` was read a while ago, in a list: somebody who ticked
        since is in the activity alone, and the box would seem to change without anybody the next time. Two calls more
        where somebody ticked.
        """
        activity = self.door.activity(issue.ref)
        for _ in range(READ_AGAIN):
            told = self._decided(activity, heard)
            if not told:
                break
            issue, activity = self.door.read(issue.ref), self.door.activity(issue.ref)
            if self._decided(activity, heard) == told:
                break
        return issue, activity

    def _decided(self, activity: Sequence[Note], heard: int) -> list[Mark]:
        """What people ticked since, of what we ask."""
        return [mark for mark in marks(activity, heard) if Ask.of(mark.key) and not self.identity.bot.is_us(mark.by)]

    def _boxes(self, run: _Run, activity: Sequence[Note], *, writes: bool) -> None:
        if not writes:
            run.did += [f"a tick of @{one.by.username}" for one in self._read(run, activity)[0] if Ask.of(one.key)]
            return
        self._ticks(run, activity)
        ticked = (key for key, item in run.items.items() if run.boxes.get(key, item.box) == "x")
        heard = max((note.id for note in activity), default=run.state.heard)
        run.state = replace(run.state, heard=heard, ticked=frozenset(map(short, ticked)))

    def _read(self, run: _Run, activity: Sequence[Note]) -> tuple[tuple[Ticked, ...], tuple[str, ...]]:
        """What somebody decided since, also on items that are asked no more or in passing; and what nobody explains."""
        told = marks(activity, run.state.heard)
        before = run.state.before({*run.items, *(mark.key for mark in told)})
        ticks = read_ticks(before, run.items, told, run.items, self.identity.bot)
        return (*ticks.done, *ticks.stale, *ticks.passing), ticks.unexplained

    def _ticks(self, run: _Run, activity: Sequence[Note]) -> None:
        done, unexplained = self._read(run, activity)
        for one in done:
            if ask := Ask.of(one.key):
                self._decide(run, ask, one.by, one.at, ticked=one.action == "ticked", words=one.field)
        for key in unexplained:
            ask, item = Ask.of(key), run.items.get(key)
            if ask:
                ticked = item is not None and item.box == "x"
                self._decide(run, ask, None, run.now, ticked=ticked, words=item.field if item else "")
        self._again(run, {one.key for one in done} | set(unexplained))

    def _again(self, run: _Run, handled: set[str]) -> None:
        """What waited for something behind its box, or on the request, is tried with what stands there now."""
        for key, kept in list(run.state.told.items()):
            ask, item, by, outcome = Ask.of(key), run.items.get(key), _user(kept), outcome_of(kept)
            waits = outcome is not None and outcome.open and item is not None and item.box == "x"
            if ask and item and outcome and by and waits and key not in handled:
                self._decide(run, ask, by, outcome.at, ticked=True, words=item.field)

    def _decide(self, run: _Run, ask: Ask, by: User | None, at: datetime, *, ticked: bool, words: str) -> None:
        decision = Decision(ask, by, at, ticked, words, run.issue.ref, run.due.meeting, _nominated(run.state, ask))
        outcome = self.decisions.make(decision, run.now, outcome_of(run.state.told.get(ask.key, {})))
        kept = {**outcome.to_state(), **({"id": by.id} if by else {})}
        if run.state.told.get(ask.key) == kept:
            return
        told = {key: one for key, one in run.state.told.items() if key != ask.key}
        run.state = replace(run.state, told={**told, ask.key: kept})
        if outcome.box:
            run.boxes[ask.key] = outcome.box
        if ask.verb is Verb.CANCEL and outcome.kind is Became.DONE and run.due.stage <= Stage.OPEN:
            run.called_off = outcome.by
        because = f"{ask.verb}{f' of {ask.about}' if ask.about else ''}: {outcome.kind}"
        run.did.append(because)
        finding = Finding(RULE, _VERDICTS.get(outcome.kind, Verdict.REPORTED), because, who=outcome.by)
        self.journal.record([Entry(run.now, run.issue.ref, dry=False, finding=finding)])

    def _owed(self, run: _Run, *, whole: bool) -> tuple[Owed, ...]:
        """What was left open in the meeting, until that is due: of all its requests, or of those known to."""
        meeting = run.due.meeting
        if run.due.stage not in (Stage.HELD, Stage.OVER) or run.now >= due_after(self.program, meeting, WORKING_DAYS):
            return ()
        waits = (Ask.of(key) for key, one in run.state.told.items() if one.get("kind") == Became.IN_MEETING)
        known = {*run.state.owed, *(ask.about for ask in waits if ask and ask.about)}
        refs = [ref for ref in requests_in(run.items) if whole or ref in known]
        return self.decisions.owed(refs, run.now)

    def _comments(self, run: _Run, *, writes: bool) -> None:
        notes = self.reader.notes(run.issue.ref)
        bot = self.identity.bot
        new = [note for note in notes_after(notes, run.state.read) if not bot.is_us(note.author)]
        asked = wishes(new, bot.username, run.due.meeting.hosts, run.issue.ref.project)
        voice = self.identity.hear(Snapshot(run.issue, (), notes))
        for said in asked[:ANSWERED_AT_ONCE]:
            if voice.on(_topic(said.note)) is not None:
                continue
            run.did.append(f"{said.wish} of @{said.note.author.username}")
            if writes:
                self._follow(run, said)
        if new and writes:
            run.state = replace(run.state, read=max(note.id for note in new))

    def _follow(self, run: _Run, said: Said) -> None:
        """Do it and mark the comment, or say kindly why not."""
        why_not = _why_not(run, said)
        if why_not:
            self._answer(run, why_not, said)
            return
        state = run.state
        if said.wish is Wish.DEFER and said.ref:
            run.state = replace(state, parked=state.parked | {said.ref})
        elif said.wish is Wish.TIMEBOX and said.ref:
            run.state = replace(state, timeboxes={**state.timeboxes, said.ref: said.minutes})
        self.writer.apply(run.issue.ref, React(said.note.id, _DONE))

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


def _why_not(run: _Run, said: Said) -> str | None:
    """Why a wish cannot be followed; None where it can."""
    if said.wish in (Wish.HELP, Wish.UNREAD):
        return said.wish.value
    if run.due.stage > Stage.OPEN:
        return "frozen"
    if said.wish is Wish.REFRESH:
        return None
    if said.note.author.username.casefold() not in _handles(run.due.meeting.hosts):
        return "not host"
    return None if said.ref in requests_in(run.items) else "not here"


def _handles(people: Iterable[str]) -> frozenset[str]:
    return frozenset(person.casefold() for person in people)


def _topic(note: Note) -> str:
    return f"agenda {note.id}"


def _nominated(state: AgendaState, ask: Ask) -> int:
    """How many other requests this agenda has nominated by such a box."""
    good = (Became.DONE, Became.ALREADY)
    others = ((Ask.of(key), outcome_of(kept)) for key, kept in state.told.items() if key != ask.key)
    return sum(one is not None and one.verb is ask.verb and was is not None and was.kind in good for one, was in others)


def _user(kept: Mapping[str, object]) -> User | None:
    number, name = kept.get("id"), kept.get("by")
    return User(number, name) if isinstance(number, int) and isinstance(name, str) else None
