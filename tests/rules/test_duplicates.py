"""Likely duplicates on one card: said once, quietly, and let go of as soon as it is settled."""

# ruff: noqa: E501 - notes are pinned as people read them

from collections.abc import Callable

import pytest

from app.domain.issue import Link, Ref
from app.domain.plan import Carry, PostNote
from app.domain.taxonomy import Mode
from tests.rules.cards import CHOSEN, COMPLETE, REF, Card
from tests.rules.world import shipped

Makes = Callable[..., Card]
THIRD, SEVENTEENTH = Ref(REF.project, 3), Ref(REF.project, 17)
SUGGESTED = f"""\
This may ask for the same as one of these:

- {THIRD}+
- {SEVENTEENTH}+

If it does, `/duplicate` with the number of the right one in a comment closes this request and takes its customers along. If not, there is nothing to do; `@sounding-board not a duplicate` has me let go of it."""
GONE = f"~~This looked like {THIRD}+ · {SEVENTEENTH}+.~~ "


def alike(card: Makes, **options: object) -> Card:
    """A new card that is like two others."""
    given = {"description": COMPLETE, "labels": CHOSEN - {"backlog::capacity", "declined::not-aligned"}, **options}
    one = card(**given)
    one.likeness.near = (THIRD, SEVENTEENTH)
    return one


def suggested(card: Makes) -> Card:
    one = alike(card)
    one.settle()
    assert one.hears() == SUGGESTED
    return one


def test_it_is_said_once_and_calls_nobody(card: Makes) -> None:
    one = suggested(card)
    one.likeness.near = (THIRD,)
    one.edit(COMPLETE + "\nMore.")
    one.settle()
    assert one.hears() == ""


def test_nothing_alike_or_nobody_can_say_and_nothing_is_said(card: Makes) -> None:
    for near in ((), None):
        one = alike(card)
        one.likeness.near = near
        one.settle()


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE])
def test_switched_off_or_watching_nothing_is_said(card: Makes, mode: Mode) -> None:
    one = alike(card, world=shipped().rule_in("duplicates", mode))
    one.settle()
    assert (one.likeness.asked > 0) == (mode is Mode.OBSERVE)


@pytest.mark.parametrize(
    "why", ["an older request", "a paused one", "one without an area", "one that has moved on already"]
)
def test_who_is_not_compared(card: Makes, why: str) -> None:
    one = alike(card, labels=CHOSEN - {"area::ai"} if why == "one without an area" else CHOSEN)
    if why == "an older request":
        one.later(hours=25)
    elif why == "a paused one":
        one.label("sa.jane", "sounding-board::paused")
    elif why == "one that has moved on already":
        one.move("sme.ken", "reviewed")
    one.settle()
    assert one.likeness.asked == 0
    assert "may ask for the same" not in one.hears()


@pytest.mark.parametrize(
    "words", ["not a duplicate", "Not a duplicate of #3.", "not duplicates", "not a duplicate, sorry"]
)
def test_whoever_disagrees_ends_it_for_good(card: Makes, words: str) -> None:
    one = suggested(card)
    one.comment("sa.omar", f"@sounding-board {words}")
    one.settle()
    assert one.hears() == GONE + "`sa.omar` says that it is not the same."
    one.comment("sa.omar", f"@sounding-board {words}")
    one.settle()
    assert one.hears() == "@sa.omar, I have suggested no duplicate here, so there is nothing to let go of."


def test_a_question_is_no_disagreement(card: Makes) -> None:
    one = suggested(card)
    one.comment("sa.omar", "@sounding-board not a duplicate?")
    one.settle()
    assert "I did not understand what you wrote" in one.hears()


def test_linking_one_of_them_settles_it(card: Makes) -> None:
    one = suggested(card)
    one.linked = (Link(str(SEVENTEENTH), "relates_to"),)
    one.settle()
    assert one.hears() == GONE + "They are linked now."


def test_another_link_settles_nothing(card: Makes) -> None:
    one = suggested(card)
    one.linked = (Link(f"{REF.project}#99", "relates_to"),)
    assert one.settle() == []


def test_moving_the_card_on_settles_it(card: Makes) -> None:
    one = suggested(card)
    one.move("sme.ken", "reviewed")
    one.settle()
    assert one.hears() == GONE + "The request has moved on."


def closed_as(card: Makes, answer: str) -> Card:
    one = card(description=COMPLETE)
    one.settle()
    one.hears()
    one.close("sme.ken")
    one.comment("sme.ken", answer)
    return one


def test_the_customers_go_to_the_other_request_and_come_back_when_it_is_reopened(card: Makes) -> None:
    one = closed_as(card, "duplicate of #3")
    one.settle()
    (sent,) = one.porter.sent
    assert isinstance(sent, Carry)
    assert (sent.source, sent.to, [line.account.key for line in sent.lines]) == (REF, THIRD, ["0065g00000QwErT"])
    assert f"The customer of this duplicate counts on {THIRD}+ now. Reopened, this request has it back." in one.hears()
    assert one.settle() == []

    one.reopen("sme.ken")
    one.settle()
    assert one.porter.sent[-1] == Carry(REF, THIRD)
    assert "They are back: it is open again." in one.hears()


def test_another_customer_told_on_the_duplicate_goes_after_the_first(card: Makes) -> None:
    one = closed_as(card, "duplicate of #3")
    one.settle()
    one.comment("sa.omar", "+1 customer: https://example.my.salesforce.com/0065g00000ZzZzZ | blocker")
    one.settle()
    assert [len(sent.lines) for sent in one.porter.sent if isinstance(sent, Carry)] == [1, 2]
    assert (
        f"The 2 customers of this duplicate count on {THIRD}+ now. Reopened, this request has them back." in one.hears()
    )


def test_a_change_of_mind_takes_them_from_one_to_the_other(card: Makes) -> None:
    one = closed_as(card, "duplicate of #3")
    one.settle()
    one.comment("sme.ken", "duplicate of #17")
    one.settle()
    assert [(sent.to, len(sent.lines)) for sent in one.porter.sent if isinstance(sent, Carry)] == [
        (THIRD, 1),
        (THIRD, 0),
        (SEVENTEENTH, 1),
    ]
    one.hears()


@pytest.mark.parametrize(
    "answer", ["duplicate of #12", "duplicate of #99", "duplicate of gitlab-org/gitlab#7", "duplicate"]
)
def test_itself_nothing_and_other_people_s_issues_take_no_customers(card: Makes, answer: str) -> None:
    one = closed_as(card, answer)
    one.settle()
    assert one.porter.sent == []
    one.hears()


def test_a_document_of_the_program_takes_no_customers(card: Makes) -> None:
    one = closed_as(card, "duplicate of #5")
    one.documents.add(Ref(REF.project, 5))
    one.settle()
    assert one.porter.sent == []


def test_what_died_after_the_errand_is_made_good_by_the_next_run(card: Makes) -> None:
    one = closed_as(card, "duplicate of #3")
    planned = one.reconciler().plan(REF, one.now)
    first = next(deed for deed in planned.writes if isinstance(deed, Carry | PostNote))
    assert isinstance(first, Carry), "the errand goes before the note that tells of it"
    one.porter.run(first)
    one.settle()
    assert len({repr(sent) for sent in one.porter.sent}) == 1
    one.hears()
