"""An area's Top Requests (H7): one issue of the program, rewritten in place, whose list keeps still between reviews.

It is found by its signed marker, like our notes; as an issue has no number before it is created, the marker binds it to
its instance and its area only, and counts in issues of ours alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.bands import ranked
from app.domain.envelope import Envelope, Place, seal, unseal
from app.domain.issue import Issue
from app.domain.numbers import Numbers
from app.domain.program import Area, Program
from app.domain.scoring import Place as Found
from app.domain.voice import Identity

LABEL = "program-doc::top-requests"
TEMPLATE = "top_requests"


@dataclass(frozen=True, slots=True)
class Listed:
    """What the issue of an area should say, and what it says now (None: it is not there)."""

    area: Area
    data: Mapping[str, object]
    state: Mapping[str, object]


def home(program: Program, area: str) -> str:
    """The project where an area's list is kept: the first with a board of the area, else the first."""
    with_board = (p.path for p in program.projects if any(b.area == area for b in p.boards))
    return next(with_board, program.projects[0].path)


def found(issues: Iterable[Issue], area: str, identity: Identity) -> tuple[tuple[Issue, Envelope], ...]:
    """The issues that are the list of an area, the oldest first: ours, with the label and a marker that we signed."""
    ours = (i for i in issues if LABEL in i.labels and identity.bot.is_us(i.author))
    opened = ((i, unseal(i.description, _place(identity), identity.keys)) for i in ours)
    return tuple(sorted(((i, e) for i, e in opened if e and e.topic == _topic(area)), key=lambda pair: pair[0].ref.iid))


def listed(
    area: Area, places: Iterable[Found], beyond: int, before: Envelope | None, numbers: Numbers, day: date
) -> Listed:
    """The list of an area, as stable as its points allow. "As of" alone is no change."""
    points = {str(p.ref): p.scored.points.total for p in places if (p.area == area.key and p.scored)}
    by_ref = {str(p.ref): p for p in places}
    earlier = _refs(before)
    order = ranked(points, [r for r in earlier if r in points], numbers.top_requests, numbers.hysteresis)
    rows = [_row(by_ref[ref]) for ref in order]
    state = {"rows": rows, "beyond": beyond, "as_of": day.isoformat()}
    if before and {**before.state, "as_of": None} == {**state, "as_of": None}:
        state["as_of"] = before.state["as_of"]
    names = ("ref", "points", "band", "accounts", "severity", "share")
    data = {**state, "area": area.name, "rows": [dict(zip(names, row, strict=True)) for row in rows]}
    return Listed(area, data, state)


def stands(before: Envelope, wanted: Listed) -> bool:
    """Whether the issue says this already, in our words."""
    return before.intact and before.state == wanted.state


def sealed(text: str, wanted: Listed, identity: Identity) -> str:
    """The issue's description."""
    return seal(text, _topic(wanted.area.key), TEMPLATE, wanted.state, _place(identity), identity.keys[0])


def _row(place: Found) -> list[object]:
    points = place.scored.points.total if place.scored else 0
    severity = str(place.severity) if place.severity else None
    return [str(place.ref), points, place.band, place.accounts, severity, place.share]


def _refs(before: Envelope | None) -> Sequence[str]:
    rows = before.state.get("rows") if before else None
    return [str(row[0]) for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _topic(area: str) -> str:
    return f"top requests {area}"


def _place(identity: Identity) -> Place:
    return Place(identity.instance, 0, 0)
