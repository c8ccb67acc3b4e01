"""Clocks, nights, holidays: when a meeting really is, and for whom it is night."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from app.domain.cadence import Cadence, Slot, Weekday
from app.domain.days_off import Place, WorkingDays, holidays_known
from app.domain.meeting import Series, fingerprint
from app.domain.meeting_fairness import local_time, local_times, night_shares
from app.domain.meetings import last_before, meeting_at, meetings, neighbours, next_from
from app.domain.program import Program
from app.domain.quarter_page import moved
from tests.cadence.town import (
    ARR,
    CORNER,
    EXCHANGE,
    HABITS,
    POD,
    REGIONS,
    REVIEW,
    days,
    instant,
    person,
    program,
    without_holidays,
    years,
)


def weekly(slot: Slot, day: Weekday = Weekday.TUESDAY, place: Place | None = None) -> Program:
    """A program with one region, which meets every week at this time."""
    habits = {**HABITS, CORNER: replace(HABITS[CORNER], slots=(slot,), day=day)}
    return program(cadence=Cadence(regions={"dach": place or Place("Europe/Berlin")}, habits=habits))


def corners(of: Program, first: str, last: str) -> list[str]:
    found = meetings(of, instant(first), instant(last), [Series(CORNER, region="dach")])
    return [meeting.start.isoformat() for meeting in found]


def test_sixteen_oclock_stays_sixteen_oclock_when_the_clocks_change() -> None:
    assert corners(weekly(Slot(time(16))), "2026-03-22", "2026-04-05") == [
        "2026-03-24T16:00:00+01:00",
        "2026-03-31T16:00:00+02:00",
    ]


def test_a_time_that_the_clocks_skip_is_an_hour_later() -> None:
    """In Cairo, Friday 24 April 2026 has no first hour."""
    friday = weekly(Slot(time(0, 30), "Africa/Cairo"), Weekday.FRIDAY)
    assert corners(friday, "2026-04-16", "2026-05-02") == [
        "2026-04-17T00:30:00+02:00",
        "2026-04-24T01:30:00+03:00",
        "2026-05-01T00:30:00+03:00",
    ]


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    """In Cairo, Thursday 29 October 2026 has its last hour twice."""
    thursday = weekly(Slot(time(23, 30), "Africa/Cairo"), Weekday.THURSDAY)
    assert corners(thursday, "2026-10-25", "2026-11-06") == [
        "2026-10-29T23:30:00+03:00",
        "2026-11-05T23:30:00+02:00",
    ]


def test_a_meeting_over_the_change_of_clocks_is_as_long_as_others() -> None:
    thursday = weekly(Slot(time(23, 50), "Africa/Cairo"), Weekday.THURSDAY)
    (meeting,) = meetings(thursday, instant("2026-10-29"), instant("2026-10-30"), [Series(CORNER, region="dach")])
    assert meeting.end.astimezone(UTC) - meeting.start.astimezone(UTC) == timedelta(minutes=15)


def test_a_meeting_moves_off_a_holiday_within_its_week() -> None:
    """German Unity Day 2028 is a Tuesday."""
    tuesdays = weekly(Slot(time(10)), place=REGIONS["dach"])
    found = meetings(tuesdays, instant("2028-10-01"), instant("2028-10-08"), [Series(CORNER, region="dach")])
    assert [(f"{m.start:%a %d %b}", moved(m)) for m in found] == [
        ("Wed 04 Oct", "from Tue 3 Oct 2028 (German Unity Day)")
    ]


@pytest.mark.parametrize(
    ("off", "held"),
    [
        (["2026-03-10"], ["2026-03-11"]),
        (["2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13"], ["2026-03-16"]),
        (["2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13", "2026-03-16"], ["2026-03-09"]),
        ([f"2026-03-{day:02d}" for day in range(9, 17)], []),
    ],
)
def test_where_it_moves_to(off: list[str], held: list[str]) -> None:
    """To the next working day of its week, else of the next before it meets again, else one before, else nowhere."""
    place = Place("Europe/Berlin", days_off=frozenset(map(date.fromisoformat, off)))
    found = corners(weekly(Slot(time(10)), place=place), "2026-03-04", "2026-03-24")
    assert [day[:10] for day in found] == [*held, "2026-03-17"]


def test_a_pod_moves_so_that_its_review_is_on_a_working_day() -> None:
    """The review of AI would be on Wednesday 18 February."""
    place = Place(days_off=frozenset({date(2026, 2, 18)}))
    town = program(cadence=Cadence(everywhere=place, habits=HABITS))
    found = meetings(town, instant("2026-02-01"), instant("2026-03-01"), [Series(POD, "ai"), Series(REVIEW, "ai")])
    assert [(m.title, f"{m.start:%a %d %b}", moved(m)) for m in found] == [
        ("SME Area Pod: AI", "Thu 05 Feb", "from Wed 4 Feb 2026 (a day off, two weeks later)"),
        ("PM/SME review: AI", "Thu 19 Feb", "from Wed 18 Feb 2026 (a day off)"),
    ]


def test_a_holiday_is_a_day_on_the_clocks_of_the_place() -> None:
    """09:00 on 27 November in Singapore is Thanksgiving, 26 November, in Los Angeles."""
    singapore = (Slot(time(9), "Asia/Singapore"),)
    habits = {**HABITS, EXCHANGE: replace(HABITS[EXCHANGE], day=Weekday.FRIDAY, slots=singapore, every=1)}
    town = program(cadence=Cadence(regions=REGIONS, habits=habits))
    found = meetings(town, instant("2026-11-26"), instant("2026-12-02"), [Series(EXCHANGE)])
    assert [(f"{m.start:%a %d %b}", moved(m)) for m in found] == [
        ("Mon 30 Nov", "from Fri 27 Nov 2026 (Thanksgiving Day)")
    ]


def test_business_days_are_counted_over_weekends_and_holidays() -> None:
    days = WorkingDays((Place(holidays=("DE-BY",)), Place(holidays=("US",))))
    friday = date(2026, 5, 15)
    assert days.before(date(2026, 3, 18), 5) == date(2026, 3, 11)
    assert days.before(friday, 1) == date(2026, 5, 13)
    assert days.after(friday, 6) == date(2026, 5, 26)
    assert days.after(date(2026, 5, 16), 0) == date(2026, 5, 18)
    assert days.before(date(2026, 5, 16), 0) == friday
    assert days.between(friday, date(2026, 5, 26)) == 6
    assert days.why_off(date(2026, 5, 14)) == "Ascension Day"
    assert days.why_off(date(2026, 5, 17)) == "the weekend"


def test_codes_of_holidays() -> None:
    assert [holidays_known(code) for code in ("US", "DE-BY", "XX", "DE-XX", "", "../US")] == [True, True] + [False] * 4


def test_each_region_reads_its_own_time_and_who_has_the_night() -> None:
    town = program(cadence=without_holidays())
    pod = next(m for m in years(town, 2026, 2026) if m.kind is POD and str(m.start.tzinfo) == "Europe/Berlin")
    clocks = [
        (one.region, f"{one.start:%H:%M}", one.start.day - pod.start.day, one.night) for one in local_times(town, pod)
    ]
    assert clocks == [
        ("dach", "16:00", 0, False),
        ("neur", "15:00", 0, False),
        ("us-east", "10:00", 0, False),
        ("us-west", "07:00", 0, False),
        ("apac", "23:00", 0, True),
        ("anz", "02:00", 1, True),
    ]


def test_over_a_year_nights_are_shared_evenly() -> None:
    """Six regions over the world, three slots that take turns: each has at least one night in three, none two."""
    town = program(cadence=without_holidays())
    pods = [m for m in years(town, 2026, 2027) if m.kind is POD]
    shares = {share.region: share for share in night_shares(town, pods)}
    assert {share.meetings for share in shares.values()} == {len(pods)}
    assert max(share.nights for share in shares.values()) <= len(pods) * 2 / 3
    alone = program(cadence=without_holidays({**HABITS, POD: replace(HABITS[POD], slots=HABITS[POD].slots[:1])}))
    unfair = night_shares(alone, [m for m in years(alone, 2026, 2027) if m.kind is POD])
    assert max(s.nights for s in unfair) == len(pods)
    assert min(s.nights for s in unfair) == 0
    assert dict(shares["apac"].people)["sme.ai.apac"] == sum(1 for m in pods if m.area == "ai" and m.start.hour != 9)


def test_a_weekend_is_night() -> None:
    """Friday 16:00 in Los Angeles is Saturday in Sydney."""
    friday = Slot(time(16), "America/Los_Angeles")
    habits = {**HABITS, ARR: replace(HABITS[ARR], day=Weekday.FRIDAY, slots=(friday,))}
    town = program(cadence=without_holidays(habits))
    (meeting, *_) = (m for m in years(town, 2026, 2026) if m.kind is ARR)
    there = local_time(town, meeting, "anz")
    assert (f"{there.start:%a %H:%M}", there.night) == ("Sat 10:00", True)


def test_the_meeting_that_is_held_now_and_its_neighbours() -> None:
    town = program()
    pod, series = next(m for m in years(town, 2026, 2026) if m.series == Series(POD, "ai")), Series(POD, "ai")
    second = timedelta(seconds=1)
    assert meeting_at(town, "ai", pod.start) == pod
    assert meeting_at(town, "ai", pod.end - second, POD) == pod
    assert meeting_at(town, "ai", pod.end) is None
    assert meeting_at(town, "ai", pod.start, REVIEW) is None
    assert meeting_at(town, "agile", pod.start) is None
    before, after = neighbours(town, pod)
    assert before is not None
    assert after is not None
    assert next_from(town, series, before.start + second) == pod == last_before(town, series, after.start)
    assert next_from(town, series, pod.start) == pod
    assert last_before(town, series, pod.start) == before


def test_who_is_asked_is_by_the_roster_at_that_time() -> None:
    """A lead's term ends on 1 June; the one after begins."""
    town = program()
    old, *others = (p for p in town.roster.people if p.username != "lead.ai")
    turn = datetime(2026, 6, 1, tzinfo=UTC)
    lead = next(p for p in town.roster.people if p.username == "lead.ai")
    first, second = (replace(lead.terms[0], until=turn), replace(lead.terms[0], since=turn))
    people = (old, person("lead.ai", "dach", first), person("lead.new", "dach", second), *others)
    town = replace(town, roster=replace(town.roster, people=people))
    pods = [m for m in years(town, 2026, 2026) if m.series == Series(POD, "ai")]
    assert {m.hosts for m in pods if m.start < turn} == {("lead.ai",)}
    assert {m.hosts for m in pods if m.start >= turn} == {("lead.new",)}
    assert len({fingerprint(m) for m in pods}) == len(pods)


def test_an_exchange_may_be_counted_from_a_day() -> None:
    habits = {**HABITS, EXCHANGE: replace(HABITS[EXCHANGE], since=date(2026, 2, 12))}
    town = program(cadence=without_holidays(habits))
    found = days(years(town, 2026, 2036, Series(EXCHANGE)))
    assert found[0] == date(2026, 2, 12)
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(days=14)}


def test_meetings_that_the_program_does_not_hold_are_nowhere() -> None:
    town = program(cadence=without_holidays({**HABITS, CORNER: replace(HABITS[CORNER], held=False)}))
    assert {m.kind for m in years(town, 2026, 2026)} == set(HABITS) - {CORNER}
