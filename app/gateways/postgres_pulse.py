"""A replica's sign of life in PostgreSQL, the bell that others ring, and the clock they share."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from app.domain.failure import Permanent, Temporary
from app.gateways.postgres_link import Connection, Link, open_connection, translated
from app.gateways.postgres_schema import bring_forward

log = logging.getLogger(__name__)

CHANNEL = "sounding_board"
BEATS = 12
"""How many signs of life there are in the time after which a silent replica counts as gone."""
CUT_OFF_AT = 1 / 3
"""After this part of that time without an answer our own runs are cut off; a call to GitLab that is under way then has
the rest of it to end.
"""
LONGEST_LISTEN = 1.0
BEAT_SECONDS = 5.0
RECONNECT_PAUSE = 0.2
REFUSED_PAUSE = 2.0

NUMBER = "((extract(epoch FROM clock_timestamp()) * 1000)::bigint << 22 | floor(random() * 4194304)::bigint)"
"""A number that nobody has: in order of time, and not from a sequence, which begins anew with a database made anew."""
JOIN = (
    f"INSERT INTO holder (id, alive_until) VALUES ({NUMBER}, clock_timestamp() + %s)"  # noqa: S608
    " RETURNING id, clock_timestamp() AS now"
)
SIGN = (
    "UPDATE holder SET alive_until = clock_timestamp() + %(silent)s"
    " WHERE id = %(id)s AND alive_until > clock_timestamp() RETURNING clock_timestamp() AS now"
)
"""Changes nothing for whoever counts as gone already: others may have taken over what they ran."""


class Pulse:
    """One thread with a connection of its own. It outlives the database, also one that comes back empty."""

    def __init__(self, url: str, link: Link, silent: timedelta, ring: Callable[[], None]) -> None:
        """Make this replica known. `ring` is called when something may have changed. Raises Temporary, Permanent.

        `holder` is the number that it goes by; it has another one after it counted as gone.
        """
        self._url, self._link, self._ring, self._silent = url, link, ring, silent
        self._closed = threading.Event()
        self._answered, self._refused = time.monotonic(), ""
        self._told = self._answered, datetime.now(UTC)
        self.holder, self._failed = 0, ""
        link.do(self._join)
        self._thread = threading.Thread(target=self._live, name="postgres-pulse", daemon=True)
        self._thread.start()

    def held(self) -> bool:
        """Whether this replica counts as alive, for all that it knows."""
        return time.monotonic() - self._answered < self._silent.total_seconds() * CUT_OFF_AT

    def why(self) -> str:
        """Why it does not count as alive: what its last sign of life met."""
        return self._failed or "PostgreSQL: no sign of life gets through to it"

    def leads(self) -> bool:
        """Whether this is the oldest of the living replicas, and so the one for periodic work. Raises Temporary."""
        asked = "SELECT min(id) AS eldest FROM holder WHERE alive_until > clock_timestamp()"
        row = self._link.do(lambda db: db.execute(asked).fetchone())
        return self.held() and row is not None and row["eldest"] == self.holder

    def ahead(self) -> timedelta:
        """How far the database's clock is ahead of this machine's, also where that was set since the last answer."""
        at, told = self._told
        return told + timedelta(seconds=time.monotonic() - at) - datetime.now(UTC)

    def close(self) -> None:
        """End; whoever holds nothing any more is forgotten at once. A claim that is left keeps its holder's time."""
        self._closed.set()
        self._thread.join()
        with suppress(Temporary, Permanent):
            self._link.do(self._leave)

    def _leave(self, db: Connection) -> None:
        held = "SELECT 1 FROM subject WHERE holder = %(id)s AND token IS NOT NULL"
        left = f"DELETE FROM holder WHERE id = %(id)s AND NOT EXISTS ({held})"  # noqa: S608
        db.execute(left.encode(), {"id": self.holder})
        db.execute("SELECT pg_notify(%s, '')", (CHANNEL,))

    def _live(self) -> None:
        while not self._closed.is_set():
            pause = RECONNECT_PAUSE
            try:
                self._keep_listening()
            except Temporary as failure:
                self._failed = str(failure)
            except Permanent as refusal:
                self._failed = str(refusal)
                pause = REFUSED_PAUSE
                self._report(str(refusal))
            self._closed.wait(pause)

    def _keep_listening(self) -> None:
        """Until the connection breaks. A database that lost its tables gets them again."""
        if self._refused:
            bring_forward(self._url)
        with translated():
            connection = open_connection(self._url, "pulse")
            try:
                self._listen(connection)
            finally:
                connection.close()

    def _report(self, refusal: str) -> None:
        """Once for as long as it stays the same."""
        if refusal != self._refused:
            log.error("no sign of life can be given, so nothing is worked on: %s", refusal)
        self._refused = refusal

    def _listen(self, connection: Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}".encode())
        # Whatever was rung while nobody listened.
        self._ring()
        every = self._silent.total_seconds() / BEATS
        beat_at = time.monotonic()
        while not self._closed.is_set():
            if (now := time.monotonic()) >= beat_at:
                with connection.within(BEAT_SECONDS):
                    self._beat(connection)
                self._refused = ""
                beat_at = now + every
            for _ in connection.notifies(timeout=min(LONGEST_LISTEN, every), stop_after=1):
                self._ring()

    def _beat(self, db: Connection) -> None:
        asked = time.monotonic()
        row = db.execute(SIGN, {"id": self.holder, "silent": self._silent}).fetchone()
        if row is None:
            log.error("this replica counted as gone: what it ran is cut off, and it joins the others anew")
            self._join(db)
            return
        self._heard(asked, row["now"])

    def _join(self, db: Connection) -> None:
        asked = time.monotonic()
        row = db.execute(JOIN.encode(), (self._silent,)).fetchone()
        assert row is not None
        self.holder = row["id"]
        self._heard(asked, row["now"])

    def _heard(self, asked: float, now: datetime) -> None:
        # Halfway between question and answer; the claim on life is as old as the question.
        self._told = (asked + time.monotonic()) / 2, now
        self._answered, self._failed = asked, ""


def ring(db: Connection) -> None:
    """Tell every replica, when the transaction is done, that there may be something to do."""
    db.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def forget_the_silent(db: Connection, silent: timedelta) -> None:
    """Replicas that have been gone for long."""
    db.execute("DELETE FROM holder WHERE alive_until < clock_timestamp() - %s", (silent,))
