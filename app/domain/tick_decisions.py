"""A tick on an agenda as a decision about one request, and what became of it (agendas 4.1, 4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.agenda import Ask
from app.domain.case import SILENT, Case, Ruling
from app.domain.issue import Ref, User
from app.domain.managed_lines import Box
from app.domain.meeting import Meeting


class Became(StrEnum):
    """What became of a tick."""

    DONE = "done"
    ALREADY = "already"
    ASKED = "asked"
    IN_MEETING = "held-in-meeting"
    REFUSED = "refused"
    STALE = "stale"
    UNDONE = "undone"
    REPLACED = "replaced"
    LATE = "late"
    FULL = "full"
    UNEXPLAINED = "unexplained"
    FAILED = "could not"


OPEN = frozenset({Became.ASKED, Became.IN_MEETING, Became.FAILED})
"""What still waits for something: it may come on the request, or behind the box; or GitLab may allow it later."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A box that somebody ticked, or unticked. `words` is what stands behind it now; `by` is None where nobody knows.

    `nominated` is how many requests this agenda has nominated before it, with a box of the same verb (for the caps).
    """

    ask: Ask
    by: User | None
    at: datetime
    ticked: bool
    words: str
    agenda: Ref
    meeting: Meeting
    nominated: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a decision. `box` is how its box is to be set; None leaves it as people have it.

    `data` fills the sentence of `agendas/outcomes.md.j2`: handles, titles of statuses and items, instants as ISO text,
    and words behind a box that nobody could read; never those of a request or a customer, so that it may stand in the
    agenda and in its marker.
    """

    key: str
    kind: Became
    by: str | None
    at: datetime
    box: Box | None = None
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether `make` should be called again with the same decision and the words as they are by then."""
        return self.kind in OPEN

    def to_state(self) -> dict[str, object]:
        """Small JSON for the agenda's marker."""
        state: dict[str, object] = {"key": self.key, "kind": self.kind.value, "by": self.by, "at": self.at.isoformat()}
        state |= {"box": self.box} if self.box else {}
        return state | ({"data": dict(self.data)} if self.data else {})

    @classmethod
    def from_state(cls, state: Mapping[str, object]) -> "Outcome":
        """The outcome that was kept. Raises KeyError, ValueError for anything else."""
        box, by, data = state.get("box"), state["by"], state.get("data")
        return cls(
            key=str(state["key"]),
            kind=Became(str(state["kind"])),
            by=str(by) if by is not None else None,
            at=datetime.fromisoformat(str(state["at"])),
            box="x" if box == "x" else " " if box == " " else None,
            data=data if isinstance(data, dict) else {},
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A decision of somebody who is known."""

    ask: Ask
    by: User
    at: datetime
    words: str
    agenda: Ref
    meeting: Meeting


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is said of a decision, and what the rules wish for it on the request."""

    outcome: Outcome
    ruling: Ruling = SILENT


def became(made: Made, kind: Became, case: Case | None, box: Box | None = None, **data: object) -> Outcome:
    """An outcome, with what every sentence needs: what the box asked for, and of what. Of a confidential request no
    more is told than that.
    """
    told: dict[str, object] = {"verb": made.ask.verb.value, "about": str(made.ask.about) if made.ask.about else None}
    if case is not None and case.snapshot.issue.confidential:
        data = {"private": True} | {name: data[name] for name in ("until", "unkept") if data.get(name)}
    return Outcome(made.ask.key, kind, made.by.username, made.at, box, told | data)
