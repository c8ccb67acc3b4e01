"""What holds of every calendar, whatever the program."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.cadence import HANDBOOK, AreaHabit, Cadence, Rule, Slot, Weekday
from app.domain.days_off import Place, weekend
from app.domain.fiscal import FiscalYear, Month, WeekOne
from app.domain.meeting import Meeting, Series
from app.domain.meeting_people import places
from app.domain.meetings import meetings, review_of, unheld
from app.domain.occurrences import occurrences, series_of
from app.domain.program import Program
from tests.cadence.town import (
    AREAS,
    CORNER,
    EXCHANGE,
    HABITS,
    MORE_AREAS,
    POD,
    REGIONS,
    REVIEW,
    program,
    without_holidays,
    years,
)

TWO_WEEKS = timedelta(days=14)
ZONES = st.sampled_from(
    ["Europe/Berlin", "Asia/Singapore", "America/Los_Angeles", "Australia/Lord_Howe", "Africa/Cairo"]
)
SLOTS = st.lists(st.builds(Slot, st.times(), ZONES), min_size=1, max_size=4).map(tuple)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Any number of areas, any fiscal year, any weekday, any slots, any area's week, holidays of six countries."""
    keys = draw(st.integers(1, 6))
    areas = dict([*AREAS.items(), *MORE_AREAS.items()][:keys])
    day = draw(st.sampled_from(Weekday))
    pod = replace(HANDBOOK[POD], day=day, slots=draw(SLOTS))
    review = replace(HANDBOOK[REVIEW], day=day, slots=draw(st.just(()) | SLOTS))
    weeks = draw(st.dictionaries(st.sampled_from(list(areas)), st.integers(1, 4)))
    cadence = Cadence(
        fiscal_year=FiscalYear(draw(st.sampled_from(Month)), draw(st.sampled_from(WeekOne))),
        regions=REGIONS,
        areas={key: AreaHabit(week) for key, week in weeks.items()},
        habits={
            **HABITS,
            POD: pod,
            REVIEW: review,
            CORNER: replace(HABITS[CORNER], day=draw(st.sampled_from(Weekday))),
        },
    )
    return program(areas, cadence)


def by_series(found: tuple[Meeting, ...]) -> dict[Series, list[Meeting]]:
    told: dict[Series, list[Meeting]] = {}
    for meeting in found:
        told.setdefault(meeting.series, []).append(meeting)
    return told


@settings(max_examples=8, deadline=None)
@given(programs(), st.integers(2000, 2050))
def test_ten_years_of_any_program(any_program: Program, first: int) -> None:
    found = years(any_program, first, first + 9)
    pods = {(m.area, m.period): m.start.date() for m in found if m.kind is POD}
    reviews = {(m.area, m.period): m.start.date() for m in found if m.kind is REVIEW}
    both = pods.keys() & reviews.keys()
    assert len(both) > 110 * len(any_program.areas)
    assert {reviews[key] - pods[key] for key in both} == {TWO_WEEKS}
    for meeting in found:
        assert not weekend(meeting.start.date())
        for place in places(any_program, meeting.series, meeting.moved_from or meeting.start.date()):
            there = meeting.start.astimezone(ZoneInfo(place.timezone)) if place.timezone else meeting.start
            assert place.off(there.date()) is None, meeting
    assert len({meeting.uid for meeting in found}) == len(found)
    assert unheld(any_program, datetime(first, 1, 1, tzinfo=UTC), datetime(first + 10, 1, 1, tzinfo=UTC)) == ()


@settings(max_examples=8, deadline=None)
@given(programs(), st.integers(2000, 2050))
def test_each_series_meets_once_in_each_period(any_program: Program, first: int) -> None:
    found = by_series(years(any_program, first, first + 3))
    assert set(found) == set(series_of(any_program))
    for series, held in found.items():
        since, until = held[0].start.date() + timedelta(weeks=12), held[-1].start.date() - timedelta(weeks=12)
        table = occurrences(any_program, series, since, until)
        periods = Counter(meeting.period for meeting in held)
        assert set(periods.values()) == {1}
        assert {one.period for one in table if since <= one.day <= until} <= set(periods)


@settings(max_examples=8, deadline=None)
@given(programs(), st.integers(2000, 2050))
def test_slots_take_turns(any_program: Program, first: int) -> None:
    """However many meetings are looked at, no slot of a series was used more than once more often than another."""
    slots = any_program.cadence.habits[POD].slots
    for series, held in by_series(years(any_program, first, first + 2)).items():
        if series.kind is POD:
            used = [str(m.start.tzinfo) + f"{m.start:%H:%M}" for m in sorted(held, key=lambda m: m.period)]
            times = Counter(used)
            if len(times) == len(slots):
                assert max(times.values()) - min(times.values()) <= 1


