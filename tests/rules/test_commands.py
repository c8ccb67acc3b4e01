"""What people write to the bot: which words count, where, from whom; each is followed once, and refusals are kind."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest
from hypothesis import given
from inline_snapshot import snapshot

from app.domain.adjustments import adjustments
from app.domain.commands import OF_MOVES, PER_COMMENT, Word, commands
from app.domain.issue import Note, User
from app.domain.plan import PostNote, React
from app.domain.points_said import points_said
from app.domain.taxonomy import Mode
from tests.rules.cards import REF, Card, without
from tests.rules.test_hostile_text import ANYTHING
from tests.rules.world import NINE, shipped

Makes = Callable[..., Card]
BOT = "sounding-board"


def read(body: str, bot: str = BOT) -> list[tuple[Word, str]]:
    """The commands in one comment."""
    note = Note(5, User(9, "sa.jane"), body, NINE, NINE)
    return [(c.word, c.rest) for c in commands([note], bot)]


CALLED = [
    ("@sounding-board cancel", [(Word.CANCEL, "")]),
    ("@sounding-board, cancel please", [(Word.CANCEL, "please")]),
    ("@Sounding-Board: CANCEL!", [(Word.CANCEL, "")]),
    ("Hello all\n@sounding-board why?", [(Word.WHY, "")]),
    ("- @sounding-board help", [(Word.HELP, "")]),
    ("@sounding-board ask again", [(Word.ASK_AGAIN, "")]),
    ("@sounding-board `ask again`", [(Word.ASK_AGAIN, "")]),
    ("@sounding-board ask again please", [(Word.ASK_AGAIN, "please")]),
    ("@sounding-board ask again, nobody answered", [(Word.ASK_AGAIN, "nobody answered")]),
    ("@sounding-board ask again?", [(Word.UNKNOWN, "ask again?")]),
    ("@sounding-board ask me again", [(Word.UNKNOWN, "ask me again")]),
    ("@sounding-board cancel, I changed my mind", [(Word.CANCEL, "I changed my mind")]),
    ("@sounding-board cancel. It was the wrong list.", [(Word.CANCEL, "It was the wrong list.")]),
    ("@sounding-board cancel - wrong list", [(Word.CANCEL, "- wrong list")]),
    ("@sounding-board cancel because it was the wrong list", [(Word.CANCEL, "because it was the wrong list")]),
    ("@sounding-board cancel, or is it too late?", [(Word.UNKNOWN, "cancel, or is it too late?")]),
    ("@sounding-board accept, thanks!", [(Word.ACCEPT, "thanks!")]),
    ("@sounding-board accept, but only next year", [(Word.UNKNOWN, "accept, but only next year")]),
    ("@sounding-board reassign @sa.omar", [(Word.REASSIGN, "@sa.omar")]),
    ("@sounding-board points +10 because two more asked", [(Word.POINTS, "+10 because two more asked")]),
    ("@sounding-board override the customer decides", [(Word.OVERRIDE, "the customer decides")]),
    ("@sounding-board yes", [(Word.ACCEPT, "")]),
    ("@sounding-board review", [(Word.REVIEW, "")]),
    ("@sounding-board cancle", [(Word.UNKNOWN, "cancle")]),
    ("@sounding-board cancel the meeting on Monday", [(Word.UNKNOWN, "cancel the meeting on Monday")]),
    ("@sounding-board cancel?", [(Word.UNKNOWN, "cancel?")]),
    ("@sounding-board asked me", [(Word.UNKNOWN, "asked me")]),
    (">>>\nquoted\n>>>\n@sounding-board cancel", [(Word.CANCEL, "")]),
    ("```\n>>>\n```\n@sounding-board cancel\n```\n>>>\n```", [(Word.CANCEL, "")]),
    ("@sounding-board cancel\n@sounding-board why", [(Word.CANCEL, ""), (Word.WHY, "")]),
]

NOT_CALLED = [
    "@sounding-board",
    "thanks @sounding-board cancel",
    "> @sounding-board cancel",
    "> quoted\n> @sounding-board cancel",
    ">>>\n@sounding-board cancel\n>>>",
    ">>>\r\nfirst\r\n\r\n@sounding-board cancel\r\n>>>\r\nI agree",
    ">>>>\n>>>\n@sounding-board cancel\n>>>\n@sounding-board cancel\n>>>>",
    "- >>>\n  @sounding-board cancel\n  >>>",
    ">>>\n- @sounding-board cancel\n>>>",
    "```\n@sounding-board cancel\n```",
    "~~~\n@sounding-board cancel",
    "    @sounding-board cancel",
    "`@sounding-board cancel`",
    "`code\n@sounding-board cancel`",
    "<!-- @sounding-board cancel -->",
    "<!--\n@sounding-board cancel\n-->",
    "# @sounding-board cancel",
    "<details>\n@sounding-board cancel\n</details>",
    "@sounding-board-two cancel",
    "@sounding-board.old cancel",
    "x@sounding-board cancel",
    "@sounding-board +1 customer: https://example.my.salesforce.com/0018X00002AbCdE | blocker",
    "@sounding-board resolved",
    "@sounding-board, `declined: withdrawn`",
    "@sounding-board -1 customer: https://example.my.salesforce.com/0018X00002AbCdE | closed-lost",
]

BARE = [
    "cancel",
    "cancel, I changed my mind",
    "Cancel",
    "`cancel`",
    "cancel.",
    "accept",
    "yes",
    "approve",
    "review",
    "override they decide tomorrow",
]
NOT_BARE = [
    "why",
    "help",
    "points +5 because I say so",
    "cancel it on Monday, maybe",
    "cancel\n\nor not",
    "cancel?",
    "yes, let us talk about it tomorrow",
    "accept, but only next year",
    "> cancel",
    "please cancel",
]


@pytest.mark.parametrize(("body", "found"), CALLED)
def test_a_word_to_the_bot_at_the_start_of_a_line(body: str, found: list[tuple[Word, str]]) -> None:
    assert read(body) == found


@pytest.mark.parametrize("body", NOT_CALLED)
def test_what_is_no_word_to_the_bot(body: str) -> None:
    assert read(body) == []


@pytest.mark.parametrize("body", BARE)
def test_a_bare_word_about_a_move(body: str) -> None:
    ((word, _),) = read(body)
    assert word in OF_MOVES


@pytest.mark.parametrize("body", NOT_BARE)
def test_what_is_no_bare_word(body: str) -> None:
    assert read(body) == []


def test_of_one_comment_a_handful_counts() -> None:
    assert len(read("@sounding-board why\n" * 50)) == PER_COMMENT


@given(ANYTHING)
def test_whatever_is_typed_a_command_is_short_and_one_line(text: str) -> None:
    for _, rest in read(f"@sounding-board {text}\n@sounding-board cancel"):
        assert len(rest) <= 400
        assert "\n" not in rest


HOSTILE = [
    "`",
    "> ",
    "- ",
    "@sounding-board ",
    "<!-- ",
    "[",
    "*",
    "@",
    "\t",
    "  \n",
    "@sounding-board cancel\n> ",
    "> > ",
    ">>>\n",
    ">",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_reading_takes_time_in_proportion_to_length(piece: str) -> None:
    def takes(size: int) -> float:
        body = "@sounding-board x\n" + piece * (size // len(piece))
        start = perf_counter()
        read(body)
        return perf_counter() - start

    small = min(takes(4_000) for _ in range(5))
    large = min(takes(16_000) for _ in range(3))
    assert large < 12 * small + 0.02


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+10 because two more asked", 10),
        ("-5: it is nearly there", -5),
        ("−5 because of the outage", -5),
        ("+20, the board asked", 20),
        ("0 because it was a mistake", 0),
        ("+21 because it is too much", None),
        ("+10", None),
        ("+10 because", None),
        ("10 because two more asked", None),
        ("ten because two more asked", None),
        ("+10000000 because two more asked", None),
    ],
)
def test_points(text: str, found: int | None) -> None:
    assert points_said(text, 20) == found


# On a card.


def answer(card: Card, who: str, body: str, **options: bool) -> str:
    """What the bot answers."""
    card.comment(who, body, **options)
    card.settle()
    return card.hears()


def test_help_lists_the_words_and_who_may_use_them(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sa.omar", "@sounding-board help") == snapshot("""\
@sa.omar, these are the words I know; begin a line with `@sounding-board` and one of them:

