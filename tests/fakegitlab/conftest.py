"""A small pod to try the stand-in's rules on, alone or over HTTP through a real client."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import gitlab
import httpx
import pytest

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Board, BoardList, Group, Issue, Project, User
from app.fakegitlab.state import Tier

SIGNING = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class Clock:
    """Time that moves only when told; aware UTC."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class Pod:
    """A project with three status columns; sam plans, robin is a guest, mia maintains, eve is a stranger."""

    world: World
    clock: Clock
    group: Group
    project: Project
    board: Board
    new: BoardList
    reviewed: BoardList
    accepted: BoardList
    sam: User
    robin: User
    mia: User
    eve: User

    def file(self, *labels: str, **more: str) -> Issue:
        """A request by robin's architect friend sam."""
        return self.world.create_issue(self.sam, self.project, "Bulk export", labels=list(labels), **more)  # type: ignore[arg-type]

    def titles(self, issue: Issue) -> list[str]:
        """The issue's labels."""
        return [label.title for label in issue.labels]


def make_pod(tier: Tier) -> Pod:
    """A pod on this tier."""
    clock = Clock()
    world = World(tier=tier, now=clock)
    group = world.add_group("sme", "SME Program")
    project = world.add_project(group, "customer-feedback", "Customer Feedback")
    people = {name: world.add_user(name, name.title()) for name in ("sam", "robin", "mia", "eve")}
    for name, level in (("sam", "reporter"), ("robin", "guest"), ("mia", "maintainer")):
        world.add_member(project, people[name], level)
    for title in ("status::new", "status::reviewed", "status::accepted", "area::ai"):
        world.create_label(world.root, group, title, "#428bca")
    board = world.create_board(world.root, project, "Customer feedback")
    columns = (world.label(project, f"status::{one}") for one in ("new", "reviewed", "accepted"))
    new, reviewed, accepted = (world.add_list(world.root, board, label) for label in columns)
    return Pod(world, clock, group, project, board, new, reviewed, accepted, *people.values())


@pytest.fixture(params=["premium", "free"])
def any_pod(request: pytest.FixtureRequest) -> Pod:
    """The pod on each tier."""
    return make_pod(request.param)


@pytest.fixture
def pod() -> Pod:
    """The pod on Premium."""
    return make_pod("premium")


@pytest.fixture
def free_pod() -> Pod:
    """The pod on Free."""
    return make_pod("free")


@pytest.fixture
def served(pod: Pod) -> Iterator[FakeGitLab]:
    """The pod over HTTP; deliveries stay in the outbox."""
    with FakeGitLab(pod.world, deliver=False) as running:
        yield running
    assert pod.world.unknown_calls == []


@pytest.fixture
def http(served: FakeGitLab, pod: Pod) -> Iterator[httpx.Client]:
    """A bare client with sam's token."""
    with httpx.Client(base_url=f"{served.url}/api/v4", headers={"PRIVATE-TOKEN": pod.sam.token}) as client:
        yield client


@pytest.fixture
def sam(served: FakeGitLab, pod: Pod) -> Iterator[gitlab.Gitlab]:
    """The real python-gitlab client with sam's token."""
    with gitlab.Gitlab(served.url, private_token=pod.sam.token) as client:
        yield client
