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

    def entry(self, key: str) -> BookEntry | None:
        """What the book says about an account."""
        return self.entries.get(key)

    def gives_away(self, texts: Iterable[str]) -> bool:
        """Whether any text holds a customer's name, or an amount as the book has it (from ten thousand up)."""
        told = list(texts)
        whole = f" {' '.join(_words(text) for text in told)} "
        names = (_words(entry.name) for entry in self.entries.values() if entry.name)
        if any(len(name) >= _SHORTEST_NAME and f" {name} " in whole for name in names):
            return True
        amounts = {entry.arr for entry in self.entries.values() if entry.arr >= _LEAST_AMOUNT}
        found = (match.replace(",", "") for text in told for match in _NUMBER.findall(text))
        return any(len(number) < 20 and Decimal(number) in amounts for number in found)


def _words(text: str) -> str:
    return _APART.sub(" ", text.casefold()).strip()
