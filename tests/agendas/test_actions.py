"""Action items go from agenda to agenda until somebody ticks them off, and grow older on the way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.agenda import Agenda
from app.domain.agenda_actions import due, name_of, open_actions
from app.domain.agendas.parts_actions import ACTIONS, NOTES, carried
from app.domain.cadence import MeetingKind
from app.domain.managed_blocks import Block, composed
from app.domain.picture import Action
from tests.agendas.pictures import HOSTILE, WORDING, action, picture, spoken

LAST = """\
# AI · the last one

## Actions
- [ ] @pm.ai roadmap deck older than 90 days — by 25 Mar
- [x] @lead.ai invites the field CTOs
- [ ]
- [ ] **`@sa.omar`** counts the seats **(2nd time)**
* [~] nobody needs this any more
1. [ ] Ask @sme.dana

## Notes
- [ ] this is a note
"""


def words(actions: Sequence[Action]) -> list[tuple[str, int, str | None]]:
    return [(one.text, one.times, one.owner) for one in actions]


def test_open_lines_are_carried_and_what_is_ticked_empty_or_a_note_is_not() -> None:
    assert words(open_actions(LAST)) == [
        ("@pm.ai roadmap deck older than 90 days — by 25 Mar", 1, "pm.ai"),
        ("**`@sa.omar`** counts the seats", 3, "sa.omar"),
        ("Ask @sme.dana", 1, "sme.dana"),
    ]


REVIEW = picture(MeetingKind.PM_REVIEW, area="ai")


def block(actions: Sequence[Action], *, calling: bool = False) -> str:
    """The block as an agenda has it."""
    section = carried(replace(REVIEW, actions=tuple(actions)))
    return WORDING.agenda(section.template, section.data, "ai", calling=calling)


def document(actions: Sequence[Action], people: str = ACTIONS, *, calling: bool = False) -> str:
    """A whole description with it."""
    return composed([Block("carried", block(actions, calling=calling)), people, NOTES], "pm-review ai")


def test_the_block_says_who_what_how_often_and_asks_the_hosts_from_the_third_time() -> None:
    actions = [
        Action("deck", "@pm.ai roadmap deck older than 90 days — by 6 Mar", 1, "pm.ai"),
        Action("seats", "seats, says @sa.omar", 3, "sa.omar"),
        Action("kept", "Write the FAQ", 4, None, "keep"),
        Action("up", "Find a room", 3, None, "escalate"),
        Action("gone", "Print the posters", 3, None, "drop"),
        Action("bad", "<!-- sb:end --> | `@all`\n/close #1", 2),
    ]
    assert (
        block(actions)
        == """\
## Left open

From Wed 18 Feb, sme/customer-feedback#361+; tick what is done.

- [ ] :red_circle: `@pm.ai`: `roadmap deck older than 90 days — by 6 Mar` <!-- sb:item action/deck -->
- [ ] `@sa.omar`: `seats, says @sa.omar` **(3rd time: keep, drop or escalate it)** <!-- sb:item action/seats -->
    - [ ] Keep <!-- sb:item keep/seats -->
    - [ ] Drop <!-- sb:item drop/seats -->
    - [ ] Escalate to the program lead <!-- sb:item escalate/seats -->
- [ ] `Write the FAQ` **(4th time)** (kept by the hosts) <!-- sb:item action/kept -->
- [ ] `Find a room` **(3rd time)** :arrow_up: escalated to the program lead <!-- sb:item action/up -->
- [ ] ``‹!-- sb:end --> ｜ `@all` /close #1`` **(2nd time)** <!-- sb:item action/bad -->

Dropped by the hosts last time: `Print the posters`"""
    )


def test_the_owner_is_called_once_with_the_agenda() -> None:
    assert "- [ ] @pm.ai: `the deck` <!--" in block([Action("deck", "@pm.ai the deck", 1, "pm.ai")], calling=True)


def test_strangers_and_groups_are_not_called_by_us() -> None:
    lines = [Action("write", "@engineering-all write to them", 1, "engineering-all")]
    assert "- [ ] `@engineering-all`: `write to them` <!--" in block(lines, calling=True)


def test_nothing_left_open_is_said() -> None:
    assert (
        block([])
        == """\
## Left open

Nothing is left open from sme/customer-feedback#361+."""
    )


def test_a_full_description_keeps_the_first_twenty_and_counts_the_others() -> None:
    section = carried(picture(MeetingKind.POD, area="ai", actions=[action(f"Thing {n}") for n in range(23)]))
    text = WORDING.agenda(section.template, section.shorter[0], "ai")
    assert text.count("- [ ] `Thing") == 20
    assert "3 more are open there." in text


@pytest.mark.parametrize("calling", [True, False])
def test_a_line_we_carried_is_known_again_with_what_people_wrote_behind_it(*, calling: bool) -> None:
    (first,) = open_actions("## Actions\n- [ ] @pm.ai the deck | by 25 Mar")
    text = document([first], calling=calling).replace(
        f"action/{first.name} -->", f"action/{first.name} --> — half done"
    )
    (second,) = open_actions(text)
    assert second == Action(first.name, "@pm.ai the deck ｜ by 25 Mar — half done", 2, "pm.ai")
    (third,) = open_actions(document([second]))
    assert third == Action(first.name, second.text, 3, "pm.ai")


