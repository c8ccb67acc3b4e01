"""A program that is to live through a fiscal year, on the stand-in, and two jobs that may tend its agendas at once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path

from app import bootstrap
from app.bootstrap import Rules
from app.domain.cadence import MeetingKind, Slot
from app.domain.days_off import Place
from app.domain.program import Area, Program
from app.domain.roster import Person, Role, Roster, Term
from app.domain.taxonomy import Mode, Modes
from app.fakegitlab import FakeGitLab
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import GitLab, connect
from app.gateways.journal_none import NoJournal
from tests.due.house import House, instant
from tests.scenarios.living import peopled, settings_for, shipped

BEGAN = instant("2026-02-02 00:00")
"""The first Monday of February: fiscal year 27 begins."""
NEW_AREAS = {"cicd": "CICD", "observability": "Observability"}
NEW_LABELS = ("area::cicd", "area::observability", "region::anz")
BERLIN, SYDNEY, ANGELES = (
    Slot(time(16), "Europe/Berlin"),
    Slot(time(9), "Australia/Sydney"),
    Slot(time(12), "America/Los_Angeles"),
)
SLOTS = {
    MeetingKind.POD: (BERLIN, SYDNEY, ANGELES),
    MeetingKind.ARR_DRIVER: (BERLIN, ANGELES),
    MeetingKind.LEADERS: (BERLIN, ANGELES),
    MeetingKind.EXCHANGE: (BERLIN, SYDNEY),
}
"""Wall clocks that a meeting of these kinds may be on, whatever the season."""


@dataclass(slots=True, repr=False)
class Job:
    """One process that runs `due`, with a connection of its own."""

    rules: Rules
    doors: GitLab


@dataclass(slots=True, repr=False)
class Town:
    """What the year is played with; the program grows in it."""

    house: House
    one: Job
    other: Job
    stack: ExitStack

    def grows(self, areas: int) -> None:
        """From now on the program has so many areas: the jobs start with another configuration."""
        self.stack.close()
        house = self.house
        house.configured = replace(house.configured, program=program_of(areas, house.program.regions))
        self.one, self.other = (self.stack.enter_context(job_of(house)) for _ in range(2))


def program_of(areas: int, regions: tuple[str, ...]) -> Program:
    """The shipped program with Sydney, in its first areas and two new ones, in these regions."""
    found = shipped().program
    every = (*found.areas, *(Area(key, name) for key, name in NEW_AREAS.items()))
    cadence = found.cadence
    clocks = {**cadence.regions, "anz": Place("Australia/Sydney", ("AU-NSW",))}
    habits = {kind: replace(habit, slots=SLOTS.get(kind, habit.slots)) for kind, habit in cadence.habits.items()}
    people = (*found.roster.people, *_newcomers())
    cadence = replace(cadence, regions=clocks, habits=habits)
    return replace(found, areas=every[:areas], regions=regions, cadence=cadence, roster=Roster(people))


def _newcomers() -> Iterator[Person]:
    since = instant("2026-01-01 00:00")
    for key in NEW_AREAS:
        yield Person(f"lead.{key}", f"Lead {key}", "anz", (Term(Role.LEAD, key, since=since),))
        yield Person(f"pm.{key}", f"PM {key}", "us-west", (Term(Role.PM, key, since=since),))


@contextmanager
def job_of(house: House) -> Iterator[Job]:
    """One process."""
    token = house.settings.gitlab_token.get_secret_value()
    with connect(house.settings.gitlab_url, token, Budget(1e6, 1e6, 1e6)) as doors:
        yield Job(bootstrap.rules(house.settings, house.configured, doors, NoJournal()), doors)


@contextmanager
def town(kept: Path, areas: int, regions: tuple[str, ...]) -> Iterator[Town]:
    """The program on its first day, with agendas in force."""
    found = shipped(Mode.ENFORCE)
    flow = replace(found.taxonomy.workflow, effective_from=BEGAN)
    taxonomy = replace(found.taxonomy, workflow=flow, rules={**found.taxonomy.rules, "agendas": Modes(Mode.ENFORCE)})
    configured = replace(found, taxonomy=taxonomy, program=program_of(areas, regions))
    holder: list[House] = []

    def now() -> datetime:
        return holder[0].at if holder else BEGAN

    world, project, _ = peopled(configured, now=now)
    for title in NEW_LABELS:
        world.create_label(world.root, project, title, "#112233", "")
    with FakeGitLab(world, deliver=False) as gitlab, ExitStack() as stack:
        house = House(world, project, gitlab, settings_for(gitlab.url, world, kept), configured, BEGAN)
        holder.append(house)
        one, other = (stack.enter_context(job_of(house)) for _ in range(2))
        yield Town(house, one, other, stack)
    assert not world.unknown_calls
