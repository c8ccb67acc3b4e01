"""Calendar files as other programs read them, and as they are written again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event, EventStatus

from app.domain.cadence import Cadence
from app.domain.calendars import Choice, choices
from app.domain.days_off import Place
from app.domain.failure import Permanent
from app.domain.fiscal import Quarter
from app.domain.meeting import Meeting, Series
from app.domain.meetings import meetings
from app.domain.program import Program
from app.domain.quarter_page import quarter_page
from app.domain.roster import Role
from app.gateways.calendar_files import Subscription, calendar_text, write
from app.gateways.calendar_zones import timezones
from tests.cadence.town import CORNER, HABITS, POD, REGIONS, instant, program

NOW, LATER = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 6, 12, tzinfo=UTC)
SINCE, UNTIL = instant("2026-02-02"), instant("2026-05-04")
ZONES = [
    "Europe/Berlin",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Singapore",
    "Europe/Dublin",
]


def subscription(town: Program, choice: Choice | None = None, names: Mapping[str, str] | None = None) -> Subscription:
    """The calendar of a quarter."""
    choice = choice or Choice()
    near = choice.of(town, meetings(town, SINCE - timedelta(days=100), UNTIL + timedelta(days=100)))
    held = tuple(m for m in near if SINCE <= m.start < UNTIL)
    elsewhere = {m.uid: m for m in near}
    return Subscription(choice.file(), choice.name(town), held, SINCE, UNTIL, elsewhere, names or {})


def events(text: bytes) -> list[Event]:
    """What the other library finds."""
    return list(IcsCalendarStream.calendar_from_ics(text.decode()).events)


def test_the_other_library_reads_every_meeting() -> None:
    wanted = subscription(program())
    found = events(calendar_text(wanted, None, NOW))
    assert [(e.uid, e.start, e.end, e.summary, e.sequence) for e in found] == [
        (m.uid, m.start, m.end, m.title, 0) for m in sorted(wanted.meetings, key=lambda m: (m.start, m.uid))
    ]
    assert {e.status for e in found} == {EventStatus.CONFIRMED}
    assert {e.dtstamp for e in found} == {NOW}


def test_an_event_as_it_is_written() -> None:
    wanted = subscription(program(), Choice(area="ai", kind=POD), {"lead.ai": "Lena Lead"})
    text = calendar_text(replace(wanted, meetings=wanted.meetings[:1]), None, NOW).decode()
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VCALENDAR")].replace("\r\n ", "").splitlines()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert sorted(event) == sorted(
        [
            "BEGIN:VEVENT",
            "UID:pod-ai-fy27-m01@sme.feedback.sounding-board",
            "SUMMARY:SME Area Pod: AI",
            "DTSTART;TZID=Asia/Singapore:20260204T090000",
            "DTEND;TZID=Asia/Singapore:20260204T094500",
            "DTSTAMP:20260105T120000Z",
            "LAST-MODIFIED:20260105T120000Z",
            "SEQUENCE:0",
            "STATUS:CONFIRMED",
            "CATEGORIES:SME Area Pod",
            "DESCRIPTION:Hosts: Lena Lead (lead.ai)\\nNeeded: sme.ai.dach\\, sme.ai.neur\\, sme.ai.us-east\\, "
            "sme.ai.us-west\\, sme.ai.apac\\, sme.ai.anz",
            "END:VEVENT",
        ]
    )


@pytest.mark.parametrize("choice", choices(program()), ids=lambda c: c.file())
def test_each_area_region_and_role_has_a_calendar_that_can_be_read(choice: Choice) -> None:
    found = events(calendar_text(subscription(program(), choice), None, NOW))
    assert len(found) > 1


def test_who_sees_what() -> None:
    town = program()
    titles = {c.file(): {m.title for m in subscription(town, c).meetings} for c in choices(town)}
    common = {"ARR Driver", "SME Leaders", "Technical Skills Exchange"}
    assert titles["area-ai"] == {"SME Area Pod: AI", "PM/SME review: AI", *common}
    assert "SME Corner: apac" in titles["region-apac"]
    assert not {title for title in titles["region-apac"] if "Corner" in title} - {"SME Corner: apac"}
    assert titles["role-em"] == {"PM/SME review: AI", "Technical Skills Exchange"}
    assert titles["role-sa"] == {*(f"SME Corner: {region}" for region in REGIONS), "Technical Skills Exchange"}
    assert titles["program"] == set().union(*titles.values())


@pytest.mark.parametrize("role", [Role.SA, Role.PM])
def test_a_choice_has_a_name(role: Role) -> None:
    assert Choice(role=role).name(program()) == f"Feedback · {role}"
    assert Choice("ai", kind=POD).name(program()) == "Feedback · AI · SME Area Pod"
    assert Choice("ai", "apac").file() == "area-ai-region-apac"


def test_written_again_a_file_is_the_same_to_the_byte(tmp_path: Path) -> None:
    wanted = subscription(program())
    assert write(tmp_path, wanted, NOW)
    first = (tmp_path / "program.ics").read_bytes()
    assert not write(tmp_path, wanted, LATER)
    assert (tmp_path / "program.ics").read_bytes() == first


def changed(before: Program, after: Program) -> tuple[dict[str, Event], dict[str, Event]]:
    """The events of a file, and of the one that continues it after the program has changed."""
    first = calendar_text(subscription(before), None, NOW)
    second = calendar_text(subscription(after), first, LATER)
    return {str(e.uid): e for e in events(first)}, {str(e.uid): e for e in events(second)}


def test_a_meeting_that_moves_keeps_its_uid_and_has_the_next_sequence() -> None:
    off = Cadence(everywhere=Place(days_off=frozenset({date(2026, 3, 4)})), regions=REGIONS, habits=HABITS)
    before, after = changed(program(), program(cadence=off))
    uid = "pod-ai-fy27-m02@sme.feedback.sounding-board"
    assert before.keys() == after.keys()
    assert (before[uid].start.day, after[uid].start.day) == (4, 5)
    assert str(after[uid].description).splitlines()[-1] == "Moved from Wednesday 4 March 2026 (a day off)."
    assert (before[uid].sequence, after[uid].sequence, after[uid].last_modified) == (0, 1, LATER)
    moved = {u for u in after if after[u] != before[u]}
    assert moved == {u for u in after if after[u].sequence == 1}
    assert {after[u].summary for u in moved} == {
        "SME Area Pod: AI",
        "PM/SME review: AI",
        "PM/SME review: Agile",
        "SME Area Pod: Agile",
    }


def test_a_meeting_that_is_held_no_more_is_cancelled_once_and_comes_back() -> None:
    none = replace(
        program(), cadence=Cadence(regions=REGIONS, habits={**HABITS, CORNER: replace(HABITS[CORNER], held=False)})
    )
    first = calendar_text(subscription(program()), None, NOW)
    second = calendar_text(subscription(none), first, LATER)
    corners = [e for e in events(second) if "Corner" in str(e.summary)]
    assert {(e.status, e.sequence) for e in corners} == {(EventStatus.CANCELLED, 1)}
    assert len(events(second)) == len(events(first))
    assert calendar_text(subscription(none), second, LATER + timedelta(days=1)) == second
    third = events(calendar_text(subscription(program()), second, LATER + timedelta(days=2)))
    assert {(e.status, e.sequence) for e in third if "Corner" in str(e.summary)} == {(EventStatus.CONFIRMED, 2)}


def test_the_next_quarters_file_keeps_the_last_quarters_meetings() -> None:
    first = calendar_text(subscription(program()), None, NOW)
    found = meetings(program(), UNTIL, instant("2026-08-03"))
    later = Subscription("program", "Feedback", found, UNTIL, instant("2026-08-03"), {m.uid: m for m in found}, {})
    both = events(calendar_text(later, first, LATER))
    assert [e.uid for e in both][: len(events(first))] == [e.uid for e in events(first)]
    assert {e.sequence for e in both} == {0}


def test_what_is_no_calendar_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "program.ics").write_text("Dear diary")
    with pytest.raises(Permanent) as told:
        write(tmp_path, subscription(program()), NOW)
    assert "is no calendar that can be continued" in str(told.value)
    assert (tmp_path / "program.ics").read_text() == "Dear diary"


def test_events_of_another_program_are_left_alone(tmp_path: Path) -> None:
    text = calendar_text(subscription(program()), None, NOW).replace(b"UID:pod-ai", b"X-ID:pod-ai")
    (tmp_path / "program.ics").write_bytes(text)
    with pytest.raises(Permanent, match="it has events that another program wrote"):
        write(tmp_path, subscription(program()), NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["program.ics"]


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(Permanent, match=r"cannot write .*program\.ics: "):
        write(tmp_path / "out", subscription(program()), NOW)


@pytest.mark.parametrize("zone", ZONES)
def test_time_zones_are_told_to_the_minute(zone: str) -> None:
    """Read by a third library, which knows nothing of the zone but what the file says."""
    calendar = icalendar.Calendar()
    calendar.add_component(timezones([zone], 2025, 2029)[0])
    told = tzical(StringIO(calendar.to_ical().decode().replace("\r\n", "\n"))).get(zone)
    assert told is not None
    real, moment = ZoneInfo(zone), datetime(2025, 1, 2, tzinfo=UTC)
    while moment < datetime(2029, 12, 31, tzinfo=UTC):
        local = moment.astimezone(real)
        if local.fold == 0 and local.astimezone(UTC) == moment:
            assert local.replace(tzinfo=told).utcoffset() == local.utcoffset(), local
        moment += timedelta(minutes=30) if local.hour < 5 or local.hour > 19 else timedelta(hours=3)


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60) | st.sampled_from(
    [
        "a\r\nEND:VEVENT\r\nBEGIN:VALARM",
        'x;y,z\\n"q"',
        "\u2028next",
        "a" * 60 + "é" * 20,
        "TZID=:;",
        "\x00\x1b[31m",
        " ",
    ]
)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_hostile_names_stay_names(area: str, name: str) -> None:
    town = program({"ai": area})
    wanted = subscription(replace(town, name=name), Choice(kind=POD), {"lead.ai": name})
    text = calendar_text(wanted, None, NOW)
    found = events(text)
    assert len(found) == len(wanted.meetings)
    assert text.count(b"BEGIN:") == text.count(b"END:")
    assert {line.partition(b":")[2] for line in text.split(b"\r\n") if line.startswith(b"BEGIN:")} == {
        b"VCALENDAR",
        b"VTIMEZONE",
        b"STANDARD",
        b"DAYLIGHT",
        b"VEVENT",
    }
    assert max(map(len, text.split(b"\r\n"))) <= 75
    assert calendar_text(wanted, text, LATER) == text


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE)
def test_hostile_names_stay_in_their_cells(area: str, region: str) -> None:
    town = program({"ai": area, "cicd": "CICD"})
    town = replace(town, regions=(region, *town.regions[1:]))
    page = quarter_page(town, Quarter(2027, 1), meetings(town, SINCE, UNTIL))
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {15, 6, 5}
    assert page.count("```") == 2
    drawn = page.split("```")[1].splitlines()
    assert {line.count(":") for line in drawn if "2026-" in line} == {1}


def test_files_of_regions_stay_in_their_directory(tmp_path: Path) -> None:
    regions = ("../../etc", "us east", "US-East", "a/b")
    files = {Choice(region=region).file() for region in regions}
    assert len(files) == 4
    assert all("/" not in file and " " not in file and not file.startswith(".") for file in files)
    assert len({Series(CORNER, region=region).key for region in regions}) == 4


def test_a_meeting_of_another_time_is_told_from_a_cancelled_one() -> None:
    """Moved out of the quarter, it is still the same event."""
    town = program()
    wanted = subscription(town)
    first = calendar_text(wanted, None, NOW)
    pod: Meeting = next(m for m in wanted.meetings if m.kind is POD)
    away = replace(pod, start=pod.start + timedelta(days=200))
    rest = tuple(m for m in wanted.meetings if m is not pod)
    second = replace(wanted, meetings=rest, elsewhere={**wanted.elsewhere, pod.uid: away})
    (found,) = (e for e in events(calendar_text(second, first, LATER)) if e.uid == pod.uid)
    assert (found.start, found.status, found.sequence) == (away.start, EventStatus.CONFIRMED, 1)
