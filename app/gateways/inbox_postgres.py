"""The inbox on PostgreSQL: the same keyed set, under any number of replicas (promise 12; docs/decisions/0006).

A subject is one row, and whoever changes it has locked it. Claims pass over rows that somebody else is just taking.
A claim lasts as long as its replica shows signs of life, and never longer than its lease.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from app.domain.failure import Left, Temporary
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
from app.domain.intake import Batch, Known, deliveries_of, keys_of, taken_in, wishes
from app.gateways import inbox_postgres_rows as rows
from app.gateways.inbox_intake import Intake
from app.gateways.inbox_postgres_held import Held
from app.gateways.inbox_postgres_view import PostgresView, revive
from app.gateways.postgres_link import Connection, Link, Work, whereabouts
from app.gateways.postgres_pulse import Pulse, forget_the_silent, ring
from app.gateways.postgres_schema import bring_forward

T = TypeVar("T")

FORGET_AT_ONCE = 2_000
PATIENCE = 4.0
"""Seconds that a restart of PostgreSQL may take without a delivery being refused; GitLab waits ten for its answer."""
INTAKE_DEADLINE = 5.0
START_PATIENCE = 30.0
"""Seconds that a replica which starts waits for PostgreSQL, which may be starting beside it."""
HOLDERS_KEPT = timedelta(days=1)
TOLD_AFTER = 1.0

log = logging.getLogger(__name__)


class PostgresInbox(PostgresView):
    """Implements `app.services.inbox_port.Inbox`."""

    def __init__(self, url: str, rules: InboxRules, patience: float = START_PATIENCE) -> None:
        """Bring the tables forward and join the other replicas. Raises Temporary, Permanent."""
        self._rules = rules
        self._bell = threading.Event()
        self._claiming = threading.Lock()
        self._held, self._unanswered = Held(rules.lease), set[int]()
        with _waited_for(whereabouts(url)):
            bring_forward(url, patience=patience)
        super().__init__(Link(url, "worker", PATIENCE))
        self._arrivals = Link(url, "intake", PATIENCE, INTAKE_DEADLINE)
        try:
            self._pulse = Pulse(url, self._link, rules.silent, self._bell.set)
        except BaseException:
            self._link.close()
            raise
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
        if not self._pulse.held():
            raise Temporary(self._pulse.why())

    def claim(self, now: datetime) -> Claim | None:
        """See Inbox."""
        if not self._pulse.held():
            raise Temporary(self._pulse.why(), retry_after=1)
        if not self.held():
            raise Temporary("PostgreSQL: runs from before it was silent have to end first", retry_after=1)
        with self._claiming:
            holder = self._pulse.holder
            claim = self._link.do(lambda db: self._claim(db, now, holder))
            if isinstance(claim, Claim):
                self._held.add(claim.token, holder)
                return claim
        if claim is not None:
            raise claim
        return None

    def settle(self, claim: Claim, now: datetime, look_again_at: datetime | None = None) -> bool:
        """See Inbox."""
        tries = count()

        def work(db: Connection) -> bool:
            again = next(tries) > 0 or claim.token in self._unanswered
            places = rows.lock(db, [claim.subject.key])
            for place in _held_by(claim, places):
                place.claim = None
                if look_again_at is not None:
                    place.waiting = look_again(place.waiting, claim.subject, look_again_at, now, self._rules)
                rows.save(db, [place])
                ring(db)
                return True
            rows.save(db, places.values())
            # The answer to the first try was lost, and with it the news that it was made.
            return again

        return self._finish(claim, work)

    def fail(self, claim: Claim, failure: Failure, now: datetime) -> Fate:
        """See Inbox."""
        tries = count()

        def work(db: Connection) -> Fate:
            again = next(tries) > 0 or claim.token in self._unanswered
            places = rows.lock(db, [claim.subject.key])
            for place in _held_by(claim, places):
                fate = _end(place, failed(claim, place.waiting, failure, now, self._rules))
                rows.save(db, [place])
                ring(db)
                return fate
            rows.save(db, places.values())
            return Fate.RETRY if again else Fate.LOST

        return self._finish(claim, work)

    def traces(self, deliveries: tuple[str, ...]) -> tuple[str, ...]:
        """See Inbox."""
        return self._link.do(lambda db: rows.traces(db, deliveries))

    def next_due(self) -> datetime | None:
        """See Inbox."""
        return self._link.do(rows.next_due)

    def wait(self, at_most: timedelta) -> None:
        """See Inbox."""
        self._bell.wait(at_most.total_seconds())
        self._bell.clear()

    def wake(self) -> None:
        """See Inbox."""
        self._bell.set()

    def held(self) -> bool:
        """See Inbox. After it counted as gone, not before every run from before that has ended."""
        return self._pulse.held() and not self._held.of_others(self._pulse.holder)

    def leads(self) -> bool:
        """See Inbox."""
        return self._pulse.leads()

    def ahead(self) -> timedelta:
        """See Inbox."""
        return self._pulse.ahead()

    def tidy(self, now: datetime) -> int:
        """See Inbox. In small bites, so that arrivals get their turn between them."""
        forgotten, before = 0, now - self._rules.remember_deliveries
        while True:
            bite = self._link.do(lambda db: rows.forget_deliveries(db, before, FORGET_AT_ONCE))
            forgotten += bite
            if bite < FORGET_AT_ONCE:
                self._link.do(lambda db: forget_the_silent(db, HOLDERS_KEPT))
                return forgotten

    def retry(self, key: str, now: datetime) -> bool:
        """See Inbox."""
        return self._link.do(lambda db: revive(db, [key], now, self._rules)) == 1

    def close(self) -> None:
        """See Inbox."""
        self._intake.close()
        self._pulse.close()
        self._arrivals.close()
        super().close()

    def _claim(self, db: Connection, now: datetime, holder: int) -> Claim | Temporary | None:
        """That we count as gone is an answer, and no failure of the database to be waited for."""
        for place in rows.lost(db, now, holder, self._held.tokens()):
            assert place.claim is not None
            _end(place, abandoned(place.claim, place.waiting, now, self._rules))
            rows.save(db, [place])
        due = rows.first_due(db, now)
        return None if due is None else rows.claimed(db, due, holder, self._rules.lease, now)

    def _finish(self, claim: Claim, work: Work[T]) -> T:
        """The end of a run. Where the answer to it was lost, the next try finds nothing to end, and that is well."""
        try:
            ended = self._link.do(work)
        except Temporary as failure:
            if failure.left is Left.UNKNOWN:
                self._unanswered.add(claim.token)
            raise
        self._unanswered.discard(claim.token)
        self._held.discard(claim.token)
        self._bell.set()
        return ended

    def _store(self, batch: Batch) -> Sequence[Receipt]:
        receipts = self._arrivals.do(lambda db: self._take_in(db, batch))
        self._bell.set()
        return receipts

    def _take_in(self, db: Connection, batch: Batch) -> Sequence[Receipt]:
        if None in batch:
            db.execute("UPDATE holder SET alive_until = alive_until WHERE id = %s", (self._pulse.holder,))
        wished = wishes(batch)
        if not wished:
            return [Receipt.ACCEPTED] * len(batch)
        came = deliveries_of(wished)
        new = rows.remember(db, came)
        places = rows.lock(db, keys_of(wished))
        known = _known(places, set(came) - new)
        receipts = taken_in(known, batch, self._rules)
        for key, place in places.items():
            place.waiting, place.dead = known.waiting.get(key), known.dead.get(key)
        rows.save(db, places.values())
        ring(db)
        return receipts


@contextmanager
def _waited_for(where: str) -> Iterator[None]:
    """Whoever looks at a start that does not come to an end hears what it waits for, and for which database."""
    began = time.monotonic()
    told = threading.Timer(TOLD_AFTER, log.warning, ("waiting for PostgreSQL at %s", where))
    told.start()
    try:
        yield
    except Temporary as failure:
        why, seconds = str(failure).removeprefix("PostgreSQL: "), time.monotonic() - began
        raise Temporary(
            f"PostgreSQL at {where}: {why}; given up after {seconds:.0f} s", failure.retry_after
        ) from failure
    finally:
        told.cancel()
        told.join()


def _known(places: dict[str, rows.Place], deliveries: set[str]) -> Known:
    return Known(
        deliveries,
        {key: place.waiting for key, place in places.items() if place.waiting},
        {key: place.dead for key, place in places.items() if place.dead},
        frozenset(key for key, place in places.items() if place.claim),
    )


def _held_by(claim: Claim, places: dict[str, rows.Place]) -> Iterator[rows.Place]:
    """The place of a claim, if it still holds it."""
    for place in places.values():
        if place.claim is not None and place.claim.token == claim.token:
            yield place


def _end(place: rows.Place, outcome: Waiting | DeadLetter) -> Fate:
    """The claim of a locked place is over, with this outcome."""
    place.claim = place.holder = None
    match outcome:
        case Waiting():
            place.waiting = outcome
            return Fate.RETRY
        case DeadLetter():
            place.waiting, place.dead = None, outcome
            return Fate.DEAD
