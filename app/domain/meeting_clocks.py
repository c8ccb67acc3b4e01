"""What is due before and after a meeting (agendas 4.1, 4.2): its agenda, nominations, the freeze, the close."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.domain.cadence import MeetingKind
from app.domain.days_off import DAY, WorkingDays, together
from app.domain.meeting import Meeting, Series
from app.domain.meeting_people import places
from app.domain.program import Program

MORNING = time(6)
"""When what a day asks for is done, on the clocks the meeting was set by."""

CREATED_BEFORE: Mapping[MeetingKind, int] = {
    MeetingKind.POD: 5,
    MeetingKind.PM_REVIEW: 5,
    MeetingKind.ARR_DRIVER: 15,
    MeetingKind.EXCHANGE: 10,
    MeetingKind.LEADERS: 10,
}
"""Business days from an agenda to its meeting. A Corner's is made on the Monday of its week."""

NOMINATIONS_BEFORE: Mapping[MeetingKind, int] = {MeetingKind.PM_REVIEW: 3, MeetingKind.ARR_DRIVER: 5}
"""The last business day on which requests are nominated; later ones are late items."""

CANCEL_BEFORE = 2
CLOSED_AFTER = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class AgendaTimes:
    """Instants, on the clocks the meeting was set by. `nominations_close` is the end of the last day for them,
    in PM reviews and the ARR Driver.
    """

    created: datetime
    cancel_proposed: datetime
    frozen: datetime
    closed: datetime
    nominations_close: datetime | None = None


def working_days(program: Program, series: Series, day: date) -> WorkingDays:
    """Business days as a series counts them around this day: in all places whose days off its meetings keep."""
    return together(places(program, series, day))


def agenda_times(program: Program, meeting: Meeting) -> AgendaTimes:
    """When each thing about a meeting's agenda is due."""
    day, kind = meeting.start.date(), meeting.kind
    days = working_days(program, meeting.series, day)
    before = CREATED_BEFORE.get(kind)
    created = days.before(day, before) if before else day - timedelta(days=day.weekday())
    last = NOMINATIONS_BEFORE.get(kind)
    return AgendaTimes(
        created=_morning(meeting, created),
        cancel_proposed=max(_morning(meeting, days.before(day, CANCEL_BEFORE)), _morning(meeting, created)),
        frozen=meeting.start,
        closed=meeting.start + CLOSED_AFTER,
        nominations_close=_at(meeting, days.before(day, last) + DAY, time()) if last else None,
    )


def due_after(program: Program, meeting: Meeting, count: int) -> datetime:
    """The end of the working day `count` working days after a meeting: when what it left open is due."""
    day = meeting.start.date()
    return _at(meeting, working_days(program, meeting.series, day).after(day, count) + DAY, time())


def _morning(meeting: Meeting, day: date) -> datetime:
    return _at(meeting, day, MORNING)


def _at(meeting: Meeting, day: date, at: time) -> datetime:
    return datetime.combine(day, at, meeting.start.tzinfo)
