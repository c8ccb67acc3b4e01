"""What an agenda's signed marker keeps between two runs, since nothing of ours is kept anywhere else (promise 2).

A marker has room for some 15,000 characters of JSON. What was ticked is kept by short prints of the items' keys, and of
the sentences about ticks the oldest are let go first, and those that wait for something last.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from app.domain.failure import Permanent
from app.domain.issue import Ref
from app.domain.managed_lines import Item
from app.domain.tick_decisions import Outcome

ROOM = 13_000
"""Characters of JSON."""


@dataclass(frozen=True, slots=True)
class AgendaState:
    """`heard` and `read` are the last activity note and the last comment heeded. `ticked` are prints of the items that
    were ticked then. `told` is what became of ticks, by item key, as `heed` keeps it, the oldest first. `frozen` and
    `over` are the periods of meetings that began, and that were closed out, `called` of those that called people into
    an issue that was there. `owed` are requests that lack something since the meeting, `parked` and `timeboxes` what
    people put off, and gave minutes. `night` is the last one for which it was refreshed; `passed` are prints of the
    sentences that customers may hear, `seen` of those that stood there at the last look.
    """

    heard: int = 0
    read: int = 0
    ticked: frozenset[str] = frozenset()
    told: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    owed: frozenset[Ref] = frozenset()
    parked: frozenset[Ref] = frozenset()
    timeboxes: Mapping[Ref, int] = field(default_factory=dict)
    night: str = ""
    passed: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()

    def before(self, keys: Iterable[str]) -> dict[str, Item]:
        """Those of these items that were ticked at the last look."""
        return {key: Item(key, "", "x", "") for key in keys if short(key) in self.ticked}

    def to_state(self) -> dict[str, object]:
        """As JSON; what is as in the beginning is left out. Raises Permanent where it has no room: a marker that is too
        long would be found no more.
        """
        told = dict(self.told)
        while (made := self._json(told)) and len(json.dumps(made)) > ROOM:
            settled = next((key for key, one in told.items() if not _waits(one)), None)
            if settled is None and not told:
                raise Permanent(
                    "The marker of an agenda has no room for all that is ticked, put off and timed there. Take out "
                    "ticks that were decided long ago."
                )
            del told[settled or next(iter(told))]
        return made

    def _json(self, told: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
        whole: dict[str, object] = {
            "heard": self.heard,
            "read": self.read,
            "boxes": sorted(self.ticked),
            "told": [{"of": key, **one} for key, one in told.items()],
            "frozen": sorted(self.frozen),
            "over": sorted(self.over),
            "called": sorted(self.called),
            "owed": sorted(map(str, self.owed)),
            "parked": sorted(map(str, self.parked)),
            "timeboxes": {str(ref): minutes for ref, minutes in self.timeboxes.items()},
            "night": self.night,
            "passed": sorted(self.passed),
            "seen": sorted(self.seen),
        }
        return {name: value for name, value in whole.items() if value}

    @classmethod
    def of(cls, state: Mapping[str, object]) -> Self:
        """What a marker kept; the beginning where it kept nothing."""
        told = {str(one["of"]): {k: v for k, v in one.items() if k != "of"} for one in _maps(state.get("told"))}
        minutes = state.get("timeboxes")
        pairs = minutes.items() if isinstance(minutes, dict) else ()
        return cls(
            heard=_number(state.get("heard")),
            read=_number(state.get("read")),
            ticked=frozenset(_texts(state.get("boxes"))),
            told=told,
            frozen=frozenset(_texts(state.get("frozen"))),
            called=frozenset(_texts(state.get("called"))),
            over=frozenset(_texts(state.get("over"))),
            owed=frozenset(ref for text in _texts(state.get("owed")) if (ref := ref_of(text))),
            parked=frozenset(ref for text in _texts(state.get("parked")) if (ref := ref_of(text))),
            timeboxes={ref: _number(value) for text, value in pairs if (ref := ref_of(str(text)))},
            night=str(state.get("night") or ""),
            passed=frozenset(_texts(state.get("passed"))),
            seen=frozenset(_texts(state.get("seen"))),
        )


def short(key: str) -> str:
    """An item's key in few characters."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def ref_of(text: str) -> Ref | None:
    """`group/project#12` as an address."""
    project, _, iid = text.rpartition("#")
    return Ref(project, int(iid)) if project and iid.isdecimal() else None


def outcome_of(kept: Mapping[str, object]) -> Outcome | None:
    """What became of a tick, as it is kept; None for anything else."""
    try:
        return Outcome.from_state(kept)
    except (KeyError, ValueError):
        return None


def _waits(kept: Mapping[str, object]) -> bool:
    outcome = outcome_of(kept)
    return outcome is not None and outcome.open


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _maps(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict) and "of" in one] if isinstance(value, list) else []
