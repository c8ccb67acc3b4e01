"""The customers on one request (requests 2.1, 2.6): one line an account, what it is worth, what it leaves untold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.account_book import AccountBook
from app.domain.customer import AccountKind, ArrType, CustomerLine, Severity
from app.domain.numbers import LineTells, Numbers, Step

FORGOTTEN_AFTER = timedelta(days=90)
"""A date that passed this long ago hurries nobody any more: it was forgotten, or the deal is closed."""

_STRONGEST_FIRST = tuple(Severity)


def strongest_first(lines: Iterable[CustomerLine]) -> tuple[CustomerLine, ...]:
    """The customers of a request, one line an account, in the order in which they are shown: then by key."""
    return tuple(sorted(lines, key=lambda line: (rank(line.severity), line.account.key)))


def rank(severity: Severity | None) -> int:
    """The stronger the less; the most where nobody said."""
    return len(_STRONGEST_FIRST) if severity is None else _STRONGEST_FIRST.index(severity)


def severity_of(lines: Iterable[CustomerLine]) -> Severity | None:
    """The strongest of all accounts."""
    told = [line.severity for line in lines if line.severity is not None]
    return min(told, key=rank, default=None)


def growth(line: CustomerLine) -> bool:
    """Whether it is revenue to win; what nobody says follows from the link (requests 2.5, 7)."""
    if line.arr_type is not None:
        return line.arr_type is not ArrType.RENEWAL
    return line.account.kind is AccountKind.OPPORTUNITY


def priority_of(line: CustomerLine, numbers: Numbers) -> int:
    """The customer's priority, 1 to 10: as told, else by severity, else the least."""
    if line.priority is not None:
        return max(1, min(10, line.priority))
    return numbers.priority_of[line.severity or Severity.NICE]


def told_worth(line: CustomerLine, book: AccountBook) -> Decimal | None:
    """ARR by the account book, else as the line tells it: the lower end of a range. None where nobody knows, also for
    an amount in another currency.
    """
    entry = book.entry(line.account.key)
    if entry is not None:
        return entry.arr
    if line.arr is None or line.arr.currency not in (None, book.currency):
        return None
    return max(Decimal(0), line.arr.low)


def worths(lines: Iterable[CustomerLine], book: AccountBook) -> dict[str, Decimal]:
    """What each account is worth, by key: one amount an account, over all requests. Where the book does not know it,
    the amount told last counts.
    """
    found: dict[str, Decimal] = {}
    for line in sorted(lines, key=lambda line: (line.at, line.note_id or 0, repr(line))):
        worth = told_worth(line, book)
        if worth is not None:
            found[line.account.key] = worth
    return found


def tier_of(
    lines: Iterable[CustomerLine], worth: Mapping[str, Decimal], book: AccountBook, numbers: Numbers
) -> Decimal:
    """The accounts' tiers, 0 to 1, weighted by their ARR; unweighted where no ARR is known."""
    rated = [(_tier(line, book, numbers), worth.get(line.account.key, Decimal(0))) for line in lines]
    weight = sum((w for _, w in rated), Decimal(0))
    if weight:
        return sum((tier * w for tier, w in rated), Decimal(0)) / weight
    return sum((tier for tier, _ in rated), Decimal(0)) / len(rated) if rated else Decimal(0)


def _tier(line: CustomerLine, book: AccountBook, numbers: Numbers) -> Decimal:
    entry = book.entry(line.account.key)
    told = (entry.tier if entry else None) or line.subscription or ""
    named = (weight for name, weight in numbers.tiers.items() if name.casefold() in told.casefold())
    return next(named, numbers.unknown_tier)


def urgency_of(lines: Iterable[CustomerLine], book: AccountBook, numbers: Numbers, day: date) -> Decimal:
    """How much the most urgent account hurries the request; what is only nice hurries nobody."""
    pressing = (line for line in lines if line.severity not in (None, Severity.NICE))
    return max((_hurry(line, book, numbers, day) for line in pressing), default=Decimal(1))


def _hurry(line: CustomerLine, book: AccountBook, numbers: Numbers, day: date) -> Decimal:
    entry, table = book.entry(line.account.key), numbers.urgency
    due = line.needed_by or (entry.renewal if entry else None)
    if due is None or due + FORGOTTEN_AFTER < day:
        return Decimal(1)
    steps = table.otherwise
    if growth(line) and entry and entry.probability is not None:
        steps = table.growth if entry.probability < table.low_probability else ()
    elif not growth(line) and entry and entry.health is not None:
        steps = table.retention.get(entry.health, table.otherwise)
    return _times(steps, (due - day).days)


def _times(steps: Iterable[Step], days: int) -> Decimal:
    near = (step for step in sorted(steps, key=lambda s: s.days) if days < step.days)
    step = next(near, None)
    return step.times if step else Decimal(1)


@dataclass(frozen=True, slots=True)
class Lacking:
    """What one account's line does not tell yet."""

    account: str
    what: tuple[LineTells, ...]


def lacking(lines: Iterable[CustomerLine], book: AccountBook, numbers: Numbers) -> tuple[Lacking, ...]:
    """Per account, what the review needs and nobody has told; the book fills ARR and date where it knows them."""
    found = (
        Lacking(
            line.account.key,
            tuple(n.what for n in numbers.customer_needs if _lacks(line, book, n.what) and n.for_a(line.severity)),
        )
        for line in lines
    )
    return tuple(one for one in found if one.what)


def _lacks(line: CustomerLine, book: AccountBook, what: LineTells) -> bool:
    entry = book.entry(line.account.key)
    match what:
        case LineTells.SEVERITY:
            return line.severity is None
        case LineTells.ARR:
            return told_worth(line, book) is None and line.arr_unknown is None
        case LineTells.NEEDED_BY:
            promised = line.severity is Severity.FAST_FOLLOW
            return line.needed_by is None and (promised or not (line.no_date or (entry and entry.renewal)))
        case _:
            return getattr(line, what.value) is None
