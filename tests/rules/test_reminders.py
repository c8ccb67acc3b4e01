"""A question that nobody answers is brought to mind, each time to somebody else, and at last let rest; never closed."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from inline_snapshot import snapshot

from app.domain.account_book import AccountBook, BookEntry
from app.domain.days_off import Place
from app.domain.plan import DeleteNote, EditNote, PostNote, Verdict
from app.domain.working_days import after_working_days, days_of
from tests.rules import world
from tests.rules.cards import Card, without

Makes = Callable[..., Card]
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ((3, 2), 0, (3, 2)),
        ((3, 2), 3, (3, 5)),
        ((3, 2), 5, (3, 9)),
        ((3, 5), 3, (3, 10)),
        ((3, 6), 1, (3, 9)),
        ((3, 7), 1, (3, 10)),
        ((3, 8), 0, (3, 9)),
        ((3, 2), 15, (3, 23)),
    ],
)
def test_weekends_do_not_count(start: tuple[int, int], days: int, end: tuple[int, int]) -> None:
    first, last = (datetime(2026, *day, 9, tzinfo=UTC) for day in (start, end))
    assert after_working_days(first, days) == last


@pytest.fixture
def asked(card: Makes) -> Card:
    """Asked on a Monday morning for the problem."""
    bare = card(description=without("Problem"))
    bare.later(minutes=3)
    bare.settle()
    assert bare.hears().startswith("@sa.jane, thank you for this request.")
    return bare


def on(card: Card, day: int) -> str:
    """What is said first thing on that day of March, after the clocks have run."""
    card.now = datetime(2026, 3, day, 10, tzinfo=UTC)
    card.settle()
    return card.hears()


def test_author_sme_and_lead_are_reminded_and_then_it_rests(asked: Card) -> None:
    assert asked.look_again_at() == MONDAY + timedelta(days=3, minutes=3)
    assert on(asked, 4) == ""
    assert on(asked, 5) == snapshot("""\
@sa.jane, a friendly reminder: this request still waits for something only its people can tell.

- [ ] **Problem**: Product managers decide on the problem, before any solution. For example `Problem: people removed from the SAML group keep their access to GitLab for 24 hours`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")
    assert on(asked, 10) == ""
    assert on(asked, 11).partition("\n\n")[0] == snapshot(
        "@sme.dana, can you help? `sa.jane` was asked for this, and it is still missing."
    )
    assert on(asked, 16).partition("\n\n")[0] == snapshot(
        "@lead.ai, nobody has answered yet: `sa.jane` and `sme.dana` were asked. Please see who can."
    )
    assert len(asked.bots_notes) == 1
    assert on(asked, 23).partition("\n\n")[0] == snapshot(
        "I have asked for this long enough, and let it rest now. The request stays open; any answer wakes it up. `ask again` has me ask anew."
    )
    assert asked.look_again_at() is None
    assert asked.issue.state == "opened"
    assert "context::needed" in asked.issue.labels
    assert on(asked, 30) == ""


def test_a_reminder_is_a_new_note_and_the_earlier_one_goes(asked: Card) -> None:
    (first,) = asked.bots_notes
    asked.now = datetime(2026, 3, 5, 10, tzinfo=UTC)
    note, gone = asked.settle()
    assert isinstance(note, PostNote)
    assert gone == DeleteNote(first.id)
    assert [f.who for f in asked.diary.findings if f.verdict is Verdict.REMINDED] == ["sa.jane"]
    asked.hears()


def test_a_rest_is_an_edit_that_calls_nobody(asked: Card) -> None:
    for day in (5, 11, 16):
        on(asked, day)
    asked.now = datetime(2026, 3, 23, 10, tzinfo=UTC)
    (note,) = asked.settle()
    assert isinstance(note, EditNote)
    assert "@" not in asked.hears()


def test_a_partial_answer_starts_the_clocks_again(card: Makes) -> None:
    bare = card()
    bare.later(minutes=3)
    bare.settle()
    bare.hears()
    assert on(bare, 4) == ""
    bare.comment("sa.jane", "Use case: the platform team, for 900 developers")
    bare.settle()
    assert "~~Use case and who is affected~~" in bare.hears()
    assert on(bare, 6) == ""
    assert "a friendly reminder" in on(bare, 10)


