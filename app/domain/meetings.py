"""The cadence engine: every meeting of a program between two instants.

A meeting that would fall on a day off moves to the next working day of its week, else to the next there is before the
series meets again, else to an earlier one of its week. A pod moves so that the day two weeks later is a working day
too: its PM review comes exactly 14 days after it. Wall clocks stay: 16:00 is 16:00 in summer and in winter. A time that
the clocks skip is taken with the offset before the change; of a time that comes twice the first counts (as RFC 5545).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.domain.cadence import KIND_NAMES, POD_TO_REVIEW, Habit, MeetingKind, Rule, Slot
from app.domain.days_off import DAY, Place, weekend
from app.domain.fiscal import Quarter
from app.domain.meeting import Meeting, Series
from app.domain.meeting_people import invited, places
from app.domain.occurrences import Occurrence, occurrences, series_of, turn
from app.domain.program import Program

_EARLIER, _LATER = timedelta(weeks=10), timedelta(weeks=2)
"""How far a meeting may be from its day by the table."""
_REACH = timedelta(weeks=60)
"""In which time each series meets at least once, however much it is moved."""

Why = Callable[[date], str | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A program as the key of what is remembered of it: this very one, since its values are many and do not hash."""

    program: Program

    def __hash__(self) -> int:
        return id(self.program)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.program is other.program


def meetings(
    program: Program, since: datetime, until: datetime, series: Iterable[Series] | None = None
) -> tuple[Meeting, ...]:
    """Every meeting that starts from `since` on and before `until` (aware), in order; of these series, or of all."""
    found = [
        meeting
        for one in (series_of(program) if series is None else series)
        for meeting in _around(program, one, since, until)
        if since <= meeting.start < until
    ]
    return tuple(sorted(found, key=lambda m: (m.start, tuple(MeetingKind).index(m.kind), m.uid)))


def meeting_at(program: Program, area: str, instant: datetime, kind: MeetingKind | None = None) -> Meeting | None:
    """The pod or PM review (or the one of `kind`) that an area holds at this instant; None while it holds none."""
    kinds = (kind,) if kind else (MeetingKind.POD, MeetingKind.PM_REVIEW)
    series = [Series(kind, area) for kind in kinds]
    near = meetings(program, instant - DAY, instant + DAY, [one for one in series if one in series_of(program)])
    return next((meeting for meeting in near if meeting.runs_at(instant)), None)


def last_before(program: Program, series: Series, instant: datetime) -> Meeting | None:
    """The last meeting of a series that started before this instant."""
    found = meetings(program, instant - _REACH, instant, [series])
    return found[-1] if found else None


def next_from(program: Program, series: Series, instant: datetime) -> Meeting | None:
    """The first meeting of a series that starts at this instant or later."""
    found = meetings(program, instant, instant + _REACH, [series])
    return found[0] if found else None


def neighbours(program: Program, meeting: Meeting) -> tuple[Meeting | None, Meeting | None]:
    """The meetings of its series before and after this one."""
    after = meeting.start + timedelta(seconds=1)
    return last_before(program, meeting.series, meeting.start), next_from(program, meeting.series, after)


def review_of(program: Program, pod: Meeting) -> Meeting | None:
    """The PM review of a pod: the one of its period."""
    series = Series(MeetingKind.PM_REVIEW, pod.area)
    near = meetings(program, pod.start - _EARLIER, pod.start + _EARLIER, [series])
    return next((meeting for meeting in near if meeting.period == pod.period), None)


def unheld(program: Program, since: datetime, until: datetime) -> tuple[Occurrence, ...]:
    """Meetings of the table that find no working day at all, by the day they would fall on."""
    held = {meeting.uid for meeting in meetings(program, since - _EARLIER, until + _EARLIER)}
    return tuple(
        occurrence
        for series in series_of(program)
        for occurrence in occurrences(program, series, since.date(), until.date())
        if since.date() <= occurrence.day < until.date() and _uid(program, occurrence) not in held
    )


def _around(program: Program, series: Series, since: datetime, until: datetime) -> tuple[Meeting, ...]:
    quarters = program.cadence.fiscal_year.quarters((since - _EARLIER).date(), (until + _LATER).date())
    return _in_quarters(_Same(program), series, quarters[0], quarters[-1])


@lru_cache(maxsize=1024)
def _in_quarters(of: _Same, series: Series, first: Quarter, last: Quarter) -> tuple[Meeting, ...]:
    """All that a series holds in whole quarters. One agenda asks for its calendar again and again."""
    year = of.program.cadence.fiscal_year
    return tuple(_of_series(of.program, series, year.start(first), year.start(last)))


