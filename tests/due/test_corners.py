"""The Corners of a region: one issue a month, each week above the last."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.cadence import MeetingKind
from tests.due.house import DAY, HOUR, House, house_of, instant

MARCH = instant("2026-03-02 08:00")
"""A Monday; the Corner of the DACH region is on Tuesday at ten in Berlin."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Only Corners are held, in one region."""
    with house_of(tmp_path, MeetingKind.CORNER, regions=("dach-meta",), began=MARCH) as found:
        yield found


def weeks(house: House) -> list[list[str]]:
    """Of each issue the days that its weeks name, from top to bottom."""
    texts = [issue.description or "" for issue in house.agendas()]
    return [[line.split(" · ")[1] for line in text.split("\n") if line.startswith("# SME Corner")] for text in texts]


def test_a_month_has_one_issue_with_its_weeks_above_each_other(house: House) -> None:
    for week in range(5):
        house.due(MARCH + week * 7 * DAY)
    assert weeks(house) == [
        ["Tue 31 Mar 2026", "Tue 24 Mar 2026", "Tue 17 Mar 2026", "Tue 10 Mar 2026", "Tue 3 Mar 2026"]
    ]
    assert house.agendas()[0].description.count("## Notes") == 1  # type: ignore[union-attr]
    house.due(MARCH + 5 * 7 * DAY)
    assert weeks(house)[1] == ["Tue 7 Apr 2026"]


def test_older_weeks_stay_as_they_were_and_the_month_is_closed_after_its_last(house: House) -> None:
    house.due(MARCH)
    (month,) = house.agendas()
    house.due(MARCH + 2 * DAY)
    first = (month.description or "").partition("<!-- sb:begin fy27-w05-header")[2]
    house.due(MARCH + 7 * DAY)
    assert (month.description or "").partition("<!-- sb:begin fy27-w05-header")[2][:2000] == first[:2000]
    house.due(MARCH + 12 * DAY)
    assert month.state == "opened"
    for days in (14, 21, 28, 30):
        house.due(MARCH + days * DAY)
    house.due(MARCH + 38 * DAY)
    assert month.state == "opened"
    house.due(MARCH + 40 * DAY)
    assert month.state == "closed"


def test_a_week_that_an_outage_swallowed_is_made_up_for(house: House) -> None:
    house.due(MARCH)
    house.due(MARCH + 3 * DAY)
    (tended,) = house.due(MARCH + 10 * DAY).done
    assert tended.did == ("made late",)
    house.due(MARCH + 22 * DAY)
    assert weeks(house) == [["Tue 24 Mar 2026", "Tue 10 Mar 2026", "Tue 3 Mar 2026"]]


def test_weeks_before_the_first_run_are_neither_made_nor_closed_out(house: House) -> None:
    house.due(MARCH + 8 * DAY + 12 * HOUR)
    assert house.agendas() == []
    for hours in (0, 1, 12, 30, 60):
        house.due(MARCH + 14 * DAY + hours * HOUR)
    assert weeks(house) == [["Tue 17 Mar 2026"]]
    assert all("FY27-W06" not in line and "fy27-w06" not in line for line in house.agendas()[0].description.split("\n"))  # type: ignore[union-attr]
    assert house.due(dry=True).done == ()


@pytest.mark.parametrize("when", ["before", "in the call"])
def test_a_request_told_on_the_corner_is_listed_there_at_once(house: House, when: str) -> None:
    house.due(MARCH)
    house.due(MARCH + 7 * DAY)
    (month,) = house.agendas()
    corner = house.meeting(MeetingKind.CORNER, region="dach-meta")
    house.due(corner.start + (HOUR / 12 if when == "in the call" else -3 * HOUR))
    house.at += HOUR / 12
    house.says("sa.jane", month, "@sounding-board request: Removed people keep their access for a day | area ai")
    tended = house.changed(month)
    drafted = max(house.project.issues)
    assert drafted > month.iid
    assert tended
    assert "request told by @sa.jane" in tended.did
    this_week = (month.description or "").partition("## Requests told here")[2].partition("<!-- sb:end -->")[0]
    assert f"- sme/customer-feedback#{drafted}+" in this_week
    house.writes()
    house.changed(month)
    assert house.writes() == 0


def test_one_week_is_called_off_and_the_others_are_held(house: House) -> None:
    house.due(MARCH)
    (month,) = house.agendas()
    host = house.meeting(MeetingKind.CORNER, region="dach-meta").hosts[0]
    house.at = MARCH + HOUR
    house.ticks(host, month, "cancel/fy27-w05")
    done = house.due().done
    assert [tended.did for tended in done] == [("cancel: done",)]
    assert f"**This meeting is not held:** `{host}` called it off" in (month.description or "")
    assert house.due(MARCH + HOUR * 26).done == ()
    assert [tended.did for tended in house.due(MARCH + 3 * DAY).done] == [("over",)]
    for weeks_on in range(1, 5):
        house.due(MARCH + weeks_on * 7 * DAY)
    assert (month.state, len(weeks(house)), len(weeks(house)[0])) == ("opened", 1, 5)
    assert (month.description or "").count("is not held") == 1
    house.due(MARCH + 40 * DAY)
    assert month.state == "closed"


def test_a_host_who_thinks_again_has_the_week_held_after_all(house: House) -> None:
    house.due(MARCH)
    (month,) = house.agendas()
    host = house.meeting(MeetingKind.CORNER, region="dach-meta").hosts[0]
    house.at = MARCH + HOUR
    house.ticks(host, month, "cancel/fy27-w05")
    house.due()
    assert month.state == "opened"
    house.due(MARCH + 7 * DAY)
    assert "- [ ] Call it off" in (month.description or "")
