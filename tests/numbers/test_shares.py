"""ARR share: what falls to each request adds up to the real ARR, whatever the board."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.account_book import AccountBook
from app.domain.issue import Ref
from app.domain.ledger import growth, priority_of, worths
from app.domain.scoring import Asked
from app.domain.shares import Claim, Share, allotted, shares
from tests.numbers.worlds import NUMBERS, boards, books

ONE, TWO, THREE = (Ref("sme/one", iid) for iid in (1, 2, 3))


def claims(board: list[Asked]) -> list[Claim]:
    return [Claim(a.ref, line.account.key, priority_of(line, NUMBERS), growth(line)) for a in board for line in a.lines]


def test_the_handbooks_formula() -> None:
    """An account of 180k that gave 10 points here and 8 there: 10k a point."""
    told = shares([Claim(ONE, "a", 10, growth=True), Claim(TWO, "a", 8, growth=False)], {"a": Decimal(180_000)})
    assert told == {ONE: Share(growth=Decimal(100_000)), TWO: Share(retention=Decimal(80_000))}


def test_cents_that_cannot_be_split_fall_to_the_largest_remainder_and_the_first_of_equals() -> None:
    told = shares([Claim(ref, "a", 1, growth=True) for ref in (THREE, TWO, ONE)], {"a": Decimal("100.00")})
    assert {ref.iid: share.total for ref, share in told.items()} == {
        1: Decimal("33.34"),
        2: Decimal("33.33"),
        3: Decimal("33.33"),
    }


def test_an_account_that_nobody_knows_the_worth_of_adds_nothing() -> None:
    assert shares([Claim(ONE, "a", 10, growth=True)], {}) == {ONE: Share()}


@given(boards(), books)
def test_the_shares_of_a_board_add_up_to_the_real_arr_to_the_cent(board: list[Asked], book: AccountBook) -> None:
    worth = worths((line for a in board for line in a.lines), book)
    on_board = {line.account.key for a in board for line in a.lines}
    real = sum((worth[key] for key in on_board & worth.keys()), Decimal(0))
    assert sum((s.total for s in shares(claims(board), worth).values()), Decimal(0)) == real


@given(boards(), books, st.randoms(use_true_random=False))
def test_the_order_of_requests_does_not_matter(board: list[Asked], book: AccountBook, dice: random.Random) -> None:
    worth = worths((line for a in board for line in a.lines), book)
    shuffled = claims(board)
    dice.shuffle(shuffled)
    assert shares(shuffled, worth) == shares(claims(board), worth)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10), min_size=1, max_size=30))
def test_parts_add_up_and_stay_within_one_of_their_due(amount: int, weights: list[int]) -> None:
    parts = allotted(amount, weights)
    if not sum(weights):
        assert set(parts) == {0}
        return
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10), min_size=2, max_size=8), st.data())
def test_who_asks_for_more_never_gets_less(amount: int, weights: list[int], data: st.DataObject) -> None:
    one = data.draw(st.integers(0, len(weights) - 1))
    more = [*weights]
    more[one] += data.draw(st.integers(1, 9))
    assert allotted(amount, more)[one] >= allotted(amount, weights)[one]


@pytest.mark.parametrize("worth", ["0", "0.01", "0.02", "1234567.89"])
def test_every_cent_is_dealt_out(worth: str) -> None:
    told = shares([Claim(ref, "a", 3, growth=True) for ref in (ONE, TWO, THREE)], {"a": Decimal(worth)})
    assert sum(s.total for s in told.values()) == Decimal(worth)
