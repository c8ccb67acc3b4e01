"""An agenda from its first day to its last, as `due` runs every hour, twice at once, or not for days."""

# ruff: noqa: E501 - what people read is pinned as they read it

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from app.domain.cadence import MeetingKind
from app.domain.taxonomy import Mode
from app.fakegitlab.model import Issue
from tests.agenda.desk import Meddling
from tests.due.house import DAY, HOUR, House, house_of, instant

REVIEW = MeetingKind.PM_REVIEW
MADE = instant("2026-03-11 13:00")
"""Six in the morning in San Francisco, five business days before the review on Wed 18 March at 19:00 in UTC."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Only reviews are held, and only in the area AI."""
    with house_of(tmp_path, REVIEW) as found:
        yield found


def hours(house: House, first: datetime, last: datetime) -> dict[str, tuple[str, ...]]:
    """What `due` did, hour by hour."""
    found = {}
    at = first.astimezone(UTC)
    while at <= last:
        for tended in house.due(at).done:
            found[f"{at:%a %d %b %H:%M}"] = tended.did
        at += HOUR
    return found


def test_it_is_made_in_the_morning_of_its_day_and_calls_its_hosts_once(house: House) -> None:
    assert hours(house, MADE - 5 * HOUR, MADE + 5 * HOUR) == {"Wed 11 Mar 13:00": ("made",)}
    (agenda,) = house.agendas()
    assert agenda.title == "PM/SME review: AI · 2026-03-18"
    assert "**Hosts** @lead.ai (area lead) · @pm.ai (PM)" in (agenda.description or "")
    assert (house.called("lead.ai"), house.called("pm.ai")) == (1, 1)


def test_it_is_refreshed_at_night_frozen_at_its_start_and_closed_ten_days_later(house: House) -> None:
    house.due(MADE)
    house.files("SAML", "status::reviewed", "area::ai", "pm-review::next")
    assert hours(house, MADE + HOUR, MADE + 30 * HOUR) == {"Thu 12 Mar 13:00": ("refreshed",)}
    (agenda,) = house.agendas()
    assert "**Hosts** `@lead.ai` (area lead) · `@pm.ai` (PM)" in (agenda.description or "")
    assert "1 decision wanted" in (agenda.description or "")
    start = house.meeting(REVIEW, "ai").start
    house.due(start - HOUR)
    house.files("SSO", "status::reviewed", "area::ai", "pm-review::next")
    assert [one.did for one in house.due(start + HOUR).done] == [("frozen",)]
    assert "1 decision wanted" in (agenda.description or "")
    frozen = "Frozen at the start, Wed 18 Mar 19:00 UTC: the numbers are a record; boxes still act until this agenda is"
    assert f":lock: {frozen} closed." in (agenda.description or "")
    assert hours(house, start + 2 * HOUR, start + 20 * HOUR) == {
        "Thu 19 Mar 07:00": ("over: 1 request told what came of it",)
    }
    assert house.due(start + 9 * DAY).done == ()
    assert [one.did for one in house.due(start + 10 * DAY).done] == [("closed",)]
    assert agenda.state == "closed"
    assert house.due(start + 11 * DAY).done == ()
    assert (house.called("lead.ai"), house.called("pm.ai")) == (1, 1)


def test_a_record_tells_the_day_of_its_numbers_where_no_run_came_on_its_own(house: House) -> None:
    house.due(MADE)
    house.due(MADE + 2 * DAY)
    start = house.meeting(REVIEW, "ai").start
    house.due(start + HOUR / 12)
    (agenda,) = house.agendas()
    assert frozen(agenda) == snapshot(
        [
            "<sub>:lock: Frozen at the start, Wed 18 Mar 19:00 UTC: the numbers are a record of Fri 13 Mar, when it was refreshed last; boxes still act until this agenda is closed.</sub>"
        ]
    )


