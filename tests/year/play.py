"""A program's year, run by run. `due` runs in the hours around all that is due, and twice a day where nothing is."""

import random
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.domain.agenda_due import AHEAD, BACK, MADE_UNTIL
from app.domain.agenda_heeded import Tended
from app.domain.agenda_state import AgendaState
from app.domain.document_marker import Marked, marked
from app.domain.issue import Ref
from app.domain.meeting import Meeting
from app.domain.meeting_clocks import agenda_times, due_after
from app.domain.meetings import meetings
from app.domain.sheets import document_name
from app.fakegitlab.model import Issue
from tests.due.house import DAY, HOUR
from tests.scenarios.living import PROJECT
from tests.stateful.turns import Runner, in_turns
from tests.year.people import People, Tick
from tests.year.town import BEGAN, Job, Town

FILED, DRAGGED, TOUCHED = 0.3, 0.2, 0.6
"""How often between two runs somebody files a request, drags a card, does something on an agenda."""


@dataclass(frozen=True, slots=True)
class Did:
    """What a run did about one agenda."""

    at: datetime
    title: str
    did: tuple[str, ...]


@dataclass(slots=True, repr=False)
class Year:
    """A year as it is lived. `outage` is when nothing runs; of a hundred runs `twice` meet another one."""

    town: Town
    people: People
    lot: random.Random
    first: datetime
    last: datetime
    outage: tuple[datetime, datetime]
    twice: int = 20
    around: tuple[int, ...] = (0,)
    did: list[Did] = field(default_factory=list)
    ran: list[datetime] = field(default_factory=list)
    known: dict[int, str] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    grown: datetime = BEGAN
    met: int = 0

    def lives(self, until: datetime) -> None:
        """On to this instant."""
        for at in self._hours(self.town.house.at, until):
            if self.outage[0] <= at < self.outage[1]:
                continue
            self.town.house.at = at
            self._between()
            before = list(self.people.ticks)
            self._run()
            self.people.look_at_all()
            self._looked_after(before)
            self.town.house.world.reset_calls()
        self.town.house.at = until

    def planned(self) -> tuple[Meeting, ...]:
        """Every meeting whose agenda was to be made by now. Of new areas, those that an agenda could still help."""
        program = self.town.house.program
        found = meetings(program, self.first, self.last + AHEAD)
        there = (one for one in found if agenda_times(program, one).created <= self.ran[-1])
        return tuple(one for one in there if self.wanted(one) < due_after(program, one, MADE_UNTIL))

    def wanted(self, meeting: Meeting) -> datetime:
        """When its agenda was wanted first: not before there was a job to make it, nor its area."""
        created = agenda_times(self.town.house.program, meeting).created
        return max(created, self.grown if meeting.area in self.new else self.first)

    def grows(self, areas: int) -> None:
        """The program has so many areas from now on."""
        before = {area.key for area in self.town.house.program.areas}
        self.town.grows(areas)
        self.new = {area.key for area in self.town.house.program.areas} - before
        self.grown = self.town.house.at

    def first_run(self, instant: datetime) -> datetime | None:
        """The first run from an instant on."""
        at = bisect_left(self.ran, instant)
        return self.ran[at] if at < len(self.ran) else None

    def marked(self, issue: Issue) -> Marked | None:
        """What an issue's marker says."""
        job = self.town.one
        return marked(job.doors.documents.read(Ref(PROJECT, issue.iid)), job.rules.due.identity)

    def _hours(self, since: datetime, until: datetime) -> list[datetime]:
        """Full hours around all that is due, and a morning of each other day."""
        program, found = self.town.house.program, {since}
        for one in meetings(program, since - BACK, until + AHEAD):
            times = agenda_times(program, one)
            for event in (times.created, times.frozen, due_after(program, one, 0), times.closed):
                hour = event.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
                hour += HOUR * (hour < event)
                found |= {hour + HOUR * beside for beside in self.around}
        busy = {at.date() for at in found}
        mornings = (since.replace(hour=5) + DAY * days for days in range((until - since).days + 1))
        found |= {at for at in mornings if at.date() not in busy}
        return sorted(at for at in found if since <= at < until)

    def _between(self) -> None:
        areas = [area.key for area in self.town.house.program.areas]
        if self.lot.random() < FILED:
            self.people.files(self.lot.choice(areas))
        if self.lot.random() < DRAGGED:
            self.people.drags()
        if self.lot.random() < TOUCHED:
            self._touched()

    def _touched(self) -> None:
        there = [issue for issue in self.town.house.agendas() if issue.state == "opened" and self._name(issue)]
        if not there:
            return
        agenda, what = self.lot.choice(there), self.lot.random()
        if what < 0.4:
            self.people.types(agenda)
        elif what < 0.9:
            self._ticked(self._decides(there))
        else:
            self.people.comments(agenda)

    def _decides(self, there: list[Issue]) -> Issue:
        """One on which areas decide, where there is one."""
        areas = [issue for issue in there if self.known[issue.iid].startswith(("pod", "pm-review"))]
        return self.lot.choice(areas or there)

    def _ticked(self, agenda: Issue) -> None:
        """As long as its day lasts."""
        program, now = self.town.house.program, self.town.house.at
        name = self._name(agenda)
        near = meetings(program, now - DAY * 3, now + AHEAD)
        one = next((m for m in near if str(document_name(m)) == name and now < due_after(program, m, 0)), None)
        if one:
            self.people.ticks_one(agenda, one.area)

    def _name(self, issue: Issue) -> str | None:
        if issue.iid not in self.known and (mark := self.marked(issue)) and mark.bound:
            self.known[issue.iid] = mark.document
        return self.known.get(issue.iid)

    def _run(self) -> None:
        at, jobs = self.town.house.at, [self.town.one]
        self.ran.append(at)
        if self.lot.randrange(100) < self.twice:
            jobs.append(self.town.other)
            self.met += 1
        found: list[Tended] = []

        def runs(job: Job) -> None:
            ran = job.rules.due.run(at, dry=False)
            assert not ran.failed, ran.failed
            found.extend(ran.done)

        runners = {str(n): Runner(lambda job=job: runs(job), job.doors.client) for n, job in enumerate(jobs)}  # type: ignore[misc]
        if len(jobs) == 1:
            runs(jobs[0])
        else:
            runners["person"] = Runner(self._ticked_meanwhile, None)
            order = self.lot.choices(["0", "1", "person"], [10, 10, 1], k=200)
            failures = in_turns(runners, order)
            assert failures == []
        self.did += [Did(at, one.title, one.did) for one in found]

    def _ticked_meanwhile(self) -> None:
        there = [issue for issue in self.town.house.agendas() if issue.state == "opened" and issue.iid in self.known]
        if there:
            self._ticked(self._decides(there))

    def _looked_after(self, ticks: list[Tick]) -> None:
        """Each tick led to something that the agenda keeps, in its ticker's name."""
        for tick in ticks:
            if tick not in self.people.ticks:
                continue
            self.people.ticks.remove(tick)
            mark = self.marked(tick.agenda)
            told = AgendaState.of(mark.state).told if mark else {}
            kept = dict(told.get(tick.key, {}))
            assert kept.get("by") == tick.who, f"{self.town.house.at} {tick.key} of {tick.who}: {kept}"
            self.people.heeded += 1
