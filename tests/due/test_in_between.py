"""What happens between two calls of one run, or where one call of many fails: nothing is lost, nothing untrue told."""

# ruff: noqa: E501 - what people read is pinned as they read it

from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.failure import Permanent, Temporary
from app.domain.issue import Ref
from app.domain.taxonomy import Mode, Modes
from app.fakegitlab.model import Issue
from tests.due.conftest import MADE, REVIEW
from tests.due.house import DAY, HOUR, House, house_of, instant
from tests.due.test_on_an_agenda import ACCEPT, request, ticks_told, titles
from tests.scenarios.living import PROJECT

THIRD = "accept/sme/customer-feedback#3"
DECLINE = "decline/sme/customer-feedback#2"
WORDS = "owner: pm.ai target: 18.9"


def line_of(issue: Issue, key: str) -> str:
    """The line with this key."""
    return next(line for line in (issue.description or "").split("\n") if f"sb:item {key} " in line)


def the_meeting_begins(house: House) -> None:
    house.due(house.meeting(REVIEW, "ai").start + HOUR / 4)


def serves(house: House, agenda: Issue) -> None:
    """The service, which is another process, hears of a change on the agenda."""
    with house.rules() as rules:
        document = rules.reconciler.run(Ref(PROJECT, agenda.iid), house.at).document
        assert document is not None
        rules.due.changed(document, house.at, dry=False)


@pytest.mark.parametrize("when", ["after labelled", "before activity", "after activity", "before read", "after read"])
def test_whenever_in_a_run_somebody_ticks_they_did_it_and_it_is_done_once(
    house: House, agenda: Issue, when: str
) -> None:
    the_meeting_begins(house)
    house.ticks("pm.ai", agenda, THIRD, WORDS)
    house.documents.once(when, lambda: house.ticks("pm.ai", agenda, ACCEPT, WORDS))
    did = [done for tended in house.due().done for done in tended.did]
    did += [done for tended in house.due(house.at + HOUR).done for done in tended.did]
    assert sorted(did) == [f"accept of sme/customer-feedback#{number}: done" for number in (2, 3)]
    assert "- [x] Accept" in line_of(agenda, ACCEPT)
    assert sorted(ticks_told(agenda)) == [
        f"- `@pm.ai` ticked **Accept** for sme/customer-feedback#{number}+. Done: it is in **Accepted by PMs** now."
        for number in (2, 3)
    ]


@pytest.mark.parametrize("when", ["after labelled", "after activity"])
def test_what_the_service_did_meanwhile_is_done_and_told_once(house: House, agenda: Issue, when: str) -> None:
    the_meeting_begins(house)

    def meanwhile() -> None:
        house.ticks("pm.ai", agenda, ACCEPT, WORDS)
        serves(house, agenda)

    house.documents.once(when, meanwhile)
    house.due()
    told = ticks_told(agenda)
    assert told == [
        "- `@pm.ai` ticked **Accept** for sme/customer-feedback#2+. Done: it is in **Accepted by PMs** now."
    ]
    assert house.due(house.at + HOUR).done == ()
    assert ticks_told(agenda) == told


@pytest.mark.parametrize("when", ["before describe", "after describe"])
def test_two_who_write_at_the_same_moment_know_in_the_end_what_both_knew(
    house: House, agenda: Issue, when: str
) -> None:
    """GitLab has no lock: whichever marker was written over, the decisions that it knew of are told once."""
    the_meeting_begins(house)
    house.ticks("pm.ai", agenda, THIRD, WORDS)

    def meanwhile() -> None:
        house.ticks("pm.ai", agenda, ACCEPT, WORDS)
        serves(house, agenda)

    house.documents.once(when, meanwhile)
    assert house.due().failed == ()
    for hours in (1, 2):
        house.due(house.at + hours * HOUR)
    assert {"status::accepted"} <= titles(request(house, 2)) & titles(request(house, 3))
    assert "- [x] Accept" in line_of(agenda, ACCEPT)
    assert "- [x] Accept" in line_of(agenda, THIRD)
    told = [line.partition(". ")[0] for line in ticks_told(agenda)]
    assert sorted(told) == [f"- `@pm.ai` ticked **Accept** for sme/customer-feedback#{number}+" for number in (2, 3)]
    assert house.due(house.at + HOUR).done == ()


