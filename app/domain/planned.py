"""A run made ready: what was decided, worded and signed, and not yet written. A dry run shows this and stops."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.issue import Issue
from app.domain.plan import Carry, Deed, Draft, Plan, PostNote


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run would do, worded and ready. `case` is None for an issue that is no request; `document` is one that is
    a document of the program.
    """

    case: Case | None
    plan: Plan
    writes: tuple[Deed, ...]
    document: Issue | None = None

    @property
    def notes(self) -> int:
        """How many new notes it would post."""
        return sum(isinstance(w, PostNote | Carry | Draft) for w in self.writes)
