"""Agendas of a program with several projects: half of their list is not taken for all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from app.domain import agenda_due
from app.domain.agenda_due import Due
from app.domain.agenda_heeded import NIGHTLY, How, Idle, Listed, Tended
from app.domain.cadence import MeetingKind
from app.domain.failure import Temporary
from app.domain.issue import Issue
from app.domain.program import Board
from app.domain.sheets import homes
from app.domain.voice import Bot, Identity
from app.services.due import DueNow
from tests.agendas.pictures import card
from tests.due.house import instant, only
from tests.scenarios.living import shipped

FOUND = shipped()
ELSEWHERE = "sme/elsewhere"
MADE = instant("2026-03-11 13:00")


@dataclass
class Desk:
    """Two projects, one of which cannot be read; agendas that ask for the whole list."""

    down: str | None = None

    def labelled(self, project: str, title: str, since: datetime | None = None) -> Sequence[Issue]:
        """Nothing there, or nothing to be had."""
        if project == self.down:
            raise Temporary("GitLab is in trouble.")
        return ()

    def tend(self, due: Due, issue: Issue | None, listed: Listed, now: datetime, how: How = NIGHTLY) -> Tended | None:
        """One whose making needs all agendas."""
        if not due.makes:
            return None
        listed()
        return Tended(due.meeting.title, "here", ("made",))

    def why_not(self, due: Due, issue: Issue | None) -> Idle:
        """Nothing to be done."""
        return Idle.OVER


def due_now(desk: Desk) -> DueNow:
    program = only(FOUND.program, MeetingKind.PM_REVIEW, areas=2, regions=())
    first = program.projects[0]
    mine = replace(first, boards=tuple(b for b in first.boards if b.area != program.areas[1].key))
    other = replace(first, path=ELSEWHERE, boards=(Board("Second", program.areas[1].key),))
    program = replace(program, projects=(mine, other))
    assert homes(program) == (first.path, ELSEWHERE)
    return DueNow(
        desk, desk, Identity("https://gitlab.example.com", Bot(1, "bot"), (b"k" * 32,)), FOUND.taxonomy, program
    )


def test_while_one_project_cannot_be_listed_nothing_is_composed_from_the_others() -> None:
    assert [one.did for one in due_now(Desk()).run(MADE, dry=False).done] == [("made",)]
    ran = due_now(Desk(down=ELSEWHERE)).run(MADE, dry=False)
    assert ran.done == ()
    assert ran.failed == (
        (ELSEWHERE, "GitLab is in trouble."),
        (
            "PM/SME review: AI · 2026-03-18",
            f"The agendas of {ELSEWHERE} could not be listed: GitLab is in trouble.",
        ),
    )


def test_what_is_no_agenda_costs_no_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("no calendar is needed")

    monkeypatch.setattr(agenda_due, "meetings", never)
    other = card(7, area=None, labels=["program-doc::agenda"], text="Not ours.").issue
    assert due_now(Desk()).changed(other, MADE, dry=False) is None
