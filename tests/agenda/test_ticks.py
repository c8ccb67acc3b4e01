"""Who ticked: a tick by one person, twice, undone, by another, by nobody we know, on what is asked no more, forged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.issue import Note, User
from app.domain.managed_lines import Item
from app.domain.managed_merge import items_in, items_wanted
from app.domain.ticks import EDITED, Ticked, Ticks, edited_by, marks, read_ticks
from app.domain.voice import Bot
from tests.agenda.paper import DOCUMENT, blocks, paper

BOT = Bot(1, "sounding-board", frozenset({2}))
PAT, SAM = User(11, "pm.pat"), User(12, "sa.sam")
US, US_BEFORE = User(1, "sounding-board"), User(2, "sounding-board-old")
ACCEPT = "Accept <!-- sb:item 412/accept ask=8e94d5 --> — owner: … target: …"
ASKED = items_wanted(blocks())
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def note(number: int, by: User, done: str, text: str = ACCEPT, system: bool = True) -> Note:
    """One of GitLab's notes, a minute after the one before."""
    at = NOON + timedelta(minutes=number)
    return Note(number, by, f"marked the checklist item **{text}** as {done}", at, at, system)


def with_box(box: str, field: str = "owner: … target: …") -> dict[str, Item]:
    """The items as they stand, 412's box so."""
    text = paper().replace("- [ ] Accept", f"- [{box}] Accept", 1).replace("owner: … target: …", field)
    return dict(items_in(text, DOCUMENT))


def looked(*notes: Note, was: str = " ", now: str = "x", after: int = 0, field: str = "owner: … target: …") -> Ticks:
    """What one look makes of it."""
    return read_ticks(with_box(was), with_box(now, field), marks(notes, after), ASKED, BOT)


def ticked(by: User, minute: int, action: str = "ticked", field: str = "") -> Ticked:
    """What stands to be acted on."""
    at = NOON + timedelta(minutes=minute)
    return Ticked("412/accept", action, by, at, field, minute)  # type: ignore[arg-type]


def test_the_author_of_the_note_ticked_and_what_is_written_behind_the_item_comes_along() -> None:
    found = looked(note(5, PAT, "completed"), field="owner: Ken target: 18.9")
    assert found == Ticks(done=(ticked(PAT, 5, field="owner: Ken target: 18.9"),))


def test_ticks_are_told_oldest_first_without_those_already_heeded_and_without_what_people_say_themselves() -> None:
    said = note(6, SAM, "completed", system=False)
    other = note(8, PAT, "completed", "buy bread")
    told = marks(
        [note(9, PAT, "incomplete"), other, said, note(4, SAM, "completed"), note(3, SAM, "completed")], after=3
    )
    assert [(mark.note, mark.action, mark.by.username) for mark in told] == [
        (4, "ticked", "sa.sam"),
        (9, "unticked", "pm.pat"),
    ]


@pytest.mark.parametrize(
    ("told", "was", "now", "result"),
    [
        # twice: whoever ticked last
        ("sam+ sam- pat+", " ", "x", Ticks(done=(ticked(PAT, 3),))),
        ("pat+ pat- pat+", " ", "x", Ticks(done=(ticked(PAT, 3),))),
        # undone before anybody looked
        ("pat+ pat-", " ", " ", Ticks(passing=(ticked(PAT, 2, "unticked"),))),
        # undone later, by another
        ("sam-", "x", " ", Ticks(done=(ticked(SAM, 1, "unticked"),))),
        # untouched in the end
        ("sam- pat+", "x", "x", Ticks()),
        # nobody told
        ("", " ", "x", Ticks(unexplained=("412/accept",))),
        ("", "x", " ", Ticks(unexplained=("412/accept",))),
        ("", " ", " ", Ticks()),
        # what is told says otherwise than what is there
        ("pat-", " ", "x", Ticks(unexplained=("412/accept",))),
        # we took a tick back, and somebody set it again without a note
        ("pat+ us-", " ", "x", Ticks(unexplained=("412/accept",))),
        # we set a tick again that we had written over: it is still the person's
        ("pat+ us+", " ", "x", Ticks(done=(ticked(PAT, 1),))),
        ("sam+ us- pat+ us- us+", " ", "x", Ticks(done=(ticked(PAT, 3),))),
        # what we do ourselves is nobody's decision
        ("us+", " ", "x", Ticks(unexplained=("412/accept",))),
        ("old-", "x", " ", Ticks()),
        ("pat+ old-", " ", " ", Ticks()),
    ],
)
def test_each_story_ends_in_one_right_state(told: str, was: str, now: str, result: Ticks) -> None:
    people = {"sam": SAM, "pat": PAT, "us": US, "old": US_BEFORE}
    notes = [
        note(number, people[word[:-1]], "completed" if word[-1] == "+" else "incomplete")
        for number, word in enumerate(told.split(), 1)
    ]
    assert replace(looked(*notes, was=was, now=now), contrary=()) == result


@pytest.mark.parametrize(
    ("told", "was", "now", "notes"),
    [
        ("pat+", " ", " ", [1]),
        ("pat-", "x", "x", [1]),
        ("pat+ pat-", " ", "x", [2]),
        ("pat+ us+", " ", " ", [1]),
        ("pat+ pat-", " ", " ", []),
        ("pat+", " ", "x", []),
    ],
)
def test_a_tick_that_the_text_does_not_show_decides_nothing(told: str, was: str, now: str, notes: list[int]) -> None:
    people = {"pat": PAT, "us": US}
    stories = [
        note(number, people[word[:-1]], "completed" if word[-1] == "+" else "incomplete")
        for number, word in enumerate(told.split(), 1)
    ]
    found = looked(*stories, was=was, now=now)
    assert [mark.note for mark in found.contrary] == notes
    assert not notes or not (found.done or found.passing)


def test_who_edited_since_a_note() -> None:
    """Whoever ticks may have edited more in the same instant."""
    said = [Note(n, by, EDITED, NOON, NOON, True) for n, by in ((1, SAM), (4, PAT), (5, PAT), (6, US))]
    notes = [*said, note(7, SAM, "completed"), Note(8, SAM, EDITED, NOON, NOON)]
    assert edited_by(notes, 1, ticking=False) == (PAT, US)
    assert edited_by(notes, 1, ticking=True) == (PAT, US, SAM)


def test_a_tick_on_what_is_asked_no_more_is_stale() -> None:
    asked = {key: item for key, item in ASKED.items() if key != "412/accept"}
    told = marks([note(5, PAT, "completed")])
    assert read_ticks(with_box(" "), with_box("x"), told, asked, BOT) == Ticks(stale=(ticked(PAT, 5),))
    assert read_ticks({}, {}, told, asked, BOT) == Ticks(stale=(ticked(PAT, 5),))


def test_a_key_behind_other_words_decides_nothing() -> None:
    forged = note(5, PAT, "completed", "Pizza <!-- sb:item 412/accept -->")
    assert looked(forged, now=" ") == Ticks()
    assert looked(forged) == Ticks(unexplained=("412/accept",))


def test_what_was_never_read_before_counts_as_open() -> None:
    found = read_ticks({}, with_box("x"), marks([note(5, PAT, "completed")]), ASKED, BOT)
    assert found.done == (ticked(PAT, 5),)
