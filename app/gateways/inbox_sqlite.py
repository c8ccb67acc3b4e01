"""The inbox on SQLite: WAL, group commit for intake, leases; one process at a time (promise 12).

Intake and settlement have a connection and short transactions each. Intake commits with `synchronous=FULL`: what is
acknowledged survives a power cut. Settlement needs no flush of its own: a power cut that loses one repeats a run.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from app.domain.inbox import (
    Arrival,
    Claim,
    DeadLetter,
    Failure,
    Fate,
    InboxRules,
    Receipt,
    Waiting,
    abandoned,
    failed,
    look_again,
)
from app.domain.intake import Batch
from app.domain.subject import Priority
from app.gateways import inbox_rows as rows
from app.gateways.inbox_batch import take_in
from app.gateways.inbox_intake import Intake
from app.gateways.inbox_view import InboxView, revive
from app.gateways.sqlite_file import OpenedFile, connect, lock_file, migrate, transaction

FORGET_AT_ONCE = 2_000
INTAKE_CHECKPOINT_PAGES = 10_000


class SqliteInbox(InboxView):
    """Implements `app.services.inbox_port.Inbox`."""

    def __init__(self, path: Path, rules: InboxRules) -> None:
        """Open or create the file. Raises Permanent, in words, if another process has it or it cannot be used."""
        self._rules = rules
        self._turn, self._bell = threading.Lock(), threading.Event()
        self._lock = lock_file(path, wait=False)
        try:
            super().__init__(path, connect(path, "NORMAL"))
            try:
                migrate(self._db, path, rows.MIGRATIONS)
                with self._working():
                    rows.end_all_leases(self._db)
                self._arrivals = connect(path, "FULL")
                self._place = OpenedFile(path)
            except BaseException:
                self._db.close()
                raise
        except BaseException:
            self._lock.free()
            raise
        # Bringing the log into the file is left to the workers' connection, so that no sender waits for it.
        self._arrivals.execute(f"PRAGMA wal_autocheckpoint={INTAKE_CHECKPOINT_PAGES}")
        self._intake = Intake(self._store)

    async def accept(self, arrival: Arrival, now: datetime) -> Receipt:
        """See Inbox."""
        return await self._intake.accept((arrival, now))

    def put(self, arrival: Arrival, now: datetime) -> Receipt:
        """See Inbox."""
        return self._intake.put((arrival, now))

    def check(self) -> None:
        """See Inbox. Goes the whole way of an arrival, so that it fails when they fail."""
        self._intake.put(None)

    def claim(self, now: datetime) -> Claim | None:
        """See Inbox."""
        self._place.check()
        due = self.next_due()
        if due is None or due > now:
            return None
        with self._working():
            for lost in rows.leases_over(self._db, now):
                rows.delete_running(self._db, lost.token)
                before = rows.waiting_place(self._db, lost.subject.key)
                self._keep(abandoned(lost, before, now, self._rules))
            place = self._first_due(now)
            if place is None:
                return None
            rows.delete_waiting(self._db, place.subject.key)
            return rows.add_running(self._db, place, self._rules.lease, now)

    def settle(self, claim: Claim, now: datetime, look_again_at: datetime | None = None) -> bool:
        """See Inbox."""
        with self._working():
            if not rows.delete_running(self._db, claim.token):
                return False
            if look_again_at is not None:
                before = rows.waiting_place(self._db, claim.subject.key)
                self._keep(look_again(before, claim.subject, look_again_at, now, self._rules))
        self._bell.set()
        return True

    def fail(self, claim: Claim, failure: Failure, now: datetime) -> Fate:
        """See Inbox."""
        with self._working():
            if not rows.delete_running(self._db, claim.token):
                return Fate.LOST
            before = rows.waiting_place(self._db, claim.subject.key)
            fate = self._keep(failed(claim, before, failure, now, self._rules))
        self._bell.set()
        return fate

    def traces(self, deliveries: tuple[str, ...]) -> tuple[str, ...]:
        """See Inbox."""
        with self._reading():
            return rows.traces(self._db, deliveries)

    def next_due(self) -> datetime | None:
        """See Inbox."""
        with self._reading():
            firsts = (rows.first_free(self._db, priority) for priority in Priority)
            instants = [first.due for first in firsts if first]
            lease_end = rows.first_lease_end(self._db)
        return min([*instants, lease_end] if lease_end else instants, default=None)

    def wait(self, at_most: timedelta) -> None:
        """See Inbox."""
        self._bell.wait(at_most.total_seconds())
        self._bell.clear()

    def wake(self) -> None:
        """See Inbox."""
        self._bell.set()

    def held(self) -> bool:
        """See Inbox. The file's lock is ours as long as we live."""
        return True

    def leads(self) -> bool:
        """See Inbox. There is no other."""
        return True

    def ahead(self) -> timedelta:
        """See Inbox. There is no other clock."""
        return timedelta(0)

    def tidy(self, now: datetime) -> int:
        """See Inbox. In small bites, so that arrivals get their turn between them."""
        forgotten = 0
        while True:
            with self._working():
                bite = rows.forget_deliveries(self._db, now - self._rules.remember_deliveries, FORGET_AT_ONCE)
            forgotten += bite
            if bite < FORGET_AT_ONCE:
                return forgotten

    def retry(self, key: str, now: datetime) -> bool:
        """See Inbox."""
        with self._working():
            found = revive(self._db, key, now, self._rules)
        self._bell.set()
        return found

    def close(self) -> None:
        """See Inbox."""
        self._intake.close()
        self._arrivals.close()
        super().close()
        self._lock.free()

    def _store(self, batch: Batch) -> Sequence[Receipt]:
        self._place.check()
        with transaction(self._arrivals, self._turn, self._path):
            receipts = take_in(self._arrivals, batch, self._rules)
        self._bell.set()
        return receipts

    def _first_due(self, now: datetime) -> Waiting | None:
        firsts = (rows.first_free(self._db, priority) for priority in Priority)
        return next((first for first in firsts if first and first.due <= now), None)

    def _keep(self, outcome: Waiting | DeadLetter) -> Fate:
        match outcome:
            case Waiting():
                rows.save_waiting(self._db, [outcome])
                return Fate.RETRY
            case DeadLetter():
                rows.save_dead(self._db, outcome)
                return Fate.DEAD

    @contextmanager
    def _working(self) -> Iterator[None]:
        with self._one_at_a_time, transaction(self._db, self._turn, self._path):
            yield
