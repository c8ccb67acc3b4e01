"""Fiscal quarters in numbered weeks (S130): 12, 13 or 14 of them, each from a Monday.

The handbook's table has three months of four weeks. A 13th or 14th week belongs to no month: it is for catching up.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WEEK = timedelta(weeks=1)
WEEKS_OF_A_MONTH = 4
MONTHS_OF_A_QUARTER = 3


class Month(StrEnum):
    """A calendar month, in the order of the year."""

    JANUARY = "january"
    FEBRUARY = "february"
    MARCH = "march"
    APRIL = "april"
    MAY = "may"
    JUNE = "june"
    JULY = "july"
    AUGUST = "august"
    SEPTEMBER = "september"
    OCTOBER = "october"
    NOVEMBER = "november"
    DECEMBER = "december"


class WeekOne(StrEnum):
    """Which week is a quarter's first: that of its first Monday, or (as ISO 8601 has it) that of its first Thursday."""

    FIRST_MONDAY = "first_monday"
    FIRST_THURSDAY = "first_thursday"


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A fiscal quarter. A year is called after the calendar year it ends in: FY27 began in February 2026."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"FY{self.year % 100:02d}-Q{self.number}"

    @property
    def following(self) -> "Quarter":
        """The quarter after this one."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before this one."""
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)


@dataclass(frozen=True, slots=True, order=True)
class QuarterWeek:
    """A week of a quarter, counted from 1. `of_year` counts the same week from the year's first."""

    quarter: Quarter
    number: int
    monday: date
    of_year: int

    @property
    def place(self) -> tuple[int, int] | None:
        """Month (1 to 3) and week (1 to 4) in the handbook's table; None for a 13th or 14th week."""
        month, week = divmod(self.number - 1, WEEKS_OF_A_MONTH)
        return (month + 1, week + 1) if month < MONTHS_OF_A_QUARTER else None

    def __str__(self) -> str:
        return f"M{self.place[0]}W{self.place[1]}" if self.place else f"W{self.number}"


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """How a program counts: the month its year begins in, and what it takes for the first week of a quarter."""

    starts: Month = Month.FEBRUARY
    week_one: WeekOne = WeekOne.FIRST_MONDAY

    def month_start(self, quarter: Quarter, month: int) -> date:
        """The first day of the quarter's calendar month 1, 2 or 3."""
        first = tuple(Month).index(self.starts)
        months = first + 3 * (quarter.number - 1) + month - 1
        return date(quarter.year - (first > 0) + months // 12, months % 12 + 1, 1)

    def start(self, quarter: Quarter) -> date:
        """The Monday of the quarter's first week."""
        first = self.month_start(quarter, 1)
        match self.week_one:
            case WeekOne.FIRST_MONDAY:
                return first + timedelta(days=-first.weekday() % 7)
            case WeekOne.FIRST_THURSDAY:
                fourth = first + timedelta(days=3)
                return fourth - timedelta(days=fourth.weekday())

    def quarter_of(self, day: date) -> Quarter:
        """The quarter in whose weeks a day lies."""
        found = Quarter(day.year, 1)
        while self.start(found) > day:
            found = found.previous
        while self.start(found.following) <= day:
            found = found.following
        return found

    def weeks(self, quarter: Quarter) -> tuple[QuarterWeek, ...]:
        """All weeks of a quarter: 12, 13 or 14."""
        start, end = self.start(quarter), self.start(quarter.following)
        before = (start - self.start(Quarter(quarter.year, 1))) // WEEK
        return tuple(
            QuarterWeek(quarter, index + 1, start + index * WEEK, before + index + 1)
            for index in range((end - start) // WEEK)
        )

    def week_of(self, day: date) -> QuarterWeek:
        """The week in which a day lies."""
        quarter = self.quarter_of(day)
        return self.weeks(quarter)[(day - self.start(quarter)) // WEEK]

    def quarters(self, first: date, last: date) -> tuple[Quarter, ...]:
        """All quarters from that of one day to that of another, both included."""
        found = [self.quarter_of(first)]
        while self.start(found[-1].following) <= last:
            found.append(found[-1].following)
        return tuple(found)
