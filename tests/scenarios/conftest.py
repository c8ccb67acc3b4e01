"""The installation that scenarios live in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.living import Living, enforced, living


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Living]:
    """A running installation, all rules in force, on Premium."""
    with living(tmp_path, enforced()) as found:
        yield found
