"""A status label that was merged into another: its events keep the old title, and no card has moved (CONTRACT 2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.history import History
from app.domain.plan import ChangeLabels
from app.domain.taxonomy import Taxonomy
from tests.rules.cards import REF, Card
from tests.rules.world import World, shipped

Makes = Callable[..., Card]
OLD, NEW = "status::triaged", "status::reviewed"


def renamed(taxonomy: Taxonomy, title: str, *previously: str) -> Taxonomy:
    """The taxonomy, with titles that one label replaces."""
    scopes = tuple(
        replace(
            scope,
            labels=tuple(replace(one, previously=previously) if one.title == title else one for one in scope.labels),
        )
        for scope in taxonomy.scopes
    )
    return replace(taxonomy, scopes=scopes)


@pytest.fixture
def merging() -> World:
    """The shipped program, in which `status::triaged` has become `status::reviewed`."""
    return replace(shipped(), taxonomy=renamed(shipped().taxonomy, NEW, OLD))


@pytest.fixture(params=[False, True], ids=["the new one comes first", "the old one goes first"])
def removes_first(request: pytest.FixtureRequest) -> bool:
    """The order in which GitLab tells of one change."""
    return bool(request.param)


def history(card: Card) -> History:
    """How the card came to be where it is."""
    case = card.reconciler().plan(REF, card.now).case
    assert case is not None
    return case.history


def merge(card: Card) -> None:
    """The operator's user exchanges the labels, as `apply` does."""
    card.label("olga.operator", NEW, remove=[OLD])


@pytest.mark.parametrize("free", [False, True], ids=["premium", "free"])
def test_a_merge_is_no_move_and_time_in_status_goes_on(
    complete: Makes, merging: World, removes_first: bool, free: bool
) -> None:
    card = complete("new", world=merging, removes_first=removes_first, free=free)
    card.move("sme.ken", "triaged")
    since = card.now
    assert history(card).entered == since
    card.later(days=9)

    merge(card)

    assert card.settle() == []
    assert (history(card).present, history(card).stood, history(card).entered) == ((NEW,), NEW, since)


def test_an_unlawful_move_before_a_merge_is_still_its_movers(
    complete: Makes, merging: World, removes_first: bool
) -> None:
    card = complete("new", world=merging, removes_first=removes_first)
    card.move("mallory", "triaged")
    merge(card)

    card.settle()

    assert card.status == "new"
    assert "@mallory" in card.hears()


def test_a_card_that_still_has_the_old_label_stands_where_its_successor_does(complete: Makes, merging: World) -> None:
    card = complete("triaged", world=merging)

    assert card.settle() == []
    assert history(card).present == (NEW,)


def test_on_free_the_old_label_goes_when_its_status_does(complete: Makes, merging: World) -> None:
    card = complete("triaged", world=merging, free=True)
    card.label("pm.ai", "status::accepted")

    assert card.settle() == [ChangeLabels(frozenset(), frozenset({NEW, OLD}))]
    assert card.settle() == []


def test_a_merged_area_was_the_cards_area_all_along(complete: Makes) -> None:
    world = replace(shipped(), taxonomy=renamed(shipped().taxonomy, "area::ai", "area::ml"))
    card = complete("new", world=world, labels=("area::ml", "theme::ai::chat"))
    card.move("sme.ken", "reviewed")
    card.later(hours=1)
    card.label("olga.operator", "area::ai", remove=["area::ml"])

    assert card.settle() == []
    assert card.status == "reviewed"


def test_a_move_of_long_ago_under_an_old_title_counts(complete: Makes, merging: World) -> None:
    card = complete("new", world=merging)
    card.move("sme.ken", "triaged")
    card.later(days=1)
    card.move("pm.ai", "accepted")
    card.later(days=1)

    assert card.settle() == []
    assert history(card).entered == card.now - timedelta(days=1)
