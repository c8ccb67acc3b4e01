"""A terminal in which plan and apply work on shelves, or on the GitLab of the commands' tests."""

from collections.abc import Callable

import pytest

from app import bootstrap
from app.bootstrap import operators
from app.domain.provision import Kind
from app.gateways.gitlab_backend import Again
from tests.commands.conftest import gitlab, program, terminal, world
from tests.commands.terminal import Terminal
from tests.provision.fake_parts import Shelf
from tests.provision.label_town import town, town_gitlab

__all__ = ["gitlab", "program", "terminal", "town", "town_gitlab", "world"]

URL = "https://gitlab.example.com"


@pytest.fixture
def shelves(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says which parts there are; whatever else is set is enough for `plan`."""
    terminal.sets(gitlab_url=URL, operator_token="operator-token", config_dir=bootstrap.SHIPPED)

    def stocked(*parts: Shelf) -> None:
        monkeypatch.setattr(operators, "_parts", lambda *_: list(parts))

    return stocked


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long plan and apply waited for GitLab, which in tests takes no time."""
    waited: list[float] = []
    monkeypatch.setattr("app.entrypoints.provision.sleep", waited.append)
    monkeypatch.setattr(operators, "STUMBLING", Again(operators.STUMBLING.pauses, waited.append))
    return waited


@pytest.fixture
def labels() -> Shelf:
    """Two labels wanted, of which one has another colour; one more is as declared."""
    wanted = {"status::new": "#1f75cb", "status::reviewed": "#6b4fbb", "area::ai": "#1d3a8a"}
    there = {"status::reviewed": "#ffffff", "area::ai": "#1d3a8a"}
    return Shelf(Kind.LABELS, wanted, there, issues={"status::reviewed": 12})


@pytest.fixture
def boards() -> Shelf:
    """Everything as declared."""
    return Shelf(Kind.BOARDS, {"AI": "blue"}, {"AI": "blue"})