- `cancel`: let go of a move that I keep (the author, the area lead, the PM or the program lead, and whoever made the move)
- `override <reason>`: make a move that I keep stand as it is (the area lead, the PM or the program lead)
- `accept`: agree to a move that somebody proposed (whoever may make the move)
- `review`: take the way through the review where I offered it (whoever may make the move)
- `ask again`: repeat my question about what is missing (the author, an SA, an SME of the area, the area lead, the PM, the EM or the program lead)
- `reassign @person`: ask somebody else for what is missing (the author, an SME of the area, the area lead, the PM or the program lead)
- `points +10 because <reason>`: add or take up to 20 points (an SME of the area or the area lead)
- `not a duplicate`: let go of the requests I took for the same as this one (anyone)
- `why`: tell what I go by on this card (anyone)
- `help`: list these words (anyone)\
""")


def test_a_word_that_is_not_understood_is_answered_with_help(complete: Makes) -> None:
    card = complete("new")
    heard = answer(card, "sa.omar", "@sounding-board please /close this @all")
    assert heard.startswith("@sa.omar, I did not understand what you wrote. These are the words I know")


def test_an_internal_word_that_is_not_understood_is_not_repeated(complete: Makes) -> None:
    card = complete("new")
    heard = answer(card, "sa.omar", "@sounding-board Acme is angry", internal=True)
    assert "Acme" not in heard
    assert "I did not understand what you wrote." in heard


def test_why_tells_where_the_card_is_and_where_it_can_go(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    card.move("pm.ai", "accepted")
    card.settle()
    card.hears()
    assert answer(card, "sa.omar", "@sounding-board why?") == snapshot("""\
