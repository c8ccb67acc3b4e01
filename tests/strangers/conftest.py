"""A town for strangers: a served stand-in that is listened to, and the tools that others wrote."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gitlab
import pytest

from app.fakegitlab import FakeGitLab, World, create_app
from app.fakegitlab.model import Group, Project, User
from tests.strangers.ear import Ear, Heard, Ledger, Letterbox
from tests.strangers.shapes import misshapen, misshapen_letters

HERE = Path(__file__).parent
HOUSE = HERE.parents[1]
SECONDS = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are the group `strangers`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("strangers")


class TickingClock:
    """A time that goes on by a millisecond at each look, so that what is made later is later."""

    def __init__(self) -> None:
        self._now = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._now += timedelta(milliseconds=1)
            return self._now


@dataclass
class Town:
    """A group with a project; mia owns it, sam plans, robin is a guest."""

    world: World
    group: Group
    project: Project
    mia: User
    sam: User
    robin: User
    gitlab: FakeGitLab
    letterbox: Letterbox
    heard: list[Heard] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return self.gitlab.url

    def during(self, since: int = 0) -> Ledger:
        """What was answered after the first `since` answers."""
        return Ledger(self.heard[since:])


def _settle_in(world: World) -> tuple[Group, Project, dict[str, User]]:
    group = world.add_group("sme", "SME Program")
    project = world.add_project(group, "customer-feedback", "Customer Feedback")
    people = {name: world.add_user(name, name.title()) for name in ("mia", "sam", "robin")}
    world.add_member(group, people["mia"], "owner")
    for name, level in (("sam", "planner"), ("robin", "guest")):
        world.add_member(project, people[name], level)
    return group, project, people


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    """Where hooks deliver to."""
    with Letterbox() as box:
        thread = threading.Thread(target=box.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield box
        box.shutdown()
        thread.join()


@pytest.fixture
def town(letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A small GitLab over HTTP. When the client has left, every answer and letter is held against GitLab's shapes."""
    world = World(now=TickingClock())
    group, project, people = _settle_in(world)
    heard: list[Heard] = []
    monkeypatch.setattr("app.fakegitlab.server.create_app", lambda state: Ear(create_app(state), heard))
    with FakeGitLab(world) as running:
        yield Town(world, group, project, **people, gitlab=running, letterbox=letterbox, heard=heard)
        assert running.settle(10)
    assert world.unknown_calls == []
    assert Ledger(heard).failures() == []
    assert misshapen(heard) == []
    assert misshapen_letters(letterbox.letters) == []


@pytest.fixture
def mia(town: Town) -> Iterator[gitlab.Gitlab]:
    """The group's owner, with python-gitlab."""
    with gitlab.Gitlab(town.url, private_token=town.mia.token) as client:
        client.auth()
        yield client


@pytest.fixture
def sam(town: Town) -> Iterator[gitlab.Gitlab]:
    """The planner, with python-gitlab."""
    with gitlab.Gitlab(town.url, private_token=town.sam.token) as client:
        yield client


def tool(*places: Path | str) -> str:
    """The first of these programs that is here; skips otherwise, saying how to get it."""
    for place in places:
        if found := shutil.which(str(place)):
            return found
    pytest.skip(f"{Path(str(places[0])).name} is not installed; `make strangers` does that or says how")


def run(command: list[str], cwd: Path, **environment: str) -> str:
    """What a tool printed, both streams; fails with all of it where the tool says it failed.

    Its environment is small on purpose: no proxy, no other GitLab, no colours, a home of its own.
    """
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8", "TERM": "dumb"} | environment
    done = subprocess.run(
        command,
        cwd=cwd,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
