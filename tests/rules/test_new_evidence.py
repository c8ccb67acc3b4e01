"""Back from a decision with more than was known then: a higher severity, or 1.5 times the ARR (T13, T15)."""

from collections.abc import Callable

import pytest

from tests.rules.cards import COMPLETE, Card, missing

Makes = Callable[..., Card]
SAME = "+1 customer: https://example.my.salesforce.com/0065g00000QwErT"
OTHER = "+1 customer: https://example.my.salesforce.com/0018X00002AbCdE"
NICE = COMPLETE.replace("Severity: blocker", "Severity: nice")
UNKNOWN_ARR = COMPLETE.replace("120k USD", "unknown, the account team is asking")


def back(card: Card, *told: str) -> str:
    """Where it ends when an SME drags it back to the review after somebody told this."""
    for words in told:
        card.comment("sa.omar", words)
    card.settle()
    card.hears()
    card.move("sme.ken", "reviewed")
    card.settle()
    if card.status != "reviewed":
        assert missing(card.hears().rpartition("---")[2]) == ["New evidence"]
    return card.status


@pytest.mark.parametrize(
    ("description", "told", "ends"),
    [
        (NICE, f"{SAME} | blocker | 120k USD", "reviewed"),
        (NICE, "Severity: fast-follow", "reviewed"),
        (NICE, f"{SAME} | nice | 120k USD", "backlog"),
        (COMPLETE, f"{SAME} | nice | 120k USD", "backlog"),
        (COMPLETE, f"{SAME} | blocker | 180k USD", "reviewed"),
        (COMPLETE, "ARR at stake: 180k USD", "reviewed"),
        (COMPLETE, f"{SAME} | blocker | 179k USD", "backlog"),
        (COMPLETE, f"{SAME} | blocker | 60k USD", "backlog"),
        # What nobody knew then did not grow: telling it completes the request, and changes no decision.
        (UNKNOWN_ARR, f"{SAME} | blocker | 500k USD", "backlog"),
    ],
)
def test_what_a_customer_tells_since_then_counts_where_it_is_more(
    complete: Makes, description: str, told: str, ends: str
) -> None:
    assert back(complete("backlog", description=description), told) == ends


def test_what_is_written_into_the_description_later_is_as_old_as_the_request(complete: Makes) -> None:
    card = complete("backlog", description=NICE)
    card.edit(COMPLETE)
    assert back(card) == "backlog"


def test_what_was_told_before_the_decision_is_not_new(complete: Makes) -> None:
    card = complete("reviewed", description=NICE)
    card.comment("sa.omar", f"{SAME} | blocker | 500k USD")
    card.label("pm.ai", "backlog::capacity")
    card.comment("pm.ai", "Revisit: 2026-06-30")
    card.move("pm.ai", "backlog")
    card.settle()
    card.hears()
    assert card.status == "backlog"
    assert back(card) == "backlog"


def test_the_arr_of_all_customers_counts_together(complete: Makes) -> None:
    both = f"{COMPLETE}\n{OTHER} | nice | 60k USD\n"
    assert back(complete("backlog", description=both), f"{OTHER} | nice | 149k USD") == "backlog"
    assert back(complete("backlog", description=both), f"{OTHER} | nice | 150k USD") == "reviewed"


def test_from_declined_what_changed_is_wanted_as_well(complete: Makes) -> None:
    card = complete("declined", description=NICE)
    card.comment("sa.omar", f"{SAME} | blocker")
    card.move("sme.ken", "reviewed")
    card.settle()
    assert (card.status, missing(card.hears().rpartition("---")[2])) == ("declined", ["What changed"])


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("Severity: blocker", "and I see that a customer here has a higher severity since it came here:"),
        ("ARR at stake: 1M USD", "and I see that more ARR is at stake since it came here:"),
    ],
)
def test_who_is_shown_the_way_hears_that_it_is_open(complete: Makes, told: str, seen: str) -> None:
    card = complete("backlog", description=NICE)
    card.comment("sa.omar", told)
    card.settle()
    card.move("sme.ken", "declined")
    card.settle()
    assert f"The way leads through **Reviewed**, {seen} write `review`, and I move it there." in card.hears()
    card.comment("sme.ken", "review")
    card.settle()
    assert card.status == "reviewed"
    card.hears()
