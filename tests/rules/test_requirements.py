"""What a status requires and what a move has to be explained with: each missing thing is named, alone."""

# ruff: noqa: E501 - what is shown is pinned as people read it

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.account_book import AccountBook, BookEntry
from app.domain.issue import Link
from app.domain.plan import ChangeLabels
from app.domain.taxonomy import Mode
from tests.rules.cards import COMPLETE, REF, Card, missing, without
from tests.rules.world import shipped

Makes = Callable[..., Card]

LACKING = {
    "Problem": ("new", "sme.ken", "reviewed"),
    "Use case and who is affected": ("new", "sme.ken", "reviewed"),
    "Request type": ("new", "sme.ken", "reviewed"),
    "Account or opportunity": ("new", "sme.ken", "reviewed"),
    "Severity": ("new", "sme.ken", "reviewed"),
    "ARR at stake": ("new", "sme.ken", "reviewed"),
    "Deployment": ("new", "sme.ken", "reviewed"),
    "Desired outcome": ("new", "sme.ken", "reviewed"),
    "Product issue": ("accepted", "pm.ai", "roadmap"),
    "Target": ("accepted", "pm.ai", "roadmap"),
    "Release": ("roadmap", "pm.ai", "resolved"),
    "Revisit": ("reviewed", "pm.ai", "backlog"),
    "Customer-safe explanation": ("reviewed", "pm.ai", "declined"),
}
TITLES = {
    "Account or opportunity": "Customer",
    "Product issue": "Product issue or epic",
    "Release": "Release and how to use it",
    "Revisit": "Revisit date",
}


@pytest.mark.parametrize("field", LACKING)
def test_each_thing_told_in_the_text_is_named_alone_when_it_is_missing(complete: Makes, field: str) -> None:
    source, mover, target = LACKING[field]
    card = complete(source, world=shipped().rule_in("request_type", Mode.OFF))
    card.edit(without(field))
    card.move(mover, target)
    card.settle()
    assert card.status == source
    assert missing(card.hears().partition("\n\n---\n\n")[0]) == [TITLES.get(field, field)]


@pytest.mark.parametrize(
    ("label", "source", "mover", "target", "title"),
    [
        ("theme::ai::chat", "new", "sme.ken", "reviewed", "Theme"),
        ("backlog::capacity", "reviewed", "pm.ai", "backlog", "Reason for the backlog"),
        ("declined::not-aligned", "reviewed", "pm.ai", "declined", "Reason to decline"),
    ],
)
def test_each_label_is_named_alone_when_it_is_missing(
    complete: Makes, label: str, source: str, mover: str, target: str, title: str
) -> None:
    card = complete(source)
    card.label("sme.ken", remove=[label])
    card.move(mover, target)
    card.settle()
    assert card.status == source
    assert missing(card.hears()) == [title]


def test_a_sentence_for_customers_that_names_one_declines_nothing(complete: Makes) -> None:
    card = complete("reviewed", world=shipped().rule_in("numbers", Mode.OFF))
    card.book = AccountBook({"0018X00002AbCdE": BookEntry("0018X00002AbCdE", Decimal(612_345), "Hooli")})
    safe = "GitLab does not plan to support this protocol"
    assert safe in COMPLETE
    card.edit(COMPLETE.replace(safe, "Only Hooli asked for it, for 50000 users"))
    card.move("pm.ai", "declined")
    card.settle()
    assert card.status == "reviewed"
    heard = card.hears()
    assert "Hooli" not in heard
    assert [line for line in heard.splitlines() if "Customer-safe" in line] == [
        "- [ ] **Customer-safe explanation**: It is the one sentence that solutions architects may pass on. Please say it again without a customer's name or an amount, so that every customer may read it. For example `Customer-safe explanation: GitLab does not plan to support this protocol`"
    ]
    card.edit(COMPLETE)
    card.settle()
    assert card.status == "declined"
    card.hears()


