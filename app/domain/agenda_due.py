"""Which agendas there should be at an instant, and in which part of its life each of them is (agendas 4.1, 4.4).

A run after an outage asks for all that was missed, once; the first run of all asks for nothing that was before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from app.domain.cadence import MeetingKind
from app.domain.document_marker import DocumentName
from app.domain.meeting import Meeting, Series
from app.domain.meeting_clocks import MORNING, AgendaTimes, agenda_times, due_after
from app.domain.meetings import meetings
from app.domain.program import Program
from app.domain.sheets import document_name

BACK, AHEAD = timedelta(days=45), timedelta(days=35)
"""How far around now meetings are looked at: the earliest agenda comes fifteen business days before its meeting."""

MADE_UNTIL = 4
"""Working days after its meeting in which an agenda that was missed is still made. Decisions are ticked, actions and
notes written there, as long as people remember; four days without a run of `due` lose no agenda, not even of a Corner,
whose agenda comes a day before it. Older meetings get none: nobody would read it, and it would call for no reason.
"""


class Stage(IntEnum):
    """The life of an agenda. AHEAD: it is not there yet. OPEN: refreshed. HELD: the meeting began, so its numbers are a
    record. OVER: the day of the meeting ended, so each request may be told what came of it. DONE: to be closed.
    """

    AHEAD = 0
    OPEN = 1
    HELD = 2
    OVER = 3
    DONE = 4


@dataclass(frozen=True, slots=True)
class Due:
    """One meeting's agenda at an instant. `makes` says whether it is to be made where it is missing, `calls` whether
    people are mentioned in it then, `may_cancel` whether calling the meeting off is proposed if it would be empty.
    """

    meeting: Meeting
    times: AgendaTimes
    stage: Stage
    makes: bool
    calls: bool
    may_cancel: bool

    @property
    def name(self) -> DocumentName:
        """The document of this meeting's agenda."""
        return document_name(self.meeting)


def due_at(program: Program, meeting: Meeting, now: datetime, since: datetime | None = None) -> Due:
    """Where a meeting's agenda is in its life. For meetings before `since` none is made: the rule was not in force."""
    times = agenda_times(program, meeting)
    stage = _stage(program, meeting, times, now)
    late = now < due_after(program, meeting, MADE_UNTIL)
    return Due(
        meeting=meeting,
        times=times,
        stage=stage,
        makes=stage is not Stage.AHEAD and late and (since is None or meeting.start >= since),
        calls=now < meeting.end,
        may_cancel=times.cancel_proposed <= now < meeting.start,
    )


def all_due(
    program: Program, now: datetime, since: datetime | None = None, of: Iterable[Series] | None = None
) -> tuple[Due, ...]:
    """Every agenda that something may have to be done about, by the start of its meeting; also those that somebody may
    have wanted before their day. Of these series, or of all.
    """
    return tuple(due_at(program, one, now, since) for one in meetings(program, now - BACK, now + AHEAD, of))


def made_up_for(due: Due, now: datetime, first: datetime | None) -> Due:
    """A meeting that has begun gets an agenda only where its series had one before it, the first at `first`: then a run
    was missed. Else agendas came into force later, and nothing is claimed about a meeting that nobody prepared.
    """
    begun = due.meeting.start <= now
    return replace(due, makes=False) if begun and (first is None or first > due.meeting.start) else due


def refreshed(meeting: Meeting, now: datetime) -> str:
    """The night that a refresh at this instant is for, on the clocks of the meeting: a new one begins at six."""
    there = now.astimezone(meeting.start.tzinfo)
    return str((there - timedelta(hours=MORNING.hour)).date())


def series(kind: MeetingKind, area: str | None, region: str | None) -> Series | None:
    """The series of a kind; None where the kind needs an area or a region and has none, or has one too many."""
    of_area, of_region = kind in (MeetingKind.POD, MeetingKind.PM_REVIEW), kind is MeetingKind.CORNER
    if (area is not None, region is not None) != (of_area, of_region):
        return None
    return Series(kind, area, region)


def _stage(program: Program, meeting: Meeting, times: AgendaTimes, now: datetime) -> Stage:
    if now < times.created:
        return Stage.AHEAD
    if now < times.frozen:
        return Stage.OPEN
    if now < due_after(program, meeting, 0):
        return Stage.HELD
    return Stage.OVER if now < times.closed else Stage.DONE
