"""Accounts, customer lines and whole boards, as tests and hypothesis make them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from app.domain.account_book import AccountBook, BookEntry
from app.domain.customer import Account, AccountKind, Amount, ArrType, CustomerLine, Heard, Severity
from app.domain.customer_lines import lines_of
from app.domain.issue import Ref, User
from app.domain.ledger import strongest_first
from app.domain.ledger_note import Desk
from app.domain.numbers import Amounts, Numbers
from app.domain.roster import Person, Role, Roster, Term
from app.domain.scoring import Asked

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
JANE = User(1, "sa.jane")
OMAR = User(2, "sa.omar")
ROSTER = Roster(
    tuple(Person(u, u, region, (Term(Role.SA),)) for u, region in (("sa.jane", "dach-meta"), ("sa.omar", "apac")))
)
NUMBERS = Numbers()


def account(number: int, opportunity: bool = True) -> Account:
    """The account with this number."""
    kind = AccountKind.OPPORTUNITY if opportunity else AccountKind.ACCOUNT
    key = f"{'006' if opportunity else '001'}5g00000{number:05d}"
    return Account(key, kind, f"https://example.my.salesforce.com/{key}AAA")


def line(number: int = 1, *, opportunity: bool = True, **told: Any) -> CustomerLine:
    """Somebody's evidence for one account."""
    given: dict[str, Any] = {"author": JANE, "at": T0, "note_id": 100 + number, "severity": Severity.BLOCKER}
    return CustomerLine(account(number, opportunity), **{**given, **told})


def counted(told: Iterable[CustomerLine]) -> tuple[CustomerLine, ...]:
    """Those of the lines that count, each told in a note of its own; as a ledger shows them."""
    return strongest_first(lines_of(Heard(lines=(one,), at=one.at, note_id=one.note_id) for one in told))


def entry(number: int, arr: str | int, *, opportunity: bool = True, **known: Any) -> BookEntry:
    """What the book says about the account with this number."""
    return BookEntry(account(number, opportunity).key, Decimal(arr), **known)


def book(*entries: BookEntry) -> AccountBook:
    """A book of these."""
    return AccountBook({e.key: e for e in entries})


def desk(of: AccountBook, amounts: Amounts = Amounts.BANDS, numbers: Numbers = NUMBERS) -> Desk:
    """A desk of the shipped numbers."""
    names = {"severity": "Severity", "arr": "ARR at stake", "deployment": "Deployment", "needed_by": "Needed by"}
    names["impact"] = "Impact to the customer of not having this"
    return Desk(numbers, of, ROSTER, amounts, names)


accounts = st.builds(account, st.integers(1, 12), st.booleans())
cents = st.integers(0, 10**10).map(lambda c: Decimal(c) / 100)
lines = st.builds(
    CustomerLine,
    account=accounts,
    author=st.sampled_from([JANE, OMAR]),
    at=st.integers(0, 30).map(lambda h: T0 - timedelta(hours=h)),
    note_id=st.one_of(st.none(), st.integers(1, 50)),
    severity=st.one_of(st.none(), st.sampled_from(Severity)),
    arr_type=st.one_of(st.none(), st.sampled_from(ArrType)),
    arr=st.one_of(st.none(), st.builds(Amount, cents, currency=st.sampled_from([None, "USD", "EUR"]))),
    needed_by=st.one_of(st.none(), st.integers(-200, 400).map(lambda d: TODAY + timedelta(days=d))),
    priority=st.one_of(st.none(), st.integers(1, 10)),
    subscription=st.sampled_from([None, "Ultimate", "premium", "free", "something"]),
    withdrawn=st.sampled_from([None, None, None, "closed-lost"]),
)
told_lines = st.lists(lines, max_size=12, unique_by=lambda one: (one.at, one.note_id or 0))
"""Of several notes: no two are of one instant and have one id."""
books = st.dictionaries(accounts.map(lambda a: a.key), cents, max_size=12).map(
    lambda arr: book(*(BookEntry(key, amount) for key, amount in arr.items()))
)
labels = st.frozensets(
    st.sampled_from(
        [
            "priority::1",
            "priority::2",
            "priority::4",
            "theme::ai::chat",
            "arr-driver::candidate",
            "arr-driver::nominated",
        ]
    ),
    max_size=3,
)


@st.composite
def boards(draw: st.DrawFn) -> list[Asked]:
    """Open requests of two areas and two projects, with any customers."""
    count = draw(st.integers(1, 8))
    return [
        Asked(
            Ref(draw(st.sampled_from(["sme/one", "sme/two"])), number),
            draw(st.sampled_from(["ai", "agile", None])),
            draw(labels),
            counted(draw(st.lists(lines, max_size=6))),
        )
        for number in range(1, count + 1)
    ]
