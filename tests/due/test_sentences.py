"""What customers may hear is what the PM lets pass in the review, to the letter (S180)."""

# ruff: noqa: E501 - what people read is pinned as they read it

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.cadence import MeetingKind
from app.domain.issue import Ref
from app.domain.meeting_clocks import agenda_times
from app.domain.meetings import meetings
from app.domain.sheets import sheets
from app.fakegitlab.model import Issue
from tests.due.house import DAY, HOUR, House, house_of, instant
from tests.scenarios.living import PROJECT

BOX = "told/sentences"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A request was accepted since the last review."""
    with house_of(tmp_path, MeetingKind.PM_REVIEW) as found:
        review = meetings(found.program, instant("2026-03-20 00:00"), instant("2026-06-01 00:00"))[0]
        made = agenda_times(found.program, review).created
        found.at = made - DAY
        request = found.files("SAML", "status::reviewed", "area::ai", "theme::ai::chat")
        with found.world.silently():
            pm = found.world.user("pm.ai")
            found.world.update_issue(pm, request, add_labels=["status::accepted"], remove_labels=["status::reviewed"])
        found.due(made)
        found.at = made + HOUR
        yield found


@pytest.fixture
def agenda(house: House) -> Issue:
    return house.agendas()[0]


def writes(house: House, who: str, agenda: Issue, text: str) -> None:
    """Somebody writes the sentence about the one request."""
    number = next(n for n, i in house.project.issues.items() if i.title == "SAML")
    line = next(x for x in (agenda.description or "").split("\n") if f"#{number}/sentence" in x)
    before, key, rest = line.partition(" -->")
    house.edits(who, agenda, line, f"{before}{key} {text} |{rest.partition('|')[2]}")


def passed(house: House, agenda: Issue) -> list[str]:
    """What the Corners would pass on."""
    assert house.here is not None
    known = house.here.due.documents.labelled(PROJECT, "program-doc::agenda")
    assert Ref(PROJECT, agenda.iid) in {one.ref for one in known}
    held = meetings(house.program, house.at - 30 * DAY, house.at + 30 * DAY)
    return [text for one in sheets(held, known, house.here.due.identity) for text in one.sentences.values()]


def said(agenda: Issue) -> list[str]:
    blocks = (agenda.description or "").split("<!-- sb:begin ticks")[1:]
    return [line for block in blocks for line in block.partition("<!-- sb:end -->")[0].split("\n") if "- `@" in line]


def test_what_the_pm_lets_pass_is_passed_on(house: House, agenda: Issue) -> None:
    writes(house, "sme.ken", agenda, "It comes in 18.9.")
    house.due()
    assert passed(house, agenda) == []
    house.at += HOUR
    house.ticks("pm.ai", agenda, BOX)
    house.due()
    assert passed(house, agenda) == ["It comes in 18.9."]
    assert said(agenda) == ["- `@pm.ai` ticked **The sentences may be passed on**. Done."]
    house.writes()
    house.due()
    assert house.writes() == 0


def test_nobody_else_lets_them_pass(house: House, agenda: Issue) -> None:
    writes(house, "sa.jane", agenda, "It is free, we promise.")
    house.ticks("sa.jane", agenda, BOX)
    house.due()
    assert passed(house, agenda) == []
    assert said(agenda) == [
        "- `@sa.jane` ticked **The sentences may be passed on**. Not done: that is for `pm.ai` to say. The box is as it "
        "was."
    ]


def test_a_sentence_changed_behind_the_tick_waits_for_another(house: House, agenda: Issue) -> None:
    writes(house, "pm.ai", agenda, "It comes in 18.9.")
    house.ticks("pm.ai", agenda, BOX)
    house.at += HOUR
    house.edits("sa.jane", agenda, "It comes in 18.9.", "It is free, we promise.")
    house.due()
    assert passed(house, agenda) == []
    assert "- [ ] The sentences above may be passed on" in (agenda.description or "")
    assert said(agenda) == [
        "- `@pm.ai` ticked **The sentences may be passed on**. Not done: somebody else changed this agenda behind the "
        "tick, so I cannot tell which sentences were meant. I took the tick out again; please read them, and tick once "
        "more."
    ]
    house.at += HOUR
    house.edits("pm.ai", agenda, "It is free, we promise.", "It comes in 18.9.")
    house.ticks("pm.ai", agenda, BOX)
    house.due()
    assert passed(house, agenda) == ["It comes in 18.9."]
    house.at += HOUR
    house.edits("sa.jane", agenda, "It comes in 18.9.", "It is free, we promise.")
    assert passed(house, agenda) == []
    house.due()
    assert passed(house, agenda) == []
    assert "- [ ] The sentences above may be passed on" in (agenda.description or "")


def test_typing_elsewhere_behind_the_tick_takes_nothing_back(house: House, agenda: Issue) -> None:
    writes(house, "pm.ai", agenda, "It comes in 18.9.")
    house.due()
    house.at += HOUR
    house.ticks("pm.ai", agenda, BOX)
    house.edits("pm.ai", agenda, "## Notes", "## Notes\nAll agreed.")
    house.edits("lead.ai", agenda, "All agreed.", "All agreed, and nobody minds.")
    house.due()
    assert passed(house, agenda) == ["It comes in 18.9."]
    assert said(agenda) == ["- `@pm.ai` ticked **The sentences may be passed on**. Done."]
    house.writes()
    house.due()
    assert house.writes() == 0


def test_a_sentence_put_back_as_it_was_before_the_pm_corrected_it_is_not_passed_on(house: House, agenda: Issue) -> None:
    writes(house, "sa.jane", agenda, "It is free, we promise.")
    house.due()
    house.at += HOUR
    house.edits("pm.ai", agenda, "It is free, we promise.", "It comes in 18.9.")
    house.ticks("pm.ai", agenda, BOX)
    house.edits("sa.jane", agenda, "It comes in 18.9.", "It is free, we promise.")
    house.due()
    assert passed(house, agenda) == []
    assert "- [ ] The sentences above may be passed on" in (agenda.description or "")


def test_without_a_sentence_there_is_nothing_to_let_pass(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, BOX)
    house.due()
    assert said(agenda) == [
        "- `@pm.ai` ticked **The sentences may be passed on**. Not done: no sentence is written yet. I took the tick out "
        "again; please write it first."
    ]
