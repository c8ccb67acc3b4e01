"""The budget of calls to GitLab that all replicas draw from: GitLab's limits are the token's, not the replica's."""

import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

from app.domain.failure import Permanent, Temporary
from app.gateways.gitlab_budget import LONGEST_PAUSE, Budget
from app.gateways.postgres_link import Connection, Link

T = TypeVar("T")
OURS = "service"
ALONE = 5.0
"""Seconds after which a database that was away is asked again."""
DEADLINE = 3.0
"""Seconds. A call to GitLab does not wait longer for its turn to be counted."""

TURN = (
    "INSERT INTO budget VALUES (%(who)s, %(calls)s, %(calls_at)s, %(notes)s, %(notes_at)s, %(bulk)s, %(bulk_at)s,"
    " %(rests_until)s) ON CONFLICT (who) DO UPDATE SET who = excluded.who"
    " RETURNING *, extract(epoch FROM clock_timestamp())::float8 AS now"
)
KEEP = (
    "UPDATE budget SET calls = %(calls)s, calls_at = %(calls_at)s, notes = %(notes)s, notes_at = %(notes_at)s,"
    " bulk = %(bulk)s, bulk_at = %(bulk_at)s, rests_until = %(rests_until)s WHERE who = %(who)s"
)


class SharedBudget(Budget):
    """A Budget whose levels are a row in PostgreSQL, in turn with the other replicas.

    While PostgreSQL is away it goes on alone from where it was. That is short: a replica that has not heard from the
    database cuts its runs off. Time is the database's: one clock that is wrong must not hold up the others. `elapsed`
    is in seconds and tells only how much of it passed since; `sleep` too.
    """

    def __init__(self, url: str, elapsed: Callable[[], float] = time.monotonic, **limits: Any) -> None:
        self._alone_until = -math.inf
        self._elapsed, self._told = elapsed, (elapsed(), time.time())
        super().__init__(now=self._since_told, **limits)
        self._link = Link(url, "budget", deadline=DEADLINE)

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()

    def begin_slowly(self) -> None:
        """See Budget. All begin slowly."""
        self._shared(super().begin_slowly)

    def _rest(self, seconds: float) -> None:
        alone = super()._rest
        self._shared(lambda: alone(seconds))

    def _turn(self, background: bool, bulk: bool, note: bool) -> float:
        alone = super()._turn
        turn = self._shared(lambda: _told(lambda: alone(background, bulk, note)))
        if isinstance(turn, Temporary):
            raise turn
        return turn

    def _since_told(self) -> float:
        at, told = self._told
        return told + self._elapsed() - at

    def _shared(self, act: Callable[[], T]) -> T:
        if self._elapsed() < self._alone_until:
            return act()
        try:
            return self._link.do(lambda db: self._in_turn(db, act), repeatable=False)
        except (Temporary, Permanent):
            self._alone_until = self._elapsed() + ALONE
            return act()

    def _in_turn(self, db: Connection, act: Callable[[], T]) -> T:
        row = db.execute(TURN, self._levels()).fetchone()
        assert row is not None
        for name, bucket in self._buckets():
            bucket._tokens, bucket._at = row[name], row[f"{name}_at"]
        self._told = self._elapsed(), row["now"]
        self._background_rests_until = min(row["rests_until"], row["now"] + LONGEST_PAUSE)
        done = act()
        db.execute(KEEP, self._levels())
        return done

    def _levels(self) -> dict[str, object]:
        levels: dict[str, object] = {"who": OURS, "rests_until": self._background_rests_until}
        for name, bucket in self._buckets():
            levels |= {name: bucket._tokens, f"{name}_at": bucket._at}
        return levels

    def _buckets(self) -> tuple[tuple[str, Any], ...]:
        return ("calls", self._calls), ("notes", self._notes), ("bulk", self._bulk)


def _told(turn: Callable[[], float]) -> float | Temporary:
    """A refusal of our own is an answer, not a failure of the database."""
    try:
        return turn()
    except Temporary as told:
        return told
