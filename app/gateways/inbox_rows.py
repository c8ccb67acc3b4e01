"""The inbox's tables, and its values as rows. Instants are microseconds since 1970; delivery ids a JSON array."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.domain.inbox import Came, Claim, Counts, DeadLetter, Waiting
from app.domain.intake import Known
from app.domain.subject import Priority, parse_key
from app.gateways.sqlite_file import instant, micros

Row = Sequence[Any]

MIGRATIONS = (
    (
        "CREATE TABLE waiting (key TEXT PRIMARY KEY, priority INTEGER NOT NULL, due_at INTEGER NOT NULL,"
        " event_due INTEGER NOT NULL, timer_due INTEGER NOT NULL, not_until INTEGER, first_event_at INTEGER,"
        " attempts INTEGER NOT NULL, deliveries TEXT NOT NULL, reason TEXT) STRICT",
        "CREATE INDEX waiting_next ON waiting (priority, due_at)",
        "CREATE TABLE running (token INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,"
        " priority INTEGER NOT NULL, attempt INTEGER NOT NULL, lease_until INTEGER NOT NULL,"
        " deliveries TEXT NOT NULL) STRICT",
        "CREATE TABLE dead (key TEXT PRIMARY KEY, priority INTEGER NOT NULL, died_at INTEGER NOT NULL,"
        " attempts INTEGER NOT NULL, reason TEXT NOT NULL, deliveries TEXT NOT NULL) STRICT",
        "CREATE TABLE delivery (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE INDEX delivery_age ON delivery (at)",
        "CREATE TABLE pulse (id INTEGER PRIMARY KEY, beats INTEGER NOT NULL) STRICT",
        "INSERT INTO pulse (id, beats) VALUES (1, 0)",
    ),
    ("ALTER TABLE delivery ADD COLUMN trace TEXT",),
)

WAITING = "key, priority, event_due, timer_due, not_until, first_event_at, attempts, deliveries, reason"
RUNNING = "key, priority, token, attempt, lease_until, deliveries"
DEAD = "key, priority, died_at, attempts, reason, deliveries"
FREE = "NOT EXISTS (SELECT 1 FROM running WHERE running.key = waiting.key)"

LOOK = f"""SELECT
 (SELECT json_group_array(id) FROM delivery WHERE id IN (SELECT value FROM json_each(:ids))),
 (SELECT json_group_array(json_array({WAITING})) FROM waiting WHERE key IN (SELECT value FROM json_each(:keys))),
 (SELECT json_group_array(json_array({DEAD})) FROM dead WHERE key IN (SELECT value FROM json_each(:keys))),
 (SELECT json_group_array(key) FROM running WHERE key IN (SELECT value FROM json_each(:keys)))"""  # noqa: S608
SAVE_WAITING = (
    f"INSERT OR REPLACE INTO waiting (due_at, {WAITING}) SELECT "  # noqa: S608
    + ", ".join(f"json_extract(value, '$[{column}]')" for column in range(10))
    + " FROM json_each(?)"
)
SAVE_DELIVERIES = (
    "INSERT OR IGNORE INTO delivery (at, id, trace)"
    " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?)"
)


def look_up(db: sqlite3.Connection, keys: Iterable[str], deliveries: Iterable[str]) -> Known:
    """All that is known about these, in one statement (each costs the interpreter's lock twice)."""
    asked = {"keys": json.dumps(list(keys)), "ids": json.dumps(list(deliveries))}
    ids, waiting, dead, running = (json.loads(part) for part in db.execute(LOOK, asked).fetchone())
    return Known(
        set(ids),
        {row[0]: _waiting(row) for row in waiting},
        {row[0]: _dead(row) for row in dead},
        frozenset(running),
    )


def save_waiting(db: sqlite3.Connection, places: Iterable[Waiting]) -> None:
    """Write waiting places over what is there."""
    db.execute(SAVE_WAITING, (json.dumps([_waiting_row(place) for place in places]),))


def save_deliveries(db: sqlite3.Connection, came: Mapping[str, Came]) -> None:
    """Remember that these came, and how."""
    found = [(micros(how.at), each, how.trace) for each, how in came.items()]
    db.execute(SAVE_DELIVERIES, (json.dumps(found),))


def traces(db: sqlite3.Connection, deliveries: Sequence[str]) -> tuple[str, ...]:
    """The traces that these came with, the first one first."""
    asked = "SELECT trace FROM delivery WHERE id IN (SELECT value FROM json_each(?)) AND trace IS NOT NULL ORDER BY at"
    return tuple(row[0] for row in db.execute(asked, (json.dumps(deliveries),)).fetchall())


def beat(db: sqlite3.Connection) -> None:
    """Write something, to see whether writing works."""
    db.execute("UPDATE pulse SET beats = beats + 1")


def forget_deliveries(db: sqlite3.Connection, before: datetime, at_most: int) -> int:
    """Forget the oldest; how many."""
    chosen = "SELECT id FROM delivery WHERE at < ? ORDER BY at LIMIT ?"
    return db.execute(f"DELETE FROM delivery WHERE id IN ({chosen})", (micros(before), at_most)).rowcount  # noqa: S608


def waiting_place(db: sqlite3.Connection, key: str) -> Waiting | None:
    """The waiting place of a subject."""
    row = db.execute(f"SELECT {WAITING} FROM waiting WHERE key = ?", (key,)).fetchone()  # noqa: S608
    return _waiting(row) if row else None


def delete_waiting(db: sqlite3.Connection, key: str) -> None:
    """The subject no longer waits."""
    db.execute("DELETE FROM waiting WHERE key = ?", (key,))


def first_free(db: sqlite3.Connection, priority: Priority) -> Waiting | None:
    """The one that is due first among those of a priority that are not running."""
    asked = f"SELECT {WAITING} FROM waiting WHERE priority = ? AND {FREE} ORDER BY due_at LIMIT 1"  # noqa: S608
    row = db.execute(asked, (int(priority),)).fetchone()
    return _waiting(row) if row else None


def first_lease_end(db: sqlite3.Connection) -> datetime | None:
    """The earliest end of a lease."""
    (end,) = db.execute("SELECT min(lease_until) FROM running").fetchone()
    return None if end is None else instant(end)


def add_running(db: sqlite3.Connection, place: Waiting, lease: timedelta, now: datetime) -> Claim:
    """Claim a subject: `lease` from now."""
    key, attempt, until = place.subject.key, place.attempts + 1, now + lease
    written = db.execute(
        "INSERT INTO running (key, priority, attempt, lease_until, deliveries) VALUES (?, ?, ?, ?, ?)",
        (key, int(place.priority), attempt, micros(until), json.dumps(place.deliveries)),
    )
    return Claim(place.subject, place.priority, written.lastrowid or 0, attempt, until, place.deliveries)


def delete_running(db: sqlite3.Connection, token: int) -> bool:
    """Give a claim back. False if it was no longer there."""
    return db.execute("DELETE FROM running WHERE token = ?", (token,)).rowcount == 1


def end_all_leases(db: sqlite3.Connection) -> None:
    """Nobody holds anything: said by a process that has just become the file's only user."""
    db.execute("UPDATE running SET lease_until = 0")


def leases_over(db: sqlite3.Connection, now: datetime) -> list[Claim]:
    """Claims whose lease has ended."""
    asked = f"SELECT {RUNNING} FROM running WHERE lease_until <= ?"  # noqa: S608
    return [_claim(row) for row in db.execute(asked, (micros(now),)).fetchall()]


def save_dead(db: sqlite3.Connection, letter: DeadLetter) -> None:
    """Bury a subject."""
    db.execute(
        f"INSERT OR REPLACE INTO dead ({DEAD}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            letter.subject.key,
            int(letter.priority),
            micros(letter.died_at),
            letter.attempts,
            letter.reason,
            json.dumps(letter.deliveries),
        ),
    )


