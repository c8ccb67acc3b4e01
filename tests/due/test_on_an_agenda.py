"""What people do on an agenda: they tick, and write to us; and what they see of it."""

# ruff: noqa: E501 - what people read is pinned as they read it

from dataclasses import replace
from typing import Any

import pytest
from inline_snapshot import snapshot

from app.domain.issue import Ref
from app.fakegitlab.model import Issue
from tests.agenda.desk import Meddling
from tests.due.conftest import MADE, REVIEW
from tests.due.house import DAY, HOUR, House
from tests.scenarios.living import PROJECT

ACCEPT = "accept/sme/customer-feedback#2"


def titles(issue: Issue) -> set[str]:
    """Its labels."""
    return {label.title for label in issue.labels}


def request(house: House, number: int = 2) -> Issue:
    return house.project.issues[number]


def ticks_told(agenda: Issue) -> list[str]:
    """What the agenda says of its ticks."""
    blocks = (agenda.description or "").split("<!-- sb:begin ticks")[1:]
    lines = (line for block in blocks for line in block.partition("<!-- sb:end -->")[0].split("\n")[1:])
    return [line for line in lines if line and not line.startswith(("<", "## "))]


def test_the_pm_ticks_and_the_card_moves_at_once(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, ACCEPT, "owner: pm.ai target: 18.9")
    tended = house.changed(agenda)
    assert tended
    assert tended.did == ("accept of sme/customer-feedback#2: done",)
    assert "status::accepted" in titles(request(house))
    assert ticks_told(agenda) == snapshot(
        ["- `@pm.ai` ticked **Accept** for sme/customer-feedback#2+. Done: it is in **Accepted by PMs** now."]
    )
    house.writes()
    house.changed(agenda)
    house.due()
    assert house.writes() == 0


def test_a_tick_that_was_a_mistake_is_taken_back_days_later_where_it_was_made(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, ACCEPT, "owner: pm.ai target: 18.9")
    house.changed(agenda)
    house.due(MADE + DAY)
    text = agenda.description or ""
    assert text.index("Decided: 1.") < text.index("- [x] Accept")
    house.at = MADE + 2 * DAY
    house.edits("pm.ai", agenda, "- [x] Accept", "- [ ] Accept")
    house.changed(agenda)
    assert "status::accepted" not in titles(request(house))
    assert "Decided: 1." not in (agenda.description or "")


def test_a_mistaken_tick_on_a_confidential_request_is_taken_back_too_and_nothing_of_it_is_told(house: House) -> None:
    with house.world.lock, house.world.silently():
        secret = house.world.update_issue(house.world.user("pm.ai"), request(house), confidential=True)
    house.due(MADE + DAY)
    (agenda,) = house.agendas()
    house.ticks("pm.ai", agenda, ACCEPT, "owner: pm.ai target: 18.9")
    house.changed(agenda)
    assert "status::accepted" in titles(secret)
    house.due(MADE + 2 * DAY)
    text = agenda.description or ""
    decided = text[text.index("<details><summary>Decided: 1.") :].partition("</details>")[0]
    assert decided == snapshot("""\
<details><summary>Decided: 1. Whoever ticked can take the tick out until the meeting is over</summary>

sme/customer-feedback#2+ · confidential: how it was decided stands there alone

- [x] Accept <!-- sb:item accept/sme/customer-feedback#2 ask=318123 --> — owner: pm.ai target: 18.9
- [ ] Backlog <!-- sb:item backlog/sme/customer-feedback#2 ask=f2b07f --> — reason: … revisit: …
- [ ] Decline <!-- sb:item decline/sme/customer-feedback#2 ask=06f8ec --> — reason: … sentence for customers: …
- [ ] Need more context <!-- sb:item context/sme/customer-feedback#2 ask=88b689 --> — question: …

""")
    assert ticks_told(agenda) == snapshot(
        [
            "- `@pm.ai` ticked **Accept** for sme/customer-feedback#2+. What became of it stands on the request, which not everybody may see."
        ]
    )
    house.edits("pm.ai", agenda, "- [x] Accept", "- [ ] Accept")
    house.changed(agenda)
    assert "status::reviewed" in titles(secret)
    assert "Decided: 1." not in (agenda.description or "")
    assert ticks_told(agenda) == snapshot(
        [
            "- `@pm.ai` unticked **Accept** for sme/customer-feedback#2+. What became of it stands on the request, which not everybody may see."
        ]
    )


def test_without_webhooks_the_next_run_does_it(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, ACCEPT, "owner: pm.ai target: 18.9")
    (tended,) = house.due(dry=True).done
    assert tended.did == ("a tick of @pm.ai",)
    assert "status::reviewed" in titles(request(house))
    (tended,) = house.due().done
    assert tended.did == ("accept of sme/customer-feedback#2: done",)
    assert "status::accepted" in titles(request(house))


