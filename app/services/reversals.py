"""Notices in the service's own runs what people took back of ours, and keeps it in the journal, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.issue import LabelEvent, Ref
from app.domain.journal import Entry
from app.domain.plan import Finding, Verdict
from app.domain.planned import Planned
from app.domain.undone import UNDO, undone
from app.domain.voice import Bot

LINES_LOOKED_AT = 500


class Journal(Protocol):
    """Keeps and shows lines."""

    def record(self, entries: Sequence[Entry]) -> None:
        """Write the lines of one run."""
        ...

    def lines(self, ref: Ref, limit: int) -> tuple[Entry, ...]:
        """What was kept about an issue, newest first."""
        ...


class Reconciles(Protocol):
    """Brings one request to where the rules want it."""

    def run(self, ref: Ref, now: datetime, deliveries: tuple[str, ...] = (), dry: bool = False) -> Planned:
        """Plan and, unless dry, write."""
        ...


@dataclass(frozen=True, slots=True)
class NoticesReversals:
    """A reconciler that also looks at what people reversed, without a call more to GitLab."""

    inner: Reconciles
    journal: Journal
    bot: Bot

    def run(self, ref: Ref, now: datetime, deliveries: tuple[str, ...] = (), dry: bool = False) -> Planned:
        """As the one inside. Raises what it raises."""
        planned = self.inner.run(ref, now, deliveries, dry)
        found = undone(planned.case.snapshot, self.bot, now) if planned.case else ()
        if found:
            kept = (entry.finding for entry in self.journal.lines(ref, LINES_LOOKED_AT))
            known = {finding.event_id for finding in kept if finding and finding.rule == UNDO}
            self.journal.record([_entry(ref, now, dry, event) for event in found if event.id not in known])
        return planned


def _entry(ref: Ref, now: datetime, dry: bool, event: LabelEvent) -> Entry:
    did = "put back what I had taken away" if event.action == "add" else "took away what I had put on"
    who = event.user.username if event.user else None
    return Entry(
        now, ref, dry, Finding(UNDO, Verdict.UNDONE, f"somebody {did}: {event.label}", None, None, who, event.id)
    )
