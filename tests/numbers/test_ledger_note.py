"""The ledger as people read it, its machine copy, and what it keeps to itself."""

# ruff: noqa: E501 - what is shown is pinned as people read it

import json
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from app.domain.account_book import AccountBook
from app.domain.accounts import links
from app.domain.amounts import band_of
from app.domain.customer import Account, AccountKind, Amount, ArrType, CustomerLine, Severity
from app.domain.envelope import Place, seal, unseal
from app.domain.issue import Ref, User
from app.domain.ledger import strongest_first
from app.domain.ledger_note import Desk, Missing, ledger_say, plain_link, texts
from app.domain.numbers import Amounts
from app.domain.plan import Say
from app.domain.scored import Scored
from app.domain.scoring import Asked, score
from app.domain.voice import OurNote
from app.gateways.config_load import load
from app.gateways.templates import Templates
from tests.numbers.worlds import NUMBERS, OMAR, TODAY, account, book, books, counted, desk, entry, line, lines

HOUSE = Path(__file__).parents[2]
TAXONOMY = load(HOUSE).taxonomy
WORDS = Templates([HOUSE / "templates"])
REF = Ref("sme/one", 1)
KEY = b"a key of the tests"

BOOK = book(
    entry(1, "120000.50", name="Acme Corp", tier="Premium"),
    entry(2, 600_000, opportunity=False, name="Initech", health="yellow"),
    entry(3, 300_000, tier="Ultimate", name="Umbrella"),
)
LINES = strongest_first(
    [
        line(1, needed_by=date(2026, 3, 31), arr_type=ArrType.EXPANSION, deployment="gitlab.com", impact="no deal"),
        line(2, opportunity=False, severity=Severity.RETENTION, needed_by=date(2026, 6, 30), author=OMAR),
        line(3, severity=Severity.NICE, deployment="self-managed"),
        line(4, severity=Severity.FAST_FOLLOW),
    ]
)


def scored(at: Desk, told: tuple[CustomerLine, ...] = LINES, day: date = TODAY) -> Scored | None:
    asked = Asked(REF, "ai", frozenset({"theme::ai::chat"}), told)
    return score([asked], lambda _: at, TAXONOMY, day).places[REF].scored


def said(at: Desk, told: tuple[CustomerLine, ...] = LINES, note: OurNote | None = None) -> Say:
    say = ledger_say(at, told, Missing("Reviewed", {"theme": "Theme"}), note, scored(at, told))
    assert say
    return say


def read(say: Say) -> str:
    return WORDS.note(say.template, say.data, "ai")


def kept(say: Say) -> OurNote:
    """The note once it stands in GitLab: what it keeps has been through JSON."""
    return OurNote(7, say.template, json.loads(json.dumps(dict(say.state))), editable=True, intact=True)


def test_in_bands() -> None:
    assert read(said(desk(BOOK))) == snapshot("""\
### Customers on this request · 4 accounts · ARR touching 850k–1.8M · ARR share 1–2.5M

| account, asked by | severity | ARR | needed by |
|---|---|---|---|
| [006…00001](https://example.my.salesforce.com/0065g0000000001AAA) expansion<br>`sa.jane` · dach-meta | blocker | 100–250k | 2026-03-31 |
| [001…00002](https://example.my.salesforce.com/0015g0000000002AAA) retention, assumed<br>`sa.omar` · apac | retention | 500k–1M | 2026-06-30 |
| [006…00004](https://example.my.salesforce.com/0065g0000000004AAA) growth, assumed<br>`sa.jane` · dach-meta | fast-follow | unknown | – |
| [006…00003](https://example.my.salesforce.com/0065g0000000003AAA) growth, assumed<br>`sa.jane` · dach-meta | nice | 250–500k | – |

The ARR of 1 account is not known and counts as nothing.

**100 points** of 100: (revenue 37 + customers 10 + tier 10 + alignment 10) × 2 for urgency

Worked out from ARR share 1–2.5M · subscriptions 0.48 of 1 · theme 0.50 of 1 · as of 2026-03-02

Missing before *Reviewed*: Theme

Not told yet: ARR at stake for 006…00004 · Needed by for 006…00004 · Deployment for 001…00002, 006…00004 · Impact to the customer of not having this for 001…00002

Another customer with this problem? Comment with one line:

`+1 customer: CRM link | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`\
""")


