"""Looks into the inbox in PostgreSQL: from a replica, or from beside all of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Self

from app.domain.inbox import Arrival, Claim, Counts, DeadLetter, InboxRules, Waiting, arrived, revived
from app.domain.subject import KINDS
from app.gateways import inbox_postgres_rows as rows
from app.gateways.postgres_link import Connection, Link
from app.gateways.postgres_pulse import ring


class PostgresView:
    """The listing half of `app.services.inbox_port.Inbox`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @classmethod
    def beside(cls, url: str) -> Self:
        """Whether replicas run or not. Raises Temporary, Permanent, both when it is asked something."""
        return cls(Link(url, "view"))

    def counts(self) -> Counts:
        """See Inbox."""
        return self._link.do(rows.count)

    def waiting(self, limit: int) -> tuple[Waiting, ...]:
        """See Inbox."""
        return self._link.do(lambda db: rows.list_waiting(db, limit))

    def running(self) -> tuple[Claim, ...]:
        """See Inbox."""
        return self._link.do(rows.list_running)

    def dead(self, limit: int) -> tuple[DeadLetter, ...]:
        """See Inbox."""
        return self._link.do(lambda db: rows.list_dead(db, limit))

    def dead_letter(self, key: str) -> DeadLetter | None:
        """See Inbox."""
        return self._link.do(lambda db: rows.dead_letter(db, key))

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()


def revive(db: Connection, keys: list[str], now: datetime, rules: InboxRules) -> int:
    """Let dead subjects wait again, due at once; how many of these were dead. Within a transaction of the caller."""
    places = rows.lock(db, [key for key in keys if key.partition(":")[0] in KINDS])
    woken = 0
    for place in places.values():
        if (letter := place.dead) is not None:
            place.waiting = arrived(revived(letter), Arrival(letter.subject, not_before=now), now, rules)
            place.dead, woken = None, woken + 1
    rows.save(db, places.values())
    ring(db)
    return woken


def retry_beside(url: str, key: str, now: datetime) -> bool:
    """Retry a dead letter from another process than the replicas'. False if it is not dead.

    Raises Temporary, Permanent.
    """
    return _beside(url, lambda db: revive(db, [key], now, InboxRules())) == 1


def retry_all_beside(url: str, now: datetime) -> int:
    """As `retry_beside`, for every dead letter; how many there were. Raises Temporary, Permanent."""

    def all_of_them(db: Connection) -> int:
        dead = [letter.subject.key for letter in rows.list_dead(db, None)]
        return revive(db, dead, now, InboxRules())

    return _beside(url, all_of_them)


def _beside(url: str, work: Callable[[Connection], int]) -> int:
    link = Link(url, "retry")
    try:
        return link.do(work)
    finally:
        link.close()
