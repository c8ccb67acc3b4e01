"""Which meetings were held (S146, S209, S210; metrics, *Cadence adherence*): by the calendar, and by their agendas."""

from datetime import datetime, timedelta

from app.domain.agendas.flow import began
from app.domain.cadence import KIND_NAMES, MeetingKind
from app.domain.meeting import Meeting, Series
from app.domain.meetings import meetings
from app.domain.picture import Picture

NAMED_AT_MOST = 5
"""Meetings without an agenda that are named in one row; the others are counted."""
_ORDER = tuple(MeetingKind)


def held_and_planned(picture: Picture) -> list[dict[str, object]]:
    """A row for each series: the meetings that were planned since it began, how many had an agenda, and which had not.
    Nothing is counted before the first agenda that is known.

    A meeting without an agenda counts as not held. What was moved is told apart.
    """
    program = picture.program
    names = {area.key: area.name for area in program.areas}
    places = [*names, *program.regions]
    planned: dict[Series, list[Meeting]] = {}
    for meeting in meetings(program, counted_since(picture) + timedelta(seconds=1), picture.now):
        planned.setdefault(meeting.series, []).append(meeting)
    held = {sheet.meeting.uid for sheet in picture.held}
    order = sorted(planned, key=lambda one: (_ORDER.index(one.kind), *map(places.index, filter(None, _place(one)))))
    return [{**_row(planned[series], held), "of": names.get(series.area or "") or series.region} for series in order]


def counted_since(picture: Picture) -> datetime:
    """Since when meetings are counted: the last one of this series if it had an agenda, else the first that had one."""
    first = min((sheet.meeting.start - timedelta(seconds=2) for sheet in picture.held), default=picture.now)
    return began(picture) if picture.previous else max(began(picture), first)


def _place(series: Series) -> tuple[str | None, str | None]:
    return series.area, series.region


def _row(planned: list[Meeting], held: set[str]) -> dict[str, object]:
    without = [meeting.start for meeting in planned if meeting.uid not in held]
    return {
        "kind": KIND_NAMES[planned[0].kind],
        "planned": len(planned),
        "held": len(planned) - len(without),
        "moved": sum(meeting.moved_from is not None for meeting in planned),
        "without": without[:NAMED_AT_MOST],
        "more": max(0, len(without) - NAMED_AT_MOST),
    }
