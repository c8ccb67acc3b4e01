"""Labels are made, changed, renamed and retired as the taxonomy says, and nothing else is touched."""

from collections.abc import Iterator

import pytest

from app.fakegitlab import FakeGitLab, World
from tests.provision.label_town import Town, label, settle


@pytest.fixture(scope="module", params=["premium", "free"])
def gitlab(request: pytest.FixtureRequest) -> Iterator[FakeGitLab]:
    """A GitLab on each tier."""
    world = World(tier=request.param)
    with FakeGitLab(world, deliver=False) as running:
        yield running
    assert world.unknown_calls == []


@pytest.fixture
def town(gitlab: FakeGitLab, request: pytest.FixtureRequest) -> Town:
    """A town of its own for each test."""
    found = settle(gitlab, f"sme-{len(gitlab.world.projects)}")
    gitlab.world.reset_calls()
    return found


SIXTY = tuple(label(f"theme::{n}") for n in range(60))


def test_sixty_labels_cost_sixty_one_calls_then_one_and_two_where_one_colour_differs(town: Town) -> None:
    assert town.applies(*SIXTY).problem is None
    assert len(town.calls()) == 61

    assert town.applies(*SIXTY).acts == []
    assert town.calls() == ["GET /projects/:id/labels"]

    town.own()["theme::7"].color = "#ff0000"
    assert town.applies(*SIXTY).acts == [("change", "theme::7")]
    assert town.calls() == ["GET /projects/:id/labels", "PUT /projects/:id/labels/:label_id"]
    assert town.own()["theme::7"].color == "#5c5b66"
