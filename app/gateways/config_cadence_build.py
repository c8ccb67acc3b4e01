"""Makes the cadence of its shape: the handbook's habits with what is written otherwise."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.cadence import HANDBOOK, AreaHabit, Cadence, Habit, MeetingKind, Night
from app.domain.days_off import Place
from app.domain.fiscal import FiscalYear
from app.gateways.config_cadence_shape import CadenceShape, HabitShape, MonthlyShape, PlaceShape


def cadence(shape: CadenceShape) -> Cadence:
    """The cadence."""
    return Cadence(
        fiscal_year=FiscalYear(shape.fiscal_year_starts, shape.week_one),
        timezone=shape.timezone,
        everywhere=_place(shape),
        night=Night(shape.night.begins, shape.night.ends),
        regions={key: _place(region, region.timezone or shape.timezone) for key, region in shape.regions.items()},
        areas={key: AreaHabit(area.week, _place(area)) for key, area in shape.areas.items()},
        habits={kind: _habit(HANDBOOK[kind], habit, shape) for kind, habit in _by_kind(shape).items()},
        calendars=shape.calendars.rstrip("/") if shape.calendars else None,
    )


def _by_kind(shape: CadenceShape) -> Mapping[MeetingKind, HabitShape]:
    return {kind: getattr(shape.meetings, kind.replace("-", "_")) for kind in MeetingKind}


def _place(shape: PlaceShape, timezone: str | None = None) -> Place:
    return Place(timezone, shape.holidays, frozenset(shape.days_off))


def _habit(usual: Habit, shape: HabitShape, whole: CadenceShape) -> Habit:
    written = shape.model_dump(exclude_unset=True, exclude_none=True)
    if "slots" in written:
        corner = usual is HANDBOOK[MeetingKind.CORNER]
        zone = None if corner else whole.timezone
        written["slots"] = tuple(slot if slot.timezone else replace(slot, timezone=zone) for slot in shape.slots or ())
    rule = (shape.rule if isinstance(shape, MonthlyShape) else None) or whole.rule
    return replace(usual, **written | {"rule": rule})
