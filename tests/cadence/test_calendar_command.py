"""`sounding-board calendar` as somebody types it."""

# ruff: noqa: E501 - pages are pinned as people read them

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from inline_snapshot import snapshot

from app import bootstrap
from tests.commands.conftest import terminal
from tests.commands.terminal import Terminal

__all__ = ["terminal"]

SHARED = """\
    roles:
      - {role: sme, area: ai, from: 2025-06-01, until: 2027-06-01}
  sme.dana:"""


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """It is Monday, 16 March 2026."""
    with time_machine.travel(datetime(2026, 3, 16, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def here(terminal: Terminal) -> Terminal:
    """The shipped configuration in the directory somebody works in."""
    for name in ("label_taxonomy.yml", "program.yml"):
        shutil.copy(bootstrap.SHIPPED / name, terminal.here)
    return terminal


def edit(here: Terminal, old: str, new: str) -> None:
    file = here.here / "program.yml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_an_areas_pods_and_reviews_of_a_quarter(here: Terminal) -> None:
    ran = here("calendar", "--quarter", "FY27-Q4", "--area", "dedicated", "--kind", "pm-review")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot("""\
# FY27-Q4: Mon 2 Nov 2026 to Sun 31 Jan 2027

| Month | 1 |  |  |  | 2 |  |  |  | 3 |  |  |  | after |
| ----- | ----- | ----- | ----- | ----- | ----- | ----- | ----- | ----- | ----- | ----- | ----- | ----- | ----- |
| Week | 1 | 2 | 3 | 4 | 1 | 2 | 3 | 4 | 1 | 2 | 3 | 4 | 13 |
| Monday | 2 Nov | 9 Nov | 16 Nov | 23 Nov | 30 Nov | 7 Dec | 14 Dec | 21 Dec | 28 Dec | 4 Jan | 11 Jan | 18 Jan | 25 Jan |
| **PM/SME review** | Dedicated |  |  |  |  | Dedicated |  |  |  | Dedicated |  |  |  |

```mermaid
gantt
    title FY27-Q4
    dateFormat YYYY-MM-DD
    axisFormat %d %b
    tickInterval 1week
    weekday monday
    section PM/SME review
    Dedicated :2026-11-04, 1d
    Dedicated :2026-12-09, 1d
    Dedicated :2027-01-06, 1d
```

## Dates

| Day | Time | Meeting | Hosts | Moved |
| --- | --- | --- | --- | --- |
| Wed 4 Nov 2026 | 16:00–16:45 Europe/Berlin | PM/SME review: Dedicated | `lead.dedicated`, `pm.dedicated` |  |
| Wed 9 Dec 2026 | 09:00–09:45 Asia/Singapore | PM/SME review: Dedicated | `lead.dedicated`, `pm.dedicated` |  |
| Wed 6 Jan 2027 | 12:00–12:45 America/Los_Angeles | PM/SME review: Dedicated | `lead.dedicated`, `pm.dedicated` |  |

## Night slots

Nobody has to meet at night.

## Conflicts

Nobody is needed in two meetings at once, or hosts one on a holiday.
""")


def test_this_quarter_if_no_other_is_named(here: Terminal) -> None:
    ran = here("calendar")
    assert ran.out.splitlines()[0] == "# FY27-Q1: Mon 2 Feb 2026 to Sun 3 May 2026"
    assert ran.out == here("calendar", "--quarter", "fy27-q1").out
    assert ran.out == here("calendar", "--from", "2026-02-02").out
    assert ran.out == here("calendar", "--until", "2026-05-04").out
    assert ran.out.endswith("## Conflicts\n\nNobody is needed in two meetings at once, or hosts one on a holiday.\n")


def test_a_page_for_each_quarter_that_the_days_touch(here: Terminal) -> None:
    ran = here("calendar", "--from", "2026-04-27", "--until", "2026-05-06", "--kind", "pod")
    assert [line for line in ran.out.splitlines() if line.startswith("# ")] == [
        "# FY27-Q1: Mon 2 Feb 2026 to Sun 3 May 2026",
        "# FY27-Q2: Mon 4 May 2026 to Sun 2 Aug 2026",
    ]
    assert "2026-05-06" not in ran.out


def test_files_are_written_once_and_then_only_where_something_has_changed(here: Terminal) -> None:
    ran = here("calendar", "--quarter", "FY27-Q1", "--out", "calendars")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot("""\
calendars/program.ics written
calendars/area-ai.ics written
calendars/area-app-security.ics written
calendars/area-agile.ics written
calendars/area-dedicated.ics written
calendars/region-neur.ics written
calendars/region-seur.ics written
calendars/region-dach-meta.ics written
calendars/region-apac.ics written
calendars/region-us-east.ics written
calendars/region-us-west.ics written
calendars/region-commercial.ics written
calendars/region-partners-pubsec.ics written
calendars/role-sa.ics written
calendars/role-sme.ics written
calendars/role-lead.ics written
calendars/role-pm.ics written
calendars/role-em.ics written
calendars/role-program_lead.ics written
calendars/FY27-Q1.md written
""")
    assert {
        line.split()[1] for line in here("calendar", "--quarter", "FY27-Q1", "--out", "calendars").out.splitlines()
    } == {"unchanged"}
    edit(here, "corner: {day: tuesday", "corner: {day: friday")
    told = here("calendar", "--quarter", "FY27-Q1", "--out", "calendars").out.splitlines()
    assert "calendars/program.ics written" in told
    assert "calendars/area-ai.ics unchanged" in told


def test_the_quarters_at_the_ends_of_the_century(here: Terminal) -> None:
    assert here("calendar", "--quarter", "FY00-Q1", "--kind", "leaders").out.startswith("# FY00-Q1: Mon 1 Feb 1999 to ")
    assert here("calendar", "--quarter", "FY99-Q4", "--kind", "leaders").code == 0


def test_one_calendar_that_was_chosen(here: Terminal) -> None:
    ran = here("calendar", "--region", "apac", "--role", "sa", "--out", "calendars")
    assert ran.out == "calendars/region-apac-role-sa.ics written\ncalendars/FY27-Q1-region-apac-role-sa.md written\n"
    assert sorted(path.name for path in Path("calendars").iterdir()) == [
        "FY27-Q1-region-apac-role-sa.md",
        "region-apac-role-sa.ics",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--quarter", "Q1"], "Q1 is no quarter: write it like FY27-Q1."),
        (["--from", "monday"], "monday is no day: write it like 2026-02-02."),
        (["--from", "0001-01-01"], "0001-01-01 is in another century."),
        (["--until", "9999-12-31"], "9999-12-31 is in another century."),
        (["--from", "2026-03-01", "--until", "2026-03-01"], "there is no day from 2026-03-01 until 2026-03-01."),
        (["--quarter", "FY27-Q1", "--from", "2026-03-01"], "choose --quarter, or --from and --until."),
        (["--area", "aj"], "there is no area aj; the areas: ai, app-security, agile, dedicated."),
        (
            ["--region", "mars"],
            "there is no region mars; the regions: neur, seur, dach-meta, apac, us-east, us-west, commercial, partners-pubsec.",
        ),
    ],
)
def test_what_cannot_be_meant(here: Terminal, words: list[str], told: str) -> None:
    ran = here("calendar", *words)
    assert ran.code == 2
    assert told in " ".join(ran.err.replace("│", " ").split())


def test_a_file_that_is_no_calendar(here: Terminal) -> None:
    Path("calendars").mkdir()
    Path("calendars/program.ics").write_text("Dear diary")
    ran = here("calendar", "--out", "calendars")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("calendars/program.ics is no calendar that can be continued (")
    assert ran.err.endswith("); move it away\n")


def test_check_tells_of_people_who_are_needed_twice_at_once(here: Terminal) -> None:
    """Ken is SME of Agile too, whose pods are in the weeks of the reviews of AI; all slots are made the same."""
    edit(
        here,
        SHARED,
        SHARED.replace("\n  sme.dana:", "\n      - {role: sme, area: agile, from: 2025-06-01}\n  sme.dana:"),
    )
    edit(here, '"16:00 Europe/Berlin", "09:00 Asia/Singapore", "12:00 America/Los_Angeles"', '"09:00 Asia/Singapore"')
    ran = here("check")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot("""\
Configuration ok: 84 labels, 17 moves, 4 areas, 15 people, 1 project.
note: sme.ken is needed in two meetings at once, on 2026-03-18 at 09:00 Asia/Singapore and 5 times more: PM/SME review: AI and SME Area Pod: Agile.
note: sme.ken is needed in two meetings at once, on 2026-04-01 at 09:00 Asia/Singapore and 3 times more: PM/SME review: Agile and SME Area Pod: AI.
""")


def test_an_area_is_drawn_whatever_it_is_called(here: Terminal) -> None:
    edit(here, "  ai: AI\n", '  ai: "A:I | ~bug @all ; <b>"\n')
    page = here("calendar", "--quarter", "FY27-Q1", "--kind", "pod").out
    assert "| **SME Area Pod** | `A:I ｜ ~bug @all ; <b>` |" in page
    assert "    A I bug all b :2026-02-04, 1d\n" in page
