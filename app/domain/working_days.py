"""Days on which people can be expected to answer (workflow 3.4)."""

from datetime import datetime, timedelta

_WEEKEND = (5, 6)


def after_working_days(start: datetime, days: int) -> datetime:
    """The instant `days` working days after `start`, at the same time of day in UTC; weekends do not count."""
    at = start
    while at.weekday() in _WEEKEND:
        at += timedelta(days=1)
    weeks, rest = divmod(days, 5)
    at += timedelta(weeks=weeks)
    for _ in range(rest):
        at += timedelta(days=1)
        while at.weekday() in _WEEKEND:
            at += timedelta(days=1)
    return at
