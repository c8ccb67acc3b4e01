"""What people write, read in every way we read it: it is understood, or it is not, and nothing breaks."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import blocks, neutral
from app.domain.envelope import Place, looks_sealed, seal, unseal
from app.entrypoints.webhook_events import subject_of
from tests.fuzz.cases import NOTES
from tests.reading.speech import hear
from tests.reading.test_any_text import ANYTHING

PLACE = Place("https://gitlab.example.com", 7, 12)
KEYS = (b"the newer of two keys", b"the older of two keys")
OURS = seal("We asked.", "context", "context_asked", {"rung": 1}, PLACE, KEYS[1])
PAYLOAD = base64.b64encode(b"{}").decode()
MARKS = [
    OURS,
    OURS[:-20],
    "<!-- sounding-board:1 ",
    f"<!-- sounding-board:1 {PAYLOAD} {'A' * 43}= -->",
    " -->",
    PAYLOAD,
]
WRITTEN = st.lists(ANYTHING | st.sampled_from(MARKS) | st.text(max_size=20), max_size=6).map("".join)
"""Pieces of what people write, of our own notes, and of what only looks like them."""


def heard(text: str) -> None:
    """As a request and its customers."""
    found = hear(text)
    assert all(line.account.key for line in found.lines)


def opened(text: str) -> None:
    """As a note of ours: only a whole one that we sealed for this place opens."""
    found = unseal(text, PLACE, KEYS)
    assert found is None or (found.topic == "context" and text.rstrip().endswith(OURS[-60:]))
    assert isinstance(looks_sealed(text), bool)
    assert unseal(text, Place(PLACE.instance, 7, 13), KEYS) is None
    assert unseal(text, PLACE, (b"a key of somebody else",)) is None


def shown(text: str) -> None:
    """As words that are quoted, on one line."""
    assert "\n" not in neutral.quote(text)
    assert isinstance(blocks.readable(text), str)
    assert len(neutral.plain(text)) <= 120


def delivered(text: str) -> None:
    """As any value of a delivery."""
    for kind in ("issue", "note", "emoji", "access_token", text):
        part = {"type": text, "iid": text, "noteable_type": text, "expires_at": text, "name": text, "id": 7}
        body = {"object_kind": kind, "object_attributes": part, "issue": part, "project": {"path_with_namespace": text}}
        subject_of(body)


WAYS: list[Callable[[str], None]] = [heard, opened, shown, delivered]


def everything_written_is_read(way: Callable[[str], None], *, soak: bool) -> None:
    """As many as are stated."""

    @NOTES.settings(soak=soak)
    @given(WRITTEN)
    def one(text: str) -> None:
        way(text)

    one()


@pytest.mark.parametrize("way", WAYS)
def test_everything_written_is_read(way: Callable[[str], None]) -> None:
    everything_written_is_read(way, soak=False)


@pytest.mark.soak
@pytest.mark.parametrize("way", WAYS)
def test_everything_written_is_read_for_long(way: Callable[[str], None]) -> None:
    everything_written_is_read(way, soak=True)


def test_the_seal_that_these_are_made_of_is_whole() -> None:
    assert unseal(OURS, PLACE, KEYS)