def test_a_theme_of_another_area_is_no_theme(complete: Makes) -> None:
    card = complete("new")
    card.label("sme.ken", "theme::agile::boards", remove=["theme::ai::chat"])
    card.move("sme.ken", "reviewed")
    card.settle()
    assert missing(card.hears()) == ["Theme"]


def test_accepting_takes_a_product_manager_who_carries_it(complete: Makes) -> None:
    card = complete("reviewed", assigned=["em.ai"])
    card.move("pm.ai", "accepted")
    card.settle()
    assert missing(card.hears()) == ["PM owner"]
    card.assign("pm.ai")
    card.settle()
    assert card.status == "accepted"
    assert "Done: I moved it from **Reviewed** to **Accepted by PMs** for `pm.ai`." in card.hears()


def test_a_linked_product_issue_is_as_good_as_a_named_one_and_costs_one_read_only_there(complete: Makes) -> None:
    card = complete("accepted", description=without("Product issue"))
    card.move("pm.ai", "roadmap")
    card.settle()
    assert missing(card.hears()) == ["Product issue or epic"]

    card.linked = (Link("sme/customer-feedback#13", "relates_to"),)
    assert card.settle() == [], "another request is not where the work is done"

    card.linked = (Link("gitlab-org/gitlab#1", "relates_to"),)
    card.settle()
    assert card.status == "roadmap"
    assert "Done: I moved it from **Accepted by PMs** to **Added to Roadmap** for `pm.ai`." in card.hears()
    assert card.read["links"] > 0


def linked_on_the_roadmap(complete: Makes) -> Card:
    """A card whose product issue is known by its link alone."""
    card = complete("roadmap", description=without("Product issue"), settled=False)
    card.linked = (Link("gitlab-org/gitlab#1", "relates_to"),)
    assert card.settle() == []
    return card


def test_whoever_proposes_a_step_hears_what_the_step_itself_takes(complete: Makes) -> None:
    card = complete("accepted")
    card.move("sa.omar", "backlog")
    card.settle()
    assert missing(card.hears()) == ["Reason"]


def test_a_link_is_read_where_a_card_is_put_back_to_a_status_that_asks_for_one(complete: Makes) -> None:
    card = linked_on_the_roadmap(complete)
    card.move("mallory", "declined")
    card.settle()
    assert card.status == "roadmap"
    (said,) = card.hears().split("---")
    assert missing(said) == ["Reason"], "and no link"


def test_a_link_is_read_where_a_lost_status_that_asks_for_one_comes_back(complete: Makes) -> None:
    card = linked_on_the_roadmap(complete)
    card.later(days=4)
    card.remove_status("mallory")
    (labels,) = card.settle()
    assert labels == ChangeLabels(add=frozenset({"status::roadmap"}))


def test_an_item_that_a_link_may_meet_is_not_judged_before_the_links_are_read(complete: Makes) -> None:
    card = complete("roadmap")
    card.edit(without("Product issue"))
    known = card.reconciler().plan(REF, card.now).case
    assert known is not None
    unread = replace(known.context, snapshot=replace(known.snapshot, links=None))
    assert [w.item.key for w in known.context.wanted(["product_link"])] == ["product_link"]
    assert unread.wanted(["product_link"]) == ()
    card.settle()
    assert "**Product issue or epic**" in card.hears()


def test_a_milestone_is_a_target(complete: Makes) -> None:
    card = complete("accepted", description=without("Target"))
    card.issue = replace(card.issue, milestone="18.9")
    card.move("pm.ai", "roadmap")
    assert (card.settle(), card.status) == ([], "roadmap")


def test_a_product_manager_who_decides_at_once_needs_all_that_the_review_needs(complete: Makes) -> None:
    card = complete("new")
    card.label("pm.ai", remove=["theme::ai::chat"])
    card.move("pm.ai", "accepted")
    card.settle()
    assert (card.status, missing(card.hears())) == ("new", ["Theme"])