@sa.omar, this card is in **Reviewed**. I keep the move to **Accepted by PMs** of `pm.ai`, until Mon 9 Mar, 09:31 UTC. Before **Accepted by PMs** it needs: PM owner. I count 1 customer.

From **Reviewed** a card can go to:
- **New** (an SME of the area, the area lead, the PM or the program lead)
- **Accepted by PMs** (the PM)
- **Declined** (the PM)
- **Backlog** (the PM)\
""")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("cancel", "@sa.omar, I keep no move of this card, so there is nothing to `cancel`."),
        ("accept", "@sa.omar, nobody waits for `accept` here now."),
        (
            "ask again",
            "@sa.omar, I have no open question on this request, so there is nothing to repeat or to hand on.",
        ),
        (
            "points +5 because I like it",
            "@sa.omar, `points` is for an SME of the area or the area lead, so I left things as they are.",
        ),
        (
            "reassign @sa.ines",
            "@sa.omar, `reassign` is for the author, an SME of the area, the area lead, the PM or the program lead, so I left things as they are.",
        ),
    ],
)
def test_what_cannot_be_done_is_said_kindly(complete: Makes, word: str, said: str) -> None:
    card = complete("new")
    assert answer(card, "sa.omar", f"@sounding-board {word}") == said
    assert card.reactions[-1][1].name == "question"


@pytest.mark.parametrize("word", ["cancel", "accept", "review", "override because I can do that"])
def test_bare_words_where_nothing_was_asked_are_only_talk(complete: Makes, word: str) -> None:
    card = complete("new")
    card.comment("sa.omar", word)
    assert card.settle() == []


def test_a_comment_is_answered_once_and_a_person_has_one_note_of_answers(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sa.omar", "@sounding-board cancel")
    assert card.settle() == []
    (first,) = card.bots_notes
    card.comment("sa.omar", "@sounding-board why")
    note, *_ = card.settle()
    assert isinstance(note, PostNote), "nobody hears of an edit"
    assert card.hears().startswith("@sa.omar, this card is in **New**.")
    (second,) = card.bots_notes
    assert second.id != first.id


def test_an_answer_to_somebody_else_stays(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sa.omar", "@sounding-board cancel")
    (first,) = card.bots_notes
    assert answer(card, "sa.ines", "@sounding-board why")
    assert first in card.bots_notes
    assert len(card.bots_notes) == 2


def test_one_person_over_the_limit_takes_nobodys_answer_away(complete: Makes) -> None:
    card = complete("new")
    for word in ("help", "why", "cancel", "override", "accept", "review", "why"):
        card.comment("sa.ines", f"@sounding-board {word}")
    for who in ("sa.omar", "sme.dana", "lead.ai"):
        card.comment(who, "@sounding-board why")
    card.settle()
    heard = card.hears().split("\n\n---\n\n")
    assert [text.partition(",")[0] for text in heard] == ["@sa.ines", "@sa.omar", "@sme.dana", "@lead.ai"]
    assert "@sa.ines, I answer 6 comments of one person within an hour here" in heard[0]
    assert "@sa.ines, these are the words I know" in heard[0]
    assert [note.body.partition(",")[0] for note in card.bots_notes] == [text.partition(",")[0] for text in heard]


def test_points_that_two_people_gave_are_kept_and_the_newest_count(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sme.ken", "@sounding-board points +10 because a partner sells it")
    assert answer(card, "lead.ai", "@sounding-board points -5 because it was counted twice")
    assert answer(card, "sme.ken", "@sounding-board why")
    assert [(one.delta, one.who) for one in adjustments(card.ours())] == [(10, "sme.ken"), (-5, "lead.ai")]


def test_of_many_words_none_is_answered_again_when_a_note_forgets_it(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sa.omar", "@sounding-board why")
    for _ in range(45):
        card.later(minutes=15)
        assert answer(card, "sa.ines", "@sounding-board cancel")
    assert card.settle() == []


def test_several_words_of_one_comment_are_answered_together(complete: Makes) -> None:
    card = complete("new")
    heard = answer(card, "sa.omar", "@sounding-board cancel\n@sounding-board ask again")
    assert heard == snapshot("""\
