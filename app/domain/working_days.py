"""Days on which people can be expected to answer (workflow 3.4)."""

from datetime import datetime

from app.domain.days_off import WorkingDays, together
from app.domain.meeting_people import regions_of
from app.domain.program import Program

_WEEKDAYS = WorkingDays()


def after_working_days(start: datetime, days: int, off: WorkingDays = _WEEKDAYS) -> datetime:
    """The instant `days` working days after `start`, at the same time of day in UTC; weekends do not count, nor days
    off.
    """
    first = off.after(start.date(), 0)
    return start + (off.after(first, days) - start.date())


def days_of(program: Program, area: str | None, username: str, at: datetime) -> WorkingDays:
    """The working days of somebody who is asked: those of the program, of the request's area, and of their regions."""
    cadence = program.cadence
    places = [cadence.everywhere]
    places += [cadence.area(area).place] if area is not None else []
    places += [cadence.place(region) for region in sorted(regions_of(program, username, at))]
    return together(places)
