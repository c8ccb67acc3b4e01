"""A GitLab with a program's group, project and labels, and the parts of plan and apply that work on it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from app.domain.failure import Permanent, Temporary
from app.domain.program import Board as BoardOfProgram
from app.domain.program import Job, Pipelines, Program, Project, Schedule, Tier
from app.domain.provision import Act, Limits, Provision, Where
from app.domain.provision_hooks import HookKeys
from app.domain.taxonomy import Taxonomy
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.commits import Action, commit
from app.fakegitlab.model import Board, BoardList
from app.fakegitlab.model import Project as Place
from app.fakegitlab.possessions import Variable
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import GitLab, connect
from app.services.provision import Done, Part, Provisioning
from app.services.provision_boards import ProvisionBoards
from app.services.provision_hooks import ProvisionHooks
from app.services.provision_labels import ProvisionLabels
from app.services.provision_schedules import ProvisionSchedules
from app.services.provision_variables import ProvisionVariables
from tests.scenarios.living import SIGNING_TOKEN, shipped

PATH, PROGRAM_PATH = "sme/customer-feedback", "sme/program"
TODAY = date(2026, 11, 20)
SERVICE = "https://sounding-board.example.com"
HOOK_URL = f"{SERVICE}/webhooks/gitlab"
TITLES = tuple(status.title for status in shipped().taxonomy.workflow.statuses)
BOARDS = (BoardOfProgram("Customer feedback"), BoardOfProgram("AI", "ai"))
PIPELINES = Pipelines(PROGRAM_PATH, "main", (Schedule(Job.SWEEP, "17 3 * * *", "Etc/UTC"),))
PLACES = {
    f"board:{PATH}/Customer feedback": Where("program.yml", 30),
    f"board:{PATH}/AI": Where("program.yml", 31),
    "service": Where("program.yml", 50),
    "pipelines": Where("program.yml", 53),
    "schedule:sweep": Where("program.yml", 57),
    **{f"label:{title}": Where("label_taxonomy.yml", 10 + n) for n, title in enumerate(TITLES)},
}


@dataclass
class Town:
    """The world, the people in it, and how its program is declared."""

    world: World
    gitlab: FakeGitLab
    taxonomy: Taxonomy = field(default_factory=lambda: shipped().taxonomy)
    keys: HookKeys = field(default_factory=lambda: HookKeys((SIGNING_TOKEN,)))
    program: Program = field(
        default_factory=lambda: replace(
            shipped().program, projects=(Project(PATH, BOARDS),), service=SERVICE, pipelines=PIPELINES
        )
    )
    deletes: bool = False

    @property
    def project(self) -> Place:
        """The project that holds requests."""
        return self.world.project(PATH)

    @property
    def pipelines(self) -> Place:
        """The project whose pipelines run the jobs."""
        return self.world.project(PROGRAM_PATH)

    def board(self, name: str) -> Board:
        """The first board of a name."""
        return next(one for one in self.project.boards.values() if one.name == name)

    def add_board(self, name: str, titles: Sequence[str], scope: Sequence[str] = ()) -> Board:
        """A board that somebody made by hand."""
        labels = [self.world.label(self.project, title) for title in scope]
        board = self.world.create_board(self.world.root, self.project, name, labels)
        for title in titles:
            self.world.add_list(self.world.root, board, self.world.label(self.project, title))
        return board

    def add_variable(self, key: str, value: str = "glpat-canary-value", **more: Any) -> None:
        """A variable of the project with the pipelines, kept as it should be."""
        given = {"masked": True, "protected": True, "hidden": True, **more}
        self.pipelines.own.variables.append(Variable(key, value, **given))

    @contextmanager
    def doors(self, who: str = "olga") -> Iterator[GitLab]:
        """The doors, with the token of somebody."""
        with connect(self.gitlab.url, self.world.user(who).token, Budget()) as doors:
            yield doors

    def parts(self, doors: GitLab) -> dict[str, Part[Any]]:
        """The parts of which these tests tell."""
        labels = ProvisionLabels(doors.labels, self.taxonomy, self.program, PLACES, TODAY, deletes=self.deletes)
        return {
            "labels": labels,
            "boards": ProvisionBoards(doors.boards, labels, self.taxonomy, self.program, PLACES, deletes=self.deletes),
            "hooks": ProvisionHooks(doors.hooks, self.program, self.keys, PLACES),
            "schedules": ProvisionSchedules(doors.schedules, doors.about, self.program, PLACES),
            "variables": ProvisionVariables(doors.variables, self.program, PLACES),
        }

    def plan(self, kind: str, who: str = "olga") -> Provision:
        """What would be done."""
        with self.doors(who) as doors:
            return Provisioning([self.parts(doors)[kind]], "v").plan(Limits(deletions=9))

    def apply(self, kind: str, who: str = "olga") -> list[Done]:
        """Plan and do; what was done, in order."""
        with self.doors(who) as doors:
            provisioning = Provisioning([self.parts(doors)[kind]], "v")
            plan = provisioning.plan(Limits(deletions=9))
            assert plan.refusals == (), plan.refusals
            return list(provisioning.carry_out())

    def calls(self) -> list[str]:
        """The calls since they were last counted, by method and path."""
        made = [f"{call.method} {call.template}" for call in self.world.calls]
        self.world.reset_calls()
        return made

    def until_done(self, kind: str, struck: Callable[[], None]) -> int:
        """Apply again and again, something going wrong at one call later each time; how often it broke off."""
        broken = 0
        for _ in range(60):
            struck()
            try:
                done = self.apply(kind)
            except (Temporary, Permanent):
                broken += 1
            else:
                if all(one.problem is None for one in done):
                    self.world.faults.clear()
                    return broken
                broken += 1
            self.world.faults.clear()
        raise AssertionError("never done")


def titles(lists: Sequence[BoardList]) -> list[str]:
    """The labels of lists, from the left."""
    return [one.label.title for one in lists]


def told(plan: Provision) -> list[str]:
    """A plan in lines, one a change, with its differences."""
    lines = []
    for change in plan.changes:
        where = f" ({change.where})" if change.where else ""
        lines.append(f"{change.act} {change.name} in {change.place}{where}: {change.because}")
        lines += [f"  {d.field}: {d.now} → {d.wanted}" for d in change.differences]
    return lines


def pending(plan: Provision) -> list[tuple[Act, str]]:
    """What of a plan writes."""
    return [(change.act, change.name) for change in plan.pending]


@contextmanager
def town(tier: Literal["free", "premium"] = "premium") -> Iterator[Town]:
    """Olga operates (a Maintainer), paul plans, gus is a guest; all labels of the taxonomy are in the project."""
    world = World(tier=tier)
    group = world.add_group("sme", "SME Program")
    project = world.add_project(group, "customer-feedback", "Customer Feedback")
    program = world.add_project(group, "program", "Program")
    for username, level in (("olga", "maintainer"), ("paul", "planner"), ("gus", "guest")):
        user = world.add_user(username, username.title())
        for place in (project, program):
            world.add_member(place, user, level)
    begin = [Action("create", "program.yml", b"name: Customer feedback\n")]
    commit(world, world.root, program, "main", "Begin", begin)
    for label in shipped().taxonomy.labels:
        world.create_label(world.root, project, label.title, label.color, label.description)
    with FakeGitLab(world, deliver=False) as gitlab:
        found = Town(world, gitlab)
        found.program = replace(found.program, tier=Tier(tier))
        yield found
    assert not world.unknown_calls