@pytest.mark.parametrize("first", [2021, 2031])
def test_wall_clocks_stay_for_ten_years(first: int) -> None:
    """Every pod is at one of its hours on the clocks of its zone, in summer and in winter, in UTC at either of two."""
    found = [m for m in years(program(), first, first + 9) if m.kind in (POD, REVIEW)]
    assert {(str(m.start.tzinfo), f"{m.start:%H:%M}") for m in found} == {
        ("Europe/Berlin", "16:00"),
        ("Asia/Singapore", "09:00"),
        ("America/Los_Angeles", "13:00"),
    }
    assert {m.start.astimezone(UTC).hour for m in found} == {14, 15, 1, 20, 21}


def test_in_a_program_without_a_cadence_no_two_areas_meet_at_the_same_hour() -> None:
    """So one lead or one PM of all four areas can be at all pods and reviews."""
    town = program(cadence=Cadence())
    held = [m for m in years(town, 2026, 2035) if m.kind in (POD, REVIEW)]
    assert len({m.start for m in held}) == len(held)


@settings(max_examples=20, deadline=None)
@given(programs(), st.integers(400, 21000), st.integers(1, 200))
def test_a_meeting_is_the_same_whatever_days_are_asked_for(any_program: Program, day: int, days: int) -> None:
    since = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=day)
    until = since + timedelta(days=days)
    wide = meetings(any_program, since - timedelta(days=400), until + timedelta(days=400))
    assert meetings(any_program, since, until) == tuple(m for m in wide if since <= m.start < until)


@pytest.mark.parametrize("areas", [AREAS, {**AREAS, **MORE_AREAS}])
def test_a_pod_knows_its_review(areas: dict[str, str]) -> None:
    town = program(areas)
    for pod in [meeting for meeting in years(town, 2026, 2026) if meeting.kind is POD]:
        review = review_of(town, pod)
        assert review is not None
        assert review.start.date() - pod.start.date() == TWO_WEEKS


@pytest.mark.parametrize("every", [3, 20, 26])
def test_a_series_may_meet_less_often(every: int) -> None:
    habits = {**HABITS, EXCHANGE: replace(HABITS[EXCHANGE], every=every)}
    town = program(cadence=without_holidays(habits))
    year = town.cadence.fiscal_year
    held = [year.week_of(m.start.date()).of_year for m in years(town, 2026, 2029) if m.kind is EXCHANGE]
    assert set(held) == set(range(1, 52 // every * every + 1, every))
    assert len(held) in (52 // every * 4, 52 // every * 4 + 1, 52 // every * 4 - 1)


def test_leap_days_are_days_like_others() -> None:
    """29 February 2028 is a Tuesday: a Corner is held on it."""
    leap = [m.title for m in years(program(), 2028, 2028) if f"{m.start:%m-%d}" == "02-29"]
    assert leap == [f"SME Corner: {region}" for region in ("anz", "apac", "dach", "neur", "us-east", "us-west")]


def test_by_weekdays_of_the_month_a_review_may_come_three_weeks_after_its_pod() -> None:
    """Why weeks are counted in quarters: a third of all months have a fifth Wednesday."""
    nth = {kind: replace(HABITS[kind], rule=Rule.NTH_WEEKDAY) for kind in (POD, REVIEW)}
    town = program(cadence=Cadence(habits={**HABITS, **nth}))
    found = years(town, 2020, 2039)
    pods = {(m.area, m.period): m.start.date() for m in found if m.kind is POD}
    reviews = {(m.area, m.period): m.start.date() for m in found if m.kind is REVIEW}
    apart = Counter((reviews[key] - pods[key]).days for key in pods.keys() & reviews.keys())
    assert set(apart) == {14, 21}
    late = [(key, reviews[key] - pods[key]) for key in pods.keys() & reviews.keys() if key[0] in ("ai", "app-security")]
    assert {gap for _, gap in late} == {TWO_WEEKS}
    for (area, _), day in pods.items():
        assert (day.day - 1) // 7 == list(AREAS).index(area or "")
        assert day.weekday() == 2


def test_a_place_that_never_works_meets_never_and_that_is_told() -> None:
    """A whole year off: nothing is held on a day off, and nothing is dropped without a word."""
    off = frozenset(date(2026, 1, 1) + timedelta(days=count) for count in range(500))
    town = program(cadence=Cadence(everywhere=Place(days_off=off), habits=HABITS))
    since, until = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    assert meetings(town, since, until) == ()
    assert {one.series for one in unheld(town, since, until)} >= {Series(POD, "ai"), Series(CORNER, region="apac")}
