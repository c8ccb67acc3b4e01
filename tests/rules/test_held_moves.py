"""A move that was put back is kept in mind: it completes itself, is let go of, overridden, or forgotten in time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.plan import ChangeLabels, EditNote, PostNote, React, Verdict
from app.domain.taxonomy import Mode
from tests.rules.cards import FORMER_BOT, REF, Card, missing, without
from tests.rules.world import shipped

Makes = Callable[..., Card]


@pytest.fixture
def held(complete: Makes) -> Card:
    """Ken reviewed a request that lacks theme and outcome; his move is held."""
    card = complete("new", description=without("Desired outcome"))
    card.label("sme.ken", remove=["theme::ai::chat"])
    card.move("sme.ken", "reviewed")
    card.settle()
    assert missing(card.hears()) == ["Theme", "Desired outcome"]
    assert (card.status, "hold::open" in card.issue.labels) == ("new", True)
    return card


def brings_it(card: Card) -> None:
    """Two people supply what is missing."""
    card.label("sme.dana", "theme::ai::chat")
    card.comment("sa.omar", "Desired outcome: they lose access at once")


def times_moved_by_the_bot(card: Card, to: str) -> int:
    """How often the bot put this status on the card."""
    return sum(e.user == card.bot and e.action == "add" and e.label == f"status::{to}" for e in card.events)


def test_the_move_completes_itself_in_its_movers_name_and_says_who_helped(held: Card) -> None:
    brings_it(held)
    note, labels = held.settle()
    assert isinstance(note, EditNote)
    assert labels == ChangeLabels(add=frozenset({"status::reviewed"}), remove=frozenset({"status::new", "hold::open"}))
    assert held.status == "reviewed"
    assert held.hears() == (
        "Done: I moved it from **New** to **Reviewed** for `sme.ken`.\n\n"
        "- [x] ~~Theme~~ from `sme.dana`. Thank you!\n"
        "- [x] ~~Desired outcome~~ from `sa.omar`. Thank you!"
    )
    assert Verdict.COMPLETED in {f.verdict for f in held.diary.findings}
    assert held.settle() == []


def test_what_comes_by_an_edit_of_the_description_counts_too(held: Card) -> None:
    held.label("sme.dana", "theme::ai::chat")
    held.edit(held.issue.description + "\n## Desired outcome\nThey lose access at once.\n")
    held.settle()
    assert held.status == "reviewed"
    assert held.hears().endswith("- [x] ~~Theme~~ from `sme.dana`. Thank you!\n- [x] ~~Desired outcome~~")


def test_whoever_moved_it_had_the_role_then_and_need_not_have_it_still(complete: Makes) -> None:
    card = complete("new", at=shipped().taxonomy.workflow.effective_from + timedelta(days=55))
    card.label("sa.jane", remove=["theme::ai::chat"])
    card.move("sme.once", "reviewed")
    card.settle()
    card.hears()
    card.later(days=5)
    card.label("sa.jane", "theme::ai::chat")
    card.settle()
    assert (card.status, "for `sme.once`" in card.hears()) == ("reviewed", True)


# Exactly once.


def test_a_run_that_died_after_the_note_is_made_good_without_another_word(held: Card) -> None:
    brings_it(held)
    note, _ = held.planned()
    held.apply(REF, note)
    held.hears()
    held.later(hours=20)
    (labels,) = held.settle()
    assert isinstance(labels, ChangeLabels)
    assert (held.status, held.settle(), times_moved_by_the_bot(held, "reviewed")) == ("reviewed", [], 1)


def test_two_processes_that_both_complete_it_do_so_once(held: Card) -> None:
    brings_it(held)
    held.thinks()
    held.settle()
    held.speaks()
    assert (held.settle(), held.status, times_moved_by_the_bot(held, "reviewed")) == ([], "reviewed", 1)
    assert "Done" in held.hears()


def test_a_newer_move_of_somebody_else_is_not_run_over_by_a_slow_completion(held: Card) -> None:
    brings_it(held)
    held.thinks()
    held.move("pm.ai", "declined")
    held.speaks()
    held.settle()
    assert (held.status, held.settle()) == ("declined", [])
    assert "Settled: `pm.ai` moved it from **New** to **Declined**." in held.hears()


def test_a_completion_that_came_between_a_persons_moves_does_not_bring_the_card_back(held: Card) -> None:
    """One process completes it, the PM moves on, and only then the other process gets to write."""
    brings_it(held)
    held.thinks()
    held.settle()
    held.assign("pm.ai")
    held.move("pm.ai", "accepted")
    held.speaks()
    held.settle()
    assert (held.status, held.settle()) == ("accepted", [])
    held.hears()


def test_a_new_bot_completes_what_the_former_one_held(held: Card) -> None:
    held.thread = [replace(n, author=FORMER_BOT) if n.author == held.bot else n for n in held.thread]
    held.events = [replace(e, user=FORMER_BOT) if e.user == held.bot else e for e in held.events]
    brings_it(held)
    note, *_ = held.settle()
    assert isinstance(note, PostNote)
    assert (held.status, held.settle()) == ("reviewed", [])
    assert "Done" in held.hears()


def test_it_is_completed_days_later_when_the_drag_is_older_than_what_is_judged(held: Card) -> None:
    held.later(days=6)
    brings_it(held)
    held.settle()
    assert (held.status, held.settle()) == ("reviewed", [])
    assert "Done" in held.hears()


def test_a_reason_told_at_the_drag_still_counts_when_the_rest_comes_days_later(complete: Makes) -> None:
    card = complete("roadmap", description=without("Revisit"))
    card.move("pm.ai", "backlog")
    card.settle()
    card.comment("pm.ai", "Reason: the plan for this year has changed")
    card.settle()
    assert missing(card.hears().rpartition("---")[2]) == ["Revisit date"]
    card.later(days=5)
    card.comment("sa.jane", "Revisit: 2026-09-30")
    card.settle()
    assert (card.status, "Done" in card.hears()) == ("backlog", True)


# The end of waiting.


def test_after_seven_days_it_is_let_go_with_a_kind_word(held: Card) -> None:
    until = held.now + timedelta(days=7)
    assert held.look_again_at() == until
    held.now = until - timedelta(seconds=1)
    assert held.settle() == []
    held.later(seconds=1)
    held.settle()
    assert (held.status, "hold::open" in held.issue.labels) == ("new", False)
    assert held.hears() == (
        "~~I had kept a move of this card.~~ I waited 7 days for what **Reviewed** needs, and now I let it go. Nothing "
        "is lost: the card stays in **New**, and `sme.ken` or anybody else may move it again."
    )
    brings_it(held)
    assert [w for w in held.settle() if isinstance(w, ChangeLabels) and "status::reviewed" in w.add] == []
    held.hears()


def test_a_sweep_that_comes_late_still_completes_what_came_in_time(held: Card) -> None:
    held.later(days=6)
    brings_it(held)
    held.later(days=4)
    held.settle()
    assert (held.status, "Done" in held.hears()) == ("reviewed", True)


def test_a_card_moved_on_by_somebody_lets_go_of_what_was_held(held: Card) -> None:
    held.move("pm.ai", "declined")
    held.label("sme.ken", "theme::ai::chat")
    held.comment("sa.jane", "Desired outcome: they lose access at once")
    held.settle()
    assert (held.status, "hold::open" in held.issue.labels) == ("declined", False)
    assert held.hears().endswith("Settled: `pm.ai` moved it from **New** to **Declined**.")


def test_while_the_rules_only_watch_nothing_is_written(held: Card) -> None:
    brings_it(held)
    held.world = shipped().moves_in(Mode.OBSERVE)
    assert (held.settle(), held.status) == ([], "new")


def test_a_closed_request_is_not_moved(held: Card) -> None:
    held.close("sme.ken")
    brings_it(held)
    held.settle()
    assert held.status == "new"
    held.hears()


# Words.

CANCELLED = "~~I had kept a move of this card.~~ `{}` let go of it, so the card stays in **New**."


@pytest.mark.parametrize("who", ["sme.ken", "sa.jane", "lead.ai", "pm.ai", "program.lead"])
@pytest.mark.parametrize(
    "words", ["cancel", "Cancel.", "`cancel`", "@sounding-board cancel", "@Sounding-Board: cancel, please"]
)
def test_those_who_may_let_go_of_it_with_a_word(held: Card, who: str, words: str) -> None:
    held.comment(who, words)
    note, labels, reaction = held.settle()
    assert isinstance(note, EditNote)
    assert labels == ChangeLabels(remove=frozenset({"hold::open"}))
    assert reaction == React(held.thread[-1].id, "white_check_mark")
    assert held.hears() == CANCELLED.format(who)
    brings_it(held)
    held.settle()
    assert held.status == "new"
    assert "Done" not in held.hears()


def test_somebody_else_cannot_and_is_told_so(held: Card) -> None:
    held.comment("sa.omar", "cancel")
    note, reaction = held.settle()
    assert isinstance(note, PostNote)
    assert reaction == React(held.thread[-2].id, "question")
    assert held.hears() == (
        "@sa.omar, `cancel` is for the author, the area lead, the PM or the program lead, "
        "and for whoever made the move, so I left things as they are."
    )
    assert "hold::open" in held.issue.labels
    brings_it(held)
    held.settle()
    assert (held.status, "Done" in held.hears()) == ("reviewed", True)


@pytest.mark.parametrize("who", ["lead.ai", "pm.ai", "program.lead"])
def test_an_override_makes_it_stand_and_is_counted(held: Card, who: str) -> None:
    held.comment(who, "override the customer decides tomorrow")
    held.settle()
    assert held.status == "reviewed"
    assert held.hears().partition("\n\n---")[0] == (
        f"`{who}` overrode the rules, so I moved it from **New** to **Reviewed**, "
        "as `sme.ken` had done. The reason stands in their comment."
    )
    (counted,) = [f for f in held.diary.findings if f.verdict is Verdict.OVERRIDDEN]
    assert (counted.before, counted.after, counted.who) == ("status::new", "status::reviewed", "sme.ken")
    brings_it(held)
    held.settle()
    assert times_moved_by_the_bot(held, "reviewed") == 1
    held.hears()


def test_the_words_of_an_override_are_not_repeated_as_a_customer_may_be_named_in_them(held: Card) -> None:
    held.comment("lead.ai", "override Acme will leave us otherwise")
    held.settle()
    assert held.status == "reviewed"
    assert "Acme" not in held.hears()


def test_an_override_without_a_reason_is_asked_for_one(held: Card) -> None:
    held.comment("lead.ai", "override")
    held.settle()
    assert held.hears() == "@lead.ai, please say why, in a few words: `override <reason>`."
    held.comment("lead.ai", "override: the customer decides tomorrow")
    held.settle()
    assert (held.status, "overrode" in held.hears()) == ("reviewed", True)


def test_a_step_that_is_not_there_can_be_overridden_too(complete: Makes) -> None:
    card = complete("new")
    card.move("pm.ai", "resolved")
    card.settle()
    card.hears()
    card.comment("lead.ai", "@sounding-board override it was released last year already")
    card.settle()
    assert (card.status, "overrode" in card.hears()) == ("resolved", True)


def test_the_same_word_is_never_followed_twice(held: Card) -> None:
    held.comment("sme.ken", "cancel")
    held.settle()
    held.hears()
    held.move("sme.ken", "reviewed")
    held.settle()
    assert "Almost there, @sme.ken" in held.hears()
    assert "hold::open" in held.issue.labels


@pytest.mark.parametrize("apart", [True, False], ids=["two comments", "one comment"])
def test_a_word_is_not_lost_with_a_run_that_died_before_it_was_followed(held: Card, apart: bool) -> None:
    if apart:
        held.comment("sa.omar", "@sounding-board help")
        held.comment("sme.ken", "cancel")
    else:
        held.comment("sme.ken", "@sounding-board cancel\n@sounding-board help")
    first, *_ = held.planned()
    assert isinstance(first, PostNote)
    held.apply(REF, first)
    assert "these are the words I know" in held.hears()
    held.settle()
    assert CANCELLED.format("sme.ken") in held.hears()
    assert ("hold::open" in held.issue.labels, held.settle()) == (False, [])


def test_the_word_of_a_race_is_followed_once(held: Card) -> None:
    held.comment("sme.ken", "cancel")
    held.thinks()
    held.settle()
    held.speaks()
    assert held.settle() == []
    assert CANCELLED.format("sme.ken") in held.hears()


def test_words_about_moves_are_not_followed_while_the_switch_for_words_is_off(held: Card) -> None:
    held.world = shipped().rule_in("commands", Mode.OFF)
    held.comment("sme.ken", "@sounding-board cancel")
    held.comment("lead.ai", "override the customer decides tomorrow")
    assert (held.settle(), held.status, "hold::open" in held.issue.labels) == ([], "new", True)


NOT_NOW = "@lead.ai, I do nothing about moves here now, so I left things as they are."


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.GUIDE])
def test_a_word_that_cannot_be_followed_in_this_mode_is_answered(held: Card, mode: Mode) -> None:
    held.world = shipped().moves_in(mode)
    held.comment("lead.ai", "override the customer decides tomorrow")
    held.settle()
    assert (held.hears(), held.status, held.settle()) == (NOT_NOW, "new", [])


def test_where_we_only_guide_a_move_may_still_be_let_go_of(held: Card) -> None:
    held.world = shipped().moves_in(Mode.GUIDE)
    held.comment("sme.ken", "cancel")
    held.settle()
    assert held.hears() == CANCELLED.format("sme.ken")


def test_a_word_on_a_closed_request_is_answered(held: Card) -> None:
    held.close("sme.ken")
    held.settle()
    held.hears()
    held.comment("lead.ai", "override the customer decides tomorrow")
    held.settle()
    assert NOT_NOW in held.hears()
    assert held.status == "new"


def test_why_in_one_breath_with_cancel_tells_what_comes_of_it(held: Card) -> None:
    held.comment("sme.ken", "@sounding-board cancel\n@sounding-board why")
    held.settle()
    told, cancelled = held.hears().split("\n\n---\n\n")
    assert told.startswith("@sme.ken, this card is in **New**. Before **Reviewed** it needs: ")
    assert cancelled == CANCELLED.format("sme.ken")


def test_why_in_one_breath_with_override_tells_where_the_card_goes(held: Card) -> None:
    held.comment("lead.ai", "@sounding-board override the customer decides tomorrow\n@sounding-board why")
    held.settle()
    assert held.hears().startswith("@lead.ai, this card is in **Reviewed**. Missing here: Theme")


# The way through the review.


def test_from_declined_an_sme_is_shown_the_way_and_a_word_begins_it(complete: Makes) -> None:
    card = complete("declined")
    card.move("sme.ken", "backlog")
    card.settle()
    assert "The way leads through **Reviewed**: write `review`, and I move it there." in card.hears()
    card.comment("sme.dana", "review")
    card.settle()
    assert missing(card.hears()) == ["New evidence", "What changed"]
    card.comment("sa.jane", "New evidence: a second customer needs it\nWhat changed: the workaround broke")
    card.settle()
    assert card.status == "reviewed"
    assert card.hears().startswith("Done: I moved it from **Declined** to **Reviewed** for `sme.dana`.")


NEW_CUSTOMER = "+1 customer: https://example.my.salesforce.com/0018X00002AbCdE | blocker | 2026-09-30"


def test_a_new_customer_is_evidence_so_the_word_is_followed_at_once(complete: Makes) -> None:
    card = complete("backlog")
    card.comment("sa.omar", NEW_CUSTOMER)
    card.settle()
    card.hears()
    card.move("sme.ken", "declined")
    card.settle()
    assert (
        "The way leads through **Reviewed**, and I see one new customer since it came here: write `review`, and I move "
        "it there." in card.hears()
    )
    card.comment("sme.ken", "review")
    card.settle()
    assert (card.status, card.hears().partition("\n")[0]) == (
        "reviewed",
        "Done: I moved it from **Backlog** to **Reviewed**, as `sme.ken` asked.",
    )


def test_a_new_customer_brings_a_request_back_from_the_backlog(complete: Makes) -> None:
    card = complete("backlog")
    card.comment("sa.omar", NEW_CUSTOMER)
    card.settle()
    card.hears()
    card.move("sme.ken", "reviewed")
    assert (card.settle(), card.status) == ([], "reviewed")


def test_a_customer_that_was_there_before_is_no_new_evidence(complete: Makes) -> None:
    card = complete("backlog")
    card.comment("sa.omar", NEW_CUSTOMER.replace("0018X00002AbCdE", "0065g00000QwErT"))
    card.settle()
    card.move("sme.ken", "reviewed")
    card.settle()
    assert card.status == "backlog"
    assert missing(card.hears().rpartition("---")[2]) == ["New evidence"]


def test_an_override_that_comes_after_somebody_cancelled_is_answered(held: Card) -> None:
    held.comment("lead.ai", "cancel")
    held.settle()
    assert "`lead.ai` let go of it" in held.hears()
    held.comment("sme.ken", "override The PM told me that it is urgent")
    held.settle()
    assert held.hears() == "@sme.ken, I keep no move of this card, so there is nothing to `override`."
    held.comment("sme.ken", "yes")
    assert held.settle() == []


def test_an_answer_that_is_not_read_is_named_in_the_checklist(complete: Makes) -> None:
    card = complete("new", description=without("Deployment"))
    card.move("sme.ken", "reviewed")
    card.settle()
    assert missing(card.hears()) == ["Deployment"]
    card.comment("sa.jane", "Deployment: SaaS")
    card.settle()
    heard = card.hears()
    assert missing(heard) == ["Deployment"]
    assert "I could not read `SaaS`. For example `Deployment: self-managed`" in heard
    card.comment("sa.jane", "Deployment: self-managed")
    card.settle()
    assert card.hears().startswith("Done: I moved it from **New** to **Reviewed** for `sme.ken`.")
