"""The journal's line: kept for people to read, never needed to decide (promise 2)."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.issue import Ref
from app.domain.plan import Deed, Finding


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: a finding or a write of one run; neither where it looked and had nothing to say."""

    at: datetime
    ref: Ref
    dry: bool
    finding: Finding | None = None
    write: Deed | None = None
    note_id: int | None = None
    deliveries: tuple[str, ...] = ()
