"""Missing context: asked once, all together; answered by anybody in any of three ways; never while one types."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.plan import EditNote, PostNote
from tests.rules.cards import COMPLETE, PROBLEM, REF, Card, missing, without
from tests.rules.world import NINE, shipped

Makes = Callable[..., Card]


@pytest.fixture
def asked(card: Makes) -> Card:
    """A bare request whose author has been asked."""
    bare = card()
    bare.later(minutes=3)
    bare.settle()
    assert missing(bare.hears()) == [
        "Problem",
        "Use case and who is affected",
        "Request type",
        "Customer",
        "Severity",
        "Needed by",
    ]
    assert "context::needed" in bare.issue.labels
    return bare


def test_it_asks_two_minutes_after_creation(card: Makes) -> None:
    bare = card(in_status="new")
    assert bare.settle() == []
    assert bare.look_again_at() == NINE + timedelta(minutes=2)
    bare.later(seconds=119)
    assert bare.settle() == []
    bare.later(seconds=1)
    bare.settle()
    assert bare.hears().startswith("@sa.jane, thank you for this request.")


def test_it_does_not_ask_while_the_author_is_typing_and_asks_after_ten_minutes_at_the_latest(card: Makes) -> None:
    bare = card(in_status="new")
    for minute in range(1, 10):
        bare.edit(f"half a sentence, minute {minute}")
        assert bare.settle() == []
        expected = max(NINE + timedelta(minutes=2), bare.now + timedelta(minutes=1))
        assert bare.look_again_at() == expected
    bare.edit("still typing")
    bare.settle()
    assert missing(bare.hears())


def test_our_own_first_label_does_not_put_the_question_off_for_long(card: Makes) -> None:
    bare = card()
    bare.settle()
    assert bare.look_again_at() == NINE + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("author", "area", "also"),
    [
        ("sa.jane", "area::ai", "@sme.dana"),
        ("sa.omar", "area::ai", "@sme.ken"),
        ("sa.ines", "area::ai", "@lead.ai"),
        ("mallory", "area::ai", "@lead.ai"),
        ("sa.jane", "area::agile", "@lead.agile"),
    ],
)
def test_the_author_is_asked_and_the_sme_of_their_region_may_help(
    card: Makes, author: str, area: str, also: str
) -> None:
    bare = card(by=author, labels=[area])
    bare.later(minutes=3)
    bare.settle()
    said = bare.hears()
    assert said.startswith(f"@{author}, thank you for this request.")
    assert f"({also} can help)" in said
    assert said.count("@") == 2


def test_the_sme_who_files_a_request_is_asked_once(card: Makes) -> None:
    bare = card(by="sme.ken")
    bare.later(minutes=3)
    bare.settle()
    assert bare.hears().count("@") == 1


def test_without_an_area_only_the_author_is_asked(card: Makes) -> None:
    bare = card(labels=[])
    bare.later(minutes=3)
    bare.settle()
    said = bare.hears()
    assert said.count("@") == 1
    assert "Area" in missing(said)


def test_what_arrives_is_ticked_off_in_the_same_note(asked: Card) -> None:
    asked.comment("sa.omar", f"Problem: {PROBLEM}")
    (edit,) = asked.settle()
    assert isinstance(edit, EditNote)
    said = asked.hears()
    assert "Problem" not in missing(said)
    assert "- [x] ~~Problem~~" in said


def test_answered_by_an_edit(asked: Card) -> None:
    asked.edit(COMPLETE)
    asked.settle()
    assert asked.hears() == (
        "Thank you! This request has the context it needs for now.\n\n"
        "- [x] ~~Problem~~\n- [x] ~~Use case and who is affected~~\n- [x] ~~Request type~~\n- [x] ~~Customer~~\n"
        "- [x] ~~Severity~~\n- [x] ~~Needed by~~"
    )
    assert {"context::ready"} == {x for x in asked.issue.labels if x.startswith("context::")}


def test_answered_by_anybodys_comment_and_by_label(asked: Card) -> None:
    asked.comment("mallory", f"Problem: {PROBLEM}\nUse case: the platform team")
    asked.label("lead.ai", "type::feature")
    asked.comment("sa.ines", "Account: https://example.my.salesforce.com/0065g00000QwErT")
    asked.settle()
    assert asked.hears().startswith("Thank you! This request has the context it needs for now.")
    assert {"context::ready"} == {x for x in asked.issue.labels if x.startswith("context::")}


def test_what_would_only_be_welcome_is_not_ticked_off_before_it_is_there(asked: Card) -> None:
    asked.edit("\n".join(line for line in COMPLETE.splitlines() if not line.startswith(("- Severity", "- Needed"))))
    asked.settle()
    said = asked.hears()
    assert "Severity" not in said
    assert "- [x] ~~Problem~~" in said


def test_an_answer_that_cannot_be_read_is_quoted_until_it_can(asked: Card) -> None:
    asked.comment("sa.jane", "Severity: very high")
    asked.settle()
    assert "I could not read `very high`." in asked.hears()
    asked.comment("sa.jane", "Severity: blocker")
    asked.settle()
    assert "- [x] ~~Severity~~" in asked.hears()


def test_what_an_internal_comment_tells_counts_and_is_never_repeated(asked: Card) -> None:
    asked.comment("sa.jane", "Severity: Acme leaves us in May", internal=True)
    assert asked.settle() == []
    asked.comment("sa.jane", f"Problem: {PROBLEM}")
    asked.settle()
    said = asked.hears()
    assert "Severity" in missing(said)
    assert "Acme" not in said + str([n.state for n in asked.ours().notes.values()])
    asked.comment("sa.jane", "Severity: blocker", internal=True)
    asked.settle()
    assert "- [x] ~~Severity~~" in asked.hears()


def test_taken_away_again_it_is_missed_again_in_the_same_note(asked: Card) -> None:
    asked.edit(COMPLETE)
    asked.settle()
    asked.hears()
    asked.edit(without("Problem"))
    asked.settle()
    assert missing(asked.hears()) == ["Problem"]
    assert len(asked.bots_notes) == 1
    assert {"context::needed"} == {x for x in asked.issue.labels if x.startswith("context::")}


def test_our_own_checklist_copied_is_no_answer_and_filled_in_it_is(asked: Card) -> None:
    checklist = asked.bots_notes[0].body.partition("<!--")[0]
    asked.comment("sa.jane", checklist)
    assert asked.settle() == []
    asked.comment("sa.jane", re.sub(r"(\*\*Problem\*\*: ).*", rf"\1{PROBLEM}", checklist))
    asked.settle()
    said = asked.hears()
    assert "- [x] ~~Problem~~" in said
    assert missing(said) == ["Use case and who is affected", "Request type", "Customer", "Severity", "Needed by"]


def test_idle_chat_changes_nothing(asked: Card) -> None:
    asked.comment("sa.omar", "+1 from me, thank you!")
    assert asked.settle() == []


def test_a_complete_request_is_asked_nothing_and_marked_ready(card: Makes) -> None:
    fresh = card(description=COMPLETE)
    fresh.settle()
    assert "context::ready" in fresh.issue.labels


def test_requests_older_than_the_rules_are_left_in_peace(card: Makes) -> None:
    old = card(shipped().effective_from(NINE + timedelta(days=1)), in_status="new")
    old.later(days=2)
    assert old.settle() == []


def test_a_request_answered_and_reviewed_before_we_looked_is_settled_with_the_move(asked: Card) -> None:
    asked.edit(COMPLETE)
    asked.label("sme.ken", "theme::ai::chat")
    asked.move("sme.ken", "reviewed")
    asked.settle()
    assert asked.status == "reviewed"
    assert "context::needed" not in asked.issue.labels
    assert asked.hears().startswith("Thank you!")


def test_moved_on_without_it_the_card_comes_back_and_the_question_stays(asked: Card) -> None:
    asked.move("sme.ken", "reviewed")
    written = asked.settle()
    assert [type(w).__name__ for w in written] == ["PostNote", "ChangeLabels"]
    assert (asked.status, "context::needed" in asked.issue.labels) == ("new", True)
    assert "Almost there, @sme.ken" in asked.hears()


def test_a_card_put_back_before_it_was_ever_asked_about_is_asked_about_in_the_same_run(card: Makes) -> None:
    bare = card(in_status="new")
    bare.later(hours=1)
    bare.move("sme.ken", "reviewed")
    first = bare.reconciler().run(REF, bare.now)
    assert [w.topic for w in first.writes if isinstance(w, PostNote)] == ["move", "context"]
    assert bare.settle() == []
    bare.hears()


def test_a_status_taken_off_does_not_make_it_new(complete: Makes) -> None:
    card = complete("reviewed")
    card.label("mallory", remove=["status::reviewed", "context::ready"])
    card.settle()
    assert card.status == "reviewed"
    assert "context::ready" not in card.issue.labels


def test_a_closed_request_is_not_asked_about(card: Makes) -> None:
    bare = card(in_status="new")
    bare.close("sa.jane")
    bare.later(hours=1)
    bare.settle()
    assert "you closed this request" in bare.hears()
    assert "context::needed" not in bare.issue.labels


def test_what_is_required_no_more_and_was_never_given_gets_no_tick(asked: Card) -> None:
    asked.move("program.lead", "declined")
    asked.comment("program.lead", "Reason: the customer took another product")
    asked.settle()
    assert asked.status == "declined"
    assert "~~Customer~~" not in asked.hears()
