"""Programs that meet: some areas, people in six time zones, whatever cadence a test wants."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.domain.cadence import HANDBOOK, Cadence, Habit, MeetingKind, Slot
from app.domain.days_off import Place
from app.domain.meeting import Meeting, Series
from app.domain.meetings import meetings
from app.domain.program import Area, Program, Project, Tier
from app.domain.roster import Person, Role, Roster, Term

AREAS = {"ai": "AI", "app-security": "App Security", "agile": "Agile", "dedicated": "Dedicated"}
MORE_AREAS = {"cicd": "CICD", "observability": "Observability"}
REGIONS = {
    "dach": Place("Europe/Berlin", ("DE-BY",)),
    "neur": Place("Europe/London", ("GB",)),
    "us-east": Place("America/New_York", ("US",)),
    "us-west": Place("America/Los_Angeles", ("US",)),
    "apac": Place("Asia/Singapore", ("SG",)),
    "anz": Place("Australia/Sydney", ("AU-NSW",)),
}
SLOTS = (
    Slot(time(16), "Europe/Berlin"),
    Slot(time(9), "Asia/Singapore"),
    Slot(time(13), "America/Los_Angeles"),
)
TURNS: dict[MeetingKind, Habit] = {
    kind: replace(habit, slots=SLOTS) for kind, habit in HANDBOOK.items() if kind is not MeetingKind.CORNER
}
HABITS: dict[MeetingKind, Habit] = {**HANDBOOK, **TURNS, MeetingKind.PM_REVIEW: HANDBOOK[MeetingKind.PM_REVIEW]}


def person(username: str, region: str, *terms: Term) -> Person:
    return Person(username, username.title(), region, terms)


def people(areas: dict[str, str]) -> tuple[Person, ...]:
    """A program lead; for each area a lead, a PM and an SME in each region; an SA in each region; one EM."""
    regions = tuple(REGIONS)
    found = [person("petra", "us-east", Term(Role.PROGRAM_LEAD))]
    for index, area in enumerate(areas):
        found.append(person(f"lead.{area}", regions[index % 6], Term(Role.LEAD, area)))
        found.append(person(f"pm.{area}", regions[(index + 3) % 6], Term(Role.PM, area)))
        found += [person(f"sme.{area}.{region}", region, Term(Role.SME, area)) for region in regions]
    found.append(person("em.ai", "neur", Term(Role.EM, "ai")))
    return (*found, *(person(f"sa.{region}", region, Term(Role.SA)) for region in regions))


def program(areas: dict[str, str] | None = None, cadence: Cadence | None = None) -> Program:
    """The handbook's four areas, if no others are wanted, and slots that take turns over the world."""
    areas = areas or AREAS
    return Program(
        name="Feedback",
        tier=Tier.PREMIUM,
        areas=tuple(Area(key, name) for key, name in areas.items()),
        regions=tuple(REGIONS),
        projects=(Project("sme/feedback"),),
        roster=Roster(people(areas)),
        cadence=cadence or Cadence(regions=REGIONS, habits=HABITS),
    )


def without_holidays(habits: dict[MeetingKind, Habit] | None = None) -> Cadence:
    """Everybody works on every weekday."""
    clocks = {region: replace(place, holidays=()) for region, place in REGIONS.items()}
    return Cadence(regions=clocks, habits=habits or HABITS)


def instant(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))


def years(of: Program, first: int, last: int, *series: Series) -> tuple[Meeting, ...]:
    """All meetings from the first day of one year to the last of another."""
    return meetings(of, datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC), series or None)


def days(found: tuple[Meeting, ...]) -> list[date]:
    return [meeting.start.date() for meeting in found]


POD, REVIEW, ARR = MeetingKind.POD, MeetingKind.PM_REVIEW, MeetingKind.ARR_DRIVER
LEADERS, CORNER, EXCHANGE = MeetingKind.LEADERS, MeetingKind.CORNER, MeetingKind.EXCHANGE
