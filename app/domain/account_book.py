"""The account book: what the company knows about its accounts. Private: its names and amounts are for its circle.

Nothing of it may be printed by accident, so entries show neither name nor amount (promise 11).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.domain.accounts import without_links
from app.domain.money import bare_sums, sums

_APART = re.compile(r"[\W_]+")
_SHORTEST_NAME = 3
_LEAST_AMOUNT = 10_000
_ROUND = 1_000
_FORMS_OF_COMPANIES = (
    "ab ag as asa bv co company corp corporation gmbh inc incorporated kg kk limited llc llp ltd mbh nv oy oyj plc "
    "pty sa sarl sas se spa srl "
)
_LEGAL_FORMS = frozenset(_FORMS_OF_COMPANIES.split())
_LONGEST_AMOUNT = 20
_HANDLE = re.compile(r"@[\w.-]+")
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
    _names: frozenset[str] = field(init=False, repr=False, compare=False)
    _longest: int = field(init=False, repr=False, compare=False)
    _amounts: frozenset[Decimal] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Names and amounts are looked for in every text we write, so they are made ready once."""
        names = frozenset(form for entry in self.entries.values() if entry.name for form in _forms(entry.name))
        amounts = frozenset(entry.arr for entry in self.entries.values() if entry.arr >= _LEAST_AMOUNT)
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_longest", max(map(len, names), default=0))
        object.__setattr__(self, "_amounts", amounts)

    def entry(self, key: str) -> BookEntry | None:
        """What the book says about an account."""
        return self.entries.get(key)

    def gives_away(self, texts: Iterable[str]) -> bool:
        """Whether any text holds a customer's name, or an amount of the book (from ten thousand up), in any dress."""
        return any(self.names_one(text) or not self._amounts.isdisjoint(sums(text, bare=True)) for text in texts)

    def shows_amount(self, texts: Iterable[str]) -> bool:
        """Whether any text of ours holds an amount to the last digit; what a band ends in is none."""
        numbers = (number.replace(",", "") for text in texts for number in _NUMBER.findall(text))
        return any(len(number) < _LONGEST_AMOUNT and Decimal(number) in self._amounts for number in numbers)

    def names_one(self, text: str) -> bool:
        """Whether a text holds a customer's name: with or without its legal form, in one word or several.

        A name of two letters counts only in the very letters of the book: `it` is no customer.
        """
        return any(name in self._names for name in self._candidates(text))

    def types_name(self, text: str, ours: frozenset[str]) -> bool:
        """Whether somebody typed a customer's name that is none of `ours`. Handles are nobody's name."""
        names = (name for name in self._candidates(_HANDLE.sub(" ", text)) if name in self._names - ours)
        return any(len(name) >= _SHORTEST_NAME for name in names)

    def types_amount(self, text: str, here: Iterable[str]) -> bool:
        """Whether somebody typed an amount of the book as money: with a currency, with k or M, or beside words of
        money; of the accounts that are `here` also in bare digits, unless they are a round number of anything.
        """
        if not self._amounts.isdisjoint(sums(text, bare=False)):
            return True
        own = {entry.arr for key in here if (entry := self.entries.get(key)) and entry.arr % _ROUND}
        typed = bare_sums(without_links(text)) if self._amounts else ()
        return any(value in self._amounts and (money or value in own) for value, money in typed)

    def _candidates(self, text: str) -> Iterator[str]:
        if not self._names:
            return
        words = _words(text)
        for i in range(len(words)):
            joined = ""
            for word in words[i : i + self._longest]:
                joined += word
                if len(joined) > self._longest:
                    break
                yield _as_compared(joined)


def compared(texts: Iterable[str], *, apart: bool = True) -> frozenset[str]:
    """Texts as names are compared, with and without legal form; `apart` also each of their words."""
    told = list(texts)
    words = [word for text in told for word in _words(text)] if apart else []
    return frozenset(_as_compared(word) for word in words) | {form for text in told for form in _forms(text)}


def _forms(name: str) -> Iterator[str]:
    """A name's words as one, with and without its legal form."""
    words = _words(name)
    bare = list(words)
    while len(bare) > 1 and bare[-1].casefold() in _LEGAL_FORMS:
        bare.pop()
    for form in ("".join(words), "".join(bare)):
        if form:
            yield _as_compared(form)


def _as_compared(name: str) -> str:
    return name.casefold() if len(name) >= _SHORTEST_NAME else name


def _words(text: str) -> list[str]:
    return _APART.sub(" ", text).split()
