"""The SME Leaders' agenda, as its people read it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from app.domain.agenda import Agenda, Section
from app.domain.agendas.flow import span
from app.domain.agendas.leaders import agenda, wants
from app.domain.cadence import MeetingKind, Slot
from app.domain.meeting import Meeting
from app.domain.meeting_conflicts import holiday_sentences
from app.domain.picture import Card, Detail, Picture
from app.domain.program import Program
from app.domain.roster import Person, Role, Roster, Term
from tests.agendas.pictures import (
    HOSTILE,
    WORDING,
    action,
    card,
    comment,
    customer,
    detail,
    meeting,
    minutes,
    picture,
    shipped,
    spoken,
)

NOW = datetime(2026, 6, 9, 6, tzinfo=UTC)
"""The leaders meet on 23 June 2026; they last met on 24 March."""
SHARED = ("header", "carried", "footer")


def of(*items: Card | Detail, **more: object) -> Picture:
    """The picture of the meeting on 23 June."""
    return picture(MeetingKind.LEADERS, *items, now=NOW, **more)  # type: ignore[arg-type]


def own(found: Agenda, *names: str, calling: bool = False) -> str:
    """The sections that only this agenda has, or those of these names."""
    wanted = [s for s in found.sections if (s.name in names if names else s.name not in SHARED)]
    return "\n\n".join(said(section, calling=calling) for section in wanted)


def said(section: Section, *, calling: bool = False) -> str:
    return WORDING.agenda(section.template, section.data, None, calling=calling)


def pinned(name: str) -> str:
    return (Path(__file__).parent / "pinned" / f"{name}.md").read_text("utf-8")


def term(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def changing() -> Program:
    """The shipped program, with a backup, terms that end, one who follows and one who stays; nobody leads Agile."""
    program = shipped()[1]
    ends, stays = term("2026-08-01"), term("2026-09-01")
    more = (
        Person("sme.lin", "Lin", "apac", (Term(Role.SME, "ai", "apac", primary=False),)),
        Person("sme.mo", "Mo", "seur", (Term(Role.SME, "agile", None, until=ends),)),
        Person("sme.nu", "Nu", "seur", (Term(Role.SME, "agile", "seur", since=ends),)),
        Person("sme.pat", "Pat", "neur", (Term(Role.SME, "agile", until=stays), Term(Role.SME, "agile", since=stays))),
        Person("sme.far", "Far", "neur", (Term(Role.SME, "dedicated", until=term("2026-12-01")),)),
        Person("sme.gone", "Gone", "neur", (Term(Role.SME, "app-security", until=term("2026-06-01")),)),
    )
    people = [person for person in program.roster.people if person.username != "lead.agile"]
    last = Term(Role.LEAD, "dedicated", until=term("2026-07-15"))
    people = [replace(p, terms=(last,)) if p.username == "lead.dedicated" else p for p in people]
    return replace(program, roster=Roster((*people, *more)))


def quarter() -> list[Card | Detail]:
    """Seven decisions in AI, a slip in Agile, cards that wait on rules, and a backlog."""
    decided = [
        card(
            500 + n,
            ("new", "2026-03-02"),
            ("reviewed", f"2026-04-{1 + n:02d}"),
            ("accepted" if n % 3 else "declined", f"2026-04-{12 + 2 * n:02d}"),
            labels=["severity::blocker"] if n == 2 else [],
        )
        for n in range(7)
    ]
    planned = ("new", "2026-03-02"), ("roadmap", "2026-05-04")
    return [
        *decided,
        card(507, ("new", "2026-01-02"), ("declined", "2026-02-02"), ("reviewed", "2026-06-05"), area="dedicated"),
        card(508, ("new", "2026-01-02"), ("roadmap", "2026-02-02"), ("resolved", "2026-05-05"), area="dedicated"),
        card(509, ("new", "2026-01-02"), ("resolved", "2026-02-02"), closed="2026-05-05"),
        card(510, *planned, area="agile"),
        card(511, *planned, ("accepted", "2026-05-20"), area="agile"),
        card(
            512,
            ("new", "2026-03-02"),
            ("reviewed", "2026-05-04"),
            area="agile",
            put_on={"context::needed": "2026-06-01"},
        ),
        card(
            513,
            ("new", "2026-03-02"),
            ("reviewed", "2026-05-04"),
            area="dedicated",
            labels=["hold::open", "sla::breached"],
        ),
        detail(
            card(520, ("new", "2026-01-02"), ("backlog", "2026-03-20"), labels=["backlog::capacity"], title=HOSTILE),
            comment("Revisit: 2026-06-01"),
            customer(1, at="2026-03-01"),
            customer(2, at="2026-04-01"),
        ),
        detail(
            card(521, ("new", "2026-01-02"), ("backlog", "2026-03-25"), labels=["backlog::capacity"]),
            comment("Revisit: 2027-06-01"),
        ),
        detail(card(522, ("new", "2026-01-02"), ("backlog", "2026-03-28"), area="agile")),
        card(523, ("new", "2026-01-02"), ("backlog", "2026-03-29"), confidential=True, title="The merger of Acme"),
        card(524, ("new", "2026-01-02"), ("backlog", "2026-03-29"), area=None),
    ]


def with_meetings(of_: Picture, *missed: MeetingKind) -> Picture:
    """The same quarter, in which meetings of these kinds had no agenda."""
    return replace(of_, held=tuple(sheet for sheet in of_.held if sheet.meeting.kind not in missed))


def test_a_quarter() -> None:
    before = with_meetings(of(*quarter(), program=changing()), MeetingKind.EXCHANGE, MeetingKind.CORNER)
    found = agenda(before)
    assert [section.name for section in found.sections] == [
        "header",
        "cadences",
        "calendar",
        "coverage",
        "friction",
        "metrics",
        "backlog",
        "attendance",
        "carried",
        "footer",
    ]
    assert own(found) + "\n" == pinned("leaders_full")
    assert (found.empty, minutes(found)) == (False, 60)


def test_the_first_time_with_no_request() -> None:
    found = agenda(of(first=True))
    assert own(found) + "\n" == pinned("leaders_empty")
    assert "friction" not in [section.name for section in found.sections]
    assert (found.empty, minutes(found)) == (False, 45)


def test_what_the_header_counts() -> None:
    found = spoken(agenda(of(actions=[action("Find an SME for APAC", times=3, owner="lead.agile")])))
    assert "**1 open action · 45 of 60 min planned**" in found
    assert "Commands: `refresh`</sub>" in found


def test_whoever_leads_an_area_is_called_once_and_nobody_else() -> None:
    found = agenda(of(*quarter(), program=changing()))
    told = own(found, calling=True)
    assert sorted(re.findall(r"(?<!`)@[\w.]+", told)) == ["@lead.ai", "@lead.appsec", "@lead.dedicated"]


def test_titles_are_in_no_agenda_and_a_confidential_request_is_its_reference() -> None:
    found = spoken(agenda(of(*quarter())))
    assert "javascript" not in found
    assert "merger" not in found
    assert [line for line in found.split("\n") if "#523" in line] == [
        "| – | sme/customer-feedback#523+ | confidential | – | – | – |"
    ]


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ([], (0, None, None)),
        ([9, 1, 5, 3], (4, None, None)),
        ([9, 1, 5, 3, 7], (5, 5, 9)),
        ([*range(1, 101)], (100, 50, 85)),
        ([4] * 6, (6, 4, 4)),
    ],
)
def test_there_is_no_middle_below_five(days: list[int], shown: tuple[int, int | None, int | None]) -> None:
    assert tuple(span(days).values()) == shown


def test_only_what_came_since_last_time_is_counted() -> None:
    """Five old decisions change nothing about the five since."""
    old = [card(n, ("new", "2026-01-05"), ("reviewed", "2026-01-12"), ("accepted", "2026-03-23")) for n in range(1, 6)]
    new = [card(n, ("new", "2026-03-02"), ("reviewed", "2026-04-13"), ("accepted", "2026-04-20")) for n in range(6, 11)]
    rows = agenda(of(*old, *new)).sections[4].data["decisions"]
    assert isinstance(rows, list)
    shown = {name: rows[0][name] for name in ("entered", "decided", "accepted", "n", "middle", "in_time")}
    assert shown == {"entered": 5, "decided": 5, "accepted": 5, "n": 5, "middle": 5, "in_time": 5}


def test_the_backlog_is_read_from_its_oldest_and_what_is_confidential_is_not() -> None:
    items = [card(n, ("new", "2026-01-05"), ("backlog", f"2026-03-{30 - n // 2:02d}")) for n in range(1, 51)]
    hidden = card(99, ("new", "2026-01-05"), ("backlog", "2026-01-06"), confidential=True)
    wanted = [ref.iid for ref in wants(of(*items, hidden))]
    assert wanted[:3] == [50, 48, 49]
    assert len(wanted) == 39


def test_five_hundred_in_the_backlog_fold_and_then_are_behind_a_link() -> None:
    items = [card(n, ("new", "2026-01-05"), ("backlog", "2026-03-30"), title=HOSTILE) for n in range(1, 501)]
    [backlog] = [section for section in agenda(of(*items)).sections if section.name == "backlog"]
    full, *shorter = (WORDING.agenda(backlog.template, data, None) for data in (backlog.data, *backlog.shorter))
    assert full.count("sme/customer-feedback#") == 500
    assert "<details><summary>490 more</summary>" in full
    link = "https://gitlab.example.com/sme/customer-feedback/-/issues?state=opened&label_name[]=status%3A%3Abacklog"
    assert [text.count("sme/customer-feedback#") for text in shorter] == [100, 10]
    assert [text.rpartition("\n")[2] for text in shorter] == [
        f"And 400 more: [the whole list]({link}).",
        f"And 490 more: [the whole list]({link}).",
    ]


def test_a_full_description_loses_the_picture_of_the_quarter_first() -> None:
    [calendar] = [section for section in agenda(of()).sections if section.name == "calendar"]
    assert "```mermaid" in said(calendar)
    short = WORDING.agenda(calendar.template, calendar.shorter[0], None)
    assert "```mermaid" not in short
    assert "| **ARR Driver** |" in short


def test_somebody_needed_twice_at_once_is_told() -> None:
    """AI's review and Agile's pod are in the same weeks; here all pods, and their reviews, are at one hour."""
    program = shipped()[1]
    lead = program.roster.person("lead.ai")
    assert lead
    both = replace(lead, terms=(*lead.terms, Term(Role.SME, "agile", "us-west")))
    people = tuple(both if person is lead else person for person in program.roster.people)
    habit = replace(program.cadence.habits[MeetingKind.POD], slots=(Slot(time(16), "Europe/Berlin"),))
    cadence = replace(program.cadence, habits={**program.cadence.habits, MeetingKind.POD: habit})
    told = own(agenda(of(program=replace(program, roster=Roster(people), cadence=cadence))), "calendar")
    assert re.findall(r"^- `(.*)`$", told, re.MULTILINE) == [
        "lead.ai is needed in two meetings at once, on 2026-08-19 at 16:00 Europe/Berlin and 2 times more: "
        "PM/SME review: AI and SME Area Pod: Agile",
        "lead.ai is needed in two meetings at once, on 2026-09-02 at 16:00 Europe/Berlin and once more: "
        "PM/SME review: Agile and SME Area Pod: AI",
    ]


def test_a_meeting_without_an_agenda_was_not_held() -> None:
    def lost(meeting: Meeting) -> bool:
        return meeting.kind is MeetingKind.POD and meeting.area == "ai" and meeting.start.month == 4

    before = of()
    held = tuple(sheet for sheet in before.held if not lost(sheet.meeting))
    told = own(agenda(replace(before, held=held)), "cadences")
    assert "| SME Area Pod | AI | **2** | 3 | 0 | Wed 1 Apr |" in told


def test_a_meeting_on_a_holiday_of_its_host_is_a_conflict() -> None:
    program = shipped()[1]
    review = meeting(MeetingKind.PM_REVIEW, "ai", None, datetime(2026, 3, 11, 13, tzinfo=UTC))
    there = next(p.username for p in program.roster.people if p.region == "us-east")
    thanksgiving = replace(review, start=datetime(2026, 11, 26, 19, tzinfo=UTC), hosts=(there,))
    assert holiday_sentences(program, (review, thanksgiving)) == (
        f"PM/SME review: AI on 2026-11-26 is on a holiday of {there} (Thanksgiving Day)",
    )
