"""Open and closed (the table of workflow 3.6): closed on its way, the question, its answers, and opening again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.issue import Note
from app.domain.plan import ChangeLabels
from tests.rules.cards import BOT, Card
from tests.rules.cards import missing as missing_in
from tests.rules.world import NINE, shipped

Makes = Callable[..., Card]
ON_THE_WAY = ["new", "reviewed", "accepted", "roadmap", "backlog"]
ENDS = ["resolved", "declined"]
ASKED = "@sme.ken, you closed this request while it was in **Reviewed**"


def close_by_hand(card: Card, by: str) -> None:
    """With the button."""
    card.close(by)


def drag_to_closed(card: Card, by: str) -> None:
    """On the board."""
    card.drag_to_closed(by)


WAYS = pytest.mark.parametrize("way", [close_by_hand, drag_to_closed])
FREE = pytest.mark.parametrize("free", [False, True])


@pytest.fixture
def asked(complete: Makes) -> Card:
    """A request closed in Reviewed by an SME, who has been asked about it."""
    card = complete("reviewed", labels=["area::ai", "theme::ai::chat"])
    card.drag_to_closed("sme.ken")
    card.settle()
    assert card.hears().startswith(ASKED)
    return card


@FREE
@WAYS
@pytest.mark.parametrize("name", ENDS)
def test_at_its_end_a_request_may_be_closed(
    complete: Makes, name: str, way: Callable[[Card, str], None], free: bool
) -> None:
    card = complete(name, free=free)
    way(card, "sa.omar")
    card.settle()
    assert (card.status, card.issue.state) == (name, "closed")


@FREE
@WAYS
@pytest.mark.parametrize("name", ON_THE_WAY)
def test_on_its_way_the_closer_is_asked_once_and_it_stays_closed(
    complete: Makes, name: str, way: Callable[[Card, str], None], free: bool
) -> None:
    card = complete(name, free=free)
    way(card, "sa.omar")
    card.settle()
    assert (card.status, card.issue.state) == (name, "closed")
    assert card.hears().startswith("@sa.omar, you closed this request while it was in **")
    card.later(days=9)
    card.comment("mallory", "What happened here?")
    assert card.settle() == []


def test_a_request_closed_before_the_rules_took_effect_is_left_in_peace(complete: Makes) -> None:
    card = complete("reviewed", shipped().effective_from(NINE + timedelta(days=1)))
    card.close("sme.ken")
    card.later(days=2)
    assert card.settle() == []


def test_a_request_that_we_closed_ourselves_needs_no_answer(complete: Makes) -> None:
    card = complete("reviewed")
    card.close(BOT.username)
    assert card.settle() == []


def test_where_gitlab_forgot_who_closed_it_nobody_is_mentioned(complete: Makes) -> None:
    card = complete("reviewed")
    card.close("gone")
    card.issue = replace(card.issue, closed_by=None)
    card.settle()
    assert card.hears().startswith("Somebody closed this request while it was in **Reviewed**")


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [
        ("resolved", "resolved", None),
        ("Resolved.", "resolved", None),
        ("resolved\n\nIt is in 18.9, thank you!", "resolved", None),
        ("`resolved`", "resolved", None),
        ("@sounding-board resolved", "resolved", None),
        ("@sounding-board, declined: not-feasible", "declined", "declined::not-feasible"),
        ("@Sounding-Board `duplicate`", "declined", "declined::duplicate"),
        ("declined: not aligned", "declined", "declined::not-aligned"),
        ("Declined insufficient demand", "declined", "declined::insufficient-demand"),
        ("declined – withdrawn", "declined", "declined::withdrawn"),
        ("`declined: superseded`", "declined", "declined::superseded"),
        ("duplicate of #17", "declined", "declined::duplicate"),
        ("duplicate of sme/customer-feedback#17", "declined", "declined::duplicate"),
        ("`duplicate of https://gitlab.com/sme/customer-feedback/-/issues/17`", "declined", "declined::duplicate"),
        ("Duplicate", "declined", "declined::duplicate"),
    ],
)
def test_the_answer_as_a_word(asked: Card, words: str, status: str, reason: str | None) -> None:
    asked.comment("sme.ken", words)
    asked.settle()
    assert (asked.status, asked.issue.state) == (status, "closed")
    assert {x for x in asked.issue.labels if x.startswith("declined::")} == ({reason} if reason else set())
    assert "Settled: `sme.ken` answered" in asked.hears()
    assert asked.settle() == []


@pytest.mark.parametrize("words", ["duplicate of #99", "duplicate of #12"])
def test_a_duplicate_of_nothing_that_is_there_is_asked_about_again(asked: Card, words: str) -> None:
    asked.comment("sme.ken", words)
    asked.settle()
    number = words.rpartition("#")[2]
    assert f"I see no other request `sme/customer-feedback#{number}`. Please answer here" in asked.hears()
    assert asked.status == "reviewed"
    asked.comment("sme.ken", "duplicate of #17")
    asked.settle()
    assert (asked.status, asked.read["issues"] > 0) == ("declined", True)
    assert "Settled" in asked.hears()


def test_whether_a_named_request_exists_is_not_asked_elsewhere(complete: Makes) -> None:
    card = complete("reviewed")
    card.comment("sme.ken", "duplicate of #99")
    assert (card.settle(), card.read["issues"]) == ([], 0)


@pytest.mark.parametrize("words", ["withdrawn", "`not-aligned`", "Not aligned."])
def test_where_we_asked_a_reason_may_stand_alone(asked: Card, words: str) -> None:
    asked.comment("sme.ken", words)
    asked.settle()
    assert asked.status == "declined"
    assert "Settled: `sme.ken` answered" in asked.hears()


def test_where_we_did_not_ask_yet_a_lone_reason_is_only_a_word(complete: Makes) -> None:
    card = complete("reviewed", labels=["area::ai", "theme::ai::chat"])
    card.comment("sme.ken", "withdrawn")
    card.close("sme.ken")
    card.settle()
    assert (card.status, card.hears().startswith(ASKED)) == ("reviewed", True)


@pytest.mark.parametrize(
    "words",
    [
        "Is this resolved?",
        "resolved? I do not think so",
        "resolvedish",
        "> resolved",
        "I have resolved something else",
        "Resolved in 18.9 for Acme, and Globex is still waiting.",
        "resolved by the workaround only",
        "Declined by the customer's security team last week; I talk to their architect tomorrow and come back.",
        "declined?",
        "declined: withdrawn?",
        "declined: they were rude\n\nto everybody in the call",
        "Duplicate accounts make this worse",
        "duplicate of what Ken filed",
        "@sa.jane resolved",
        "Thank you all.\nresolved",
        "@sme.ken",
        "",
    ],
)
def test_what_only_looks_like_an_answer_is_none(asked: Card, words: str) -> None:
    asked.comment("sme.ken", words)
    assert (asked.settle(), asked.status) == ([], "reviewed")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("declined: they were rude", "I could not read `they were rude` as a reason. Please answer"),
        ("declined: not aligned with the strategy", "I could not read `not aligned with the strategy` as a reason."),
        ("declined", "To decline it, the reason has to be told too. Please answer"),
    ],
)
def test_declined_takes_a_reason_that_is_in_the_list(asked: Card, words: str, told: str) -> None:
    asked.comment("sme.ken", words)
    asked.settle()
    assert asked.status == "reviewed"
    assert told in asked.hears()
    asked.comment("sme.ken", "declined: not aligned")
    asked.settle()
    assert asked.status == "declined"
    assert "Settled" in asked.hears()


def test_of_several_answers_the_last_counts(asked: Card) -> None:
    asked.comment("sme.ken", "declined: withdrawn")
    asked.comment("lead.ai", "resolved")
    asked.settle()
    assert asked.status == "resolved"
    assert "`lead.ai` answered" in asked.hears()


@pytest.mark.parametrize(("who", "may"), [("sa.jane", True), ("pm.ai", True), ("sa.omar", True), ("mallory", False)])
def test_the_closer_the_author_and_people_of_the_program_may_answer(asked: Card, who: str, may: bool) -> None:
    asked.comment(who, "resolved")
    asked.settle()
    assert asked.status == ("resolved" if may else "reviewed")
    assert ("Settled" in asked.hears()) is may


def test_comment_and_close_answers_before_anybody_asks(complete: Makes) -> None:
    card = complete("reviewed", labels=["area::ai", "theme::ai::chat"])
    card.comment("sme.ken", "declined: withdrawn")
    card.later(seconds=-59)
    card.drag_to_closed("sme.ken")
    (labels,) = card.settle()
    assert labels == ChangeLabels(add=frozenset({"status::declined", "declined::withdrawn"}))


@pytest.mark.parametrize(
    "words",
    ["declined: they were rude", "declined", "resolved\n\nfor Acme", "Resolved for Acme, they can wait no longer"],
)
def test_a_comment_before_the_closing_counts_only_as_an_answer_and_nothing_else(complete: Makes, words: str) -> None:
    card = complete("reviewed", labels=["area::ai", "theme::ai::chat"])
    card.comment("sme.ken", words)
    card.later(seconds=-59)
    card.close("sme.ken")
    card.settle()
    assert card.status == "reviewed"
    assert "I left it closed. Please answer here with one of:" in card.hears()


def test_an_internal_answer_counts_and_its_words_are_never_repeated(asked: Card) -> None:
    asked.comment("sme.ken", "declined: Acme went bankrupt", internal=True)
    asked.settle()
    said = asked.hears()
    assert "I left it closed.\n\nI could not read the reason that was given. Please answer here with one of:" in said
    assert "Acme" not in said + str([n.state for n in asked.ours().notes.values()])
    asked.comment("sme.ken", "declined: withdrawn", internal=True)
    asked.settle()
    assert asked.status == "declined"
    assert "Settled: `sme.ken` answered" in asked.hears()


def test_the_answer_also_settles_a_move_that_was_held(complete: Makes) -> None:
    card = complete("new")
    card.move("mallory", "reviewed")
    card.close("sme.ken")
    card.comment("sme.ken", "resolved")
    card.settle()
    assert (card.status, card.bots_notes) == ("resolved", [])

    held = complete("new")
    held.move("mallory", "reviewed")
    held.settle()
    held.hears()
    held.close("sme.ken")
    held.comment("sme.ken", "resolved")
    held.settle()
    assert (held.status, "hold::open" in held.issue.labels) == ("resolved", False)
    assert held.hears().endswith("Settled: the card has moved on.")


def test_what_was_said_before_it_was_closed_is_no_answer(complete: Makes) -> None:
    card = complete("reviewed")
    card.comment("sme.ken", "resolved")
    card.later(minutes=10)
    card.close("sme.ken")
    card.settle()
    assert card.status == "reviewed"
    assert card.hears().startswith(ASKED)


@FREE
@pytest.mark.parametrize("name", ENDS)
def test_the_answer_by_label(complete: Makes, name: str, free: bool) -> None:
    card = complete("reviewed", free=free)
    card.close("sme.ken")
    card.settle()
    assert card.hears().startswith(ASKED)
    card.label("sme.ken", f"status::{name}")
    card.settle()
    assert (card.status, card.issue.state) == (name, "closed")
    assert card.hears().startswith("~~This request was closed on its way.~~ Settled: it is in **")


def test_a_label_by_somebody_without_a_right_to_answer_is_put_back(asked: Card) -> None:
    asked.label("mallory", "status::resolved")
    asked.settle()
    assert asked.status == "reviewed"
    assert "@mallory, I put this card back in **Reviewed**" in asked.hears()


@FREE
@WAYS
@pytest.mark.parametrize("name", ON_THE_WAY + ENDS)
def test_opened_again_it_goes_on_where_it_stood(
    complete: Makes, name: str, way: Callable[[Card, str], None], free: bool
) -> None:
    card = complete(name, free=free)
    way(card, "sa.omar")
    card.settle()
    card.hears()
    card.reopen("sa.omar")
    card.settle()
    assert (card.status, card.issue.state) == (name, "opened")
    assert ("it is open again" in card.hears()) is (name in ON_THE_WAY)


def test_opened_again_before_we_looked_there_is_nothing_to_ask(complete: Makes) -> None:
    card = complete("reviewed")
    card.drag_to_closed("sme.ken")
    card.reopen("sme.ken")
    (labels,) = card.settle()
    assert (card.status, labels) == ("reviewed", ChangeLabels(add=frozenset({"status::reviewed"})))


def test_closed_a_second_time_it_is_asked_again_in_the_same_note(asked: Card) -> None:
    asked.reopen("sme.ken")
    asked.settle()
    assert "it is open again, in **Reviewed**" in asked.hears()
    asked.close("lead.ai")
    asked.settle()
    assert asked.hears().startswith("@lead.ai, you closed this request while it was in **Reviewed**")
    assert len(asked.bots_notes) == 1


@FREE
def test_dragged_from_closed_to_a_list_the_drag_is_judged(complete: Makes, free: bool) -> None:
    card = complete("reviewed", free=free)
    card.drag_to_closed("sme.ken")
    card.settle()
    card.hears()
    card.reopen("mallory")
    card.label("mallory", "status::accepted")
    card.settle()
    assert (card.status, card.issue.state) == ("reviewed", "opened")
    assert "@mallory, I put this card back in **Reviewed**" in card.hears()


def test_reopening_a_declined_request_needs_what_a_decision_needs(complete: Makes) -> None:
    card = complete("declined")
    card.drag_to_closed("pm.ai")
    card.settle()
    card.reopen("sme.ken")
    card.label("sme.ken", "status::reviewed")
    card.settle()
    assert card.status == "declined"
    assert "- [ ] **New evidence**" in card.hears()
    card.comment("sme.ken", "New evidence: a second customer\nWhat changed: the workaround broke")
    card.settle()
    assert card.status == "reviewed"
    assert "Done: I moved it from **Declined** to **Reviewed** for `sme.ken`." in card.hears()


def test_nobody_closes_an_answer_for_us(asked: Card) -> None:
    asked.thread.append(Note(9000, BOT, "resolved", asked.now, asked.now))
    assert (asked.settle(), asked.status) == ([], "reviewed")


def test_the_question_is_asked_of_the_status_that_the_card_is_put_back_to(complete: Makes) -> None:
    card = complete("new", labels=["area::ai"])
    card.close("sme.ken")
    card.move("sme.ken", "reviewed")
    assert len(card.settle()) == 3  # two notes and the labels
    heard = card.hears()
    assert card.status == "new"
    assert "while it was in **New**" in heard
    assert "while it was in **Reviewed**" not in heard


@pytest.mark.parametrize("words", ["duplicate #3", "duplicate: #3", "duplicate of #3", "Duplicate #3."])
def test_a_duplicate_may_be_named_without_of(asked: Card, words: str) -> None:
    asked.comment("sme.ken", words)
    asked.settle()
    assert (asked.status, "declined::duplicate" in asked.issue.labels) == ("declined", True)
    assert "Settled: `sme.ken` answered" in asked.hears()


@pytest.fixture
def duplicate(asked: Card) -> Card:
    """A request that was closed, and answered to be a duplicate."""
    asked.comment("sme.ken", "duplicate of #17")
    asked.settle()
    asked.hears()
    asked.later(days=2)
    return asked


def test_what_was_ended_by_an_answer_and_is_open_again_is_asked_where_to(duplicate: Card) -> None:
    duplicate.reopen("sa.jane")
    duplicate.settle()
    assert (duplicate.status, duplicate.hears().partition("\n\n---\n\n")[0]) == (
        "declined",
        """\
