"""A replica's sign of life in PostgreSQL, the bell that others ring, and the clock they share."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from app.domain.failure import Temporary
from app.gateways.postgres_link import Connection, Link, open_connection, translated

CHANNEL = "sounding_board"
BEATS = 12
"""How many signs of life there are in the time after which a silent replica counts as gone."""
CUT_OFF_AT = 1 / 3
"""After this part of that time without an answer our own runs are cut off; a call to GitLab that is under way then has
the rest of it to end.
"""
LONGEST_LISTEN = 1.0
RECONNECT_PAUSE = 0.2

SIGN = (
    "INSERT INTO holder (id, alive_until) VALUES (%(id)s, clock_timestamp() + %(silent)s)"
    " ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until RETURNING clock_timestamp() AS now"
)


class Pulse:
    """One thread with a connection of its own. It outlives the database: it comes back by itself."""

    def __init__(self, url: str, link: Link, silent: timedelta, ring: Callable[[], None]) -> None:
        """Make this replica known. `ring` is called when something may have changed. Raises Temporary, Permanent."""
        self._url, self._link, self._ring, self._silent = url, link, ring, silent
        self._closed = threading.Event()
        row = link.do(lambda db: db.execute("SELECT nextval('holder_id') AS id").fetchone())
        assert row is not None
        self.holder = int(row["id"])
        self._answered = time.monotonic()
        self.ahead = timedelta(0)
        link.do(self._beat)
        self._thread = threading.Thread(target=self._live, name="postgres-pulse", daemon=True)
        self._thread.start()

    def held(self) -> bool:
        """Whether what this replica claimed is still its own, for all that it knows."""
        return time.monotonic() - self._answered < self._silent.total_seconds() * CUT_OFF_AT

    def leads(self) -> bool:
        """Whether this is the oldest of the living replicas, and so the one for periodic work. Raises Temporary."""
        asked = "SELECT min(id) AS eldest FROM holder WHERE alive_until > clock_timestamp()"
        row = self._link.do(lambda db: db.execute(asked).fetchone())
        return self.held() and row is not None and row["eldest"] == self.holder

    def close(self) -> None:
        """End; whoever holds nothing any more is forgotten at once. A claim that is left keeps its holder's time."""
        self._closed.set()
        with suppress(Temporary):
            self._link.do(self._leave)
        self._thread.join()

    def _leave(self, db: Connection) -> None:
        held = "SELECT 1 FROM subject WHERE holder = %(id)s AND token IS NOT NULL"
        left = f"DELETE FROM holder WHERE id = %(id)s AND NOT EXISTS ({held})"  # noqa: S608
        db.execute(left.encode(), {"id": self.holder})
        db.execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _live(self) -> None:
        while not self._closed.is_set():
            with suppress(Temporary), translated():
                connection = open_connection(self._url, "pulse")
                try:
                    self._listen(connection)
                finally:
                    connection.close()
            self._closed.wait(RECONNECT_PAUSE)

    def _listen(self, connection: Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}".encode())
        # Whatever was rung while nobody listened.
        self._ring()
        every = self._silent.total_seconds() / BEATS
        beat_at = time.monotonic()
        while not self._closed.is_set():
            if (now := time.monotonic()) >= beat_at:
                beat_at = now + every
                self._beat(connection)
            for _ in connection.notifies(timeout=min(LONGEST_LISTEN, every), stop_after=1):
                self._ring()

    def _beat(self, db: Connection) -> None:
        asked, here = time.monotonic(), datetime.now(UTC)
        row = db.execute(SIGN, {"id": self.holder, "silent": self._silent}).fetchone()
        assert row is not None
        took = timedelta(seconds=time.monotonic() - asked)
        # The claim on life is as old as the question, not as the answer.
        self._answered = asked
        self.ahead = row["now"] - here - took / 2


def ring(db: Connection) -> None:
    """Tell every replica, when the transaction is done, that there may be something to do."""
    db.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def forget_the_silent(db: Connection, silent: timedelta) -> None:
    """Replicas that have been gone for long."""
    db.execute("DELETE FROM holder WHERE alive_until < clock_timestamp() - %s", (silent,))