def test_an_answer_ends_it(asked: Card) -> None:
    on(asked, 5)
    asked.comment("sa.omar", "Problem: people removed from the SAML group keep their access for a whole day")
    asked.settle()
    assert asked.hears().startswith("Thank you!")
    assert on(asked, 11) == ""


def test_whoever_was_reminded_elsewhere_this_week_is_left_in_peace(asked: Card) -> None:
    asked.diary.nudges = [("sa.jane", datetime(2026, 3, 3, 9, tzinfo=UTC))]
    assert on(asked, 5) == ""
    assert asked.look_again_at() == asked.now + timedelta(days=1)
    assert on(asked, 9) == ""
    assert "@sa.jane, a friendly reminder" in on(asked, 10)


def test_a_second_look_at_the_same_time_says_nothing_more(asked: Card) -> None:
    assert "a friendly reminder" in on(asked, 5)
    assert on(asked, 5) == ""


# Sent back (T7).


def sent_back(
    complete: Makes, words: str = "Missing: which identity provider they use", internal: bool = False
) -> Card:
    """Ken sends a reviewed request back to its author."""
    card = complete("reviewed")
    card.comment("sme.ken", words, internal=internal)
    card.move("sme.ken", "new")
    card.settle()
    return card


def test_a_request_sent_back_asks_in_the_words_of_whoever_sent_it(complete: Makes) -> None:
    card = sent_back(complete)
    assert card.hears() == snapshot("""\
@sa.jane, this request came back: `sme.ken` needs more to go on (@sme.dana can help):

- [ ] `which identity provider they use`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")
    assert "context::needed" in card.issue.labels


def test_internal_words_are_not_repeated(complete: Makes) -> None:
    card = sent_back(complete, "Missing: whether Acme would pay for it", internal=True)
    assert card.hears() == snapshot("""\
@sa.jane, this request came back: `sme.ken` needs more to go on (@sme.dana can help).

What is needed stands in a comment that is not for everybody to read.

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""")


def test_whoever_answers_in_words_has_answered(complete: Makes) -> None:
    card = sent_back(complete)
    card.hears()
    card.comment("sme.ken", "@sa.jane, this is for you")
    assert card.settle() == []
    card.comment("sa.jane", "They use Okta.")
    card.settle()
    assert card.hears() == snapshot("Thank you! This request has the context it needs for now.")
    assert "context::ready" in card.issue.labels
    assert card.settle() == []


def test_a_person_who_marks_it_as_ready_has_answered_too(complete: Makes) -> None:
    card = sent_back(complete)
    card.hears()
    card.label("sme.ken", "context::ready")
    card.settle()
    assert "Thank you!" in card.hears()


def test_words_that_name_a_customer_of_the_book_are_not_repeated(complete: Makes) -> None:
    card = complete("reviewed")
    entry = BookEntry("0018X00002AbCdE", Decimal(125_000), name="Acme Rockets")
    card.book = AccountBook({entry.key: entry})
    card.comment("sme.ken", "Missing: whether Acme Rockets would pay 125000 for it")
    card.move("sme.ken", "new")
    card.settle()
    heard = card.hears()
    assert "What is needed stands in a comment that is not for everybody to read." in heard
    assert "Acme" not in heard
    assert "125000" not in heard


def test_days_off_of_whoever_is_asked_do_not_count() -> None:
    program = world.shipped().program
    cadence = program.cadence
    regions = {**cadence.regions, "dach-meta": Place("Europe/Berlin", ("DE",), frozenset({date(2026, 4, 9)}))}
    program = replace(program, cadence=replace(cadence, regions=regions))
    maundy = datetime(2026, 4, 2, 9, tzinfo=UTC)
    jane, omar = (days_of(program, "ai", name, maundy) for name in ("sa.jane", "sa.omar"))
    # Good Friday, the weekend, Easter Monday and her own day off lie between.
    assert after_working_days(maundy, 3, jane) == datetime(2026, 4, 10, 9, tzinfo=UTC)
    assert after_working_days(maundy, 3) == datetime(2026, 4, 7, 9, tzinfo=UTC)
    assert after_working_days(maundy, 3, omar) >= datetime(2026, 4, 7, 9, tzinfo=UTC)