def test_a_tick_while_a_run_is_under_way_is_theirs_and_stays(house: House, agenda: Issue) -> None:
    assert house.here is not None
    due: Any = house.here.due
    door = Meddling(due.agendas.heed.door)
    door.once("before activity", lambda: house.ticks("pm.ai", agenda, ACCEPT, "owner: pm.ai target: 18.9"))
    heed = replace(due.agendas.heed, door=door)
    (tended,) = replace(due, agendas=replace(due.agendas, heed=heed)).run(house.at, dry=False).done
    assert tended.did == ("accept of sme/customer-feedback#2: done",)
    assert house.due(house.at + HOUR).done == ()
    (told,) = ticks_told(agenda)
    assert told.startswith("- `@pm.ai` ticked **Accept** for sme/customer-feedback#2+. Done")


def test_somebody_elses_tick_is_taken_out_again_and_told(house: House, agenda: Issue) -> None:
    house.ticks("sa.jane", agenda, ACCEPT)
    house.changed(agenda)
    assert "status::reviewed" in titles(request(house))
    assert "- [x] Accept" not in (agenda.description or "")
    assert ticks_told(agenda) == snapshot(
        [
            "- `@sa.jane` ticked **Accept** for sme/customer-feedback#2+. Not done: that is for the PM (here `pm.ai`) to decide. I took the tick out again; they can tick it here."
        ]
    )


def test_in_the_meeting_too_somebody_elses_tick_is_taken_out_again_and_told_once(house: House, agenda: Issue) -> None:
    """The agenda is a record then, whose lines are the text's own; the box is not."""
    house.due(house.meeting(REVIEW, "ai").start + HOUR / 4)
    house.ticks("sa.jane", agenda, ACCEPT)
    house.changed(agenda)
    assert "- [x] Accept" not in (agenda.description or "")
    told = ticks_told(agenda)
    assert len(told) == 1
    assert "`@sa.jane` ticked **Accept**" in told[0]
    house.due(house.at + HOUR)
    assert ticks_told(agenda) == told


def test_what_is_missing_is_asked_in_place_and_done_once_it_is_there(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, "decline/sme/customer-feedback#2")
    house.changed(agenda)
    assert "status::reviewed" in titles(request(house))
    (asked,) = ticks_told(agenda)
    assert "Not yet" in asked
    line = next(
        line for line in (agenda.description or "").split("\n") if "sb:item decline/sme/customer-feedback#2" in line
    )
    words = f"{line.partition(' -->')[0]} --> — reason: not aligned sentence for customers: we will not build this"
    house.edits("pm.ai", agenda, line, words)
    house.changed(agenda)
    assert "status::declined" in titles(request(house))


def test_what_one_box_waited_for_is_let_go_of_once_another_has_acted(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, "backlog/sme/customer-feedback#2")
    house.changed(agenda)
    assert "Not yet" in ticks_told(agenda)[0]
    house.at += HOUR
    house.ticks(
        "pm.ai", agenda, "decline/sme/customer-feedback#2", "not-aligned, sentence: GitLab will not build this."
    )
    house.changed(agenda)
    assert "status::declined" in titles(request(house))
    assert ticks_told(agenda) == snapshot(
        [
            "- `@pm.ai` ticked **Backlog** for sme/customer-feedback#2+. Let go: **Decline** was ticked instead.",
            "- `@pm.ai` ticked **Decline** for sme/customer-feedback#2+. Done: it is in **Declined** now.",
        ]
    )
    house.due(MADE + DAY)
    house.due(house.meeting(REVIEW, "ai").start + HOUR / 4)
    assert "Not yet" not in (agenda.description or "")
    assert "Kept from edits" not in (agenda.description or "")


def test_what_waits_for_something_is_settled_when_the_card_is_dragged_elsewhere(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, ACCEPT)
    house.changed(agenda)
    with house.world.lock:
        pm, card = house.world.user("pm.ai"), request(house)
        house.world.add_note(pm, card, "Customer-safe explanation: GitLab will not build it.")
        house.world.update_issue(pm, card, add_labels=["status::declined", "declined::not-aligned"])
    assert house.here is not None
    house.here.reconciler.run(Ref(PROJECT, 2), house.at)
    assert "status::declined" in titles(request(house))
    house.due(MADE + DAY)
    house.due(MADE + DAY + HOUR)
    assert ticks_told(agenda) == snapshot(
        [
            "- `@pm.ai` ticked **Accept** for sme/customer-feedback#2+. Not done: it was decided otherwise meanwhile, and is in **Declined**, by `pm.ai`. Nothing was changed; who thinks otherwise can move the card."
        ]
    )


