"""How program.yml writes when the program meets. Whatever is left out is as in the handbook."""

import re
from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from app.domain.cadence import Rule, Slot, Weekday
from app.domain.days_off import holidays_known, known_holidays
from app.domain.fiscal import Month, WeekOne
from app.gateways.config_provision_shapes import Address, Zone, zone_told
from app.gateways.config_shapes import Day, Duration, Handle, Shape, complaint, one_or_many
from app.gateways.config_words import nearest

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_WEEK = re.compile(r"M([1-3])W([1-4])")


def _clock(value: object) -> object:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise complaint(f"`{value}` is no time of day", 'write hours and minutes in quotes, like "09:30"')
    return time(int(found[1]), int(found[2]))


def _slot(value: object) -> object:
    at, _, zone = value.strip().partition(" ") if isinstance(value, str) else ("", "", "")
    if not _CLOCK.fullmatch(at):
        raise complaint(f"`{value}` is no time to meet", 'write a time and a time zone, like "16:00 Europe/Berlin"')
    return Slot(time.fromisoformat(at), zone_told(zone.strip()) if zone.strip() else None)


def _week(value: object) -> object:
    found = _WEEK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise complaint(f"`{value}` is no week of a quarter", "write month and week, from M1W1 to M3W4")
    return int(found[1]), int(found[2])


def _holiday(value: str) -> str:
    if not holidays_known(value):
        parts = sorted(code for code in known_holidays() if code.startswith(f"{value.partition('-')[0]}-"))
        iso = "write the country as in ISO 3166, like US, or with its part, like DE-BY"
        raise complaint(f"holidays of `{value}` are not known", nearest(value, parts, "its parts") if parts else iso)
    return value


def _written(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


_TIME = r"([01]\d|2[0-3]):[0-5]\d"
Clock = Annotated[time, BeforeValidator(_clock), _written(f"^{_TIME}$", "09:30")]
SlotText = Annotated[Slot, BeforeValidator(_slot), _written(rf"^{_TIME}( \S+)?$", "16:00 Europe/Berlin")]
WeekText = Annotated[tuple[int, int], BeforeValidator(_week), _written("^M[1-3]W[1-4]$", "M2W2")]
Holidays = Annotated[str, AfterValidator(_holiday), _written("^[A-Z]{2,3}(-.+)?$", "US", "DE-BY")]
Codes = Annotated[tuple[Holidays, ...], BeforeValidator(one_or_many, json_schema_input_type=Holidays | list[Holidays])]
Slots = Annotated[tuple[SlotText, ...], BeforeValidator(one_or_many, json_schema_input_type=SlotText | list[SlotText])]
Weeks = Annotated[tuple[WeekText, ...], BeforeValidator(one_or_many, json_schema_input_type=WeekText | list[WeekText])]


class PlaceShape(Shape):
    """Days on which nobody meets."""

    holidays: Codes = Field(
        default=(), description="Public holidays, by country or country and subdivision (ISO 3166)."
    )
    days_off: tuple[Day, ...] = Field(default=(), description="More days off.")


class RegionShape(PlaceShape):
    """How a region works."""

    timezone: Zone | None = Field(default=None, description="By its IANA name.")


class AreaShape(PlaceShape):
    """What an area does otherwise."""

    week: int | None = Field(default=None, ge=1, le=4, description="The week of the month of its pod.")


class NightShape(Shape):
    """Hours on which nobody should have to meet."""

    begins: Clock = time(22)
    ends: Clock = time(7)


class HabitShape(Shape):
    """How one kind of meeting is held."""

    day: Weekday | None = None
    slots: Slots | None = Field(default=None, min_length=1, description="Times of day, taking turns.")
    length: Duration | None = None
    audience: tuple[Handle, ...] = Field(default=(), description="Who is needed besides the roles, by handle.")
    held: bool = Field(default=True, description="false where the program has no such meetings.")


class MonthlyShape(HabitShape):
    """Of pods and PM reviews; the PM review is two weeks after the pod."""

    rule: Rule | None = Field(default=None, description="How weeks are counted.")


class PodShape(MonthlyShape):
    """Of pods."""

    async_prep: bool = Field(
        default=False,
        description="true where pods are prepared in writing: agendas come ten working days before.",
    )


class QuarterlyShape(MonthlyShape):
    """Of the ARR Driver and the SME Leaders."""

    weeks: Weeks | None = Field(default=None, min_length=1, description="Weeks of the quarter.")


class WeeklyShape(HabitShape):
    """Of the SME Corner and the Technical Skills Exchange."""

    every: int | None = Field(default=None, ge=1, le=26, description="Weeks from one to the next.")
    since: Day | None = Field(default=None, description="A day of the week to count from, not from the fiscal year.")


class MeetingsShape(Shape):
    """The six meetings."""

    pod: PodShape = PodShape()
    pm_review: MonthlyShape = MonthlyShape()
    arr_driver: QuarterlyShape = QuarterlyShape()
    leaders: QuarterlyShape = QuarterlyShape()
    corner: WeeklyShape = WeeklyShape()
    exchange: WeeklyShape = WeeklyShape()


class CadenceShape(PlaceShape):
    """When the program meets. Holidays and days off here are kept by all meetings."""

    fiscal_year_starts: Month = Field(default=Month.FEBRUARY, description="The first month of the fiscal year.")
    week_one: WeekOne = Field(default=WeekOne.FIRST_MONDAY, description="Which week of a quarter is its first.")
    rule: Rule = Field(default=Rule.QUARTER_WEEKS, description="How weeks are counted.")
    timezone: Zone = Field(default="Etc/UTC", description="Of regions and slots that name none.")
    night: NightShape = NightShape()
    regions: dict[str, RegionShape] = Field(default_factory=dict)
    areas: dict[str, AreaShape] = Field(default_factory=dict)
    meetings: MeetingsShape = MeetingsShape()
    calendars: Address | None = Field(default=None, description="Where people find the files of `calendar --out`.")
