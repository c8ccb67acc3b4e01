"""What the worker and the faces need from an inbox, whatever keeps it (SQLite, or PostgreSQL for several replicas)."""

from datetime import datetime, timedelta
from typing import Protocol

from app.domain.inbox import Arrival, Claim, Counts, DeadLetter, Failure, Fate, Receipt, Waiting


class Inbox(Protocol):
    """A keyed set of subjects to look at. Every time is an argument; every method may raise Temporary or Permanent."""

    async def accept(self, arrival: Arrival, now: datetime) -> Receipt:
        """Take in an arrival; returns only when it is on disk."""
        ...

    def put(self, arrival: Arrival, now: datetime) -> Receipt:
        """The same for callers without an event loop."""
        ...

    def claim(self, now: datetime) -> Claim | None:
        """The next subject that is due, if any: by priority, then by due instant; never one that is running."""
        ...

    def settle(self, claim: Claim, now: datetime, look_again_at: datetime | None = None) -> bool:
        """The run is done. False where the claim was no longer held (its lease had ended)."""
        ...

    def fail(self, claim: Claim, failure: Failure, now: datetime) -> Fate:
        """The run is not done: try again later, or bury it."""
        ...

    def traces(self, deliveries: tuple[str, ...]) -> tuple[str, ...]:
        """The traces that these deliveries came with, as far as they had one and are remembered."""
        ...

    def next_due(self) -> datetime | None:
        """The earliest instant at which `claim` may find something; None while nothing waits or runs."""
        ...

    def wait(self, at_most: timedelta) -> None:
        """Block until something changed or the time is over. For one watcher at a time."""
        ...

    def wake(self) -> None:
        """End a `wait` at once."""
        ...

    def held(self) -> bool:
        """Whether what this process claimed is still its own. If not, another may have it: cut every run off."""
        ...

    def leads(self) -> bool:
        """Whether this process is the one, of all that share the inbox, for work that comes by the clock."""
        ...

    def ahead(self) -> timedelta:
        """How far the clock of those who share the inbox is ahead of this machine's; their instants are by theirs."""
        ...

    def tidy(self, now: datetime) -> int:
        """Forget old delivery ids; how many."""
        ...

    def check(self) -> None:
        """Write something, durably. Returns if arrivals can be taken in; raises if not."""
        ...

    def counts(self) -> Counts:
        """How many wait, run and are dead."""
        ...

    def waiting(self, limit: int) -> tuple[Waiting, ...]:
        """Those that wait, next ones first."""
        ...

    def running(self) -> tuple[Claim, ...]:
        """Those being worked on."""
        ...

    def dead(self, limit: int) -> tuple[DeadLetter, ...]:
        """Dead letters, newest first."""
        ...

    def dead_letter(self, key: str) -> DeadLetter | None:
        """The dead letter of this subject."""
        ...

    def retry(self, key: str, now: datetime) -> bool:
        """Let a dead subject run again now. False if it is not dead."""
        ...

    def close(self) -> None:
        """Finish what was handed in and let go of everything."""
        ...
