"""What customers tell after a decision that they had not told before it: evidence that is new (T13, T15).

What is added to an older comment is as old as that one, like all that the comment tells.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.account_book import AccountBook
from app.domain.customer import CustomerLine, Heard
from app.domain.customer_lines import lines_of
from app.domain.ledger import rank, told_worth
from app.domain.request import Reading

MORE_ARR = Decimal("1.5")
"""So many times the ARR that was at stake makes a decision worth another look (workflow 3.3, T13)."""


class Grown(StrEnum):
    """What has become more at customers who were known before."""

    SEVERITY = "severity"
    ARR = "ARR"


def new_accounts(reading: Reading, since: datetime | None) -> int:
    """How many accounts people named in comments written after `since`, and nobody before."""
    if since is None:
        return 0
    told = sorted((line.at, line.account.key) for heard in reading.heard.values() for line in heard.lines)
    first = {key: at for at, key in reversed(told)}
    return sum(first[line.account.key] > since for line in reading.lines)


def grown(reading: Reading, book: AccountBook, since: datetime | None) -> Grown | None:
    """Whether a customer has a higher severity than `since`, or all of them together half as much ARR again. What was
    not known then cannot have grown; of an account in the book nobody knows what it was worth before.
    """
    if since is None:
        return None
    before = {line.account.key: line for line in _as_of(reading.heard.values(), since)}
    pairs = [(before[line.account.key], line) for line in reading.lines if line.account.key in before]
    if any(then.severity is not None and rank(now.severity) < rank(then.severity) for then, now in pairs):
        return Grown.SEVERITY
    worth_then, worth_now = _worth(before.values(), book), _worth(reading.lines, book)
    return Grown.ARR if worth_then and worth_now >= MORE_ARR * worth_then else None


def _as_of(heard: Iterable[Heard], since: datetime) -> tuple[CustomerLine, ...]:
    """The customers as they were told by then."""
    by_then = (replace(one, lines=tuple(line for line in one.lines if line.at <= since)) for one in heard)
    return lines_of(one for one in by_then if one.lines or (one.at is not None and one.at <= since))


def _worth(lines: Iterable[CustomerLine], book: AccountBook) -> Decimal:
    return sum((told_worth(line, book) or Decimal(0) for line in lines), Decimal(0))
