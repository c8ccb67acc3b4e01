"""A program over months: the stand-in at an instant that tests choose, and `due` as a job runs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app import bootstrap
from app.bootstrap import Rules, kept
from app.domain.agenda import LABEL
from app.domain.agenda_heeded import Tended
from app.domain.cadence import MeetingKind
from app.domain.issue import Ref
from app.domain.meeting import Meeting, Series
from app.domain.meetings import next_from
from app.domain.program import Program
from app.domain.taxonomy import Mode, Modes
from app.entrypoints.show import journal_lines, visible
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Issue, Project
from app.gateways.config_load import Configuration
from app.gateways.gitlab_connect import connect
from app.gateways.journal_sqlite import SqliteJournal
from app.services.due import Ran
from app.settings import Settings
from tests.budgets import unhurried
from tests.due.doors import Meddling, meddled
from tests.scenarios.living import PROJECT, READY, peopled, settings_for, shipped

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 12, tzinfo=UTC)
"""The AI review is on Wed 18 March at 20:00 in UTC; its agenda is due on Wed 11 March."""


def instant(text: str) -> datetime:
    """`2026-03-11 06:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def only(program: Program, *kinds: MeetingKind, areas: int, regions: tuple[str, ...]) -> Program:
    """The program with meetings of these kinds, its first areas, and these regions (none: all), alone."""
    cadence, held = program.cadence, {}
    for kind, habit in cadence.habits.items():
        held[kind] = replace(habit, held=kind in kinds)
    cadence = replace(cadence, habits=held)
    return replace(program, areas=program.areas[:areas], regions=regions or program.regions, cadence=cadence)


@dataclass(slots=True)
class House:
    """What a test works with. `at` is what time it is, `here` the parts of our own process, `documents`, `reader` and
    `writer` its doors, at which a test may meddle.
    """

    world: World
    project: Project
    gitlab: FakeGitLab
    settings: Settings
    configured: Configuration
    at: datetime = MONDAY
    here: Rules | None = None
    documents: Meddling = field(init=False)
    reader: Meddling = field(init=False)
    writer: Meddling = field(init=False)

    @property
    def program(self) -> Program:
        """The program as the tests have it."""
        return self.configured.program

    @contextmanager
    def rules(self) -> Iterator[Rules]:
        """The parts of one process, with a connection of their own."""
        token = self.settings.gitlab_token.get_secret_value()
        journal = SqliteJournal(self.settings.data_dir / "journal.sqlite3")
        try:
            with connect(self.settings.gitlab_url, token, unhurried()) as doors:
                yield bootstrap.rules(self.settings, self.configured, meddled(doors), journal)
        finally:
            journal.close()

    def due(self, at: datetime | None = None, *, dry: bool = False) -> Ran:
        """The job runs."""
        self.at = at or self.at
        assert self.here is not None
        ran = self.here.due.run(self.at, dry=dry)
        assert not ran.failed, ran.failed
        return ran

    def changed(self, issue: Issue) -> Tended | None:
        """The service hears of a change."""
        assert self.here is not None
        document = self.here.reconciler.run(Ref(PROJECT, issue.iid), self.at).document
        assert document is not None
        return self.here.due.changed(document, self.at, dry=False)

    def meeting(self, kind: MeetingKind, area: str | None = None, region: str | None = None) -> Meeting:
        """The next meeting of a series."""
        found = next_from(self.program, Series(kind, area, region), self.at)
        assert found is not None
        return found

    def agendas(self) -> list[Issue]:
        """All agendas, the first first."""
        with self.world.lock:
            return [i for _, i in sorted(self.project.issues.items()) if LABEL in {label.title for label in i.labels}]

    def files(self, title: str, *labels: str, text: str = READY) -> Issue:
        """Somebody files a request; the area lead moves it on to its status."""
        statuses = [label for label in labels if label.startswith("status::")]
        rest = [label for label in labels if label not in statuses]
        sa, lead = self.world.user("sa.jane"), self.world.user("lead.ai")
        with self.world.lock, self.world.silently():
            issue = self.world.create_issue(
                sa, self.project, title, description=text, add_labels=["status::new", *rest]
            )
            if statuses != ["status::new"]:
                self.world.update_issue(lead, issue, add_labels=[*statuses])
            return issue

    def edits(self, who: str, issue: Issue, old: str, new: str) -> None:
        """A person edits the description as it is now."""
        text = issue.description or ""
        assert old in text, text
        self.world.update_issue(self.world.user(who), issue, description=text.replace(old, new, 1))

    def ticks(self, who: str, issue: Issue, key: str, words: str = "") -> None:
        """A person writes behind the box with this key, and ticks it."""
        if words:
            line = self._line(issue, key)
            self.edits(who, issue, line, f"{line.partition(' -->')[0]} --> — {words}")
        line = self._line(issue, key)
        assert "[ ]" in line, line
        self.edits(who, issue, line, line.replace("[ ]", "[x]", 1))

    def _line(self, issue: Issue, key: str) -> str:
        return next(line for line in (issue.description or "").split("\n") if f"sb:item {key} " in line)

    def says(self, who: str, issue: Issue, text: str) -> None:
        """A person comments."""
        self.world.add_note(self.world.user(who), issue, text)

    def called(self, username: str) -> int:
        """To how many agendas somebody was called."""
        user = self.world.user(username)
        return sum(one.user is user for issue in self.agendas() for one in self.world.todos.get(issue.id, ()))

    def answers(self, issue: Issue) -> list[str]:
        """What we said on it, as people read it."""
        bot = self.world.user("sounding-board")
        with self.world.lock:
            return ["\n".join(visible(n.body)) for n in issue.notes if n.author is bot and not n.system]

    def journal(self, number: int) -> list[str]:
        """What the journal tells about an issue, the oldest first, without times."""
        beside = kept.journal_beside(self.settings)
        try:
            entries = beside.lines(Ref(PROJECT, number), 100)
        finally:
            beside.close()
        return [line[len("2026-03-02 12:00:00 UTC") :].strip() for line in journal_lines(reversed(entries))]

    def writes(self) -> int:
        """How many calls wrote something since the last look."""
        count = sum(call.method != "GET" for call in self.world.calls)
        self.world.reset_calls()
        return count


@contextmanager
def house_of(
    kept: Path,
    *kinds: MeetingKind,
    mode: Mode = Mode.ENFORCE,
    areas: int = 1,
    regions: tuple[str, ...] = (),
    began: datetime = BEGAN,
    async_prep: bool = False,
) -> Iterator[House]:
    """A program whose meetings of these kinds are held, and whose rules are in force since it `began`; its pods may be
    prepared in writing.
    """
    found = shipped(Mode.ENFORCE)
    flow = replace(found.taxonomy.workflow, effective_from=began)
    rules = {**found.taxonomy.rules, "agendas": Modes(mode)}
    taxonomy = replace(found.taxonomy, workflow=flow, rules=rules)
    program = only(found.program, *kinds, areas=areas, regions=regions)
    habits = {kind: replace(habit, async_prep=async_prep) for kind, habit in program.cadence.habits.items()}
    program = replace(program, cadence=replace(program.cadence, habits=habits)) if async_prep else program
    configured = replace(found, taxonomy=taxonomy, program=program)
    holder: list[House] = []
    world, project, _ = peopled(configured, now=lambda: holder[0].at if holder else MONDAY)
    with FakeGitLab(world, deliver=False) as gitlab:
        house = House(world, project, gitlab, settings_for(gitlab.url, world, kept), configured)
        holder.append(house)
        with house.rules() as house.here:
            due: Any = house.here.due
            heed = due.agendas.heed
            house.documents, house.reader, house.writer = heed.door, heed.reader, heed.writer
            yield house
    assert not world.unknown_calls