def test_as_they_are_where_the_project_is_the_books_own_circle() -> None:
    assert read(said(desk(BOOK, Amounts.INLINE))) == snapshot("""\
### Customers on this request · 4 accounts · ARR touching 1,020,000.50 USD · ARR share 1,020,000.50 USD

| account, asked by | severity | ARR | needed by |
|---|---|---|---|
| [006…00001](https://example.my.salesforce.com/0065g0000000001AAA) expansion<br>`sa.jane` · dach-meta | blocker | 120,000.50 | 2026-03-31 |
| [001…00002](https://example.my.salesforce.com/0015g0000000002AAA) retention, assumed<br>`sa.omar` · apac | retention | 600,000 | 2026-06-30 |
| [006…00004](https://example.my.salesforce.com/0065g0000000004AAA) growth, assumed<br>`sa.jane` · dach-meta | fast-follow | unknown | – |
| [006…00003](https://example.my.salesforce.com/0065g0000000003AAA) growth, assumed<br>`sa.jane` · dach-meta | nice | 300,000 | – |

The ARR of 1 account is not known and counts as nothing.

**100 points** of 100: (revenue 36 + customers 10 + tier 10 + alignment 10) × 2 for urgency

Worked out from ARR share 1,020,000.50 USD · retention 600,000 USD · growth 420,000.50 USD · subscriptions 0.48 of 1 · theme 0.50 of 1 · as of 2026-03-02

Missing before *Reviewed*: Theme

Not told yet: ARR at stake for 006…00004 · Needed by for 006…00004 · Deployment for 001…00002, 006…00004 · Impact to the customer of not having this for 001…00002

Another customer with this problem? Comment with one line:

`+1 customer: CRM link | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`\
""")


def test_before_the_first_score() -> None:
    say = ledger_say(desk(BOOK), LINES[:1], Missing(), None)
    assert say
    assert read(say) == snapshot("""\
### Customers on this request · 1 account

| account, asked by | severity | ARR | needed by |
|---|---|---|---|
| [006…00001](https://example.my.salesforce.com/0065g0000000001AAA) expansion<br>`sa.jane` · dach-meta | blocker | 100–250k | 2026-03-31 |

Points and ARR share come with the next score.

Another customer with this problem? Comment with one line:

`+1 customer: CRM link | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`\
""")


def test_a_request_that_lost_its_customers_says_so_and_one_that_never_had_any_says_nothing() -> None:
    at = desk(BOOK)
    assert ledger_say(at, (), Missing("Reviewed", {"theme": "Theme"}), None) is None
    say = ledger_say(at, (), Missing("Reviewed", {"theme": "Theme"}), kept(said(at)))
    assert say
    assert read(say) == snapshot("""\
### Customers on this request

No customer is on this request any more. To add one, comment with one line:

`+1 customer: CRM link | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`\
""")


def test_it_is_internal_and_said_again_it_is_the_same() -> None:
    at = desk(BOOK)
    say = said(at)
    assert say.internal
    assert kept(say).says(said(at, note=kept(say)))


def test_another_day_alone_is_no_change_and_other_numbers_are_as_of_today() -> None:
    at = desk(BOOK)
    note = kept(said(at))
    later = scored(at, day=TODAY + timedelta(days=1))
    same = ledger_say(at, LINES, Missing("Reviewed", {"theme": "Theme"}), note, later)
    assert same
    assert note.says(same)
    much_later = scored(at, day=TODAY + timedelta(days=80))
    other = ledger_say(at, LINES, Missing("Reviewed", {"theme": "Theme"}), note, much_later)
    assert other
    assert not note.says(other)
    assert "as of 2026-05-21" in read(other)


def test_a_new_customer_counts_at_once_and_the_rest_waits_for_the_next_score() -> None:
    at = desk(BOOK)
    note = kept(said(at))
    more = strongest_first([*LINES, line(5)])
    say = ledger_say(at, more, Missing("Reviewed", {"theme": "Theme"}), note)
    assert say
    text = read(say)
    assert "5 accounts" in text
    assert "as of 2026-03-02" in text
    assert say.state["scored"] == note.state["scored"]


def test_an_adjustment_is_shown_with_who_and_why() -> None:
    at = desk(BOOK)
    found = scored(at)
    assert found
    found = replace(found, points=replace(found.points, adjusted=-5), adjusted_by="sme.ken|@all", reason_in=17)
    say = ledger_say(at, LINES, Missing(), None, found)
    assert say
    assert ", and -5 by `sme.ken｜@all` ([why](#note_17))\n" in read(say)


def test_a_link_that_is_not_plain_or_spells_a_name_is_not_repeated() -> None:
    hostile = [
        "https://x/a b",
        "https://x/a)](https://evil",
        "javascript:alert(1)",
        "https://x/a|b",
        "https://x/\n/close",
    ]
    of = book(entry(1, 5, name="Acme Corp"))
    spelt = Account("https://crm.example.com/acme-corp", AccountKind.OTHER, "https://crm.example.com/acme-corp")
    told = [replace(line(), account=replace(account(i), link=link)) for i, link in enumerate(hostile, 10)]
    text = read(said(desk(of), strongest_first([*told, replace(line(), account=spelt)])))
    assert "http" not in text
    assert "acme" not in text.casefold()
    assert text.count("| 006…") == len(hostile)
    assert "| CRM…" in text


