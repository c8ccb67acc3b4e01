"""Exactly one status on every request, on either tier, silently."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.plan import ChangeLabels
from tests.rules.cards import COMPLETE, Card, status
from tests.rules.world import NINE, shipped

Makes = Callable[..., Card]
PUT_BACK = "I put this card back in **{}**"


def test_a_new_request_starts_as_new(card: Makes) -> None:
    fresh = card(description=COMPLETE)
    assert fresh.settle()
    assert fresh.status == "new"


@pytest.mark.parametrize("name", ["new", "reviewed", "accepted", "roadmap", "resolved", "declined", "backlog"])
@pytest.mark.parametrize("hours", [0, 100])
def test_a_status_taken_off_comes_back_silently(complete: Makes, name: str, hours: int) -> None:
    card = complete(name)
    card.later(hours=hours)
    card.remove_status("mallory")
    (labels,) = card.settle()
    assert (card.status, labels) == (name, ChangeLabels(add=frozenset({status(name)})))


def test_on_the_free_tier_the_newest_of_two_statuses_is_kept(complete: Makes) -> None:
    card = complete("new", free=True)
    card.label("sme.ken", "status::reviewed")
    assert len(card.statuses) == 2
    (labels,) = card.settle()
    assert (card.status, labels) == ("reviewed", ChangeLabels(remove=frozenset({"status::new"})))


def test_on_the_free_tier_a_second_status_that_may_not_stand_is_taken_off(complete: Makes) -> None:
    card = complete("new", free=True)
    card.label("mallory", "status::accepted")
    card.settle()
    assert card.status == "new"
    assert PUT_BACK.format("New") in card.hears()


def test_three_statuses_from_before_the_rules_become_the_newest(complete: Makes) -> None:
    card = complete("new", shipped().effective_from(NINE + timedelta(days=1)), free=True)
    card.label("a", "status::reviewed")
    card.label("b", "status::accepted")
    card.later(days=2)
    card.settle()
    assert card.status == "accepted"


def test_statuses_without_any_label_event_count_as_they_are(complete: Makes) -> None:
    card = complete("backlog")
    card.events.clear()
    assert (card.settle(), card.status) == ([], "backlog")


def test_labels_of_others_are_never_touched(complete: Makes) -> None:
    card = complete("new")
    card.label("mallory", "group::identity", "workflow::ready", "bug", "status::on fire")
    others = {"group::identity", "workflow::ready", "bug"}
    card.settle()
    card.hears()
    assert others <= card.issue.labels
