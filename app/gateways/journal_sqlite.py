"""The journal on SQLite, in a file of its own: its growth, its pruning and its loss are no matter of the inbox's,
and intake never waits for its writes. Several processes may use it at once (the service, a sweep by hand).
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.plan import Verdict
from app.gateways.journal_json import from_json, is_unspoken, to_json
from app.gateways.sqlite_file import connect, instant, lock_file, micros, migrate, transaction, translated

FORGET_AT_ONCE = 2_000

MIGRATIONS = (
    (
        "CREATE TABLE line (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, project TEXT NOT NULL, iid INTEGER NOT NULL,"
        " dry INTEGER NOT NULL, who TEXT, event_id INTEGER, said TEXT NOT NULL) STRICT",
        "CREATE INDEX line_of_issue ON line (project, iid, id)",
        "CREATE INDEX line_of_person ON line (who, event_id, at) WHERE event_id IS NOT NULL",
        "CREATE INDEX line_age ON line (at)",
    ),
    (
        "ALTER TABLE line ADD COLUMN moved_at INTEGER",
        "DROP INDEX line_of_person",
        "CREATE INDEX line_of_person ON line (who, moved_at, event_id) WHERE moved_at IS NOT NULL",
    ),
)

MOVES = (
    "SELECT count(DISTINCT event_id) FROM line WHERE who = ? AND moved_at IS NOT NULL AND moved_at BETWEEN ? AND ?"
    " AND NOT dry"
)


class SqliteJournal:
    """Implements `app.services.ports.Journal`."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open or create the file. Raises Temporary, Permanent."""
        self._path = path
        self._one_at_a_time = threading.Lock()
        if read_only:
            self._db = connect(path, "NORMAL", read_only=True)
            return
        lock = lock_file(path, wait=True)
        try:
            self._db = connect(path, "NORMAL")
            try:
                migrate(self._db, path, MIGRATIONS)
            except BaseException:
                self._db.close()
                raise
        finally:
            lock.free()

    @classmethod
    def beside(cls, path: Path) -> Self:
        """Read-only, whether the service runs or not. Raises Temporary, Permanent."""
        return cls(path, read_only=True)

    def record(self, entries: Sequence[Entry]) -> None:
        """Write the lines of one run, all or none. Raises Temporary, Permanent."""
        lines = [_line(entry) for entry in entries]
        if not lines:
            return
        with transaction(self._db, self._one_at_a_time, self._path):
            self._db.executemany(
                "INSERT INTO line (at, project, iid, dry, who, event_id, moved_at, said)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                lines,
            )

    def moves_by(self, username: str, since: datetime, until: datetime) -> int:
        """How many distinct moves this person made in that time, both ends counted, of those judged in earnest.

        What counts is when a card was moved: a sweep judges the moves of 72 hours at once (workflow 3.6), and some of
        them again, which must not look like a burst.
        """
        with self._reading():
            (moves,) = self._db.execute(MOVES, (username, micros(since), micros(until))).fetchone()
        return int(moves)

    def unspoken(self, username: str, since: datetime) -> tuple[Ref, ...]:
        """The cards that went back in earnest after moves of this person since then, and of which a summary tells."""
        asked = "SELECT said, project, iid FROM line WHERE who = ? AND at > ? AND NOT dry ORDER BY id"
        with self._reading():
            found = self._db.execute(asked, (username, micros(since))).fetchall()
        return tuple(dict.fromkeys(Ref(project, iid) for said, project, iid in found if is_unspoken(said)))

    def reminded(self, username: str, since: datetime, but: Ref) -> bool:
        """Whether this person was reminded in earnest since then, of other requests than this."""
        asked = "SELECT said, project, iid FROM line WHERE who = ? AND at > ? AND NOT dry"
        with self._reading():
            found = self._db.execute(asked, (username, micros(since))).fetchall()
        verdict = f'"verdict": "{Verdict.REMINDED}"'
        return any(verdict in said and (project, iid) != (but.project, but.iid) for said, project, iid in found)

    def lines(self, ref: Ref, limit: int) -> tuple[Entry, ...]:
        """What was decided and written about an issue, newest first."""
        asked = "SELECT said, at, dry FROM line WHERE project = ? AND iid = ? ORDER BY id DESC LIMIT ?"
        with self._reading():
            found = self._db.execute(asked, (ref.project, ref.iid, limit)).fetchall()
        return tuple(from_json(said, instant(at), ref, bool(dry)) for said, at, dry in found)

    def prune(self, now: datetime, older_than: timedelta) -> int:
        """Forget lines older than an age; how many."""
        chosen = "SELECT id FROM line WHERE at < ? ORDER BY at LIMIT ?"
        forgotten, bite = 0, FORGET_AT_ONCE
        while bite == FORGET_AT_ONCE:
            with transaction(self._db, self._one_at_a_time, self._path):
                asked = (micros(now - older_than), FORGET_AT_ONCE)
                bite = self._db.execute(f"DELETE FROM line WHERE id IN ({chosen})", asked).rowcount  # noqa: S608
            forgotten += bite
        return forgotten

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._one_at_a_time, translated(self._path):
            yield


def _line(entry: Entry) -> tuple[int, str, int, bool, str | None, int | None, int | None, str]:
    finding, ref = entry.finding, entry.ref
    who, event_id = (finding.who, finding.event_id) if finding else (None, None)
    moved_at = micros(finding.moved_at) if finding and finding.moved_at else None
    return micros(entry.at), ref.project, ref.iid, entry.dry, who, event_id, moved_at, to_json(entry)
