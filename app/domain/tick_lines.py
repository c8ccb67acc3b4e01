"""What an agenda says of its ticks, a line each, and the checklist of what its meeting left open: data for
`agendas/outcomes.md.j2` and `agendas/outcomes_told.md.j2`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from app.domain.agenda import Section
from app.domain.meeting_mode import Owed
from app.domain.roster import Role
from app.domain.tick_decisions import Became, Outcome

NAME, TOLD = "ticks", "ticks-told"
"""The blocks: what is open stands where everybody sees it, what is settled in a fold at the end."""
_NAMES = "private why label who people whose status target mover missing until due closed meeting question"
_NOT_SAID: dict[str, object] = dict.fromkeys(
    [*_NAMES.split(), "unkept", "unread", "quoted", "asks", "mine", "how", "most", "of", "instead"]
)
_FOLLOWED = frozenset({Became.DONE, Became.ALREADY, Became.LATE, Became.UNDONE})
_ENDS = timedelta(microseconds=1)
"""An end of a day is midnight: the day that is meant is the one before."""


def section(outcomes: Iterable[Outcome], owed: Sequence[Owed] = ()) -> Section:
    """The block about these ticks; empty without any."""
    return Section(NAME, "outcomes", {"outcomes": [_line(one) for one in outcomes], "owed": [_owed(o) for o in owed]})


def sections(outcomes: Sequence[Outcome], owed: Sequence[Owed] = ()) -> tuple[Section, ...]:
    """The blocks of an agenda about its ticks: those that wait for something, with the last one that was not followed;
    and those that are settled. Each only where it says something.
    """
    last = max(outcomes, key=attrgetter("at"), default=None)
    here = [one for one in outcomes if one.open or (one is last and one.kind not in _FOLLOWED)]
    there = [one for one in outcomes if one not in here]
    followed = sum(one.kind in _FOLLOWED for one in there)
    data = {"outcomes": [_line(one) for one in there], "followed": followed, "others": len(there) - followed}
    told = (Section(TOLD, "outcomes_told", data),) if there else ()
    return (*((section(here, owed),) if here or owed else ()), *told)


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
