"""A product manager ticks boxes on an agenda: the real client, GitLab's stand-in of both tiers, the service beside it."""

# ruff: noqa: E501 - notes are pinned as people read them

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.domain.agenda import Ask, Verb
from app.domain.cadence import MeetingKind
from app.domain.failure import Temporary
from app.domain.issue import Ref, User
from app.domain.meeting import Meeting, Series
from app.domain.meetings import next_from
from app.domain.tick_decisions import Became, Decision, Outcome
from app.fakegitlab.model import Issue
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import connect
from app.gateways.journal_sqlite import SqliteJournal
from app.services.decisions import Decisions
from tests.scenarios.living import PROJECT, READY, Living, enforced, living, shipped

AGENDA = Ref(PROJECT, 1)
SAFE = "GitLab does not plan to build this protocol."


@pytest.fixture(params=["premium", "free"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Living]:
    """Both tiers: on Free no label pushes out another."""
    tier: Literal["free", "premium"] = request.param
    with living(tmp_path, enforced(), tier) as found:
        yield found


@contextmanager
def process(house: Living) -> Iterator[Decisions]:
    """The parts that heed ticks, in a process of their own."""
    token, hasty = house.settings.gitlab_token.get_secret_value(), Budget(rate=1e6, burst=1e6, notes_burst=1e6)
    journal = SqliteJournal(house.settings.data_dir / "journal.sqlite3")
    with closing(journal), connect(house.settings.gitlab_url, token, hasty) as doors:
        parts = bootstrap.rules(house.settings, house.configured, doors, journal).reconciler
        yield Decisions(
            doors.reader,
            doors.lister,
            doors.writer,
            parts.wording,
            parts.journal,
            parts.identity,
            parts.taxonomy,
            parts.program,
            parts.book,
        )


def review() -> Meeting:
    """A PM review of AI, on Wed 18 March 2026."""
    found = next_from(shipped().program, Series(MeetingKind.PM_REVIEW, "ai"), datetime(2026, 3, 10, tzinfo=UTC))
    assert found is not None
    return found


def ticked(house: Living, issue: Issue, by: str, verb: Verb, words: str = "") -> Decision:
    """Somebody ticks a box now."""
    now = bootstrap.utc_now()
    user = User(house.world.user(by).id, by)
    return Decision(Ask(verb, Ref(PROJECT, issue.iid)), user, now, True, words, AGENDA, review())


def heeds(house: Living, decision: Decision, earlier: Outcome | None = None) -> Outcome:
    """A process comes, heeds it, and goes; the webhooks of what it wrote are heard by the service."""
    with process(house) as decisions:
        outcome = decisions.make(decision, bootstrap.utc_now(), earlier)
    house.stage.quiet()
    return outcome


def reviewed(house: Living) -> Issue:
    """A request that lacks nothing but what a decision takes, in Reviewed."""
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    house.stage.drags("lead.ai", issue, "status::reviewed")
    house.stage.quiet()
    house.said(issue)
    return issue


def methods(house: Living) -> list[str]:
    """The calls to GitLab, in order."""
    return [call.method for call in house.world.calls]


def test_declined_with_its_reason_and_sentence(house: Living) -> None:
    issue = reviewed(house)
    decision = ticked(house, issue, "pm.ai", Verb.DECLINE, f"not-aligned, sentence for customers: {SAFE}")
    with house.deaf():
        house.world.reset_calls()
        assert heeds(house, decision).kind is Became.DONE
        assert methods(house).count("GET") <= 6
        assert [m for m in methods(house) if m != "GET"] == ["POST", "POST", "PUT"]
    assert house.statuses(issue) == {"status::declined"}
    assert house.heard(issue) == snapshot(
        [
            """\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#1+, and counts here:

- Reason: `not-aligned` (from `pm.ai`)
- Customer-safe explanation: `GitLab does not plan to build this protocol.` (from `pm.ai`)\
""",
            "`pm.ai` decided this in the agenda sme/customer-feedback#1+: I moved the card from **Reviewed** to **Declined**.",
        ]
    )
    house.sweeps()
    assert heeds(house, decision).kind is Became.DONE
    assert house.statuses(issue) == {"status::declined"}
    assert len(house.said(issue)) == 2


def test_asked_in_place_and_finished_after_a_restart(house: Living) -> None:
    issue = reviewed(house)
    decision = ticked(house, issue, "pm.ai", Verb.DECLINE, "not-aligned")
    asked = heeds(house, decision)
    assert (asked.kind, house.statuses(issue)) == (Became.ASKED, {"status::reviewed"})
    house.said(issue)
    house.stage.says("sa.jane", issue, f"Customer-safe explanation: {SAFE}")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::declined"}
    assert heeds(house, decision, asked).kind is Became.DONE
    assert house.heard(issue) == snapshot(
        [
            """\
For **PM/SME review: AI**, Wed 18 Mar, this was written in the agenda sme/customer-feedback#1+, and counts here:

- Reason: `not-aligned` (from `pm.ai`)\
""",
            """\
Done: I moved it from **Reviewed** to **Declined** for `pm.ai`.

- [x] ~~Customer-safe explanation~~ from `sa.jane`. Thank you!\
""",
        ]
    )


@pytest.mark.parametrize("fault", ["the labels fail", "a note's answer is lost", "the labels' answer is lost"])
def test_gitlab_fails_in_the_middle_and_another_process_goes_on(house: Living, fault: str) -> None:
    issue = reviewed(house)
    decision = ticked(house, issue, "pm.ai", Verb.DECLINE, f"not-aligned, sentence: {SAFE}")
    with house.deaf():
        if fault == "the labels fail":
            house.world.faults.server_error(count=None, methods=("PUT",))
        else:
            house.world.faults.lose_answer(methods=("POST",) if "note" in fault else ("PUT",))
        with pytest.raises(Temporary):
            heeds(house, decision)
        house.world.faults.clear()
        assert heeds(house, decision).kind is Became.DONE
    assert house.statuses(issue) == {"status::declined"}
    house.sweeps()
    assert [note.partition("\n")[0][:30] for note in house.heard(issue)] == [
        "For **PM/SME review: AI**, Wed",
        "`pm.ai` decided this in the ag",
    ]


def test_nominated_discussed_and_told_once(house: Living) -> None:
    issue = reviewed(house)
    nominated = ticked(house, issue, "sme.ken", Verb.NOMINATE_REVIEW)
    assert heeds(house, nominated).kind in (Became.DONE, Became.LATE)
    assert "pm-review::next" in house.stage.titles(issue)
    heeds(house, ticked(house, issue, "pm.ai", Verb.BACKLOG, "capacity, revisit on: 2027-06-30"))
    house.said(issue)
    for _ in range(2):
        with process(house) as decisions:
            decisions.close_out(nominated.meeting, AGENDA, [Ref(PROJECT, issue.iid)], bootstrap.utc_now())
        house.stage.quiet()
    assert house.statuses(issue) == {"status::backlog"}
    assert {t for t in house.stage.titles(issue) if t.startswith("pm-review::")} == {"pm-review::discussed"}
    assert house.heard(issue) == snapshot(
        [
            """\
**PM/SME review: AI**, Wed 18 Mar (sme/customer-feedback#1+): `pm.ai` decided, and this request is in **Backlog** now.

Written in the agenda:

- Reason: `capacity` (from `pm.ai`)
- Revisit: `2027-06-30` (from `pm.ai`)\
""",
            "`pm.ai` decided this in the agenda sme/customer-feedback#1+: I moved the card from **Reviewed** to **Backlog**.",
        ]
    )


def test_undone_and_by_the_wrong_person(house: Living) -> None:
    issue = reviewed(house)
    wrong = heeds(house, ticked(house, issue, "sme.ken", Verb.BACKLOG, "capacity, revisit on: 2027-06-30"))
    assert (wrong.kind, wrong.box, house.statuses(issue)) == (Became.REFUSED, " ", {"status::reviewed"})
    decision = ticked(house, issue, "pm.ai", Verb.BACKLOG, "capacity, revisit on: 2027-06-30")
    done = heeds(house, decision)
    assert house.statuses(issue) == {"status::backlog"}
    undone = replace(decision, ticked=False, at=decision.at + timedelta(seconds=30), words="")
    assert heeds(house, undone, done).kind is Became.UNDONE
    assert house.statuses(issue) == {"status::reviewed"}
    assert "backlog::capacity" not in house.stage.titles(issue)
    house.sweeps()
    assert house.statuses(issue) == {"status::reviewed"}
    house.said(issue)