@sa.omar, I keep no move of this card, so there is nothing to `cancel`.

@sa.omar, I have no open question on this request, so there is nothing to repeat or to hand on.\
""")


def test_a_comment_that_is_edited_later_is_not_read_again(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sa.omar", "@sounding-board cancle")
    card.thread = [replace(n, body="@sounding-board why") if n.author.username == "sa.omar" else n for n in card.thread]
    assert card.settle() == []


def test_a_comment_that_is_deleted_takes_nothing_back(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sme.ken", "@sounding-board points +10 because the board asked twice")
    card.thread = [n for n in card.thread if n.author.username != "sme.ken"]
    assert card.settle() == []
    assert [a.delta for a in adjustments(card.ours())] == [10]


def test_points_are_kept_with_who_and_why_and_marked_as_done(complete: Makes) -> None:
    card = complete("new")
    said = answer(card, "sme.ken", "@sounding-board points +10 because the board asked twice")
    assert said == snapshot(
        "@sme.ken, noted: +10 points, for the reason in your comment. They count from the next score on, and until the next calibration."
    )
    assert card.reactions[-1][1].name == "white_check_mark"
    assert answer(card, "lead.ai", "@sounding-board points -5 because Acme left", internal=True) == snapshot(
        "@lead.ai, noted: −5 points, for the reason in your comment. They count from the next score on, and until the next calibration."
    )
    kept = adjustments(card.ours())
    assert [(a.delta, a.who) for a in kept] == [(10, "sme.ken"), (-5, "lead.ai")]


def test_points_that_cannot_be_read(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sme.ken", "@sounding-board points 500") == snapshot(
        "@sme.ken, please write `points +10 because <reason>`, with up to 20 points either way."
    )


def test_what_was_written_before_the_rules_or_long_ago_is_left_in_peace(complete: Makes) -> None:
    card = complete("new")
    card.comment("sa.omar", "@sounding-board cancel")
    card.later(days=4)
    assert card.settle() == []


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE])
def test_while_the_rule_only_watches_nothing_is_written(complete: Makes, mode: Mode) -> None:
    card = complete("new", shipped().rule_in("commands", mode))
    card.comment("sa.omar", "@sounding-board help")
    assert card.settle() == []


def test_our_own_words_are_no_commands(complete: Makes) -> None:
    card = complete("new")
    assert answer(card, "sa.omar", "@sounding-board help")
    card.later(days=1)
    assert card.settle() == []


def test_a_word_while_a_newer_move_is_judged_waits_for_it(complete: Makes) -> None:
    card = complete("reviewed", assigned=[])
    card.move("pm.ai", "accepted")
    card.settle()
    card.hears()
    card.comment("pm.ai", "cancel")
    card.assign("pm.ai")
    card.move("pm.ai", "accepted")
    card.settle()
    assert card.status == "accepted"
    assert "Settled" in card.hears()


def test_two_bots_do_not_talk_for_ever(complete: Makes) -> None:
    card = complete("new")
    answers = [answer(card, "triage-bot", "@sounding-board hello") for _ in range(9)]
    assert [bool(said) for said in answers] == [True] * 7 + [False] * 2
    assert answers[6] == snapshot(
        "@triage-bot, I answer 6 comments of one person within an hour here, and this is one more, so I left it as it is. Please write it again in an hour."
    )
    card.later(hours=2)
    assert answer(card, "triage-bot", "@sounding-board hello")


def test_many_people_at_once_are_answered_a_handful_in_a_note(complete: Makes) -> None:
    card = complete("new")
    for i in range(12):
        card.comment(f"sa.{i}", "@sounding-board help\n" * 5)
        card.now -= timedelta(seconds=59)
    heard: list[str] = []
    while not heard or heard[-1]:
        card.reconciler().run(REF, card.now)
        heard.append(card.hears())
        assert len(heard[-1]) < 12_000
        card.later(minutes=1)
    assert [said.count(", these are the words I know") for said in heard] == [2] * 6 + [0]


def test_a_run_with_more_to_answer_looks_again_soon(complete: Makes) -> None:
    card = complete("new")
    for i in range(11):
        card.comment(f"sa.{i}", "@sounding-board cancel")
    assert card.look_again_at() == card.now + timedelta(minutes=1)
    card.reconciler().run(REF, card.now)
    assert card.hears().count("I keep no move of this card") == 10
    assert card.look_again_at() is None, "the one that is left is answered by the next run"
    assert len(card.settle()) == 2
    assert card.hears().count("I keep no move of this card") == 1


def test_a_crowd_of_words_of_one_person_within_one_run_is_bounded_too(complete: Makes) -> None:
    card = complete("new")
    for _ in range(20):
        card.comment("sa.omar", "@sounding-board cancel")
        card.now -= timedelta(seconds=59)
    card.settle()
    heard = card.hears()
    assert heard.count("I keep no move of this card") == 1, "the same thing is said once"
    assert heard.count("Please write it again in an hour.") == 1


@pytest.mark.parametrize(
    "word", ["cancel", "accept", "points +5 because the board asked", "ask again", "not a duplicate"]
)
def test_a_comment_that_was_changed_into_a_decision_is_answered_and_not_followed(complete: Makes, word: str) -> None:
    card = complete("new")
    card.comment("sme.ken", "I look at this on Monday")
    card.rewrite(card.thread[-1], f"@sounding-board {word}")
    card.settle()
    assert card.hears() in (
        f"@sme.ken, your comment was changed after it was written, and others can do that too. So I do not go by `{word.partition(' +')[0]}` in it; please write it in a new comment.",
        "@sme.ken, I keep no move of this card, so there is nothing to `cancel`.",
        "@sme.ken, nobody waits for `accept` here now.",
    )
    assert (adjustments(card.ours()), card.settle()) == ((), [])


def test_help_is_given_in_a_comment_that_was_changed_too(complete: Makes) -> None:
    card = complete("new")
    card.comment("sme.ken", "@sounding-board hep")
    card.rewrite(card.thread[-1], "@sounding-board help")
    card.settle()
    assert card.hears().startswith("@sme.ken, these are the words I know")


def test_the_limit_of_points_is_the_programs(complete: Makes) -> None:
    world = shipped()
    numbers = replace(world.taxonomy.numbers, adjust_at_most=30)
    card = complete("new", replace(world, taxonomy=replace(world.taxonomy, numbers=numbers)))
    assert "+25 points" in answer(card, "sme.ken", "@sounding-board points +25 because the board asked twice")
    assert "add or take up to 30 points" in answer(card, "sme.ken", "@sounding-board help")
    assert answer(card, "sme.ken", "@sounding-board points +31 because the board asked twice").endswith(
        "with up to 30 points either way."
    )


# The question for context.


@pytest.fixture
def asked(card: Makes) -> Card:
    """A request whose author was asked for the problem."""
    bare = card(description=without("Problem"))
    bare.later(minutes=3)
    bare.settle()
    assert "**Problem**" in bare.hears()
    return bare


def test_the_question_is_repeated_in_a_new_note(asked: Card) -> None:
    asked.later(days=1)
    asked.comment("sme.ken", "@sounding-board ask again")
    note, _, reaction = asked.settle()
    assert isinstance(note, PostNote)
    assert reaction == React(asked.thread[-2].id, "white_check_mark")
    assert asked.hears().startswith("@sa.jane, thank you for this request.")
    assert len(asked.bots_notes) == 1
    assert asked.settle() == []


def test_the_question_is_handed_on(asked: Card) -> None:
    asked.comment("sa.jane", "@sounding-board reassign @SA.Ines")
    asked.settle()
    assert asked.hears().startswith(
        "@sa.ines, `sa.jane` asks you to help with this request. Before product managers can"
    )
    assert asked.settle() == []


def test_it_is_not_handed_on_to_a_stranger(asked: Card) -> None:
    assert answer(asked, "sa.jane", "@sounding-board reassign @victim") == snapshot(
        "@sa.jane, I do not know whom you mean. Please write `reassign @person`, with somebody of the program or of this request."
    )
    assert answer(asked, "sa.jane", "@sounding-board reassign somebody") == snapshot(
        "@sa.jane, I do not know whom you mean. Please write `reassign @person`, with somebody of the program or of this request."
    )
