"""A move that is for others to make becomes a proposal: their 👍 or their word makes it, in its proposer's name."""

from collections.abc import Callable

import pytest

from app.domain.plan import ChangeLabels, EditNote
from tests.rules.cards import Card, missing, without

Makes = Callable[..., Card]
DONE = "Done: I moved it from **Reviewed** to **Accepted by PMs** for `sme.ken`, as `pm.ai` agreed."


@pytest.fixture
def proposed(complete: Makes) -> Card:
    """Ken accepted a request, which only the PM may."""
    card = complete("reviewed")
    card.move("sme.ken", "accepted")
    card.settle()
    assert "@pm.ai, `sme.ken` proposes it" in card.hears()
    return card


def test_a_thumb_of_the_pm_makes_the_move_in_the_proposers_name(proposed: Card) -> None:
    proposed.react("pm.ai")
    note, labels = proposed.settle()
    assert isinstance(note, EditNote)
    assert isinstance(labels, ChangeLabels)
    assert (proposed.status, proposed.hears(), proposed.settle()) == ("accepted", DONE, [])


@pytest.mark.parametrize("words", ["accept", "Accept!", "yes", "approve", "@sounding-board accept"])
def test_so_does_a_word_of_the_pm(proposed: Card, words: str) -> None:
    proposed.comment("pm.ai", words)
    proposed.settle()
    assert (proposed.status, proposed.hears(), proposed.settle()) == ("accepted", DONE, [])


@pytest.mark.parametrize("emoji", ["thumbsup_tone1", "thumbsup_tone3", "+1_tone5"])
def test_a_thumb_has_any_colour(proposed: Card, emoji: str) -> None:
    proposed.react("pm.ai", emoji)
    proposed.settle()
    assert (proposed.status, proposed.hears()) == ("accepted", DONE)


def test_so_has_a_thumb_down(proposed: Card) -> None:
    proposed.react("pm.ai", "thumbsdown_tone2")
    proposed.settle()
    assert (proposed.status, "let go of it" in proposed.hears()) == ("reviewed", True)


@pytest.mark.parametrize(
    ("words", "early"),
    [
        ("accept", True),
        ("@sounding-board accept", True),
        ("accept", False),
        ("yes", False),
        ("@sounding-board yes", False),
    ],
)
def test_words_put_into_the_pms_comment_are_not_the_pms(complete: Makes, words: str, early: bool) -> None:
    card = complete("reviewed")
    if early:
        card.comment("pm.ai", "Who is asking?")
        said = card.thread[-1]
    card.move("sme.ken", "accepted")
    card.settle()
    card.hears()
    if not early:
        card.comment("pm.ai", "Who is asking?")
        said = card.thread[-1]
    card.rewrite(said, words)
    card.settle()
    assert card.hears() == (
        "@pm.ai, your comment was changed after it was written, and others can do that too. So I do not go by "
        "`accept` in it; please write it in a new comment."
    )
    card.comment("pm.ai", "accept")
    card.settle()
    assert (card.status, card.hears()) == ("accepted", DONE)


@pytest.mark.parametrize("who", ["sme.ken", "sa.omar", "pm.agile", "lead.ai", "em.ai"])
def test_a_thumb_of_somebody_else_is_only_a_thumb(proposed: Card, who: str) -> None:
    proposed.react(who)
    assert (proposed.settle(), proposed.status) == ([], "reviewed")


@pytest.mark.parametrize("emoji", ["eyes", "tada", "heart"])
def test_another_reaction_of_the_pm_decides_nothing(proposed: Card, emoji: str) -> None:
    proposed.react("pm.ai", emoji)
    assert (proposed.settle(), proposed.status) == ([], "reviewed")


def test_a_thumb_down_of_the_pm_lets_go_of_it(proposed: Card) -> None:
    proposed.react("pm.ai", "thumbsdown")
    proposed.settle()
    assert (proposed.status, "hold::open" in proposed.issue.labels) == ("reviewed", False)
    assert proposed.hears() == (
        "~~I had kept a move of this card.~~ `pm.ai` let go of it, so the card stays in **Reviewed**."
    )


def test_a_word_of_somebody_else_is_answered_and_a_yes_is_only_talk(proposed: Card) -> None:
    proposed.comment("sa.omar", "yes")
    assert proposed.settle() == []
    proposed.comment("sa.omar", "accept")
    proposed.settle()
    assert proposed.hears() == "@sa.omar, `accept` is for the PM, so I left things as they are."
    assert proposed.status == "reviewed"


def test_what_the_status_needs_is_still_needed_and_then_the_move_is_made(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    card.move("sme.ken", "accepted")
    card.settle()
    assert missing(card.hears()) == ["PM owner"]
    card.react("pm.ai")
    card.settle()
    assert card.hears().startswith(
        "Almost there, @sme.ken: I keep your move to **Accepted by PMs**. `pm.ai` agrees to it. The card is back in "
        "**Reviewed**, because something is not here yet."
    )
    card.assign("pm.ai")
    card.settle()
    assert (card.status, card.hears().startswith(DONE)) == ("accepted", True)


def test_a_thumb_on_an_earlier_proposal_makes_no_other_move(proposed: Card) -> None:
    proposed.react("pm.ai", "eyes")
    proposed.move("sa.omar", "declined")
    proposed.settle()
    text = proposed.hears()
    assert "@sme.ken, this takes the place of your move to **Accepted by PMs**, which I keep no longer" in text
    assert "@pm.ai, `sa.omar` proposes it" in text
    assert (proposed.settle(), proposed.status) == ([], "reviewed")


def test_after_seven_days_nobody_agreed(proposed: Card) -> None:
    proposed.later(days=7)
    proposed.settle()
    assert "I waited 7 days for somebody to agree to **Accepted by PMs**, and now I let it go." in proposed.hears()
    assert proposed.status == "reviewed"


def test_the_pm_may_as_well_drag_it(proposed: Card) -> None:
    proposed.move("pm.ai", "accepted")
    proposed.settle()
    assert (proposed.status, "hold::open" in proposed.issue.labels) == ("accepted", False)
    assert "Settled: `pm.ai` moved it" in proposed.hears()


def test_reactions_are_read_only_while_a_proposal_waits(complete: Makes) -> None:
    card = complete("new", description=without("Desired outcome"))
    card.move("sme.ken", "reviewed")
    card.settle()
    card.hears()
    assert card.read["awards"] == 0


def test_where_nobody_can_be_named_nobody_is_told(complete: Makes) -> None:
    card = complete("reviewed", labels=["area::unheard-of"])
    card.move("mallory", "accepted")
    card.settle()
    assert "If you think it is time, say so in a comment." in card.hears()
    assert "hold::open" not in card.issue.labels
