"""Fiscal quarters in numbered weeks."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fiscal import FiscalYear, Month, Quarter, QuarterWeek, WeekOne

YEARS = st.builds(FiscalYear, st.sampled_from(Month), st.sampled_from(WeekOne))
DAYS = st.dates(date(1999, 1, 1), date(2090, 12, 31))


def test_a_year_is_called_after_the_calendar_year_it_ends_in() -> None:
    """FY27 of a company whose year begins in February runs from February 2026."""
    assert FiscalYear().start(Quarter(2027, 1)) == date(2026, 2, 2)
    assert FiscalYear(Month.JANUARY).start(Quarter(2027, 1)) == date(2027, 1, 4)
    assert [str(FiscalYear().quarter_of(date(2026, month, 15))) for month in (1, 2, 5, 8, 11)] == [
        "FY26-Q4",
        "FY27-Q1",
        "FY27-Q2",
        "FY27-Q3",
        "FY27-Q4",
    ]


@pytest.mark.parametrize(
    ("rule", "starts"),
    [
        (WeekOne.FIRST_MONDAY, [date(2024, 2, 5), date(2024, 5, 6), date(2024, 8, 5), date(2024, 11, 4)]),
        (WeekOne.FIRST_THURSDAY, [date(2024, 1, 29), date(2024, 4, 29), date(2024, 7, 29), date(2024, 11, 4)]),
    ],
)
def test_a_quarter_begins_with_its_first_monday_or_in_the_week_of_its_first_thursday(
    rule: WeekOne, starts: list[date]
) -> None:
    assert [FiscalYear(week_one=rule).start(Quarter(2025, number)) for number in (1, 2, 3, 4)] == starts


def test_with_january_and_thursdays_weeks_are_those_of_iso() -> None:
    year = FiscalYear(Month.JANUARY, WeekOne.FIRST_THURSDAY)
    day = date(2015, 1, 1)
    while day < date(2032, 1, 1):
        week, (iso_year, iso_week, _) = year.week_of(day), day.isocalendar()
        if week.quarter.number == 1:
            assert (week.quarter.year, week.number) == (iso_year, iso_week)
        day += timedelta(days=1)


def test_quarters_have_twelve_to_fourteen_weeks() -> None:
    lengths = {len(FiscalYear().weeks(Quarter(year, number))) for year in range(2000, 2100) for number in (1, 2, 3, 4)}
    assert lengths == {12, 13, 14}


def test_a_thirteenth_week_belongs_to_no_month() -> None:
    weeks = FiscalYear().weeks(Quarter(2027, 1))
    assert " ".join(map(str, weeks)) == "M1W1 M1W2 M1W3 M1W4 M2W1 M2W2 M2W3 M2W4 M3W1 M3W2 M3W3 M3W4 W13"


@given(YEARS, DAYS)
def test_every_day_lies_in_one_week_and_weeks_follow_each_other(year: FiscalYear, day: date) -> None:
    week: QuarterWeek = year.week_of(day)
    assert week.monday <= day < week.monday + timedelta(days=7)
    assert week.monday.weekday() == 0
    following = year.week_of(day + timedelta(days=7))
    assert following.monday - week.monday == timedelta(days=7)
    if following.quarter == week.quarter:
        assert following.number == week.number + 1
    else:
        assert (following.quarter, following.number) == (week.quarter.following, 1)
        assert following.quarter.previous == week.quarter
    assert following.of_year == (1 if following.quarter.year > week.quarter.year else week.of_year + 1)
