"""On which days the meetings of a series fall, before holidays are looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise

from app.domain.cadence import Habit, MeetingKind, Rule, Weekday
from app.domain.fiscal import MONTHS_OF_A_QUARTER, WEEK, FiscalYear, Quarter, QuarterWeek
from app.domain.meeting import Series
from app.domain.program import Program

PODS_TAKE_TURNS = 4
"""Weeks of a month: a fifth area shares the first's week (S132)."""
REVIEW_AFTER = 2
"""Weeks from a pod to its review where both are counted by weekdays of the month."""
_WEEKS_OF_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting of a series: its period, its number since the year 0 (for what takes turns), its day by the table,
    and the day by the table of the next one.
    """

    series: Series
    period: str
    number: int
    day: date
    next_day: date


def series_of(program: Program) -> tuple[Series, ...]:
    """Every series of the program that is held, kind by kind, areas and regions in their order."""
    found: list[Series] = []
    for kind in MeetingKind:
        match kind:
            case MeetingKind.POD | MeetingKind.PM_REVIEW:
                found += [Series(kind, area=area.key) for area in program.areas]
            case MeetingKind.CORNER:
                found += [Series(kind, region=region) for region in program.regions]
            case _:
                found.append(Series(kind))
    return tuple(series for series in found if program.cadence.habits[series.kind].held)


def turn(program: Program, series: Series) -> int:
    """With which slot a series begins, so that not all have the same at the same time."""
    if series.area is not None:
        return [area.key for area in program.areas].index(series.area)
    if series.region is not None:
        return program.regions.index(series.region)
    return tuple(MeetingKind).index(series.kind)


def occurrences(program: Program, series: Series, first: date, last: date) -> tuple[Occurrence, ...]:
    """The meetings of a series in all quarters that the days from `first` to `last` touch, in order."""
    year = program.cadence.fiscal_year
    quarters = year.quarters(first, last)
    beyond = [quarters[-1].following]
    beyond += [beyond[0].following, beyond[0].following.following]
    asked = [told for quarter in quarters for told in _in(program, series, year, quarter)]
    ahead = [told for quarter in beyond for told in _in(program, series, year, quarter)]
    return tuple(
        Occurrence(series, period, number, day, following)
        for (period, number, day), (_, _, following) in islice(pairwise([*asked, *ahead]), len(asked))
    )


def _in(program: Program, series: Series, year: FiscalYear, quarter: Quarter) -> Iterator[tuple[str, int, date]]:
    habit = program.cadence.habits[series.kind]
    match series.kind:
        case MeetingKind.POD | MeetingKind.PM_REVIEW:
            for month in range(1, MONTHS_OF_A_QUARTER + 1):
                of_year = (quarter.number - 1) * MONTHS_OF_A_QUARTER + month
                period = f"FY{quarter.year % 100:02d}-M{of_year:02d}"
                yield period, quarter.year * 12 + of_year, _monthly(program, series, quarter, month)
        case MeetingKind.ARR_DRIVER | MeetingKind.LEADERS:
            for index, (month, week) in enumerate(sorted(habit.weeks)):
                period = f"{quarter}-{index + 1}" if index else str(quarter)
                number = (quarter.year * 4 + quarter.number) * len(habit.weeks) + index
                yield period, number, _day(year, habit, quarter, month, week)
        case MeetingKind.CORNER | MeetingKind.EXCHANGE:
            for found in year.weeks(quarter):
                if (count := _counted(habit, found)) is not None:
                    period = f"FY{quarter.year % 100:02d}-W{found.of_year:02d}"
                    yield period, count, found.monday + timedelta(days=habit.day.number)


def _monthly(program: Program, series: Series, quarter: Quarter, month: int) -> date:
    """The pod in the area's week; a review by weekdays two weeks on, which for the later areas is the next month."""
    assert series.area is not None
    year, habit = program.cadence.fiscal_year, program.cadence.habits[series.kind]
    place = [area.key for area in program.areas].index(series.area) % PODS_TAKE_TURNS + 1
    week = program.cadence.area(series.area).week or place
    if series.kind is MeetingKind.PM_REVIEW:
        months, weeks = divmod(week - 1 + REVIEW_AFTER, PODS_TAKE_TURNS)
        month, week = month + months, weeks + 1
        if month > MONTHS_OF_A_QUARTER:
            quarter, month = quarter.following, 1
    return _day(year, habit, quarter, month, week)


def _day(year: FiscalYear, habit: Habit, quarter: Quarter, month: int, week: int) -> date:
    match habit.rule:
        case Rule.QUARTER_WEEKS:
            weeks = (month - 1) * PODS_TAKE_TURNS + week - 1
            return year.start(quarter) + weeks * WEEK + timedelta(days=habit.day.number)
        case Rule.NTH_WEEKDAY:
            return nth_weekday(year.month_start(quarter, month), habit.day, week)


def nth_weekday(month: date, weekday: Weekday, nth: int) -> date:
    """The nth such weekday of the month that begins on this day."""
    return month + timedelta(days=(weekday.number - month.weekday()) % 7) + (nth - 1) * WEEK


def _counted(habit: Habit, week: QuarterWeek) -> int | None:
    """The number of a meeting every so many weeks; None in a week without. A 53rd week of the year is left over."""
    if habit.since is not None:
        step, rest = divmod((week.monday - (habit.since - timedelta(days=habit.since.weekday()))) // WEEK, habit.every)
        return step if not rest and step >= 0 else None
    step, rest = divmod(week.of_year - 1, habit.every)
    fits = habit.every == 1 or week.of_year <= _WEEKS_OF_A_YEAR // habit.every * habit.every
    return week.quarter.year * (_WEEKS_OF_A_YEAR // habit.every) + step if not rest and fits else None
