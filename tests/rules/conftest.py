"""Cards whose every note must be heard."""

from collections.abc import Callable, Iterator

import pytest

from tests.rules import cards


@pytest.fixture
def card() -> Iterator[Callable[..., cards.Card]]:
    """Makes a card; at the end of the test nothing may have been said on it that the test did not hear."""
    made: list[cards.Card] = []

    def make(*args: object, **options: object) -> cards.Card:
        made.append(cards.Card(*args, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.stops()


@pytest.fixture
def complete() -> Iterator[Callable[..., cards.Card]]:
    """Makes a card that lacks nothing; everything said on it later must be heard."""
    made: list[cards.Card] = []

    def make(*args: object, **options: object) -> cards.Card:
        made.append(cards.complete(*args, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.stops()
