"""The handbook's table of cadences, out of the shipped configuration."""

from datetime import date

import pytest

from app import bootstrap
from app.domain.fiscal import Quarter
from app.domain.quarter_page import quarter_page
from app.gateways.config_load import load
from tests.cadence.town import program, years

# The first quarter of FY23 had 12 weeks, so that its last reviews fall where the handbook draws them in the next.
AFTER_TWELVE_WEEKS, AFTER_THIRTEEN = Quarter(2023, 2), Quarter(2027, 1)

HANDBOOK = """\
| Month | 1 |  |  |  | 2 |  |  |  | 3 |  |  |  |
| Week | 1 | 2 | 3 | 4 | 1 | 2 | 3 | 4 | 1 | 2 | 3 | 4 |
| **ARR Driver** |  |  |  |  |  | X |  |  |  |  |  |  |
| **SME Area Pod** | AI | App Security | Agile | Dedicated | AI | App Security | Agile | Dedicated | AI | App Security | Agile | Dedicated |
| **PM/SME review** | Agile | Dedicated | AI | App Security | Agile | Dedicated | AI | App Security | Agile | Dedicated | AI | App Security |
| **SME Leaders** |  |  |  |  |  |  |  | X |  |  |  |  |
| **SME Corner** | X | X | X | X | X | X | X | X | X | X | X | X |
"""  # noqa: E501 - the table of the handbook, whose last row has no marks


def table(quarter: Quarter, width: int) -> list[str]:
    """The rows of a quarter's table, with this many weeks."""
    shipped = load(bootstrap.SHIPPED).program
    year = shipped.cadence.fiscal_year
    found = [
        meeting
        for meeting in years(shipped, quarter.year - 2, quarter.year + 1)
        if year.quarter_of(meeting.start.date()) == quarter
    ]
    rows = [line for line in quarter_page(shipped, quarter, found).splitlines()[2:11] if not line.startswith("| -")]
    return ["|".join(row.split("|")[: width + 2]) + "|" for row in rows]


def test_it_is_the_handbooks_table() -> None:
    told = table(AFTER_TWELVE_WEEKS, 12)
    assert [row for row in told if row.split(" | ")[0].strip("|* ") not in ("Monday", "Technical Skills Exchange")] == (
        HANDBOOK.splitlines()
    )


def test_after_thirteen_weeks_reviews_still_come_two_weeks_after_their_pods() -> None:
    pods, reviews = (row.split(" | ")[1:] for row in table(AFTER_THIRTEEN, 13)[4:6])
    assert [cell.strip("| ") for cell in reviews[2:]] == [cell.strip("| ") for cell in pods[:11]]
    assert [cell.strip("| ") for cell in reviews[:2]] == ["Dedicated", ""]


@pytest.mark.parametrize("first", [2026, 2031])
def test_the_exchange_is_every_other_week_of_the_year(first: int) -> None:
    year = program().cadence.fiscal_year
    weeks = [
        year.week_of(meeting.moved_from or meeting.start.date()).of_year
        for meeting in years(program(), first, first + 6)
        if meeting.kind == "exchange"
    ]
    assert set(weeks) == set(range(1, 53, 2))
    assert date(first, 1, 1) < date(first + 6, 12, 31)


@pytest.mark.parametrize(("quarter", "weeks"), [(Quarter(2023, 1), 12), (Quarter(2027, 1), 13), (Quarter(2023, 3), 14)])
def test_every_row_has_a_cell_for_every_week(quarter: Quarter, weeks: int) -> None:
    assert len(program().cadence.fiscal_year.weeks(quarter)) == weeks
    rows = table(quarter, 99)
    assert {row.count("|") for row in rows} == {weeks + 3}
    assert rows[0].rstrip("| ").endswith({12: "3", 13: "after", 14: "after"}[weeks])
    assert rows[1].rstrip("| ").split(" | ")[-1] == {12: "4", 13: "13", 14: "14"}[weeks]
