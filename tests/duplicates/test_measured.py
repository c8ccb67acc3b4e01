"""How well likely duplicates are found: precision before recall, on labelled pairs, with floors that may only rise."""

import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.duplicates import AT_MOST, Index, Known, words_of
from app.domain.issue import Ref
from tests.duplicates.labelled import Pair, measured, pairs

PRECISION, RECALL = 0.97, 0.90
PRECISION_KEPT_BACK, RECALL_KEPT_BACK = 0.99, 0.78


def test_the_set_is_worth_measuring_with() -> None:
    labelled = pairs()
    assert len(labelled) >= 60
    assert 0.4 < sum(pair.same for pair in labelled) / len(labelled) < 0.6
    assert sum(pair.kept_back for pair in labelled) >= 30


def test_precision_and_recall_stay_above_their_floors() -> None:
    everything, kept_back = measured(pairs()), measured([pair for pair in pairs() if pair.kept_back])
    print(f"all pairs: precision {everything.precision:.3f}, recall {everything.recall:.3f}")
    print(f"kept back: precision {kept_back.precision:.3f}, recall {kept_back.recall:.3f}")
    assert everything.precision >= PRECISION
    assert everything.recall >= RECALL
    assert kept_back.precision >= PRECISION_KEPT_BACK
    assert kept_back.recall >= RECALL_KEPT_BACK


@pytest.mark.parametrize("pair", [p for p in pairs() if not p.same], ids=lambda p: p.other[0][:30])
def test_in_an_area_with_one_request_nothing_different_is_suggested(pair: Pair) -> None:
    one, other = known(1, *pair.one), known(2, *pair.other)
    assert Index([one]).likely(other) == ()


def known(iid: int, title: str, problem: str = "") -> Known:
    return Known(Ref("sme/customer-feedback", iid), "ai", words_of(title, problem))


def test_a_request_is_never_like_itself() -> None:
    assert Index([known(1, "SAML groups are slow")]).likely(known(1, "SAML groups are slow")) == ()


def test_of_many_alike_the_likest_three_are_shown() -> None:
    index = Index([known(n, "SAML groups are slow", "word " * n) for n in range(1, 9)])
    assert len(index.likely(known(99, "SAML groups are slow"))) == AT_MOST == 3


@pytest.mark.parametrize("title", ["", "the of and", "?!", "12 34", "🙂" * 50])
def test_where_there_are_no_words_nothing_is_alike(title: str) -> None:
    assert Index([known(1, title), known(2, "SAML groups")]).likely(known(3, title)) == ()


@given(st.lists(st.text(max_size=80), max_size=6), st.text(max_size=80))
def test_whatever_is_typed_the_likeness_is_between_none_and_full(titles: list[str], asked: str) -> None:
    found = Index(known(n, title) for n, title in enumerate(titles)).likeness(known(99, asked))
    assert all(0 <= score <= 1 for score in found.values())


@given(st.permutations([pair.one for pair in pairs()[:12]]))
def test_the_order_in_which_requests_are_listed_makes_no_difference(texts: list[tuple[str, str]]) -> None:
    number = {text: n for n, text in enumerate(sorted({pair.one for pair in pairs()[:12]}))}
    asked = known(99, *pairs()[0].other)
    index = Index(known(number[text], *text) for text in texts)
    assert index.likely(asked) == (Ref("sme/customer-feedback", number[pairs()[0].one]),)


def test_ten_thousand_requests_are_compared_while_nobody_waits() -> None:
    random = Random(5)
    words = ["".join(random.choices("abcdefghijklmnoprstuvw", k=8)) for _ in range(9_000)]
    weights = [dict.fromkeys(random.sample(words, 25), 1.0) for _ in range(10_000)]
    index = Index(Known(Ref("p/p", n), "ai", several) for n, several in enumerate(weights))
    asked = known(99_999, "SAML groups are slow", "People who are removed from a group keep their access for 24 hours.")
    began = time.perf_counter()
    index.likely(asked)
    took = time.perf_counter() - began
    print(f"one request against 10,000: {took * 1000:.0f} ms")
    assert took < 2