def test_in_the_meeting_moves_stand_and_one_checklist_collects_what_is_missing(house: House, agenda: Issue) -> None:
    house.at = house.meeting(REVIEW, "ai").start + HOUR / 4
    house.ticks("pm.ai", agenda, ACCEPT)
    tended = house.changed(agenda)
    assert tended
    assert "frozen" in tended.did
    assert "status::accepted" in titles(request(house))
    assert ticks_told(agenda) == snapshot(
        [
            "- `@pm.ai` ticked **Accept** for sme/customer-feedback#2+. Done: it is in **Accepted by PMs** now. Still missing: **PM owner**; please add it by the end of Fri 20 Mar.",
            "**Still missing from this meeting**, please by the end of Fri 20 Mar:",
            "- sme/customer-feedback#2+, in **Accepted by PMs** by `@pm.ai`: PM owner",
        ]
    )
    house.due(house.at + 4 * DAY)
    assert not any("Still missing from this meeting" in line for line in ticks_told(agenda))


def test_after_the_meeting_each_request_is_told_once(house: House, agenda: Issue) -> None:
    house.ticks("pm.ai", agenda, ACCEPT, "owner: pm.ai target: 18.9")
    house.changed(agenda)
    start = house.meeting(REVIEW, "ai").start
    house.due(start + HOUR)
    house.due(start + DAY)
    house.due(start + 2 * DAY)
    assert "pm-review::discussed" in titles(request(house))
    assert "pm-review::next" not in titles(request(house))
    told = [note for note in house.answers(request(house)) if "PM/SME review" in note]
    assert len(told) == 1


def test_hosts_put_off_and_share_out_minutes(house: House, agenda: Issue) -> None:
    house.says("lead.ai", agenda, "defer #2")
    house.says("pm.ai", agenda, "@sounding-board timebox #3 20")
    tended = house.changed(agenda)
    assert tended
    assert tended.did == ("defer of @lead.ai", "timebox of @pm.ai")
    text = agenda.description or ""
    assert "Parked: sme/customer-feedback#2+" in text
    assert "sme/customer-feedback#3+ · 20 min" in text
    assert [award.name for note in agenda.notes for award in note.awards] == ["white_check_mark"] * 2
    house.writes()
    house.changed(agenda)
    house.due()
    assert house.writes() == 0


def test_anybody_may_ask_for_a_refresh(house: House, agenda: Issue) -> None:
    house.files("A third", "status::reviewed", "area::ai", "pm-review::next")
    house.says("sa.jane", agenda, "@sounding-board refresh")
    house.changed(agenda)
    assert "3 decisions wanted" in (agenda.description or "")
    assert [award.name for note in agenda.notes for award in note.awards] == ["white_check_mark"]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("sa.jane", "@sounding-board defer #2"),
        ("lead.ai", "@sounding-board defer #99"),
        ("lead.ai", "@sounding-board defer it"),
        ("lead.ai", "defer #2 until we have seen the demo"),
        ("sa.jane", "@sounding-board help"),
    ],
)
def test_what_cannot_be_done_is_answered_in_one_note(house: House, agenda: Issue, who: str, said: str) -> None:
    house.says(who, agenda, said)
    house.changed(agenda)
    house.changed(agenda)
    (answer,) = house.answers(agenda)
    assert answer == ANSWERS[who, said]


WORDS = """\
begin a line with `@sounding-board` and one of them:

- `refresh`: bring this agenda up to date now (anyone)
- `defer #12`: put a request off to the next meeting (the hosts)
- `timebox #12 10`: give a request ten minutes (the hosts)"""
ANSWERS = {
    (
        "sa.jane",
        "@sounding-board defer #2",
    ): "@sa.jane, `defer` is for the hosts of this meeting (`lead.ai`, `pm.ai`), so I left things as they are.",
    (
        "lead.ai",
        "@sounding-board defer #99",
    ): "@lead.ai, sme/customer-feedback#99+ is no open request that this meeting decides about, so there is nothing to `defer`.",
    (
        "lead.ai",
        "@sounding-board defer it",
    ): f"@lead.ai, I did not understand what you wrote, so nothing changed. These are the words I know here, with a `#` before the number and at most 240 minutes; {WORDS}",
    (
        "lead.ai",
        "defer #2 until we have seen the demo",
    ): "@lead.ai, I read only `defer sme/customer-feedback#2`, with nothing behind it, so nothing changed. Please write just that; until when, and why, has its place under *Notes*.",
    ("sa.jane", "@sounding-board help"): f"@sa.jane, these are the words I know here; {WORDS}",
}


def test_once_the_meeting_began_the_agenda_is_a_record(house: House, agenda: Issue) -> None:
    house.due(house.meeting(REVIEW, "ai").start + HOUR / 4)
    house.says("lead.ai", agenda, "@sounding-board refresh")
    house.changed(agenda)
    assert house.answers(agenda) == [
        "@lead.ai, this meeting has begun, and its agenda is a record now, so I left it as it is. Please write it down under *Notes*."
    ]


def test_talk_is_no_command(house: House, agenda: Issue) -> None:
    house.says("lead.ai", agenda, "Shall we refresh our memory of #2?")
    house.says("sa.jane", agenda, "defer #2")
    house.writes()
    house.changed(agenda)
    assert (house.answers(agenda), house.writes()) == ([], 0)
