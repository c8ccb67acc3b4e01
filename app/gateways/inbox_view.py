"""Looks into the inbox's file: from the service itself, or from beside it without disturbing it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from app.domain.inbox import Arrival, Claim, Counts, DeadLetter, InboxRules, Waiting, arrived, revived
from app.gateways import inbox_rows as rows
from app.gateways.sqlite_file import connect, transaction, translated


class InboxView:
    """The listing half of `app.services.inbox_port.Inbox`."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._path, self._db, self._one_at_a_time = path, db, threading.Lock()

    @classmethod
    def beside(cls, path: Path) -> Self:
        """Read-only and without a lock, whether the service runs or not. Raises Temporary, Permanent."""
        return cls(path, connect(path, "NORMAL", read_only=True))

    def counts(self) -> Counts:
        """See Inbox."""
        with self._reading():
            return rows.count(self._db)

    def waiting(self, limit: int) -> tuple[Waiting, ...]:
        """See Inbox."""
        with self._reading():
            return rows.list_waiting(self._db, limit)

    def running(self) -> tuple[Claim, ...]:
        """See Inbox."""
        with self._reading():
            return rows.list_running(self._db)

    def dead(self, limit: int) -> tuple[DeadLetter, ...]:
        """See Inbox."""
        with self._reading():
            return rows.list_dead(self._db, limit)

    def dead_letter(self, key: str) -> DeadLetter | None:
        """See Inbox."""
        with self._reading():
            return rows.dead_letter(self._db, key)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._one_at_a_time, translated(self._path):
            yield


def revive(db: sqlite3.Connection, key: str, now: datetime, rules: InboxRules) -> bool:
    """Let a dead subject wait again, due at once. Within a transaction of the caller."""
    letter = rows.dead_letter(db, key)
    if letter is None:
        return False
    place = arrived(revived(letter), Arrival(letter.subject, not_before=now), now, rules)
    rows.delete_dead(db, [key])
    rows.save_waiting(db, [place])
    return True


def retry_beside(path: Path, key: str, now: datetime) -> bool:
    """Retry a dead letter from another process than the service's; the service sees it within its next look.

    False if it is not dead. Raises Temporary, Permanent.
    """
    with _writing_beside(path) as db:
        return revive(db, key, now, InboxRules())


def retry_all_beside(path: Path, now: datetime) -> int:
    """As `retry_beside`, for every dead letter; how many there were. Raises Temporary, Permanent."""
    with _writing_beside(path) as db:
        dead = rows.list_dead(db, rows.count(db).dead)
        return sum(revive(db, letter.subject.key, now, InboxRules()) for letter in dead)


@contextmanager
def _writing_beside(path: Path) -> Iterator[sqlite3.Connection]:
    InboxView.beside(path).close()
    db = connect(path, "FULL")
    try:
        with transaction(db, threading.Lock(), path):
            yield db
    finally:
        db.close()
