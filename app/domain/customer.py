"""A customer on a request: one account's evidence, told in one note (requests 2.1). One account counts once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.issue import User


class AccountKind(StrEnum):
    """What a CRM link leads to (requests 2.5, 7): an account is kept, an opportunity is won. OTHER: another CRM."""

    ACCOUNT = "account"
    OPPORTUNITY = "opportunity"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Account:
    """Who, without a name. `key` is the first 15 characters of a Salesforce id, else the link without its query."""

    key: str
    kind: AccountKind
    link: str | None = None


class Severity(StrEnum):
    """What the customer does without it, the strongest first (requests 2.3)."""

    BLOCKER = "blocker"
    RETENTION = "retention"
    FAST_FOLLOW = "fast-follow"
    NICE = "nice"


class ArrType(StrEnum):
    """Where the revenue comes from. RENEWAL is retention; the others are growth."""

    NEW = "new"
    RENEWAL = "renewal"
    EXPANSION = "expansion"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money somebody told, in units of `currency` (ISO code; None where nobody said). `high`: of a range."""

    low: Decimal
    high: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One account's evidence as one note, or the description (`note_id` None), tells it.

    `at` is when its note was written, as GitLab does not tell an edit from a reaction. `arr_unknown` is the reason
    given for not knowing the amount. `needed_by` is None where nobody said, and `no_date` where "none" was the answer.
    `withdrawn` is the reason of a `-1 customer` line, "" where none was given.
    """

    account: Account
    author: User
    at: datetime
    note_id: int | None = None
    severity: Severity | None = None
    arr_type: ArrType | None = None
    arr: Amount | None = None
    arr_unknown: str | None = None
    needed_by: date | None = None
    no_date: bool = False
    priority: int | None = None
    subscription: str | None = None
    deployment: str | None = None
    workaround: str | None = None
    impact: str | None = None
    competitors: str | None = None
    call_wanted: bool = False
    withdrawn: str | None = None
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What one note was understood to say: its customer lines, and what was not understood.

    `unread` has a text's own words only where they can be no name and no sum, else the field's name; `unclear` the keys
    of those fields, "" for a part of a one-liner. `meant` are names of fields that were mistyped. `cut` says that
    only the first 64 KiB were read; `more_links` are the keys of CRM links that do not count. `answers` are values told
    without an account, by the field of CustomerLine they belong to. `named` and `amount_typed` say that a customer's
    name, or a sum, seems to have been typed: never which (promise 11). `at` and `note_id` are as in CustomerLine.
    """

    lines: tuple[CustomerLine, ...] = ()
    unread: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()
    more_links: tuple[str, ...] = ()
    cut: bool = False
    answers: Mapping[str, object] = field(default_factory=dict)
    named: bool = False
    amount_typed: bool = False
    at: datetime | None = None
    note_id: int | None = None