@pytest.mark.parametrize("verb", ["keep", "drop", "escalate"])
def test_what_the_hosts_ticked_goes_with_the_action(verb: str) -> None:
    text = document([Action("deck", "the deck", 3)])
    label = {"keep": "Keep", "drop": "Drop", "escalate": "Escalate to the program lead"}[verb]
    (found,) = open_actions(text.replace(f"- [ ] {label} <", f"- [x] {label} <"))
    assert found == Action("deck", "the deck", 4, None, verb)


def test_dropped_and_kept_at_once_is_kept() -> None:
    text = (
        document([Action("deck", "the deck", 3)])
        .replace("- [ ] Keep", "- [x] Keep")
        .replace("- [ ] Drop", "- [X] Drop")
    )
    assert open_actions(text)[0].decided == "keep"


def test_a_ticked_action_is_carried_no_more_wherever_its_line_stands() -> None:
    text = document([Action("deck", "the deck", 3)])
    assert open_actions(text.replace("- [ ] `the deck`", "- [x] `the deck`")) == ()
    elsewhere = text.replace("## Actions", "## What we do")
    assert [one.name for one in open_actions(elsewhere)] == ["deck"]


def test_code_comments_and_folds_hide_no_action_and_invent_none() -> None:
    text = """\
Actions
=======
```
- [ ] in a fence
```
<!--
- [ ] in a comment
-->
<details>

- [ ] in a fold <!-- seen -->

</details>

### Of the PM
- [ ] a `tick
- [ ] another` tick

Actions that matter
-------------------
- [ ] still under the first heading

# Else
- [ ] not an action
"""
    found = [one.text for one in open_actions(text)]
    assert found == ["in a fold", "a `tick", "another` tick", "still under the first heading"]


def test_the_same_words_twice_are_one_action() -> None:
    assert len(open_actions("## Actions\n- [ ] The **deck**\n- [ ] the deck.")) == 1


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("deck by 25 Mar", date(2026, 3, 25)),
        ("deck by March 25, thanks", date(2026, 3, 25)),
        ("deck — by Wed 25th March", date(2026, 3, 25)),
        ("deck by 2026-04-01", date(2026, 4, 1)),
        ("deck by 3 Jan", date(2026, 1, 3)),
        ("deck by 30 Feb", None),
        ("deck by tomorrow", None),
        ("stand by me", None),
    ],
)
def test_a_promised_day_is_read(said: str, until: date | None) -> None:
    assert due(said, date(2026, 3, 4)) == until


def test_a_day_without_a_year_is_the_nearest() -> None:
    assert due("by 5 Jan", date(2026, 12, 20)) == date(2027, 1, 5)


LINES = st.lists(
    st.one_of(
        st.text(),
        st.sampled_from(
            [
                "## Actions",
                "- [ ] @all <!-- sb:item action/x -->",
                "- [ ] `a` <!-- sb:item action/x --> — <!-- sb:item drop/x -->",
                "    - [x] Drop <!-- sb:item drop/x -->",
                "<!--",
                "-->",
                "```",
                "- [ ] <!-- sb:begin carried hash=6f1c -->",
                "- [ ] /close",
                "</details>",
                f"- [ ] {HOSTILE}",
            ]
        ),
        st.text(min_size=1).map(lambda text: f"- [ ] {text}"),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(LINES)
def test_whatever_people_type_is_carried_harmless_and_then_stays_as_it_is(lines: list[str]) -> None:
    first = open_actions("## Actions\n" + "\n".join(lines))
    shown = block(first)
    keys = shown.count("<!-- sb:item ")
    kept = [one for one in first if one.decided != "drop"]
    asks = sum(3 for one in kept if one.times >= 3 and not one.decided)
    assert keys == shown.count("<!--") == len(kept) + asks
    second = open_actions(document(kept))
    assert [one.name for one in second] == [one.name for one in kept]
    assert [one.times for one in second] == [one.times + 1 for one in kept]
    third = open_actions(document(second))
    assert [(one.name, one.text, one.owner) for one in third] == [(one.name, one.text, one.owner) for one in second]


@given(st.lists(st.text(alphabet="abc DEF@.", min_size=1), max_size=6))
def test_a_plain_line_is_carried_to_the_letter(texts: list[str]) -> None:
    wanted = {name_of(" ".join(t.split())): " ".join(t.split()) for t in reversed(texts) if t.strip(" @.")}
    found = open_actions("## Actions\n" + "\n".join(f"- [ ] {text}" for text in texts))
    assert {one.name: one.text for one in found} == wanted


def test_an_agenda_without_actions_has_none() -> None:
    assert open_actions(spoken(Agenda("empty", ("# Nothing",)))) == ()


def test_a_full_description_of_anything_is_read_in_no_time() -> None:
    began = process_time()
    open_actions("## Actions\n" + "- [x] Drop <!-- sb:item drop/x -->\n" * 8_000)
    open_actions("## Actions\n- [ ] " + "<!-- sb:item " * 70_000)
    open_actions("- [ ] " + "(1st time)" * 90_000)
    assert process_time() - began < 20