def delete_dead(db: sqlite3.Connection, keys: Iterable[str]) -> None:
    """These are dead no more."""
    db.execute("DELETE FROM dead WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(keys)),))


def dead_letter(db: sqlite3.Connection, key: str) -> DeadLetter | None:
    """The dead letter of a subject."""
    row = db.execute(f"SELECT {DEAD} FROM dead WHERE key = ?", (key,)).fetchone()  # noqa: S608
    return _dead(row) if row else None


def list_deliveries(db: sqlite3.Connection) -> dict[str, Came]:
    """Every delivery that is remembered, and how it came."""
    found = db.execute("SELECT id, at, trace FROM delivery ORDER BY id").fetchall()
    return {row[0]: Came(instant(row[1]), row[2]) for row in found}


def list_waiting(db: sqlite3.Connection, limit: int) -> tuple[Waiting, ...]:
    """Those that wait, by due instant."""
    rows = db.execute(f"SELECT {WAITING} FROM waiting ORDER BY due_at, key LIMIT ?", (limit,))  # noqa: S608
    return tuple(_waiting(row) for row in rows.fetchall())


def list_running(db: sqlite3.Connection) -> tuple[Claim, ...]:
    """Those being worked on, oldest claim first."""
    rows = db.execute(f"SELECT {RUNNING} FROM running ORDER BY token")  # noqa: S608
    return tuple(_claim(row) for row in rows.fetchall())


def list_dead(db: sqlite3.Connection, limit: int) -> tuple[DeadLetter, ...]:
    """Dead letters, newest first."""
    rows = db.execute(f"SELECT {DEAD} FROM dead ORDER BY died_at DESC, key LIMIT ?", (limit,))  # noqa: S608
    return tuple(_dead(row) for row in rows.fetchall())


def count(db: sqlite3.Connection) -> Counts:
    """How many there are of each."""
    asked = "SELECT (SELECT count(*) FROM waiting), (SELECT count(*) FROM running), (SELECT count(*) FROM dead)"
    return Counts(*db.execute(asked).fetchone())


def _waiting_row(place: Waiting) -> Row:
    return (
        micros(place.due),
        place.subject.key,
        int(place.priority),
        micros(place.event_due),
        micros(place.timer_due),
        None if place.not_until is None else micros(place.not_until),
        None if place.first_event_at is None else micros(place.first_event_at),
        place.attempts,
        json.dumps(place.deliveries),
        place.reason,
    )


def _waiting(row: Row) -> Waiting:
    key, priority, event_due, timer_due, not_until, first_event_at, attempts, deliveries, reason = row
    return Waiting(
        parse_key(key),
        Priority(priority),
        instant(event_due),
        instant(timer_due),
        None if not_until is None else instant(not_until),
        None if first_event_at is None else instant(first_event_at),
        attempts,
        tuple(json.loads(deliveries)),
        reason,
    )


def _claim(row: Row) -> Claim:
    key, priority, token, attempt, lease_until, deliveries = row
    return Claim(
        parse_key(key), Priority(priority), token, attempt, instant(lease_until), tuple(json.loads(deliveries))
    )


def _dead(row: Row) -> DeadLetter:
    key, priority, died_at, attempts, reason, deliveries = row
    return DeadLetter(
        parse_key(key), Priority(priority), instant(died_at), attempts, reason, tuple(json.loads(deliveries))
    )
