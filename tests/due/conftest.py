"""The agenda that most of these tests begin with: an hour old, for two requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.cadence import MeetingKind
from app.fakegitlab.model import Issue
from tests.due.house import HOUR, House, house_of, instant

REVIEW = MeetingKind.PM_REVIEW
MADE = instant("2026-03-11 13:00")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Two requests are nominated for the review of AI."""
    with house_of(tmp_path, REVIEW) as found:
        for title in ("SAML", "SSO"):
            found.files(title, "status::reviewed", "area::ai", "theme::ai::chat", "pm-review::next", "context::ready")
        found.due(MADE)
        found.at = MADE + HOUR
        yield found


@pytest.fixture
def agenda(house: House) -> Issue:
    return house.agendas()[0]
