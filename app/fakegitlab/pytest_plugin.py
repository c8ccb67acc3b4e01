"""Fixtures for the tests of your own bot: `pytest_plugins = ["app.fakegitlab.pytest_plugin"]` (docs/stand-in.md)."""

from collections.abc import Iterator

import pytest

from app.fakegitlab.server import FakeGitLab
from app.fakegitlab.world import World


@pytest.fixture
def fakegitlab_world() -> World:
    """The world that `fakegitlab` serves. Override it for another tier, another clock, or a world with a past."""
    return World()


@pytest.fixture
def fakegitlab(fakegitlab_world: World) -> Iterator[FakeGitLab]:
    """A small GitLab over HTTP on loopback, which delivers its webhooks. Fails a test that asked for what it lacks."""
    with FakeGitLab(fakegitlab_world) as running:
        yield running
    unknown = fakegitlab_world.unknown_calls
    assert not unknown, f"the stand-in for GitLab does not know what was asked of it: {', '.join(unknown)}"
