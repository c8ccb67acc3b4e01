"""People who would have to be in two meetings at once, or to host one on a holiday (S130, S132, S211)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.meeting import Meeting
from app.domain.meeting_people import regions_of
from app.domain.meetings import meetings
from app.domain.program import Program

AHEAD = timedelta(days=182)
"""How far ahead somebody wants to know of conflicts: two quarters."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody (by handle) needed in two meetings whose times overlap; `first` starts no later than `second`."""

    username: str
    first: Meeting
    second: Meeting


def conflicts(found: Iterable[Meeting]) -> tuple[Conflict, ...]:
    """All conflicts among these meetings, by time. Who is only invited is free to choose."""
    ordered = sorted(found, key=lambda m: (m.start, m.uid))
    return tuple(_conflicts(ordered))


def _conflicts(ordered: list[Meeting]) -> Iterator[Conflict]:
    for index, first in enumerate(ordered):
        for second in ordered[index + 1 :]:
            if second.start >= first.end:
                break
            both = {name.casefold() for name in second.needed}
            yield from (Conflict(name, first, second) for name in first.needed if name.casefold() in both)


def conflict_lines(program: Program, now: datetime) -> tuple[str, ...]:
    """A sentence for each two series and person whose meetings overlap in the two quarters after `now`."""
    return conflict_sentences(meetings(program, now, now + AHEAD))


def conflict_sentences(among: Iterable[Meeting]) -> tuple[str, ...]:
    """A sentence for each two series and person with conflicts among these meetings."""
    found: dict[tuple[str, ...], list[Conflict]] = {}
    for conflict in conflicts(among):
        key = (conflict.username, *sorted((conflict.first.title, conflict.second.title)))
        found.setdefault(key, []).append(conflict)
    return tuple(conflict_sentence(told) for told in found.values())


def conflict_sentence(told: list[Conflict]) -> str:
    """What somebody reads about conflicts of one person between the same two series."""
    first, more = told[0], len(told) - 1
    again = "" if not more else " and once more" if more == 1 else f" and {more} times more"
    return (
        f"{first.username} is needed in two meetings at once, on {first.second.start:%Y-%m-%d at %H:%M} "
        f"{first.second.start.tzinfo}{again}: {first.first.title} and {first.second.title}"
    )


def holiday_sentences(program: Program, found: Iterable[Meeting]) -> tuple[str, ...]:
    """A sentence for each meeting that is held although its hosts keep a holiday that day: a PM review stays two weeks
    after its pod, wherever that falls.
    """
    return tuple(told for meeting in found for told in _on_a_holiday(program, meeting))


def _on_a_holiday(program: Program, meeting: Meeting) -> Iterator[str]:
    day, hosts = meeting.start.date(), dict[str, list[str]]()
    for host in meeting.hosts:
        places = (program.cadence.place(where) for where in sorted(regions_of(program, host, meeting.start)))
        if because := next((reason for place in places if (reason := place.off(day))), None):
            hosts.setdefault(because, []).append(host)
    for because, people in hosts.items():
        yield f"{meeting.title} on {day} is on a holiday of {' and '.join(people)} ({because})"
