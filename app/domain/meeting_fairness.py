"""Who meets at night (S144): a meeting on everybody's clocks, and how often each region has the night slot."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.cadence import Cadence
from app.domain.days_off import weekend
from app.domain.meeting import Meeting
from app.domain.meeting_people import regions_of
from app.domain.program import Program


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A meeting on the clocks of one region. `night` is also a weekend; `day_off` names what is kept there that day."""

    region: str
    start: datetime
    night: bool
    day_off: str | None


@dataclass(frozen=True, slots=True)
class NightShare:
    """How many of the `meetings` that needed somebody of a region were at night there; `people` by handle, with how
    often each was up, most first.
    """

    region: str
    nights: int
    meetings: int
    people: tuple[tuple[str, int], ...]


def local_times(program: Program, meeting: Meeting) -> tuple[LocalTime, ...]:
    """The meeting on the clocks of each region (of its own region only, where it has one), in their order."""
    regions = (meeting.region,) if meeting.region is not None else program.regions
    return tuple(local_time(program, meeting, region) for region in regions)


def local_time(program: Program, meeting: Meeting, region: str) -> LocalTime:
    """The meeting on the clocks of a region."""
    cadence = program.cadence
    zone = ZoneInfo(cadence.clocks(region))
    start, end = meeting.start.astimezone(zone), (meeting.end - timedelta(minutes=1)).astimezone(zone)
    night = any(_night(cadence, instant) for instant in (start, end))
    return LocalTime(region, start, night, cadence.place(region).off(start.date()))


def _night(cadence: Cadence, instant: datetime) -> bool:
    begins, ends, at = cadence.night.begins, cadence.night.ends, instant.time()
    dark = at >= begins or at < ends if begins > ends else begins <= at < ends
    return dark or weekend(instant.date())


def night_shares(program: Program, found: Iterable[Meeting]) -> tuple[NightShare, ...]:
    """The share of each region that somebody was needed from, in the regions' order."""
    nights: dict[str, list[Meeting]] = {}
    days: Counter[str] = Counter()
    up: dict[str, Counter[str]] = {}
    for meeting in found:
        for region, people in _needed_by_region(program, meeting).items():
            days[region] += 1
            if local_time(program, meeting, region).night:
                nights.setdefault(region, []).append(meeting)
                up.setdefault(region, Counter()).update(people)
    return tuple(
        NightShare(region, len(nights.get(region, ())), days[region], tuple(up.get(region, Counter()).most_common()))
        for region in program.regions
        if days[region]
    )


def _needed_by_region(program: Program, meeting: Meeting) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for username in meeting.needed:
        for region in regions_of(program, username, meeting.start):
            found.setdefault(region, []).append(username)
    return found