def test_a_second_tick_after_the_service_read_the_agenda_is_heeded_with_its_own_event(
    house: House, agenda: Issue
) -> None:
    the_meeting_begins(house)
    house.ticks("pm.ai", agenda, ACCEPT, WORDS)
    assert house.here is not None
    document = house.here.reconciler.run(Ref(PROJECT, agenda.iid), house.at).document
    assert document is not None
    house.ticks("pm.ai", agenda, THIRD, WORDS)
    house.here.due.changed(document, house.at, dry=False)
    house.changed(agenda)
    assert {"status::accepted"} <= titles(request(house, 2)) & titles(request(house, 3))
    assert len(ticks_told(agenda)) == 2


@pytest.mark.parametrize("begun", [False, True])
def test_a_line_that_somebody_forged_moves_no_card(house: House, agenda: Issue, begun: bool) -> None:
    if begun:
        the_meeting_begins(house)
    key = line_of(agenda, ACCEPT).partition("Accept ")[2].partition(" -->")[0]
    forged = f"- [ ] Accept {key} --> the minutes of the last review"
    house.edits("sa.jane", agenda, "## Notes", f"## Notes\n\n{forged}")
    house.edits("pm.ai", agenda, forged, forged.replace("[ ]", "[x]"))
    for hours in (0, 1, 2):
        house.at += hours * HOUR
        house.changed(agenda)
        house.due()
    assert "status::reviewed" in titles(request(house))
    assert ticks_told(agenda) == []


def test_a_forged_line_of_what_is_not_asked_here_moves_no_card(house: House, agenda: Issue) -> None:
    house.files("Another", "status::reviewed", "area::ai", "theme::ai::chat", "context::ready")
    forged = "- [ ] Accept <!-- sb:item accept/sme/customer-feedback#5 --> the minutes of the last review"
    house.edits("sa.jane", agenda, "## Notes", f"## Notes\n\n{forged}")
    house.edits("pm.ai", agenda, forged, forged.replace("[ ]", "[x]"))
    house.changed(agenda)
    assert "status::reviewed" in titles(request(house, 5))
    assert ticks_told(agenda) == snapshot(
        [
            "- `@pm.ai` ticked **Accept** for sme/customer-feedback#5+. Not done: this agenda does not ask that. Nothing was changed; tick it where it is asked, or move the card."
        ]
    )


def test_words_that_somebody_else_wrote_after_the_tick_are_not_taken_as_the_pms(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, DECLINE)
    house.changed(agenda)
    house.at += HOUR
    line = line_of(agenda, DECLINE)
    words = f"{line.partition(' -->')[0]} --> — reason: not aligned sentence for customers: we never build this"
    house.edits("sa.jane", agenda, line, words)
    house.changed(agenda)
    assert "status::reviewed" in titles(request(house))
    assert "- [ ] Decline" in line_of(agenda, DECLINE)
    assert ticks_told(agenda) == snapshot(
        [
            "- `@pm.ai` ticked **Decline** for sme/customer-feedback#2+. Not done: `sa.jane` edited this page after the tick, so the words behind the box may be theirs. I took the tick out again; please read them, and tick once more if they are right."
        ]
    )
    house.at += HOUR
    house.ticks("pm.ai", agenda, DECLINE)
    house.changed(agenda)
    assert "status::declined" in titles(request(house))


def test_words_of_another_that_came_between_the_tick_and_the_look_are_asked_about(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, DECLINE)
    line = line_of(agenda, DECLINE)
    words = f"{line.partition(' -->')[0]} --> — reason: not aligned sentence for customers: we never build this"
    house.edits("sa.jane", agenda, line, words)
    house.changed(agenda)
    assert "status::reviewed" in titles(request(house))
    assert "`sa.jane`" in ticks_told(agenda)[0]


