"""The journal on PostgreSQL, shared by every replica, sweep and look from beside."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.plan import Verdict
from app.gateways.journal_json import from_json, is_unspoken, to_json
from app.gateways.postgres_link import Connection, Link
from app.gateways.postgres_schema import bring_forward

FORGET_AT_ONCE = 2_000
PATIENCE = 4.0

Line = tuple[datetime, str, int, bool, str | None, int | None, datetime | None, str]
"""When, of which issue (two columns), whether dry, whose move (who, which event, when), and what was said as JSON."""

MOVES = (
    "SELECT count(DISTINCT event_id) AS moves FROM line WHERE who = %s AND moved_at IS NOT NULL"
    " AND moved_at BETWEEN %s AND %s AND NOT dry"
)
RECORD = (
    "INSERT INTO line (at, project, iid, dry, who, event_id, moved_at, said) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)


class PostgresJournal:
    """Implements `app.services.ports.Journal`."""

    def __init__(self, url: str, patience: float = PATIENCE, *, read_only: bool = False) -> None:
        """Bring the tables forward, unless it is only to be read. Raises Temporary, Permanent."""
        if not read_only:
            bring_forward(url, patience=patience)
        self._link = Link(url, "journal", PATIENCE)

    @classmethod
    def beside(cls, url: str) -> Self:
        """To look at, whether replicas run or not."""
        return cls(url, read_only=True)

    def record(self, entries: Sequence[Entry]) -> None:
        """Write the lines of one run, all or none. Raises Temporary, Permanent."""
        lines = [line(entry) for entry in entries]
        if lines:
            self._link.do(lambda db: write(db, lines), repeatable=False)

    def moves_by(self, username: str, since: datetime, until: datetime) -> int:
        """How many distinct moves this person made in that time, both ends counted, of those judged in earnest.

        What counts is when a card was moved, as in the journal on SQLite.
        """
        row = self._link.do(lambda db: db.execute(MOVES, (username, since, until)).fetchone())
        return int(row["moves"]) if row else 0

    def unspoken(self, username: str, since: datetime) -> tuple[Ref, ...]:
        """The cards that went back in earnest after moves of this person since then, and of which a summary tells."""
        asked = "SELECT said, project, iid FROM line WHERE who = %s AND at > %s AND NOT dry ORDER BY id"
        found = self._link.do(lambda db: db.execute(asked, (username, since)).fetchall())
        return tuple(dict.fromkeys(Ref(row["project"], row["iid"]) for row in found if is_unspoken(row["said"])))

    def reminded(self, username: str, since: datetime, but: Ref) -> bool:
        """Whether this person was reminded in earnest since then, of other requests than this."""
        asked = "SELECT said, project, iid FROM line WHERE who = %s AND at > %s AND NOT dry"
        found = self._link.do(lambda db: db.execute(asked, (username, since)).fetchall())
        verdict = f'"verdict": "{Verdict.REMINDED}"'
        return any(verdict in row["said"] and (row["project"], row["iid"]) != (but.project, but.iid) for row in found)

    def lines(self, ref: Ref, limit: int) -> tuple[Entry, ...]:
        """What was decided and written about an issue, newest first."""
        asked = "SELECT said, at, dry FROM line WHERE project = %s AND iid = %s ORDER BY id DESC LIMIT %s"
        found = self._link.do(lambda db: db.execute(asked, (ref.project, ref.iid, limit)).fetchall())
        return tuple(from_json(row["said"], row["at"], ref, row["dry"]) for row in found)

    def prune(self, now: datetime, older_than: timedelta) -> int:
        """Forget lines older than an age; how many. Replicas that do it at once share the work."""
        forgotten, bite = 0, FORGET_AT_ONCE
        while bite == FORGET_AT_ONCE:
            bite = self._link.do(lambda db: _forget(db, now - older_than))
            forgotten += bite
        return forgotten

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()


def line(entry: Entry) -> Line:
    """An entry as a row."""
    finding, ref = entry.finding, entry.ref
    who, event_id = (finding.who, finding.event_id) if finding else (None, None)
    moved_at = finding.moved_at if finding else None
    return entry.at, ref.project, ref.iid, entry.dry, who, event_id, moved_at, to_json(entry)


def write(db: Connection, lines: Sequence[Line]) -> None:
    """Add lines, within a transaction of the caller."""
    with db.cursor() as cursor:
        cursor.executemany(RECORD, lines)


def _forget(db: Connection, before: datetime) -> int:
    chosen = "SELECT id FROM line WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED"
    return db.execute(f"DELETE FROM line WHERE id IN ({chosen})".encode(), (before, FORGET_AT_ONCE)).rowcount  # noqa: S608
