"""Dates as people type them: only what can mean one day."""

from datetime import date

import pytest

from app.domain.dates import day


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31",
        "2026/03/31",
        "2026.03.31",
        "2026-3-31",
        "31.03.2026",
        "31.3.2026",
        "31/03/2026",
        "03/31/2026",
        "31-03-2026",
        "31 March 2026",
        "31. March 2026",
        "31st March 2026",
        "31 Mar 2026",
        "31-Mar-2026",
        "March 31, 2026",
        "Mar. 31 2026",
        "march 31st, 2026",
        "2026-03-31 (their renewal)",
        "renewal on 2026-03-31",
        "by 2026-03-31.",
        "2026-03-31, that is 31 March 2026",
    ],
)
def test_the_end_of_march(text: str) -> None:
    assert day(text) == date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Q3ish",
        "Q3 2026",
        "March 2026",
        "2026",
        "2026-03",
        "2026-02-31",
        "31.02.2026",
        "03/04/2026",
        "31/03/26",
        "FY27-Q1",
        "soon",
        "2026-03-31 or 2026-06-30",
        "2026-03-31/2",
        "12026-03-311",
        "1926-03-31",
        "31 Foo 2026",
        "31 Marches 2026",
        "1.2.3.2026",
        "2026-03.31",
    ],
)
def test_no_day_or_more_than_one(text: str) -> None:
    assert day(text) is None


def test_two_numbers_alike_mean_one_day() -> None:
    assert day("04/04/2026") == date(2026, 4, 4)
