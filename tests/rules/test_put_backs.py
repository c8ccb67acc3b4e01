"""A move that may not stand: explained first, then put back; chains of drags, races, and cards left to people."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from app.domain.failure import Permanent, Temporary
from app.domain.plan import ChangeLabels, DeleteNote, EditNote, PostNote, Verdict
from app.domain.taxonomy import Mode
from app.entrypoints.show import finding_line
from tests.rules.cards import BOT, CHOSEN, REF, Card, missing, without
from tests.rules.world import shipped

Makes = Callable[..., Card]

PUT_BACK = "I put this card back in **{}**"


# The note, then the labels.


def test_the_note_is_written_before_the_labels_and_both_only_once(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    note, labels = card.settle()
    assert isinstance(note, PostNote)
    back = frozenset({"status::new", "hold::open"})
    assert labels == ChangeLabels(add=back, remove=frozenset({"status::accepted"}))
    assert card.settle() == []
    assert PUT_BACK.format("New") in card.hears()


def test_after_a_crash_between_note_and_labels_only_the_labels_follow(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    (note, _) = card.planned()
    card.apply(REF, note)
    (labels,) = card.settle()
    assert isinstance(labels, ChangeLabels)
    assert PUT_BACK.format("New") in card.hears()


def test_a_second_put_back_of_the_same_move_edits_the_same_note(complete: Makes) -> None:
    card = complete("new")
    for _ in range(2):
        card.move("mallory", "accepted")
        note, *_ = card.settle()
    assert isinstance(note, EditNote)
    assert [n.author for n in card.thread] == [BOT]
    assert "@mallory, " in card.hears()


def test_another_person_hears_of_it_in_a_note_of_their_own_and_the_card_keeps_one(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    card.settle()
    card.hears()
    (first,) = card.thread
    card.move("sa.omar", "resolved")
    note, labels, gone = card.settle()
    assert isinstance(note, PostNote)
    assert isinstance(labels, ChangeLabels)
    assert gone == DeleteNote(first.id)
    assert [n.author for n in card.thread] == [BOT]
    assert "@mallory, this takes the place of your move to **Accepted by PMs**, which I keep no longer" in card.hears()


def test_a_card_is_marked_as_held_only_while_something_is_awaited(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    card.move("pm.ai", "accepted")
    _, labels = card.settle()
    assert labels == ChangeLabels(
        add=frozenset({"status::reviewed", "hold::open"}), remove=frozenset({"status::accepted"})
    )
    card.hears()
    card.move("mallory", "resolved")
    _, labels, _ = card.settle()
    assert labels == ChangeLabels(
        add=frozenset({"status::reviewed"}), remove=frozenset({"status::resolved", "hold::open"})
    )
    assert "there is no step" in card.hears()


def test_the_lawful_move_settles_what_was_held(complete: Makes) -> None:
    card = complete("new")
    card.label("sme.ken", remove=["theme::ai::chat"])
    card.move("sme.ken", "reviewed")
    card.settle()
    assert "hold::open" in card.issue.labels
    card.label("sme.ken", "theme::ai::chat")
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
    card = complete("reviewed", assigned=[])
    card.move("pm.ai", "accepted")
    card.settle()
    assert "hold::open" in card.issue.labels
    card.hears()
    card.world = shipped().moves_in(Mode.GUIDE)
    card.move("mallory", "accepted")
    card.settle()
    assert "hold::open" not in card.issue.labels
    assert "I left the card where it is" in card.hears()


# Many cards moved at once.


def moves_ten_more(card: Card) -> None:
    """Whoever moves this card next has just moved ten others."""
    card.diary.moves = [card.now + timedelta(seconds=second) for second in range(10)]


@pytest.mark.parametrize("lacking", [False, True])
def test_many_cards_moved_at_once_are_told_in_one_summary(complete: Makes, lacking: bool) -> None:
    card = complete("new", assigned=[] if lacking else ["pm.ai"])
    moves_ten_more(card)
    card.move("sa.omar", "accepted")
    (labels,) = card.settle()
    assert labels == ChangeLabels(add=frozenset({"status::new"}), remove=frozenset({"status::accepted"}))
    assert card.office.bursts == [("sa.omar", REF)]
    assert card.bots_notes == []


def test_ten_moves_before_this_one_long_ago_are_no_burst_whenever_they_are_found(complete: Makes) -> None:
    card = complete("new")
    moves_ten_more(card)
    card.later(minutes=5)
    card.move("sa.omar", "accepted")
    card.settle()
    assert card.office.bursts == []
    assert PUT_BACK.format("New") in card.hears()


def test_without_an_operator_issue_every_card_says_it_itself(complete: Makes) -> None:
    card = complete("new")
    card.office.issue = None
    moves_ten_more(card)
    card.move("sa.omar", "accepted")
    card.settle()
    assert PUT_BACK.format("New") in card.hears()


def test_a_card_that_has_a_note_on_its_moves_says_it_there_also_in_a_burst(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "accepted")
    card.settle()
    card.hears()
    moves_ten_more(card)
    card.move("sa.omar", "resolved")
    note, labels, _ = card.settle()
    assert isinstance(note, PostNote)
    assert isinstance(labels, ChangeLabels)
    assert "@sa.omar, I put this card back" in card.hears()
    assert card.reconciler().plan(REF, card.now).writes == ()


def of_the_burst(card: Card) -> list[str]:
    """What the journal says of a card that was one of many, oldest first."""
    return [finding_line(f) for f in card.diary.findings if f.rule == "burst"]


def test_the_journal_says_why_such_a_card_has_no_note(complete: Makes) -> None:
    card = complete("new")
    moves_ten_more(card)
    card.move("sa.omar", "accepted")
    card.settle()
    assert of_the_burst(card) == snapshot(
        [
            "burst: reported (sa.omar): one of more than 10 moves in five minutes, so there is no note here: "
            "the summary on sme/customer-feedback#1 names it"
        ]
    )


def test_nothing_goes_back_before_the_operator_is_told(complete: Makes) -> None:
    card = complete("new")
    card.office.trouble = Temporary("GitLab is away", retry_after=9.0)
    moves_ten_more(card)
    card.move("sa.omar", "accepted")
    with pytest.raises(Temporary, match="GitLab is away"):
        card.settle()
    assert card.status == "accepted"
    card.office.trouble = None
    (labels,) = card.settle()
    assert isinstance(labels, ChangeLabels)
    assert card.status == "new"
    assert card.office.bursts == [("sa.omar", REF)]


def test_where_nobody_can_be_told_in_a_summary_the_card_says_it_itself(complete: Makes) -> None:
    card = complete("new")
    card.office.trouble = Permanent("GitLab answered 404: the operator issue was deleted.")
    moves_ten_more(card)
    card.move("sa.omar", "accepted")
    card.settle()
    assert card.status == "new"
    assert PUT_BACK.format("New") in card.hears()
    assert of_the_burst(card)[1:] == snapshot(
        [
            "burst: refused (sa.omar): the operator could not be told, so there is a note here: "
            "GitLab answered 404: the operator issue was deleted."
        ]
    )


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


BARE = without("Desired outcome")


def unreviewed(made: Makes, **more: object) -> Card:
    """A card in New that lacks one thing for the review, and has been asked for it."""
    bare = made(in_status="new", description=BARE, labels=CHOSEN, assigned=["pm.ai"], **more)
    bare.later(hours=1)
    bare.settle()
    bare.hears()
    return bare


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize(
    ("mover", "to", "told"),
    [
        ("sa.omar", "resolved", "@sa.omar, your move on to **Resolved** went back with it: there is no step from"),
        ("sme.ken", "backlog", "Your move on to **Backlog** went back with it: the step to **Backlog** is for the PM"),
        ("sme.ken", "declined", "Your move on to **Declined** went back with it: the step to **Declined** is for"),
        ("mallory", "accepted", "@mallory, your move on to **Accepted by PMs** went back with it: the step to"),
    ],
)
def test_a_move_that_lacks_something_does_not_get_by_when_another_follows_at_once(
    card: Makes, mover: str, to: str, told: str, free: bool
) -> None:
    bare = unreviewed(card, free=free)
    bare.move("sme.ken", "reviewed")
    bare.move(mover, to, at=bare.now)
    note, labels = bare.settle()
    assert isinstance(note, PostNote)
    assert isinstance(labels, ChangeLabels)
    assert bare.status == "new"
    assert "hold::open" in bare.issue.labels
    heard = bare.hears()
    assert heard.startswith("Almost there, @sme.ken: I keep your move to **Reviewed**. The card is back in **New**")
    assert told in heard
    assert missing(heard) == ["Desired outcome"]

    bare.comment("sa.jane", "Desired outcome: removed users lose access within 5 minutes")
    bare.settle()
    assert bare.status == "reviewed"
    assert "Done: I moved it from **New** to **Reviewed** for `sme.ken`." in bare.hears()


def test_a_promise_taken_back_without_a_reason_does_not_get_by_when_another_move_follows(complete: Makes) -> None:
    card = complete("accepted")
    card.move("pm.ai", "backlog")
    card.move("lead.ai", "declined", at=card.now)
    card.settle()
    assert card.status == "accepted"
    heard = card.hears()
    assert heard.startswith("Almost there, @pm.ai: I keep your move to **Backlog**.")
    assert (
        "@lead.ai, your move on to **Declined** went back with it: "
        "there is no step from **Backlog** to **Declined**." in heard
    )
    assert missing(heard) == ["Reason"]


def test_several_moves_that_lack_something_go_back_to_where_the_first_set_out(card: Makes) -> None:
    bare = card(in_status="new", description=BARE, labels=CHOSEN)
    bare.later(hours=1)
    bare.settle()
    bare.hears()
    bare.move("sme.ken", "reviewed")
    bare.move("pm.ai", "accepted", at=bare.now)
    bare.move("mallory", "resolved", at=bare.now)
    bare.settle()
    assert bare.status == "new"
    heard = bare.hears()
    assert heard.startswith("Almost there, @sme.ken")
    assert (
        "@pm.ai, your move on to **Accepted by PMs** went back with it: "
        "**Accepted by PMs** needs something that is not here yet." in heard
    )
    assert "@mallory, your move on to **Resolved** went back with it" in heard


def test_a_complete_move_keeps_its_place_when_a_wrong_one_follows_at_once(complete: Makes) -> None:
    card = complete("new")
    card.move("sme.ken", "reviewed")
    card.move("sa.omar", "resolved", at=card.now)
    card.settle()
    assert card.status == "reviewed"
    assert card.hears().startswith("@sa.omar, I put this card back in **Reviewed**")


def test_a_move_taken_back_at_once_does_not_hide_what_the_one_before_it_lacked(card: Makes) -> None:
    bare = unreviewed(card)
    bare.move("sme.ken", "reviewed")
    bare.move("pm.ai", "accepted", at=bare.now)
    bare.move("pm.ai", "reviewed", at=bare.now)
    bare.settle()
    assert bare.status == "new"
    assert missing(bare.hears()) == ["Desired outcome"]


def test_whoever_moves_on_while_we_put_the_first_move_back_is_told_in_a_note_of_their_own(card: Makes) -> None:
    bare = unreviewed(card)
    run_over(bare, ("sme.ken", "reviewed"), ("sa.omar", "resolved"))
    assert "@sme.ken" in bare.hears()
    note, *_ = bare.settle()
    assert isinstance(note, PostNote)
    assert bare.status == "new"
    heard = bare.hears()
    assert heard.startswith("Almost there, @sme.ken")
    assert "@sa.omar, your move on to **Resolved** went back with it" in heard
    assert bare.settle() == []


def test_a_move_that_lacks_something_is_kept_where_somebody_else_brought_the_card_back(card: Makes) -> None:
    bare = unreviewed(card)
    bare.move("sme.ken", "reviewed")
    bare.move("sa.omar", "new", at=bare.now)
    note, labels = bare.settle()
    assert isinstance(note, PostNote)
    assert labels == ChangeLabels(add=frozenset({"hold::open"}))
    assert bare.status == "new"
    heard = bare.hears()
    assert heard.startswith("Almost there, @sme.ken")
    assert "@sa.omar, your move on to **New** went back with it" in heard
    bare.comment("sme.ken", "cancel")
    bare.settle()
    assert bare.hears().endswith("`sme.ken` let go of it, so the card stays in **New**.")


def test_where_moves_are_only_commented_the_first_of_two_is_left_too(card: Makes) -> None:
    bare = unreviewed(card, world=shipped().moves_in(Mode.GUIDE))
    bare.move("sme.ken", "reviewed")
    bare.move("sa.omar", "resolved", at=bare.now)
    bare.settle()
    assert bare.status == "resolved"
    assert bare.hears().startswith("@sa.omar, a note on the move to **Resolved**")


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
    writes = card.planned()
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


def test_the_pm_of_another_area_hears_whose_step_it_is(complete: Makes) -> None:
    card = complete("reviewed")
    card.move("pm.agile", "accepted")
    card.settle()
    assert "the step to **Accepted by PMs** is for the PM of AI to make." in card.hears()
