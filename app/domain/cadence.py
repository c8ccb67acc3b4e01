"""When a program meets, as values: the handbook's table (S126-S136, S144), and what `program.yml` says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from app.domain.days_off import Place
from app.domain.fiscal import FiscalYear

UTC = "Etc/UTC"
NOWHERE = Place()
POD_TO_REVIEW = timedelta(days=14)
"""The PM review comes two weeks after the pod (S133, S177), wherever in the quarter that falls."""


class MeetingKind(StrEnum):
    """The six meetings of the handbook."""

    POD = "pod"
    PM_REVIEW = "pm-review"
    ARR_DRIVER = "arr-driver"
    LEADERS = "leaders"
    CORNER = "corner"
    EXCHANGE = "exchange"


KIND_NAMES: Mapping[MeetingKind, str] = {
    MeetingKind.POD: "SME Area Pod",
    MeetingKind.PM_REVIEW: "PM/SME review",
    MeetingKind.ARR_DRIVER: "ARR Driver",
    MeetingKind.LEADERS: "SME Leaders",
    MeetingKind.CORNER: "SME Corner",
    MeetingKind.EXCHANGE: "Technical Skills Exchange",
}


class Weekday(StrEnum):
    """A working day, in the order of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"

    @property
    def number(self) -> int:
        """0 for Monday, as Python counts."""
        return tuple(Weekday).index(self)


class Rule(StrEnum):
    """How `M2W3` is read: the third week of the quarter's second four, or the third such weekday of the quarter's
    second calendar month. By the second rule a review may come three weeks after its pod (S130).
    """

    QUARTER_WEEKS = "quarter_weeks"
    NTH_WEEKDAY = "nth_weekday"


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of day on the clocks of a time zone; None is the zone of whoever meets."""

    at: time
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Habit:
    """How meetings of one kind are held. `slots` take turns from one meeting of a series to its next (S144).

    `weeks` are (month, week) in the handbook's table, for meetings of the quarter; `every` is in weeks, for the others,
    counted over the fiscal year or from the week of `since`. `audience` are handles who are needed besides the roles.
    `async_prep`: pods are prepared in writing (S150).
    """

    day: Weekday
    slots: tuple[Slot, ...]
    length: timedelta
    weeks: tuple[tuple[int, int], ...] = ()
    every: int = 1
    since: date | None = None
    rule: Rule = Rule.QUARTER_WEEKS
    audience: tuple[str, ...] = ()
    held: bool = True
    async_prep: bool = False


def _hours(*hours: int, timezone: str | None = UTC) -> tuple[Slot, ...]:
    return tuple(Slot(time(hour), timezone) for hour in hours)


HANDBOOK: Mapping[MeetingKind, Habit] = {
    MeetingKind.POD: Habit(Weekday.WEDNESDAY, _hours(15, 7, 21), timedelta(minutes=45)),
    MeetingKind.PM_REVIEW: Habit(Weekday.WEDNESDAY, (), timedelta(minutes=45)),
    MeetingKind.ARR_DRIVER: Habit(Weekday.TUESDAY, _hours(15, 7), timedelta(minutes=60), weeks=((2, 2),)),
    MeetingKind.LEADERS: Habit(Weekday.TUESDAY, _hours(15, 7), timedelta(minutes=60), weeks=((2, 4),)),
    MeetingKind.CORNER: Habit(Weekday.TUESDAY, _hours(10, timezone=None), timedelta(minutes=15)),
    MeetingKind.EXCHANGE: Habit(Weekday.THURSDAY, _hours(15, 7), timedelta(minutes=60), every=2),
}
"""The handbook's table, with days and hours of ours. A PM review without slots has that of its pod; with three slots no
pod is held at the hour of another area's review."""


@dataclass(frozen=True, slots=True)
class AreaHabit:
    """What an area does otherwise: the week of the month of its pod (1 to 4), and days on which it does not meet."""

    week: int | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Night:
    """Hours on which nobody should have to meet: from an evening to a morning, on the clocks of a region."""

    begins: time = time(22)
    ends: time = time(7)


@dataclass(frozen=True, slots=True)
class Cadence:
    """All of `cadence:` in program.yml. `timezone` is that of regions which name none, `everywhere` has the days off
    that all meetings keep. Kinds, areas and regions that are not written have the handbook's habits. `calendars` is the
    address, without a slash at its end, at which people find the files of `calendar --out` (None: nowhere).
    """

    fiscal_year: FiscalYear = field(default_factory=FiscalYear)
    timezone: str = UTC
    everywhere: Place = NOWHERE
    night: Night = field(default_factory=Night)
    regions: Mapping[str, Place] = field(default_factory=dict)
    areas: Mapping[str, AreaHabit] = field(default_factory=dict)
    habits: Mapping[MeetingKind, Habit] = field(default_factory=lambda: HANDBOOK)
    calendars: str | None = None

    def place(self, region: str | None) -> Place:
        """Where people of a region work."""
        return self.regions.get(region or "", NOWHERE)

    def clocks(self, region: str | None) -> str:
        """The time zone on the clocks of a region, by its IANA name."""
        return self.place(region).timezone or self.timezone

    def area(self, key: str) -> AreaHabit:
        """What this area does otherwise."""
        return self.areas.get(key, AreaHabit())