def test_one_request_that_cannot_be_written_holds_up_no_other(house: House, agenda: Issue) -> None:
    house.writer.refuse("apply", 2, Permanent("403 Forbidden"))
    house.ticks("pm.ai", agenda, ACCEPT, WORDS)
    house.ticks("pm.ai", agenda, THIRD, WORDS)
    (tended,) = house.due().done
    assert tended.did == (
        "accept of sme/customer-feedback#2: could not",
        "accept of sme/customer-feedback#3: done",
    )
    assert "status::accepted" in titles(request(house, 3))
    assert ticks_told(agenda)[0] == snapshot(
        "- `@pm.ai` ticked **Accept** for sme/customer-feedback#2+. Not done: GitLab did not let me write there, and the journal tells why. I try again as long as the tick stands."
    )
    start = house.meeting(REVIEW, "ai").start
    assert [one.did for one in house.due(start + HOUR / 4).done] == [("frozen",)]
    house.due(start + DAY)
    assert "pm-review::discussed" in titles(request(house, 3))
    house.writer.mend()
    house.due(start + DAY + HOUR)
    assert "status::accepted" in titles(request(house))


def test_a_request_that_cannot_be_read_holds_up_no_closing_out(house: House, agenda: Issue) -> None:
    start = house.meeting(REVIEW, "ai").start
    house.due(start + HOUR / 4)
    house.reader.refuse("snapshot", 2, Permanent("403 Forbidden"))
    (tended,) = house.due(start + DAY).done
    assert tended.did == ("over: 1 request told what came of it",)
    assert "pm-review::discussed" in titles(request(house, 3))
    assert house.journal(2)[-1] == snapshot(
        "agendas: reported: not told what came of it in sme/customer-feedback#4: 403 Forbidden"
    )


def test_a_closed_agenda_is_heeded_and_closed_out(house: House, agenda: Issue) -> None:
    the_meeting_begins(house)
    house.ticks("pm.ai", agenda, ACCEPT, WORDS)
    house.world.update_issue(house.world.user("pm.ai"), agenda, state_event="close")
    house.due()
    assert "status::accepted" in titles(request(house))
    start = house.at
    house.due(start + DAY)
    for number in (2, 3):
        assert "pm-review::discussed" in titles(request(house, number))
    for days in (2, 9, 10, 12):
        assert house.due(start + days * DAY).done == ()
    assert agenda.state == "closed"


def test_a_meeting_whose_agenda_was_closed_before_it_began_was_not_held(house: House, agenda: Issue) -> None:
    house.world.update_issue(house.world.user("lead.ai"), agenda, state_event="close")
    start = house.meeting(REVIEW, "ai").start
    for at in (start + HOUR, start + DAY, start + 11 * DAY):
        assert house.due(at).done == ()
    assert "pm-review::next" in titles(request(house))


def test_a_meeting_is_called_off_although_the_process_died_before_it_closed_the_agenda(tmp_path: Path) -> None:
    with house_of(tmp_path, REVIEW) as house:
        house.due(MADE)
        (agenda,) = house.agendas()
        house.due(instant("2026-03-16 13:00"))
        house.ticks("lead.ai", agenda, "cancel")

        def dies() -> None:
            house.documents.refuse("read", agenda.iid, Temporary("The network is gone."))

        house.documents.once("after describe", dies)
        assert house.here is not None
        assert house.here.due.run(house.at, dry=False).failed
        house.documents.mend()
        house.files("SAML", "status::reviewed", "area::ai", "pm-review::next")
        house.due(house.at + HOUR)
        assert agenda.state == "closed"
        assert "**This meeting is not held:** `lead.ai` called it off" in (agenda.description or "")
        assert house.due(house.at + 3 * DAY).done == ()
        assert "pm-review::next" in titles(request(house, 3))


