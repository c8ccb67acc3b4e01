"""Customers on one request: one account counts once, and neither order nor repetition changes what is there."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.domain.account_book import AccountBook
from app.domain.customer import Account, AccountKind, Amount, ArrType, CustomerLine, Severity
from app.domain.ledger import Lacking, growth, lacking, told_worth, worths
from app.domain.numbers import LineTells
from tests.numbers.worlds import NUMBERS, OMAR, T0, TODAY, book, books, counted, entry, line, lines, told_lines

SEVERITY, ARR, NEEDED_BY, DEPLOYMENT, IMPACT = list(LineTells)[:5]


@given(told_lines)
def test_one_account_counts_once(told: list[CustomerLine]) -> None:
    keys = [one.account.key for one in counted(told)]
    assert len(keys) == len(set(keys))
    assert set(keys) <= {one.account.key for one in told}


@given(told_lines, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(told: list[CustomerLine], dice: random.Random) -> None:
    again = [*told, *told[:3]]
    dice.shuffle(again)
    assert counted(again) == counted(told)


@given(st.lists(lines, max_size=12), st.randoms(use_true_random=False), books)
def test_the_worth_of_accounts_does_not_hang_on_the_order_of_notes(
    told: list[CustomerLine], dice: random.Random, of: AccountBook
) -> None:
    shuffled = [*told]
    dice.shuffle(shuffled)
    assert worths(shuffled, of) == worths(told, of)


@given(told_lines, lines)
def test_an_edit_replaces_what_the_account_told_before(told: list[CustomerLine], one: CustomerLine) -> None:
    """Whatever stood there: a newer telling decides about its account, and about no other."""
    newer = replace(one, at=T0 + timedelta(days=1))
    after = {s.account.key: s for s in counted([*told, newer])}
    others = {s.account.key: s for s in counted(told) if s.account.key != one.account.key}
    assert {key: s for key, s in after.items() if key != one.account.key} == others
    assert after.get(one.account.key) == (None if newer.withdrawn is not None else newer)


def test_the_newest_line_of_an_account_wins_and_a_withdrawal_takes_it_out() -> None:
    first = line(1, severity=Severity.NICE, at=T0 - timedelta(days=2))
    second = line(1, severity=Severity.BLOCKER, at=T0 - timedelta(days=1), author=OMAR, note_id=200)
    gone = line(1, severity=None, withdrawn="closed-lost", note_id=300)
    back = line(1, severity=Severity.RETENTION, at=T0 + timedelta(days=1), note_id=301)
    assert counted([second, first]) == (second,)
    assert counted([second, first, gone]) == ()
    assert counted([gone, back, first]) == (back,)


def test_of_two_notes_of_one_instant_the_later_one_counts() -> None:
    first, second = line(1, severity=Severity.NICE, note_id=8), line(1, severity=Severity.BLOCKER, note_id=7)
    assert counted([first, second]) == counted([second, first]) == (first,)


def test_the_strongest_stand_first() -> None:
    told = [line(1, severity=None), line(2, severity=Severity.NICE), line(4), line(3)]
    assert [one.account.key[-1] for one in counted(told)] == ["3", "4", "2", "1"]


def test_revenue_to_win_or_to_keep_follows_from_the_link_unless_told() -> None:
    other = Account("https://crm.example.com/a", AccountKind.OTHER)
    assert [growth(line()), growth(line(opportunity=False)), growth(replace(line(), account=other))] == [
        True,
        False,
        False,
    ]
    assert [growth(line(arr_type=kind)) for kind in ArrType] == [True, False, True]


def test_what_an_account_is_worth() -> None:
    of = book(entry(1, "120000.50"))
    told = Amount(Decimal(50_000), Decimal(80_000), "USD")
    assert told_worth(line(1, arr=told), of) == Decimal("120000.50")
    assert told_worth(line(2, arr=told), of) == Decimal(50_000)
    assert told_worth(line(2, arr=replace(told, currency=None)), of) == Decimal(50_000)
    assert told_worth(line(2, arr=replace(told, currency="EUR")), of) is None
    assert told_worth(line(2), of) is None


def test_of_two_amounts_told_on_two_requests_the_newer_counts_for_both() -> None:
    old = line(1, arr=Amount(Decimal(10)), at=T0 - timedelta(days=1))
    new = line(1, arr=Amount(Decimal(20)))
    assert worths([new, old], book()) == {old.account.key: Decimal(20)}


def test_what_each_customer_still_has_to_tell() -> None:
    key = line(1).account.key
    assert lacking([line(1)], book(), NUMBERS) == (Lacking(key, (ARR, DEPLOYMENT, NEEDED_BY, IMPACT)),)
    full = line(1, arr_unknown="the account team asks", deployment="self-managed", needed_by=TODAY, impact="churn")
    assert lacking([full], book(), NUMBERS) == ()
    assert lacking([replace(full, severity=None)], book(), NUMBERS) == (Lacking(key, (SEVERITY,)),)
    nice = line(1, severity=Severity.NICE, deployment="gitlab.com")
    assert lacking([nice], book(entry(1, 1)), NUMBERS) == ()


def test_a_promise_needs_a_date_and_none_is_no_answer_to_that() -> None:
    promised = line(1, severity=Severity.FAST_FOLLOW, no_date=True, arr_unknown="asked", deployment="gitlab.com")
    assert lacking([promised], book(), NUMBERS) == (Lacking(promised.account.key, (NEEDED_BY,)),)
    assert lacking([replace(promised, severity=Severity.RETENTION, impact="leaves")], book(), NUMBERS) == ()
