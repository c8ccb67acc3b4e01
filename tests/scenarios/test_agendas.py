"""The agenda of a review on a living board: the PM ticks, and the card moves before anybody looks up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app import bootstrap
from app.domain.agenda import LABEL
from app.domain.agenda_heeded import Tended
from app.domain.cadence import MeetingKind
from app.domain.meeting import Series
from app.domain.meetings import next_from
from app.domain.taxonomy import Mode, Modes
from app.fakegitlab.model import Issue
from tests.scenarios.living import READY, Living, enforced, living, shipped


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Living]:
    """A running installation, all rules and agendas in force."""
    found = enforced()
    rules = {**found.taxonomy.rules, "agendas": Modes(Mode.ENFORCE)}
    taxonomy = replace(found.taxonomy, rules=rules)
    with living(tmp_path, replace(found, taxonomy=taxonomy, program=shipped().program)) as running:
        yield running


@pytest.fixture
def request_in_review(house: Living) -> Issue:
    """A complete request that is nominated for the next review."""
    world, jane = house.world, house.world.user("sa.jane")
    titles = ["status::reviewed", "context::ready", "pm-review::next", "area::ai", "theme::ai::chat"]
    with world.lock, world.silently():
        return world.create_issue(jane, house.stage.project, "SAML", description=READY, add_labels=list(titles))


@pytest.fixture
def agenda(house: Living, request_in_review: Issue) -> Issue:
    """The agenda of the next review of AI, as `agenda pm-review --area ai --apply` makes it."""
    assert request_in_review.state == "opened"
    now = bootstrap.utc_now()
    meeting = next_from(house.configured.program, Series(MeetingKind.PM_REVIEW, "ai"), now)
    assert meeting is not None
    with bootstrap.judging(house.settings, house.configured) as rules:
        assert isinstance(rules.due.one(meeting, max(now, meeting.start - timedelta(days=30)), dry=False), Tended)
    house.stage.quiet()
    (found,) = (issue for issue in house.stage.project.issues.values() if LABEL in house.stage.titles(issue))
    return found


def ticks(house: Living, who: str, agenda: Issue, box: str, words: str = "") -> None:
    """Somebody writes behind a box, and ticks it."""
    for old, new in ((" -->", f" --> — {words}"), ("[ ]", "[x]"))[not words :]:
        text = agenda.description or ""
        line = next(line for line in text.split("\n") if f"sb:item {box}" in line)
        changed = f"{line.partition(' -->')[0]}{new}" if old == " -->" else line.replace(old, new, 1)
        house.world.update_issue(house.world.user(who), agenda, description=text.replace(line, changed))


def test_a_tick_moves_the_card_at_once(house: Living, agenda: Issue, request_in_review: Issue) -> None:
    ticks(house, "pm.ai", agenda, "accept/sme/customer-feedback#2", "owner: pm.ai target: 18.9")
    house.stage.waits("the card is accepted", lambda: house.statuses(request_in_review) == {"status::accepted"})
    house.stage.waits("the agenda says so", lambda: "Done: it is in **Accepted by PMs**" in (agenda.description or ""))
    house.stage.quiet()
    house.heard(request_in_review)
    house.world.reset_calls()
    house.stage.quiet()
    assert [call for call in house.world.calls if call.method != "GET"] == []


def test_words_on_the_agenda_are_followed_at_once(house: Living, agenda: Issue) -> None:
    house.stage.says("lead.ai", agenda, "defer #2")
    house.stage.waits("it is parked", lambda: "Parked: sme/customer-feedback#2+" in (agenda.description or ""))
    house.stage.quiet()
    assert house.heard(agenda) == []


def test_talk_and_typing_are_left_alone(house: Living, agenda: Issue) -> None:
    house.stage.says("sa.jane", agenda, "See you there!")
    text = agenda.description or ""
    house.world.update_issue(
        house.world.user("sa.jane"), agenda, description=text.replace("## Notes", "## Notes\nI take notes.")
    )
    house.stage.quiet()
    assert "I take notes." in (agenda.description or "")
    assert house.heard(agenda) == []