def test_a_called_off_agenda_that_somebody_reopens_stays_open(tmp_path: Path) -> None:
    with house_of(tmp_path, REVIEW) as house:
        house.due(MADE)
        (agenda,) = house.agendas()
        house.due(instant("2026-03-16 13:00"))
        house.ticks("lead.ai", agenda, "cancel")
        house.due()
        house.world.update_issue(house.world.user("lead.ai"), agenda, state_event="reopen")
        house.due(house.at + HOUR)
        house.due(house.meeting(REVIEW, "ai").start + DAY)
        assert agenda.state == "opened"
        assert "not held" in (agenda.description or "")


def test_what_a_rule_only_guided_is_not_carried_out_once_it_is_enforced(tmp_path: Path) -> None:
    with house_of(tmp_path, REVIEW, mode=Mode.GUIDE) as house:
        house.files("SAML", "status::reviewed", "area::ai", "theme::ai::chat", "pm-review::next", "context::ready")
        house.due(MADE)
        (agenda,) = house.agendas()
        house.ticks("pm.ai", agenda, ACCEPT, WORDS)
        (tended,) = house.due(MADE + HOUR).done
        assert tended.did == ("a tick of @pm.ai, left as it is",)
        assert house.due(MADE + 2 * HOUR).done == ()
        rules = {**house.configured.taxonomy.rules, "agendas": Modes(Mode.ENFORCE)}
        house.configured = replace(house.configured, taxonomy=replace(house.configured.taxonomy, rules=rules))
        with house.rules() as enforced:
            enforced.due.run(MADE + 3 * HOUR, dry=False)
        assert "status::reviewed" in titles(request(house))
        assert ticks_told(agenda) == []


def test_each_of_many_comments_is_heeded_in_the_end(house: House, agenda: Issue) -> None:
    for minutes in range(5, 17):
        house.says("lead.ai", agenda, f"timebox #2 {minutes}")
    house.changed(agenda)
    house.due(house.at + HOUR)
    assert sum(bool(note.awards) for note in agenda.notes if "timebox" in note.body) == 12
    assert "sme/customer-feedback#2+ · 16 min" in (agenda.description or "")


def test_a_request_without_boxes_gets_minutes_or_is_put_off(house: House, agenda: Issue) -> None:
    """The agenda itself proposes it for what there was no time for."""
    house.files("Of AI", "status::reviewed", "area::ai")
    closed = house.files("A closed one", "status::reviewed", "area::ai")
    house.world.update_issue(house.world.user("pm.ai"), closed, state_event="close")
    house.says("lead.ai", agenda, "timebox #5 5")
    house.says("lead.ai", agenda, "defer #6")
    house.changed(agenda)
    assert house.answers(agenda) == [
        "@lead.ai, sme/customer-feedback#6+ is no open request that this meeting decides about, so there is nothing to `defer`."
    ]


def test_an_hour_in_which_nobody_does_anything_costs_three_calls(house: House, agenda: Issue) -> None:
    """The list, the activity, the comments; while the meeting is on and at night each request is looked at too."""
    start = house.meeting(REVIEW, "ai").start
    house.due(start + HOUR / 4)
    house.ticks("pm.ai", agenda, ACCEPT)
    house.due(start + HOUR / 2)
    house.due(start + DAY)
    house.world.reset_calls()
    costs = []
    for hours in range(4, 12):
        house.due(start + DAY + hours * HOUR)
        costs.append(len(house.world.calls))
        house.world.reset_calls()
    assert costs == [3] * 8
    assert "Still missing from this meeting" in (agenda.description or "")


def test_what_came_meanwhile_leaves_the_checklist_by_the_next_night(house: House, agenda: Issue) -> None:
    start = house.meeting(REVIEW, "ai").start
    house.at = start + HOUR / 4
    house.ticks("pm.ai", agenda, ACCEPT)
    house.due()
    assert "Still missing from this meeting" in (agenda.description or "")
    house.at += 3 * HOUR
    pm = house.world.user("pm.ai")
    house.world.update_issue(pm, request(house), assignee_ids=[pm.id])
    house.due(instant("2026-03-19 13:00"))
    assert "Still missing from this meeting" not in (agenda.description or "")
