"""The account book: what the company knows about its accounts. Private: its names and amounts are for its circle.

Nothing of it may be printed by accident, so entries show neither name nor amount (promise 11).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

_APART = re.compile(r"[\W_]+")
_SHORTEST_NAME = 3
_LEAST_AMOUNT = 10_000
_LONGEST_AMOUNT = 20
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One account: ARR a year (CARR; of an opportunity its net ARR), tier, region, renewal or closing date, and where
    the book knows them health (`red`, `yellow`, `green`) and probability in percent.
    """

    key: str
    arr: Decimal = field(repr=False)
    name: str | None = field(default=None, repr=False)
    tier: str | None = None
    region: str | None = None
    renewal: date | None = None
    health: str | None = None
    probability: int | None = None


@dataclass(frozen=True, slots=True)
class AccountBook:
    """All accounts by key, in one currency (ISO code)."""

    entries: Mapping[str, BookEntry] = field(default_factory=dict, repr=False)
    currency: str = "USD"
    _names: frozenset[tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _lengths: frozenset[int] = field(init=False, repr=False, compare=False)
    _amounts: frozenset[Decimal] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Names and amounts are looked for in every text we write, so they are made ready once."""
        names = (tuple(_words(entry.name)) for entry in self.entries.values() if entry.name)
        long_enough = frozenset(name for name in names if len("".join(name)) >= _SHORTEST_NAME)
        amounts = frozenset(entry.arr for entry in self.entries.values() if entry.arr >= _LEAST_AMOUNT)
        object.__setattr__(self, "_names", long_enough)
        object.__setattr__(self, "_lengths", frozenset(map(len, long_enough)))
        object.__setattr__(self, "_amounts", amounts)

    def entry(self, key: str) -> BookEntry | None:
        """What the book says about an account."""
        return self.entries.get(key)

    def gives_away(self, texts: Iterable[str]) -> bool:
        """Whether any text holds a customer's name, or an amount as the book has it (from ten thousand up)."""
        for text in texts:
            words = _words(text)
            if any(tuple(words[i : i + n]) in self._names for n in self._lengths for i in range(len(words) - n + 1)):
                return True
            numbers = (number.replace(",", "") for number in _NUMBER.findall(text))
            if any(len(number) < _LONGEST_AMOUNT and Decimal(number) in self._amounts for number in numbers):
                return True
        return False


def _words(text: str) -> list[str]:
    return _APART.sub(" ", text.casefold()).split()
