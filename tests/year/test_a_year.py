"""Every meeting of a year has one agenda, at its hour, whatever runs when and whatever people do meanwhile.

What is simulated: time is an argument of `due` and the clock of the stand-in; `due` runs in the full hours behind all
that is due (in the long year in the hours before, too) and on each other day once, not in the hours between, in which
nothing is due; people are drawn by lot. Real are the calls between the two, and how two runs at the same time, and
somebody who ticks meanwhile, come between each other's calls.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.agenda_state import AgendaState
from app.domain.cadence import MeetingKind
from app.domain.meeting import Meeting
from app.domain.meeting_clocks import agenda_times
from app.domain.meetings import meetings
from app.domain.sheets import document_name
from app.fakegitlab.model import Issue
from tests.due.house import DAY, HOUR, instant
from tests.year.people import People
from tests.year.play import Year
from tests.year.town import BEGAN, SLOTS, town

ZONES = {
    "neur": "Europe/London",
    "seur": "Europe/Paris",
    "dach-meta": "Europe/Berlin",
    "apac": "Asia/Singapore",
    "us-east": "America/New_York",
    "us-west": "America/Los_Angeles",
    "commercial": "America/Chicago",
    "partners-pubsec": "America/New_York",
    "anz": "Australia/Sydney",
}
OUTAGE = (instant("2026-03-09 00:00"), instant("2026-03-13 00:00"))
"""Monday to Thursday: the Corners of the week and the agenda of a review would have come."""
BOT = "sounding-board"
_CLOCKS = re.compile(r"`(\d\d:\d\d)(?:([+−])1)?` ([^·`]+)")


@contextmanager
def lived(
    kept: Path, seed: int, regions: tuple[str, ...], areas: tuple[int, int], until: datetime, **more: Any
) -> Iterator[Year]:
    """A program that begins with so many areas, has more from half-time on, and is looked at in the end."""
    lot = random.Random(seed)
    before, after = areas
    with town(kept, before, regions) as here:
        year = Year(here, People(here.house, lot), lot, BEGAN, until, OUTAGE, **more)
        year.lives(BEGAN + (until - BEGAN) / 2)
        year.grows(after)
        year.lives(until)
        yield year


def names(year: Year) -> dict[str, list[Meeting]]:
    """The meetings of each agenda."""
    found: dict[str, list[Meeting]] = {}
    for one in year.planned():
        found.setdefault(str(document_name(one)), []).append(one)
    return found


def each_meeting_has_one_agenda(year: Year) -> dict[str, Issue]:
    """Whoever is doubled is closed and says so, and called nobody."""
    there: dict[str, list[Issue]] = {}
    for issue in year.town.house.agendas():
        mark = year.marked(issue)
        if mark is None:
            assert issue.state == "closed"
            assert not year.town.house.world.todos.get(issue.id)
        else:
            there.setdefault(mark.document, []).append(issue)
    wanted = names(year)
    assert {name: len(found) for name, found in there.items()} == dict.fromkeys(wanted, 1)
    return {name: found[0] for name, found in there.items()}


def each_came_at_its_hour(year: Year, agendas: dict[str, Issue]) -> None:
    """At six in the morning by the meeting's clocks, or by the first run after the outage; a Corner's week likewise."""
    for name, held in names(year).items():
        issue = agendas[name]
        for one in held:
            hour = year.first_run(year.wanted(one))
            made = [d.at for d in year.did if d.title == issue.title and {"made", "made late"} & set(d.did)]
            assert hour in made, (one.title, one.start, hour, made)
            assert hour is not None
            late = hour - year.wanted(one).astimezone(UTC)
            assert late < HOUR or year.outage[0] <= hour - late < year.outage[1], (one.title, late)
        if held[0].kind is not MeetingKind.CORNER:
            assert issue.created_at == hour
            assert f"· {held[0].start.date()}" in issue.title


def each_is_a_record_from_its_start_on(year: Year, agendas: dict[str, Issue]) -> None:
    """Frozen once, by the first run from its start on; what was made only then never was anything else."""
    for name, held in names(year).items():
        mark = year.marked(agendas[name])
        frozen = AgendaState.of(mark.state).frozen if mark else set()
        for one in held:
            begins, made = year.first_run(one.start), year.first_run(year.wanted(one))
            if begins is None or made is None or made >= one.start:
                continue
            assert one.period in frozen, (one.title, one.start)
            assert begins in [d.at for d in year.did if d.title == agendas[name].title and "frozen" in d.did]


def each_is_closed_in_the_end(year: Year, agendas: dict[str, Issue]) -> None:
    """Ten days later; the Corners of a month with their last."""
    program = year.town.house.program
    for name, held in names(year).items():
        ends = year.first_run(max(agenda_times(program, one).closed for one in held))
        later = [one for one in meetings(program, BEGAN, year.last + 40 * DAY) if str(document_name(one)) == name]
        if ends is None or len(later) > len(held):
            assert agendas[name].state == "opened", name
        else:
            assert (agendas[name].state, agendas[name].closed_at) == ("closed", ends), name


def nobody_is_called_twice(year: Year, agendas: dict[str, Issue]) -> None:
    """Not though everybody had looked at it meanwhile: each is called when a meeting's agenda comes, and never again.
    The hosts were called, where it was made before its end. The Corners of a month share an issue, whose weeks call
    those whose answers are overdue then. An answer to what somebody wrote to us is a note.
    """
    world = year.town.house.world
    for name, held in names(year).items():
        issue = agendas[name]
        called: dict[str, list[datetime]] = {}
        for one in world.todos.get(issue.id, ()):
            if one.author.username == BOT and one.note is None:
                called.setdefault(one.user.username, []).append(one.created_at)
        came = {year.first_run(year.wanted(one)) for one in held}
        for who, at in called.items():
            assert len(set(at)) == len(at), (name, who, at)
            assert set(at) <= came, (name, who, at)
        if held[0].kind is not MeetingKind.CORNER and issue.created_at < held[0].end:
            assert set(held[0].hosts) <= set(called), (name, held[0].hosts, called)


def each_tells_the_right_hour(year: Year, agendas: dict[str, Issue]) -> None:
    """On the clocks of its slot, summer and winter; and in every region."""
    for name, held in names(year).items():
        lines = (agendas[name].description or "").split("\n")
        for one in held:
            start = one.start.astimezone(UTC)
            zones = {(s.at, s.timezone) for s in SLOTS.get(one.kind, SLOTS[MeetingKind.POD])}
            zones = {(time(10), ZONES[one.region])} if one.region else zones
            assert any(start.astimezone(ZoneInfo(zone or "UTC")).time() == at for at, zone in zones), one
            here = start.astimezone(ZoneInfo(ZONES[one.region])) if one.region else start
            head = next(
                n
                for n, line in enumerate(lines)
                if line.startswith("# ") and f"{here:%H:%M}–" in line and f"{here.day} {here:%b}" in line
            )
            told = next(line for line in lines[head:] if line.startswith("> ") and _CLOCKS.search(line))
            found = _CLOCKS.findall(told)
            assert found, told
            for clock, shift, regions in found:
                day = start.date() + {"+": DAY, "−": -DAY, "": DAY * 0}[shift]
                for region in regions.partition("(")[0].split(","):
                    there = start.astimezone(ZoneInfo(ZONES[region.strip()]))
                    assert (f"{there:%H:%M}", there.date()) == (clock, day), (one.title, region, told)


def all_words_stand_once(year: Year) -> None:
    """What people typed is where they typed it; beyond a double's end too."""
    for word, issue in year.people.typed.items():
        assert (issue.description or "").count(word) == 1, word


def all_is_well(year: Year) -> None:
    agendas = each_meeting_has_one_agenda(year)
    each_came_at_its_hour(year, agendas)
    each_is_a_record_from_its_start_on(year, agendas)
    each_is_closed_in_the_end(year, agendas)
    nobody_is_called_twice(year, agendas)
    each_tells_the_right_hour(year, agendas)
    all_words_stand_once(year)
    assert min(year.met, year.people.heeded, len(year.people.typed)) > 0
    print(
        f"{len(year.planned())} meetings, {len(agendas)} agendas, {len(year.ran)} runs, {year.met} met another, "
        f"{len(year.people.typed)} lines typed, {year.people.heeded} ticks heeded, {len(year.people.requests)} requests"
    )


def test_a_quarter_with_summer_times_and_an_outage(tmp_path: Path) -> None:
    with lived(tmp_path, 1, ("dach-meta", "anz"), (1, 2), instant("2026-04-08 00:00")) as year:
        all_is_well(year)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_a_fiscal_year_in_four_areas_then_six(tmp_path: Path, seed: int) -> None:
    until = instant("2027-02-01 00:00")
    with lived(tmp_path, seed, tuple(ZONES), (4, 6), until, around=(-1, 0)) as year:
        all_is_well(year)
