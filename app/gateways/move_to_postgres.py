"""Brings the inbox and the journal from their files to PostgreSQL, once, all or nothing."""

import math
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

from app.domain.failure import Permanent
from app.domain.inbox import Came, DeadLetter, InboxRules, Moved, Waiting, abandoned, merged
from app.gateways import inbox_postgres_rows as rows
from app.gateways import inbox_rows as file_rows
from app.gateways.journal_postgres import Line
from app.gateways.postgres_link import Connection, Link
from app.gateways.postgres_pulse import ring
from app.gateways.postgres_schema import bring_forward
from app.gateways.sqlite_file import connect, instant, lock_file, migrate, translated

AT_ONCE = 1_000
MOVED = "moved"
EVERYTHING = 2**31
KNOWN_LINE = (
    "INSERT INTO line (at, project, iid, dry, who, event_id, moved_at, said) SELECT * FROM"
    " (VALUES (%s::timestamptz, %s::text, %s::bigint, %s::boolean, %s::text, %s::bigint, %s::timestamptz, %s::text))"
    " AS came (at, project, iid, dry, who, event_id, moved_at, said) WHERE NOT EXISTS (SELECT 1 FROM line WHERE"
    " line.project = came.project AND line.iid = came.iid AND line.at = came.at AND line.said = came.said)"
)
"""A move that was cut off after it was written, and is made again, writes no line twice."""


def move(inbox: Path, journal: Path, url: str, now: datetime) -> Moved:
    """Move both files' content, then put `.moved` to their names. Raises Temporary, Permanent.

    Refused where a service has the files. What a killed service was at is done again by whoever claims it next.
    """
    lock = lock_file(inbox, wait=False)
    try:
        half = not inbox.exists() and _moved(inbox).exists() and journal.exists()
        # Cut off between the two names: what the inbox had is there, and may be long done by now.
        waiting, dead, deliveries = ([], [], {}) if half else _inbox(inbox, now)
        bring_forward(url)
        with _lines(journal) as lines, closing(Link(url, "move", deadline=math.inf)) as link:
            moved = link.do(lambda db: _write(db, waiting, dead, deliveries, lines), repeatable=False)
        for path in (inbox, journal):
            _set_aside(path)
    finally:
        lock.free()
    return moved


def _inbox(path: Path, now: datetime) -> tuple[list[Waiting], list[DeadLetter], dict[str, Came]]:
    rules = InboxRules()
    if not path.exists() and _moved(path).exists():
        raise Permanent(
            f"There is nothing to move: {path} has been moved already, as {_moved(path).name} beside it says. "
            "Nothing was changed."
        )
    connect(path, "NORMAL", read_only=True).close()
    db = connect(path, "FULL")
    try:
        # It may be of an older version, which never ran with these tables.
        migrate(db, path, file_rows.MIGRATIONS)
        with translated(path):
            waiting = {place.subject.key: place for place in file_rows.list_waiting(db, EVERYTHING)}
            dead = list(file_rows.list_dead(db, EVERYTHING))
            for claim in file_rows.list_running(db):
                match abandoned(claim, waiting.get(claim.subject.key), now, rules):
                    case Waiting() as place:
                        waiting[claim.subject.key] = place
                    case DeadLetter() as letter:
                        dead.append(letter)
            return list(waiting.values()), dead, file_rows.list_deliveries(db)
    finally:
        db.close()


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[Line]]:
    if not path.exists():
        yield iter(())
        return
    with closing(connect(path, "NORMAL", read_only=True)) as db, translated(path):
        found = db.execute("SELECT at, project, iid, dry, who, event_id, moved_at, said FROM line ORDER BY id")
        yield ((instant(row[0]), row[1], row[2], bool(row[3]), row[4], row[5], _when(row[6]), row[7]) for row in found)


def _when(micros: int | None) -> datetime | None:
    return None if micros is None else instant(micros)


def _write(
    db: Connection,
    waiting: Sequence[Waiting],
    dead: Sequence[DeadLetter],
    deliveries: dict[str, Came],
    lines: Iterator[Line],
) -> Moved:
    db.execute("SET LOCAL statement_timeout TO 0")
    rows.remember(db, deliveries)
    places = rows.lock(db, {*(place.subject.key for place in waiting), *(letter.subject.key for letter in dead)})
    for place in waiting:
        there = places[place.subject.key]
        there.waiting, there.dead = merged(there.waiting, place) if there.waiting else place, None
    for letter in dead:
        there = places[letter.subject.key]
        if there.waiting is None:
            there.dead = letter
    rows.save(db, places.values())
    written = 0
    while some := list(islice(lines, AT_ONCE)):
        with db.cursor() as cursor:
            cursor.executemany(KNOWN_LINE, some)
        written += len(some)
    ring(db)
    return Moved(len(waiting), len(dead), len(deliveries), written)


def _set_aside(path: Path) -> None:
    """Fold the log into the file, which then stands for itself, and give it a name that no service looks for."""
    if not path.exists():
        return
    db = connect(path, "FULL")
    with closing(db), translated(path):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for beside in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{beside}").unlink()
    path.rename(_moved(path))


def _moved(path: Path) -> Path:
    return path.with_name(f"{path.name}.{MOVED}")
