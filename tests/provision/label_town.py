"""A group with a project over HTTP, whose labels are kept as a small taxonomy says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from app.domain.program import Program, Project, Tier
from app.domain.provision import Change, Limits, Provision, Where
from app.domain.taxonomy import Label, Scope, Taxonomy, scope_of
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab import model as fake
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import connect
from app.services.provision import Done, Provisioning
from app.services.provision_labels import ProvisionLabels
from tests.scenarios.living import shipped

TODAY = date(2026, 11, 20)
GREY = "#5c5b66"
EVERYTHING = Limits(deletions=1000, issues=100_000)


def label(title: str, *previously: str, color: str = GREY, about: str = "", retired: bool = False) -> Label:
    """A declared label; `retired` ones went out of use yesterday."""
    gone = date(2026, 11, 19) if retired else None
    return Label(title, color, about or f"About {title}.", previously, gone)


def taxonomy(*labels: Label) -> Taxonomy:
    """The labels, each in its scope; the rest is as shipped."""
    keys = dict.fromkeys(scope_of(one.title) for one in labels)
    scopes = (
        Scope(key, key, key, tuple(one for one in labels if scope_of(one.title) == key), bool(key)) for key in keys
    )
    return replace(shipped().taxonomy, scopes=tuple(scopes))


@dataclass(slots=True)
class Told:
    """What one apply came to."""

    plan: Provision
    done: list[Done]

    @property
    def problem(self) -> str | None:
        """What stopped it."""
        return next((one.problem for one in self.done if one.problem), None)

    @property
    def acts(self) -> list[tuple[str, str]]:
        """What was planned, in order."""
        return [(change.act.value, change.name) for change in self.plan.changes]


@dataclass(slots=True)
class Town:
    """Group `sme` with subgroup `sme/pods` and project `sme/pods/feedback`; olga maintains all."""

    gitlab: FakeGitLab
    world: World
    top: fake.Group
    pods: fake.Group
    project: fake.Project
    olga: fake.User
    lines: Mapping[str, Where] = field(default_factory=dict)

    def program(self, labels_in: str | None = None) -> Program:
        """The program of this project."""
        tier = Tier(self.world.tier)
        found = replace(shipped().program, projects=(Project(self.project.full_path),), labels_in=labels_in)
        return replace(found, tier=tier)

    @contextmanager
    def provisioning(
        self,
        *labels: Label,
        labels_in: str | None = None,
        deletes: bool = False,
        budget: Budget | None = None,
        user: fake.User | None = None,
    ) -> Iterator[Provisioning]:
        """Plan and apply of these labels."""
        token = (user or self.olga).token
        hasty = budget or Budget(rate=1e6, burst=1e6, reserve=0, bulk_per_minute=1e9)
        with connect(self.gitlab.url, token, hasty) as doors:
            program = self.program(labels_in)
            part = ProvisionLabels(doors.labels, taxonomy(*labels), program, self.lines, TODAY, deletes=deletes)
            yield Provisioning([part], "1")

    def plans(self, *labels: Label, labels_in: str | None = None, deletes: bool = False) -> tuple[Change, ...]:
        """What would be done."""
        with self.provisioning(*labels, labels_in=labels_in, deletes=deletes) as provisioning:
            return provisioning.plan(EVERYTHING).changes

    def applies(
        self,
        *labels: Label,
        labels_in: str | None = None,
        deletes: bool = False,
        budget: Budget | None = None,
        user: fake.User | None = None,
    ) -> Told:
        """Plan, and do it."""
        with self.provisioning(*labels, labels_in=labels_in, deletes=deletes, budget=budget, user=user) as provisioning:
            plan = provisioning.plan(EVERYTHING)
            return Told(plan, list(provisioning.carry_out()))

    def has(
        self, title: str, owner: fake.Group | None = None, color: str = GREY, about: str | None = None
    ) -> fake.Label:
        """A label that is there already, looking as `label` declares it."""
        text = f"About {title}." if about is None else about
        return self.world.create_label(self.world.root, owner or self.project, title, color, text)

    def files(self, *titles: str, closed: bool = False) -> fake.Issue:
        """A request with labels."""
        with self.world.silently():
            issue = self.world.create_issue(self.olga, self.project, "A request", labels=list(titles))
            if closed:
                self.world.update_issue(self.olga, issue, state_event="close")
        return issue

    def titles(self, issue: fake.Issue) -> list[str]:
        """An issue's labels."""
        return sorted(one.title for one in issue.labels)

    def own(self, owner: fake.Group | None = None) -> dict[str, fake.Label]:
        """The labels of the project, or of a group, by title."""
        return {one.title: one for one in (owner or self.project).labels.values()}

    def calls(self) -> list[str]:
        """The calls since they were last asked for: method and path."""
        with self.world.lock:
            found = [f"{call.method} {call.template}" for call in self.world.calls]
            self.world.reset_calls()
        return found


def settle(gitlab: FakeGitLab, name: str = "sme") -> Town:
    """A new town in a running world."""
    world = gitlab.world
    top = world.add_group(name)
    pods = world.add_group("pods", parent=top)
    project = world.add_project(pods, "feedback")
    olga = world.add_user(f"olga-{name}", "Olga Operator")
    world.add_member(top, olga, "maintainer")
    return Town(gitlab, world, top, pods, project, olga)


@pytest.fixture(scope="module", params=["premium", "free"])
def town_gitlab(request: pytest.FixtureRequest) -> Iterator[FakeGitLab]:
    """A GitLab on each tier."""
    world = World(tier=request.param)
    with FakeGitLab(world, deliver=False) as running:
        yield running
    assert world.unknown_calls == []


@pytest.fixture
def town(town_gitlab: FakeGitLab) -> Town:
    """A town of its own for each test."""
    found = settle(town_gitlab, f"sme-{len(town_gitlab.world.projects)}")
    town_gitlab.world.reset_calls()
    return found