def _of_series(program: Program, series: Series, first: date, last: date) -> Iterator[Meeting]:
    habit = program.cadence.habits[series.kind]
    pairs = series.area is not None and program.cadence.habits[MeetingKind.PM_REVIEW].rule is Rule.QUARTER_WEEKS
    if pairs:
        for occurrence in occurrences(program, Series(MeetingKind.POD, series.area), first, last):
            yield from (found for found in _pair(program, occurrence) if found.series == series)
        return
    for occurrence in occurrences(program, series, first, last):
        slot = _slot(program, occurrence, habit)
        kept = places(program, series, occurrence.day)
        day = _free_day(occurrence, why := _why(slot, kept))
        if day is not None:
            yield _meeting(program, occurrence, slot, day, occurrence.day, why(occurrence.day) or "")


def _pair(program: Program, occurrence: Occurrence) -> Iterator[Meeting]:
    """A pod and its PM review, on two working days two weeks apart."""
    habits, kept = program.cadence.habits, places(program, occurrence.series, occurrence.day)
    pod_slot = _slot(program, occurrence, habits[MeetingKind.POD])
    slot = _slot(program, occurrence, habits[MeetingKind.PM_REVIEW])
    then, later = _why(pod_slot, kept), _why(slot, kept)
    day = _free_day(occurrence, lambda day: then(day) or later(day + POD_TO_REVIEW))
    if day is None:
        return
    nominal, after = occurrence.day, occurrence.day + POD_TO_REVIEW
    why, why_later = then(nominal), later(after)
    yield _meeting(program, occurrence, pod_slot, day, nominal, why or f"{why_later}, two weeks later")
    review = Series(MeetingKind.PM_REVIEW, occurrence.series.area)
    reviewed = Occurrence(review, occurrence.period, occurrence.number, after, occurrence.next_day + POD_TO_REVIEW)
    yield _meeting(program, reviewed, slot, day + POD_TO_REVIEW, after, why_later or f"{why}, two weeks before")


def _slot(program: Program, occurrence: Occurrence, habit: Habit) -> Slot:
    """Whose turn it is, with the time zone it is in. A review without slots has that of the pod of its period."""
    slots = habit.slots or program.cadence.habits[MeetingKind.POD].slots
    slot = slots[(occurrence.number + turn(program, occurrence.series)) % len(slots)]
    return Slot(slot.at, slot.timezone or program.cadence.clocks(occurrence.series.region))


def _why(slot: Slot, kept: tuple[Place, ...]) -> Why:
    """Tells why a day cannot be used, on the clocks of each place: it may be another day there."""

    def why(day: date) -> str | None:
        if weekend(day):
            return "the weekend"
        start = _start(day, slot)
        dates = (
            (place, start.astimezone(ZoneInfo(place.timezone)).date() if place.timezone else day) for place in kept
        )
        return next((reason for place, there in dates if (reason := place.off(there))), None)

    return why


def _free_day(occurrence: Occurrence, why: Why) -> date | None:
    day, monday = occurrence.day, occurrence.day - occurrence.day.weekday() * DAY
    later = [day + count * DAY for count in range((occurrence.next_day - day).days)]
    earlier = [day - (count + 1) * DAY for count in range((day - monday).days)]
    return next((candidate for candidate in (*later, *earlier) if why(candidate) is None), None)


def _start(day: date, slot: Slot) -> datetime:
    zone = ZoneInfo(slot.timezone or "Etc/UTC")
    return datetime.combine(day, slot.at, zone).astimezone(UTC).astimezone(zone)


def _meeting(program: Program, occurrence: Occurrence, slot: Slot, day: date, nominal: date, why: str) -> Meeting:
    start, moved = _start(day, slot), day != nominal
    people = invited(program, occurrence.series, start)
    return Meeting(
        series=occurrence.series,
        title=_title(program, occurrence.series),
        period=occurrence.period,
        start=start,
        length=program.cadence.habits[occurrence.series.kind].length,
        hosts=people.hosts,
        attendees=people.needed,
        invited=people.welcome,
        uid=_uid(program, occurrence),
        moved_from=nominal if moved else None,
        because=why if moved else "",
    )


def _title(program: Program, series: Series) -> str:
    names = {area.key: area.name for area in program.areas}
    of = names.get(series.area or "") or series.region
    return f"{KIND_NAMES[series.kind]}: {of}" if of else KIND_NAMES[series.kind]


def _uid(program: Program, occurrence: Occurrence) -> str:
    """After the first project: two programs whose calendars somebody reads must not share it."""
    home = program.projects[0].path.replace("/", ".")
    return f"{occurrence.series.key}-{occurrence.period}@{home}.sounding-board".lower()
