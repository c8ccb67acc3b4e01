"""What an agenda says of its ticks, a line each, and the checklist of what its meeting left open: data for the template
`agendas/outcomes.md.j2`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.domain.agenda import Section
from app.domain.meeting_mode import Owed
from app.domain.roster import Role
from app.domain.tick_decisions import Outcome

NAME = "ticks"
_NAMES = "private why label who people whose status target mover missing until due closed meeting question"
_NOT_SAID: dict[str, object] = dict.fromkeys([*_NAMES.split(), "unkept", "unread", "how", "most", "of"])
_ENDS = timedelta(microseconds=1)
"""An end of a day is midnight: the day that is meant is the one before."""


def section(outcomes: Iterable[Outcome], owed: Sequence[Owed] = ()) -> Section:
    """The block of an agenda about its ticks; empty while nobody has ticked."""
    return Section(NAME, "outcomes", {"outcomes": [_line(one) for one in outcomes], "owed": [_owed(o) for o in owed]})


def _line(one: Outcome) -> dict[str, object]:
    told = {**_NOT_SAID, "verb": None, "about": None, **one.data}
    told["who"] = [Role(str(role)) for role in _texts(told["who"])]
    told["until"] = _instant(told["until"])
    told |= {name: _last_day(told[name]) for name in ("due", "closed")}
    return told | {"kind": one.kind.value, "by": one.by, "box": one.box}


def _owed(one: Owed) -> dict[str, object]:
    return {
        "about": str(one.ref),
        "status": one.status,
        "mover": one.mover,
        "missing": list(one.missing),
        "due": one.due - _ENDS,
        "private": one.private,
    }


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _last_day(value: object) -> datetime | None:
    end = _instant(value)
    return end - _ENDS if end else None