def test_five_hundred_customers_fit_and_ten_thousand_too() -> None:
    for count in (500, 10_000):
        many = tuple(line(n, author=User(10**9, f"somebody.with.a.rather.long.handle{n}")) for n in range(count))
        say = said(desk(BOOK), many)
        place = Place("https://gitlab.example.com", 1, 1)
        body = seal(read(say), say.topic, say.template, say.state, place, KEY)
        assert len(body) < 1_000_000
        opened = unseal(body, place, (KEY,))
        assert opened
        assert opened.intact
        assert OurNote(1, opened.template, opened.state, editable=True, intact=True).says(said(desk(BOOK), many))
        assert f"And {count - 200} more accounts." in read(say)


def test_a_change_beyond_the_machine_copy_is_a_change() -> None:
    many = tuple(line(n) for n in range(3_000))
    changed = (*many[:-1], replace(many[-1], author=OMAR))
    assert not kept(said(desk(BOOK), many)).says(said(desk(BOOK), changed))


def test_looking_for_our_marker_takes_time_in_proportion_to_the_text() -> None:
    """A note of a million line breaks or beginnings of markers is no harder than any other."""
    place = Place("https://gitlab.example.com", 1, 1)

    def took(body: str) -> float:
        start = time.perf_counter()
        assert unseal(body, place, (KEY,)) is None
        return time.perf_counter() - start

    for piece in ("\n", "<!-- sounding-board:1 ", "<!-- sounding-board:1 AAAA"):
        assert took(piece * (1_000_000 // len(piece))) < 0.5


@given(st.lists(lines, max_size=8), books)
def test_in_bands_nothing_gives_the_book_away(told: list[CustomerLine], of: AccountBook) -> None:
    named = AccountBook({key: replace(e, name=f"Customer{key} Limited") for key, e in of.entries.items()})
    counting = counted(told)
    say = ledger_say(desk(named), counting, Missing(), None, scored(desk(named), counting) if counting else None)
    if say is not None:
        everything = [read(say), json.dumps(dict(say.state)), *texts(say.data)]
        assert not named.shows_amount(everything)
        assert not any(named.names_one(text) for text in everything)


within = st.integers(0, 10**6).map(lambda n: Decimal(n) / 10**6)


def moved(amount: Decimal, part: Decimal) -> Decimal:
    """Another amount of the same band."""
    band = band_of(amount, NUMBERS.bands)
    high = band.high or band.low * 3
    return (band.low + (high - band.low - 1) * part).quantize(Decimal("0.01"))


@given(st.lists(lines, min_size=1, max_size=8), books, st.lists(within, min_size=24, max_size=24))
def test_in_bands_two_books_whose_amounts_lie_in_the_same_bands_cannot_be_told_apart(
    told: list[CustomerLine], of: AccountBook, parts: list[Decimal]
) -> None:
    """So no number that is shown, and no label, tells more about an account than its band."""
    other = AccountBook(
        {k: replace(e, arr=moved(e.arr, p)) for (k, e), p in zip(of.entries.items(), parts, strict=False)}
    )
    counting = counted(told)
    also = tuple(_retold(one, part) for one, part in zip(counting, parts[12:], strict=False))
    one, two = desk(of), desk(other)
    assert scored(one, counting) == scored(two, also)
    first, second = (ledger_say(d, t, Missing(), None) for d, t in ((one, counting), (two, also)))
    assert (first and (first.data, first.state)) == (second and (second.data, second.state))


def _retold(one: CustomerLine, part: Decimal) -> CustomerLine:
    return replace(one, arr=Amount(moved(one.arr.low, part), None, one.arr.currency)) if one.arr else one


def test_fewer_than_three_accounts_are_never_added_up() -> None:
    text = read(said(desk(BOOK), LINES[:2]))
    assert "touching" not in text
    assert "ARR share" not in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("http://example.my.salesforce.com/0065g00000QwErT", "https://example.my.salesforce.com/0065g00000QwErT"),
        (
            "https://example.my.salesforce.com/0065g00000QwErT?utm=1#x",
            "https://example.my.salesforce.com/0065g00000QwErT",
        ),
        ("https://app.hubspot.com/contacts/9/company/12?tab=1", None),
    ],
)
def test_a_link_is_shown_without_what_was_only_typed_along_with_it(typed: str, shown: str | None) -> None:
    (told,) = links(typed)
    assert plain_link(told) == shown