def test_the_checklist_of_a_held_move_is_kept_true(complete: Makes) -> None:
    card = complete("new", description=without("Desired outcome"))
    card.label("sme.ken", remove=["theme::ai::chat"])
    card.move("sme.ken", "reviewed")
    card.settle()
    assert missing(card.hears()) == ["Theme", "Desired outcome"]
    card.label("sme.ken", "theme::ai::chat")
    card.settle()
    assert missing(card.hears()) == ["Desired outcome"]
    card.comment("sa.omar", "Desired outcome: they lose access at once")
    card.settle()
    assert (card.status, "hold::open" in card.issue.labels) == ("reviewed", False)
    assert "Done: I moved it from **New** to **Reviewed** for `sme.ken`." in card.hears()


def test_wrong_person_and_incomplete_are_said_in_one_note(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    card.move("sme.ken", "accepted")
    card.settle()
    said = card.hears()
    assert "is for the PM to make" in said
    assert missing(said) == ["PM owner"]
    assert "As soon as it is all here" not in said


# Reasons.

REASONS = [
    ("reviewed", "sme.ken", "new", "Missing: which identity provider they use", ["What is missing"]),
    ("accepted", "pm.ai", "reviewed", "Reason: the strategy changed", ["Reason"]),
    ("accepted", "pm.ai", "backlog", "Reason: the strategy changed", ["Reason"]),
    ("accepted", "pm.ai", "declined", "Reason: the strategy changed", ["Reason"]),
    ("roadmap", "em.ai", "accepted", "Reason: it slipped to next year", ["Reason"]),
    ("roadmap", "pm.ai", "backlog", "Reason: it slipped to next year", ["Reason"]),
    ("roadmap", "pm.ai", "declined", "Reason: it slipped to next year", ["Reason"]),
    ("backlog", "sme.ken", "reviewed", "New evidence: two more customers", ["New evidence"]),
    (
        "declined",
        "sme.ken",
        "reviewed",
        "New evidence: two more customers\nWhat changed: the workaround broke",
        ["New evidence", "What changed"],
    ),
    ("resolved", "sa.jane", "reviewed", "Still fails: nested groups do not work", ["What still fails"]),
    ("resolved", "lead.ai", "new", "Reason: it was released by mistake", ["Reason"]),
    ("backlog", "program.lead", "resolved", "Reason: setting right a mistake", ["Reason"]),
]


@pytest.mark.parametrize(("source", "mover", "target", "words", "titles"), REASONS)
def test_a_reason_is_part_of_the_move(
    complete: Makes, source: str, mover: str, target: str, words: str, titles: list[str]
) -> None:
    card = complete(source)
    card.move(mover, target)
    card.settle()
    assert card.status == source
    assert missing(card.hears()) == titles

    card.comment(mover, words)
    card.settle()
    assert card.status == target
    assert f"for `{mover}`" in card.hears()


def test_a_reason_from_before_the_card_came_here_is_a_reason_for_something_else(complete: Makes) -> None:
    card = complete("reviewed")
    card.comment("pm.ai", "Reason: the strategy changed")
    card.move("pm.ai", "accepted")
    assert card.settle() == []
    card.move("pm.ai", "backlog")
    card.settle()
    assert (card.status, missing(card.hears())) == ("accepted", ["Reason"])


def test_a_reason_in_the_description_does_not_say_when_it_was_given(complete: Makes) -> None:
    card = complete("accepted", description=COMPLETE + "\n## Reason\nThe strategy changed last year.\n")
    card.move("pm.ai", "backlog")
    card.settle()
    assert (card.status, missing(card.hears())) == ("accepted", ["Reason"])


def test_a_program_lead_who_goes_round_the_table_is_asked_for_the_reason_alone(complete: Makes) -> None:
    card = complete("new", labels=["area::ai", "theme::ai::chat"])
    card.move("program.lead", "backlog")
    card.settle()
    assert (card.status, missing(card.hears())) == ("new", ["Reason"])
    assert card.settle() == []


def test_a_way_back_to_new_wants_its_reason_alone_however_often_we_look(complete: Makes) -> None:
    card = complete("reviewed", description="", labels=["area::ai"])
    card.move("sme.ken", "new")
    card.settle()
    assert (card.status, missing(card.hears())) == ("reviewed", ["What is missing"])
    assert card.settle() == []