def test_a_day_without_news_is_of_the_record_all_the_same(house: House) -> None:
    house.due(MADE)
    start = house.meeting(REVIEW, "ai").start
    house.due(start - 5 * HOUR)
    house.due(start + HOUR / 12)
    (agenda,) = house.agendas()
    assert frozen(agenda) == snapshot(
        [
            "<sub>:lock: Frozen at the start, Wed 18 Mar 19:00 UTC: the numbers are a record; boxes still act until this agenda is closed.</sub>"
        ]
    )


def frozen(agenda: Issue) -> list[str]:
    """What the agenda says of its being a record."""
    return [line for line in (agenda.description or "").split("\n") if ":lock:" in line]


def test_a_night_without_news_writes_nothing(house: House) -> None:
    house.due(MADE)
    house.due(MADE + DAY)
    house.writes()
    for nights in range(2, 5):
        assert house.due(MADE + nights * DAY).done == ()
    assert house.writes() == 0


def test_two_processes_at_once_make_one(house: House) -> None:
    together = threading.Barrier(2, timeout=20)

    def one_of_us() -> None:
        with house.rules() as rules:
            agendas: Any = rules.due.agendas
            door = Meddling(agendas.documents.door)
            door.always["before create"] = together.wait
            documents = replace(agendas.documents, door=door)
            replace(rules.due, agendas=replace(agendas, documents=documents)).run(house.at, dry=False)

    house.at = MADE
    threads = [threading.Thread(target=one_of_us) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    house.due()
    assert [issue.state for issue in house.agendas()] == ["opened", "closed"]
    assert (house.called("lead.ai"), house.called("pm.ai")) == (1, 1)


def test_two_processes_at_once_refresh_one(house: House) -> None:
    house.due(MADE)
    house.files("SAML", "status::reviewed", "area::ai", "pm-review::next")
    house.at = MADE + DAY

    def one_of_us() -> None:
        with house.rules() as rules:
            rules.due.run(house.at, dry=False)

    threads = [threading.Thread(target=one_of_us) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    (agenda,) = house.agendas()
    assert (agenda.description or "").count("## 1 · Decisions wanted") == 1
    assert "Kept from edits" not in (agenda.description or "")


@pytest.mark.parametrize("days", [4, 8])
def test_after_an_outage_it_is_made_up_for(house: House, days: int) -> None:
    house.due(instant("2026-02-16 12:00"))
    house.due(MADE - HOUR)
    before = house.called("lead.ai")
    (tended,) = house.due(MADE + days * DAY).done
    assert tended.did == (("made",) if days == 4 else ("made late",))
    _, agenda = house.agendas()
    assert house.called("lead.ai") - before == (1 if days == 4 else 0)
    assert ("Made late, Thu 19 Mar, after the meeting began" in (agenda.description or "")) is (days == 8)
    assert "Frozen at the start, " not in (agenda.description or "")


def test_the_first_run_claims_nothing_about_meetings_that_have_begun(house: House) -> None:
    request = house.files("SAML", "status::reviewed", "area::ai", "pm-review::next")
    for hours in range(7, 37, 6):
        assert house.due(MADE + 7 * DAY + hours * HOUR, dry=True).done == ()
        assert house.due(MADE + 7 * DAY + hours * HOUR).done == ()
    assert (house.agendas(), house.answers(request)) == ([], [])


def test_what_is_long_past_is_not_made_any_more(house: House) -> None:
    assert house.due(instant("2026-03-25 12:00")).done == ()
    assert house.agendas() == []


def test_one_that_somebody_closed_is_left_alone(house: House) -> None:
    house.due(MADE)
    (agenda,) = house.agendas()
    house.world.update_issue(house.world.user("lead.ai"), agenda, state_event="close")
    house.files("SAML", "status::reviewed", "area::ai", "pm-review::next")
    assert house.due(MADE + DAY).done == ()
    assert house.agendas() == [agenda]


def test_what_people_typed_survives_every_refresh(house: House) -> None:
    house.due(MADE)
    (agenda,) = house.agendas()
    house.edits("pm.ai", agenda, "## Notes", "## Notes\nThe bank says yes.")
    house.edits("lead.ai", agenda, "| today |", "But soon!\n| today |")
    house.due(MADE + DAY)
    text = agenda.description or ""
    assert "The bank says yes." in text
    assert "## Kept from edits\n\nTyped outside the sections:\n\n> But soon!" in text


def test_observed_nothing_is_written_and_the_journal_tells_what_would_be(tmp_path: Path) -> None:
    with house_of(tmp_path, REVIEW, mode=Mode.OBSERVE) as house:
        for hour in range(24):
            house.due(MADE + hour * HOUR)
        assert (house.agendas(), house.writes()) == ([], 0)
        assert house.journal(0) == ["dry  agendas: observed: would be made: PM/SME review: AI · 2026-03-18"]


def test_guided_agendas_are_written_and_ticks_change_nothing(tmp_path: Path) -> None:
    with house_of(tmp_path, REVIEW, mode=Mode.GUIDE) as house:
        request = house.files("SAML", "status::reviewed", "area::ai", "pm-review::next", "theme::ai::chat")
        house.due(MADE)
        (agenda,) = house.agendas()
        house.ticks("pm.ai", agenda, "accept/sme/customer-feedback#2", "owner: pm.ai target: 18.9")
        house.due(MADE + DAY)
        assert "status::reviewed" in titles(request)
        assert "- [x] Accept" in (agenda.description or "")


def test_a_dry_run_tells_and_writes_nothing(house: House) -> None:
    (tended,) = house.due(MADE, dry=True).done
    assert (tended.place, tended.did) == ("sme/customer-feedback, a new issue", ("made",))
    assert "**Hosts** @lead.ai (area lead) · @pm.ai (PM)" in tended.text
    assert (house.agendas(), house.writes()) == ([], 0)


def test_an_empty_meeting_may_be_called_off_by_its_hosts(house: House) -> None:
    house.due(MADE)
    (agenda,) = house.agendas()
    assert "Call it off" not in (agenda.description or "")
    house.due(instant("2026-03-16 13:00"))
    assert ":sparkles: **There is nothing to talk about so far.**" in (agenda.description or "")
    house.ticks("sa.jane", agenda, "cancel")
    house.due(instant("2026-03-16 15:00"))
    assert agenda.state == "opened"
    assert "- [ ] Call it off" in (agenda.description or "")
    house.ticks("pm.ai", agenda, "cancel")
    (tended,) = house.due(instant("2026-03-16 16:00")).done
    assert tended.did == ("cancel: done", "closed")
    assert agenda.state == "closed"
    assert "**This meeting is not held:** `pm.ai` called it off" in (agenda.description or "")
    assert house.due(instant("2026-03-19 16:00")).done == ()


def titles(issue: Issue) -> set[str]:
    """Its labels."""
    return {label.title for label in issue.labels}


def test_a_pod_is_prepared_in_writing_for_ten_working_days(tmp_path: Path) -> None:
    with house_of(tmp_path, MeetingKind.POD, async_prep=True) as house:
        house.files("SAML", "status::new", "area::ai", "theme::ai::chat")
        assert hours(house, instant("2026-03-18 00:00"), instant("2026-03-18 12:00")) == {"Wed 18 Mar 05:00": ("made",)}
        (agenda,) = house.agendas()
        assert (house.called("sme.ken"), house.called("sme.dana")) == (1, 1)
        house.ticks("sme.ken", agenda, "read/sme.ken")
        house.changed(agenda)
        house.files("SSO", "status::new", "area::ai", "theme::ai::chat")
        house.due(instant("2026-03-20 06:00"))
        text = agenda.description or ""
        assert "By the end of Tue 31 Mar, please read what is below: 2 new requests." in text
        assert "- [x] `@sme.ken` (apac) <!-- sb:item read/sme.ken -->\n- [ ] `@sme.dana`" in text
        assert "ticked" not in text
        assert (house.called("sme.ken"), house.called("sme.dana")) == (1, 1)
