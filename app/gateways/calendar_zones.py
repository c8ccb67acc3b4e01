"""Time zones as calendar files tell them (RFC 5545, 3.6.5), from the machine's own time zone data."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_NONE = timedelta(0)


def timezones(names: Iterable[str], first: int, last: int) -> list[Timezone]:
    """A description of each zone that is right from the year `first` to the end of the year `last`."""
    return [_timezone(name, first, last) for name in sorted(set(names))]


def _timezone(name: str, first: int, last: int) -> Timezone:
    """Onsets of the same kind stand together, each as the local time that the clocks showed before it."""
    zone, described = ZoneInfo(name), Timezone()
    described.add("tzid", name)
    start = datetime(first, 1, 1, tzinfo=UTC)
    offset = _offset(zone, start)
    described.add_component(_part(zone, start, offset, [datetime(first, 1, 1)]))  # noqa: DTZ001 - on no clocks yet
    kinds: dict[tuple[timedelta, timedelta, str | None], list[datetime]] = {}
    for onset in _onsets(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC)):
        kinds.setdefault((_offset(zone, onset - _MINUTE), _offset(zone, onset), _name(zone, onset)), []).append(onset)
    for (before, _, _), onsets in kinds.items():
        local = [(onset + before).replace(tzinfo=None) for onset in onsets]
        described.add_component(_part(zone, onsets[0], before, local))
    return described


def _part(
    zone: ZoneInfo, onset: datetime, before: timedelta, local: list[datetime]
) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if onset.astimezone(zone).dst() else TimezoneStandard()
    part.add("dtstart", local[0])
    if local[1:]:
        part.add("rdate", local[1:])
    part.add("tzname", _name(zone, onset))
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", _offset(zone, onset))
    return part


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or _NONE


def _name(zone: ZoneInfo, instant: datetime) -> str | None:
    return instant.astimezone(zone).tzname()


def _onsets(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants at which the clocks of a zone are changed; no zone changes them twice on a day."""
    days = [first + count * _DAY for count in range((last - first).days + 1)]
    for earlier, later in pairwise(days):
        if _offset(zone, earlier) != _offset(zone, later):
            yield _onset(zone, earlier, later)


def _onset(zone: ZoneInfo, earlier: datetime, later: datetime) -> datetime:
    before = _offset(zone, earlier)
    while later - earlier > _MINUTE:
        middle = earlier + ((later - earlier) // 2 // _MINUTE) * _MINUTE
        earlier, later = (middle, later) if _offset(zone, middle) == before else (earlier, middle)
    return later
