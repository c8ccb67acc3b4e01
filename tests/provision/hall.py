"""A GitLab with one project of requests, a small program, and an operator who plans and applies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.provision import Limits, Provision
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.commits import Action, commit, resolve
from app.fakegitlab.model import Project, User
from app.gateways.config_load import Configuration, load
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import GitLab, connect
from app.services.provision import Done, Part, Provisioning
from tests.config import small
from tests.gateways.gitlab_wire import no_sleep

PATH = "sme/feedback"
MakePart = Callable[[GitLab, Configuration], Part[Any]]


@dataclass
class Hall:
    """What a test works with. `taxonomy` and `program` are the files' texts, to be changed at will."""

    world: World
    project: Project
    operator: User
    url: str
    directory: Path
    part: MakePart
    taxonomy: str = small.TAXONOMY
    program: str = small.PROGRAM
    calls: list[str] = field(default_factory=list)

    @property
    def configured(self) -> Configuration:
        """What the files say now."""
        return load(small.written(self.directory, self.taxonomy, self.program))

    @contextmanager
    def provisioning(self) -> Iterator[Provisioning]:
        """Plan and apply of the one kind; what was called is in `calls` afterwards."""
        budget = Budget(rate=1e6, burst=1e6, notes_per_minute=1e6, notes_burst=1e6, sleep=no_sleep)
        self.world.calls.clear()
        with connect(self.url, self.operator.token, budget) as doors:
            yield Provisioning([self.part(doors, self.configured)], self.configured.version)
        self.calls = [f"{call.method} {call.template}" for call in self.world.calls]

    def plan(self) -> Provision:
        """What would be done."""
        with self.provisioning() as found:
            return found.plan(Limits())

    def apply(self) -> list[Done]:
        """Do it, or as much as goes."""
        with self.provisioning() as found:
            found.plan(Limits())
            return list(found.carry_out())

    def told(self) -> list[str]:
        """The plan's changes, and why it is refused, in a line each."""
        found = self.plan()
        lines = []
        for change in found.changes:
            details = "; ".join(f"{d.field}: {d.now} → {d.wanted}" for d in change.differences)
            where = f" ({change.where})" if change.where else ""
            lines.append(f"{change.act} {change.name}{where}, {change.because}" + (f" [{details}]" if details else ""))
        return [*lines, *(f"refused: {stop.message}" for stop in found.refusals)]

    def writes(self) -> list[str]:
        """Calls of the last run that were no reading."""
        return [call for call in self.calls if not call.startswith("GET")]

    def role(self, level: str) -> None:
        """Give the operator another role."""
        self.world.add_member(self.project, self.operator, level)

    def committed(self, path: str, text: str, branch: str = "main") -> None:
        """Mia pushes a file."""
        known = resolve(self.project, branch)
        kind = "update" if known and path in known.files else "create"
        action = Action(kind, path, text.encode())
        mia = self.world.user("mia")
        commit(self.world, mia, self.project, branch, "By hand", [action], None if known else "main")


@contextmanager
def hall(directory: Path, part: MakePart) -> Iterator[Hall]:
    """It, running; on the way out, fails for a call that the stand-in does not know."""
    world = World()
    project = world.add_project(world.add_group("sme"), "feedback")
    operator = world.add_user("operator", "Olga Operator")
    for user in (operator, world.add_user("mia", "Mia Maintainer")):
        world.add_member(project, user, "maintainer")
    with FakeGitLab(world, deliver=False) as server:
        yield Hall(world, project, operator, server.url, directory, part)
    assert not world.unknown_calls
