"""The journal of a running service, which also counts what it keeps: for `/metrics`, since the start."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.plan import Carry, ChangeLabels, Deed, DeleteNote, Draft, EditNote, PostNote, React

KINDS: dict[type[Deed], str] = {
    PostNote: "post_note",
    EditNote: "edit_note",
    DeleteNote: "delete_note",
    ChangeLabels: "change_labels",
    React: "react",
    Carry: "carry_customers",
    Draft: "draft_request",
}
"""Writes by the name they are counted under."""


class Inner(Protocol):
    """The journal that keeps the lines."""

    def record(self, entries: Sequence[Entry]) -> None:
        """Write the lines of one run."""
        ...

    def moves_by(self, username: str, since: datetime, until: datetime) -> int:
        """How many distinct moves this person made in that time."""
        ...

    def unspoken(self, username: str, since: datetime) -> tuple[Ref, ...]:
        """The cards of this person that got no note of their own since then."""
        ...

    def reminded(self, username: str, since: datetime, but: Ref) -> bool:
        """Whether this person was reminded since then, of other requests than this."""
        ...

    def lines(self, ref: Ref, limit: int) -> tuple[Entry, ...]:
        """What was kept about an issue, newest first."""
        ...

    def prune(self, now: datetime, older_than: timedelta) -> int:
        """Forget lines older than an age; how many."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class CountedJournal:
    """A journal over another one. Of dry runs nothing is counted, as nothing was done."""

    def __init__(self, inner: Inner) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self._writes: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()

    def record(self, entries: Sequence[Entry]) -> None:
        """Keep and count them. Raises what the one inside raises."""
        self._inner.record(entries)
        with self._lock:
            self._writes.update(KINDS[type(e.write)] for e in entries if e.write and not e.dry)
            self._findings.update(str(e.finding.verdict) for e in entries if e.finding and not e.dry)

    def writes(self) -> dict[str, int]:
        """How many of each kind were made, those that never were too."""
        with self._lock:
            return {kind: self._writes[kind] for kind in KINDS.values()}

    def findings(self) -> dict[str, int]:
        """How often each verdict was given."""
        with self._lock:
            return dict(self._findings)

    def moves_by(self, username: str, since: datetime, until: datetime) -> int:
        """See `Inner`."""
        return self._inner.moves_by(username, since, until)

    def unspoken(self, username: str, since: datetime) -> tuple[Ref, ...]:
        """See `Inner`."""
        return self._inner.unspoken(username, since)

    def reminded(self, username: str, since: datetime, but: Ref) -> bool:
        """See `Inner`."""
        return self._inner.reminded(username, since, but)

    def lines(self, ref: Ref, limit: int) -> tuple[Entry, ...]:
        """See `Inner`."""
        return self._inner.lines(ref, limit)

    def prune(self, now: datetime, older_than: timedelta) -> int:
        """See `Inner`."""
        return self._inner.prune(now, older_than)

    def close(self) -> None:
        """Let go of it."""
        self._inner.close()