@sa.jane, this request is open again. It was closed as ~"declined::duplicate", so it is still in **Declined**. \
Where to now?

From **Declined** a card can go to:
- **New** (the area lead or the program lead)
- **Reviewed** (an SME of the area or the area lead)

If it is done with after all, close it again.""",
    )
    duplicate.later(days=5)
    assert duplicate.settle() == []


def test_it_is_settled_where_the_card_goes_on(duplicate: Card) -> None:
    duplicate.reopen("sa.jane")
    duplicate.settle()
    duplicate.hears()
    duplicate.comment("lead.ai", "Reason: it is no duplicate, their identity provider is another one")
    duplicate.move("lead.ai", "new")
    duplicate.settle()
    assert duplicate.status == "new"
    assert duplicate.hears() == "~~This request is open again. Where to now?~~ Settled: it is in **New**."


def test_a_move_that_goes_back_leaves_the_question_open(duplicate: Card) -> None:
    duplicate.reopen("sa.jane")
    duplicate.settle()
    duplicate.hears()
    duplicate.move("sme.ken", "reviewed")
    duplicate.settle()
    heard = duplicate.hears()
    assert (duplicate.status, missing_in(heard)) == ("declined", ["New evidence", "What changed"])
    assert "Customer-safe" not in heard
    assert duplicate.ours().notes["closing"].open


def test_closed_again_it_is_settled_and_opened_again_it_is_asked_anew(duplicate: Card) -> None:
    duplicate.reopen("sa.jane")
    duplicate.settle()
    duplicate.hears()
    duplicate.close("sa.jane")
    duplicate.settle()
    assert duplicate.hears() == "~~This request is open again. Where to now?~~ Settled: it is closed again."
    duplicate.reopen("sa.omar")
    duplicate.settle()
    assert "@sa.jane, this request is open again." in duplicate.hears()


def test_what_a_product_manager_declined_is_not_asked_where_to(complete: Makes) -> None:
    card = complete("declined", labels=["area::ai", "theme::ai::chat", "declined::duplicate"])
    card.close("pm.ai")
    card.settle()
    card.reopen("sa.jane")
    assert card.settle() == []
