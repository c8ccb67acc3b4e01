"""A move that may not stand: explained first, then put back; chains of drags, races, and cards left to people."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.issue import Link
from app.domain.plan import ChangeLabels, EditNote, PostNote, Verdict
from app.domain.taxonomy import Mode
from tests.rules.cards import BOT, COMPLETE, REF, Card, status
from tests.rules.world import NINE, shipped

Makes = Callable[..., Card]

PUT_BACK = "I put this card back in **{}**"


def missing(text: str) -> list[str]:
    """The titles of a note's empty boxes."""
    return [line[8:].partition("**")[0] for line in text.splitlines() if line.startswith("- [ ] **")]


def without(field: str) -> str:
    """The complete description with one `name: value` line, or one section, taken out."""
    sections = [s for s in COMPLETE.split("## ") if not s.startswith(field)]
    return "\n".join(line for line in "## ".join(sections).splitlines() if not line.startswith(f"- {field}:"))


# The note, then the labels.


def test_the_note_is_written_before_the_labels_and_both_only_once(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    note, labels = card.settle()
    assert isinstance(note, PostNote)
    assert labels == ChangeLabels(add=frozenset({"status::new", "hold::open"}), remove=frozenset({"status::accepted"}))
    assert card.settle() == []
    assert PUT_BACK.format("New") in card.hears()


def test_after_a_crash_between_note_and_labels_only_the_labels_follow(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    (note, _) = card.reconciler().plan(REF, card.now).writes
    card.apply(REF, note)
    (labels,) = card.settle()
    assert isinstance(labels, ChangeLabels)
    assert PUT_BACK.format("New") in card.hears()


def test_a_second_put_back_edits_the_same_note(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    card.settle()
    card.move("sa.omar", "resolved")
    note, _ = card.settle()
    assert isinstance(note, EditNote)
    assert [n.author for n in card.thread] == [BOT]
    assert "@sa.omar, " in card.hears()


def test_the_lawful_move_settles_what_was_held(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    card.settle()
    card.hears()
    card.move("pm.ai", "accepted")
    card.settle()
    assert card.status == "accepted"
    assert "hold::open" not in card.issue.labels
    assert card.hears() == (
        "~~There was a question about a move of this card.~~ "
        "Settled: `pm.ai` moved it from **New** to **Accepted by PMs**."
    )


def test_a_hold_in_an_area_that_went_back_to_guide_is_let_go(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    card.settle()
    card.hears()
    card.world = shipped().moves_in(Mode.GUIDE)
    card.move("mallory", "accepted")
    card.settle()
    assert "hold::open" not in card.issue.labels
    assert "I left the card where it is" in card.hears()


def test_many_cards_moved_at_once_are_told_in_one_summary(complete: Makes) -> None:
    card = complete("new")
    card.diary.moves = 11
    card.move("sa.omar", "accepted")
    (labels,) = card.settle()
    assert isinstance(labels, ChangeLabels)
    assert (card.status, card.office.bursts) == ("new", [("sa.omar", REF)])


# Chains of drags.


def test_two_quick_drags_by_one_person_cannot_go_round_a_rule(complete: Makes) -> None:
    card = complete("new")
    card.move("sa.omar", "reviewed")
    card.move("sa.omar", "accepted")
    card.settle()
    assert card.status == "new"
    assert "the step to **Accepted by PMs** is for the PM to make" in card.hears()


def test_a_chain_is_judged_from_the_last_status_that_stood(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("mallory", "accepted")
    card.move("em.ai", "roadmap")
    card.settle()
    assert card.status == "reviewed"
    assert "there is no step from **Reviewed** to **Added to Roadmap**." in card.hears()


def test_a_lawful_step_after_an_unlawful_one_stands_when_it_was_lawful_from_where_the_card_stood(
    complete: Makes,
) -> None:
    card = complete("new")
    card.move("mallory", "backlog")
    card.move("sme.ken", "reviewed")
    assert (card.settle(), card.status) == ([], "reviewed")


def test_taking_back_a_wrong_drag_needs_no_reason_and_no_note(complete: Makes) -> None:
    for mover in ("mallory", "sme.ken"):
        card = complete("roadmap")
        card.move("mallory", "new")
        card.move(mover, "roadmap")
        assert (card.settle(), card.status) == ([], "roadmap")


def test_taking_back_a_drag_that_was_left_standing_is_always_right(complete: Makes) -> None:
    card = complete("accepted", shipped().moves_in(Mode.GUIDE))
    card.move("mallory", "resolved")
    card.settle()
    assert "there is no step" in card.hears()
    card.move("mallory", "accepted")
    card.settle()
    assert card.hears().endswith("Settled: the card has moved on.")
    assert card.status == "accepted"


def test_going_away_and_back_does_not_hide_what_a_move_lacked(card: Makes) -> None:
    bare = card(in_status="new", description=without("Desired outcome"), labels=["area::ai", "theme::ai::chat"])
    bare.later(hours=1)
    bare.settle()
    bare.hears()
    bare.move("sme.ken", "reviewed")
    bare.move("sme.ken", "resolved")
    bare.move("sme.ken", "reviewed")
    bare.settle()
    assert bare.status == "new"
    assert missing(bare.hears()) == ["Desired outcome"]


@pytest.mark.parametrize("removes_first", [False, True])
def test_the_order_of_label_events_within_one_drag_does_not_matter(complete: Makes, removes_first: bool) -> None:
    card = complete("reviewed", removes_first=removes_first)
    card.move("pm.ai", "accepted")
    assert (card.settle(), card.status) == ([], "accepted")
    card.move("mallory", "resolved")
    card.settle()
    assert card.status == "accepted"
    assert PUT_BACK.format("Accepted by PMs") in card.hears()


# Races: our put-back answers an earlier drag and runs over a newer one.


def run_over(card: Card, earlier: tuple[str, str], newer: tuple[str, str]) -> None:
    """Two drags; our answer to the first arrives after the second."""
    card.move(*earlier)
    writes = card.reconciler().plan(REF, card.now).writes
    card.move(*newer)
    for write in writes:
        card.apply(REF, write)


@pytest.mark.parametrize("free", [False, True])
def test_a_lawful_drag_that_our_put_back_ran_over_is_restored(complete: Makes, free: bool) -> None:
    card = complete("new", free=free)
    run_over(card, ("mallory", "accepted"), ("sme.ken", "reviewed"))
    assert PUT_BACK.format("New") in card.hears()
    card.settle()
    assert card.status == "reviewed"
    assert card.hears().startswith("~~There was a question about a move of this card.~~ Settled: `sme.ken` moved it")


def test_an_unlawful_drag_that_our_put_back_ran_over_is_explained_too(complete: Makes) -> None:
    card = complete("new")
    run_over(card, ("mallory", "accepted"), ("sa.omar", "resolved"))
    assert "@mallory" in card.hears()
    card.settle()
    assert card.status == "new"
    assert "@sa.omar, I put this card back in **New**" in card.hears()


# Flip-flop.


def test_after_two_put_backs_in_an_hour_the_card_is_left_to_people_and_that_is_said_once(complete: Makes) -> None:
    card = complete("new")
    for _ in range(2):
        card.move("mallory", "accepted")
        card.settle()
        assert (card.status, PUT_BACK.format("New") in card.hears()) == ("new", True)
    card.move("mallory", "accepted")
    card.settle()
    assert card.status == "accepted"
    assert "hold::open" not in card.issue.labels
    assert card.hears().startswith("@mallory, I have put this card back more than once in a short time")

    card.move("mallory", "resolved")
    assert (card.settle(), card.status) == ([], "resolved")
    assert Verdict.LEFT in {f.verdict for f in card.diary.findings}


def test_an_hour_later_the_rules_are_back(complete: Makes) -> None:
    card = complete("new")
    for _ in range(2):
        card.move("mallory", "accepted")
        card.settle()
        card.hears()
    card.later(hours=1)
    card.move("mallory", "accepted")
    card.settle()
    assert (card.status, PUT_BACK.format("New") in card.hears()) == ("new", True)


def test_a_lawful_move_settles_a_card_that_was_left(complete: Makes) -> None:
    card = complete("new")
    for _ in range(3):
        card.move("mallory", "accepted")
        card.settle()
        card.hears()
    card.move("program.lead", "new")
    card.comment("program.lead", "Reason: two people were of two minds, we talked")
    card.settle()
    assert card.status == "new"
    assert card.hears().startswith("~~There was a question about a move of this card.~~ ")


# What a status requires.

LACKING = {
    "Problem": ("new", "sme.ken", "reviewed"),
    "Use case and who is affected": ("new", "sme.ken", "reviewed"),
    "Request type": ("new", "sme.ken", "reviewed"),
    "Account or opportunity": ("new", "sme.ken", "reviewed"),
    "Severity": ("new", "sme.ken", "reviewed"),
    "ARR at stake": ("new", "sme.ken", "reviewed"),
    "Product": ("new", "sme.ken", "reviewed"),
    "Desired outcome": ("new", "sme.ken", "reviewed"),
    "Product issue": ("accepted", "pm.ai", "roadmap"),
    "Target": ("accepted", "pm.ai", "roadmap"),
    "Release": ("roadmap", "pm.ai", "resolved"),
    "Revisit": ("reviewed", "pm.ai", "backlog"),
    "Customer-safe explanation": ("reviewed", "pm.ai", "declined"),
}
TITLES = {
    "Account or opportunity": "Customer",
    "Product": "Deployment",
    "Product issue": "Product issue or epic",
    "Release": "Release and how to use it",
    "Revisit": "Revisit date",
}


@pytest.mark.parametrize("field", LACKING)
def test_each_thing_told_in_the_text_is_named_alone_when_it_is_missing(complete: Makes, field: str) -> None:
    source, mover, target = LACKING[field]
    card = complete(source)
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
    card.move("pm.ai", "accepted")
    card.settle()
    assert card.status == "accepted"
    assert "Settled: `pm.ai` moved it" in card.hears()


def test_a_linked_product_issue_is_as_good_as_a_named_one_and_costs_one_read_only_there(complete: Makes) -> None:
    card = complete("accepted", description=without("Product issue"))
    card.move("pm.ai", "roadmap")
    card.settle()
    assert missing(card.hears()) == ["Product issue or epic"]

    card.linked = (Link("sme/customer-feedback#13", "relates_to"),)
    assert card.settle() == [], "another request is not where the work is done"

    card.linked = (Link("gitlab-org/gitlab#1", "relates_to"),)
    card.settle()
    assert "all **Added to Roadmap** needs is here now" in card.hears()

    card.read["links"] = 0
    card.move("pm.ai", "roadmap")
    card.settle()
    assert (card.status, card.read["links"] > 0) == ("roadmap", True)
    assert "Settled" in card.hears()


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
    assert card.hears().startswith("@sme.ken, I see that all **Reviewed** needs is here now. Thank you! Please move")
    card.move("sme.ken", "reviewed")
    card.settle()
    assert (card.status, "hold::open" in card.issue.labels) == ("reviewed", False)
    assert "Settled" in card.hears()


def test_wrong_person_and_incomplete_are_said_in_one_note(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    card.move("sme.ken", "accepted")
    card.settle()
    said = card.hears()
    assert "is for the PM to make" in said
    assert missing(said) == ["PM owner"]
    assert "Then move the card again." not in said


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
    assert "needs is here now" in card.hears()
    card.move(mover, target)
    card.settle()
    assert card.status == target
    assert "Settled" in card.hears()


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


# Exactly one status.


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
