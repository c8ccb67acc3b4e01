"""The inbox's rows in PostgreSQL, and its values as rows: one row holds all that is known about a subject."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.failure import Temporary
from app.domain.inbox import Came, Claim, Counts, DeadLetter, Waiting
from app.domain.subject import KINDS, Priority, parse_key
from app.gateways.postgres_link import Connection, Row
from app.gateways.postgres_pulse import NUMBER

TYPES = {
    "key": "text",
    "priority": "smallint",
    "due_at": "timestamptz",
    "event_due": "timestamptz",
    "timer_due": "timestamptz",
    "not_until": "timestamptz",
    "first_event_at": "timestamptz",
    "attempts": "integer",
    "deliveries": "jsonb",
    "reason": "text",
    "token": "bigint",
    "holder": "bigint",
    "run_priority": "smallint",
    "attempt": "integer",
    "lease_until": "timestamptz",
    "run_deliveries": "jsonb",
    "died_at": "timestamptz",
    "dead_priority": "smallint",
    "dead_attempts": "integer",
    "dead_reason": "text",
    "dead_deliveries": "jsonb",
}
COLUMNS = ", ".join(TYPES)
ALIVE = "EXISTS (SELECT 1 FROM holder WHERE holder.id = subject.holder AND holder.alive_until > clock_timestamp())"

KNOWN = f"split_part(key, ':', 1) IN ({', '.join(repr(kind) for kind in KINDS)})"
"""What a newer version of the program looks at, in a rolling restart, waits for a replica that knows of it."""

LOCK = (
    f"INSERT INTO subject (key) SELECT unnest(%s::text[]) ON CONFLICT (key) DO UPDATE SET key = excluded.key"
    f" RETURNING {COLUMNS}"
)
SAVE = (
    f"UPDATE subject SET ({COLUMNS}) = ({', '.join(f'saved.{name}' for name in TYPES)})"  # noqa: S608
    f" FROM jsonb_to_recordset(%s::jsonb) AS saved ({', '.join(f'{name} {kind}' for name, kind in TYPES.items())})"
    " WHERE subject.key = saved.key"
)
DUE = (
    f"SELECT {COLUMNS} FROM subject WHERE priority = %s AND token IS NULL AND due_at <= %s AND {KNOWN}"  # noqa: S608
    " ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED"
)
LOST = (
    f"SELECT {COLUMNS} FROM subject WHERE token IS NOT NULL AND {KNOWN} AND (lease_until <= %s OR NOT {ALIVE}"  # noqa: S608
    " OR (holder = %s AND token <> ALL(%s::bigint[]))) ORDER BY key FOR UPDATE SKIP LOCKED"
)
TOKEN = f"SELECT {NUMBER} AS token FROM holder WHERE id = %s AND alive_until > clock_timestamp()"  # noqa: S608


@dataclass(slots=True)
class Place:
    """All that is known about a subject: it may wait and run at the same time."""

    key: str
    waiting: Waiting | None = None
    claim: Claim | None = None
    holder: int | None = None
    dead: DeadLetter | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return self.waiting is None and self.claim is None and self.dead is None


def lock(db: Connection, keys: Iterable[str]) -> dict[str, Place]:
    """The places of these subjects, which nobody else changes until the transaction ends.

    They are locked in the order of their keys, by everybody, so that no two wait for each other.
    """
    found = db.execute(LOCK.encode(), (sorted(keys),)).fetchall()
    return {row["key"]: _place(row) for row in found}


def save(db: Connection, places: Iterable[Place]) -> None:
    """Write what was locked; a place with nothing in it goes."""
    places = list(places)
    if kept := [place for place in places if not place.empty]:
        db.execute(SAVE.encode(), (json.dumps([_row(place) for place in kept], default=_iso),))
    if gone := [place.key for place in places if place.empty]:
        db.execute("DELETE FROM subject WHERE key = ANY(%s)", (gone,))


def remember(db: Connection, came: Mapping[str, Came]) -> set[str]:
    """Remember that these deliveries came; which of them are new."""
    if not came:
        return set()
    ids = sorted(came)
    asked = (
        "INSERT INTO delivery (id, at, trace) SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::text[])"
        " ON CONFLICT (id) DO NOTHING RETURNING id"
    )
    at, traces = [came[each].at for each in ids], [came[each].trace for each in ids]
    return {row["id"] for row in db.execute(asked, (ids, at, traces)).fetchall()}


def traces(db: Connection, deliveries: Sequence[str]) -> tuple[str, ...]:
    """The traces that these came with, the first one first."""
    asked = "SELECT trace FROM delivery WHERE id = ANY(%s) AND trace IS NOT NULL ORDER BY at"
    return tuple(row["trace"] for row in db.execute(asked, (list(deliveries),)).fetchall())


def forget_deliveries(db: Connection, before: datetime, at_most: int) -> int:
    """Forget the oldest; how many."""
    chosen = "SELECT id FROM delivery WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED"
    return db.execute(f"DELETE FROM delivery WHERE id IN ({chosen})".encode(), (before, at_most)).rowcount  # noqa: S608


def lost(db: Connection, now: datetime, holder: int, held: Sequence[int]) -> list[Place]:
    """Claims that are over: their lease ended, their holder fell silent, or it is this holder, who knows nothing of
    them (the answer to its claim never arrived).
    """
    return [_place(row) for row in db.execute(LOST.encode(), (now, holder, list(held))).fetchall()]


def first_due(db: Connection, now: datetime) -> Place | None:
    """The one whose turn it is, among those that nobody runs and nobody is just taking."""
    for priority in Priority:
        row = db.execute(DUE.encode(), (int(priority), now)).fetchone()
        if row is not None:
            return _place(row)
    return None


def next_due(db: Connection) -> datetime | None:
    """The earliest instant at which something that waits, or a lease that ends, asks for a look."""
    asked = (
        f"SELECT least((SELECT min(due_at) FROM subject WHERE due_at IS NOT NULL AND token IS NULL AND {KNOWN}),"  # noqa: S608
        f" (SELECT min(lease_until) FROM subject WHERE token IS NOT NULL AND {KNOWN})) AS due"
    )
    row = db.execute(asked.encode()).fetchone()
    return row["due"] if row else None


def claimed(db: Connection, place: Place, holder: int, lease: timedelta, now: datetime) -> Claim | Temporary:
    """Claim a locked subject that waits: `lease` from now. Temporary where the holder counts as gone."""
    row = db.execute(TOKEN.encode(), (holder,)).fetchone()
    if row is None:
        return Temporary("PostgreSQL: this replica counts as gone and has not joined anew yet", retry_after=1)
    assert place.waiting is not None
    waiting = place.waiting
    claim = Claim(
        waiting.subject, waiting.priority, row["token"], waiting.attempts + 1, now + lease, waiting.deliveries
    )
    save(db, [Place(place.key, None, claim, holder, place.dead)])
    return claim


def count(db: Connection) -> Counts:
    """How many there are of each."""
    asked = "SELECT count(due_at) AS waiting, count(token) AS running, count(died_at) AS dead FROM subject"
    row = db.execute(asked).fetchone()
    assert row is not None
    return Counts(row["waiting"], row["running"], row["dead"])


def list_waiting(db: Connection, limit: int) -> tuple[Waiting, ...]:
    """Those that wait, by due instant."""
    asked = f"SELECT {COLUMNS} FROM subject WHERE due_at IS NOT NULL AND {KNOWN} ORDER BY due_at, key LIMIT %s"  # noqa: S608
    places = (_place(row) for row in db.execute(asked.encode(), (limit,)).fetchall())
    return tuple(place.waiting for place in places if place.waiting)


def list_running(db: Connection) -> tuple[Claim, ...]:
    """Those being worked on, oldest claim first."""
    asked = f"SELECT {COLUMNS} FROM subject WHERE token IS NOT NULL AND {KNOWN} ORDER BY token"  # noqa: S608
    places = (_place(row) for row in db.execute(asked.encode()).fetchall())
    return tuple(place.claim for place in places if place.claim)


def list_dead(db: Connection, limit: int | None) -> tuple[DeadLetter, ...]:
    """Dead letters, newest first."""
    asked = f"SELECT {COLUMNS} FROM subject WHERE died_at IS NOT NULL AND {KNOWN} ORDER BY died_at DESC, key LIMIT %s"  # noqa: S608
    places = (_place(row) for row in db.execute(asked.encode(), (limit,)).fetchall())
    return tuple(place.dead for place in places if place.dead)


def dead_letter(db: Connection, key: str) -> DeadLetter | None:
    """The dead letter of a subject."""
    row = db.execute(f"SELECT {COLUMNS} FROM subject WHERE key = %s AND {KNOWN}".encode(), (key,)).fetchone()  # noqa: S608
    return _place(row).dead if row else None


def _place(row: Row) -> Place:
    return Place(row["key"], _waiting(row), _claim(row), row["holder"], _dead(row))


def _waiting(row: Row) -> Waiting | None:
    if row["due_at"] is None:
        return None
    return Waiting(
        parse_key(row["key"]),
        Priority(row["priority"]),
        row["event_due"],
        row["timer_due"],
        row["not_until"],
        row["first_event_at"],
        row["attempts"],
        tuple(row["deliveries"]),
        row["reason"],
    )


def _claim(row: Row) -> Claim | None:
    if row["token"] is None:
        return None
    return Claim(
        parse_key(row["key"]),
        Priority(row["run_priority"]),
        row["token"],
        row["attempt"],
        row["lease_until"],
        tuple(row["run_deliveries"]),
    )


def _dead(row: Row) -> DeadLetter | None:
    if row["died_at"] is None:
        return None
    return DeadLetter(
        parse_key(row["key"]),
        Priority(row["dead_priority"]),
        row["died_at"],
        row["dead_attempts"],
        row["dead_reason"],
        tuple(row["dead_deliveries"]),
    )


def _row(place: Place) -> dict[str, object]:
    """Columns that are left out become null."""
    row: dict[str, object] = {"key": place.key}
    if waits := place.waiting:
        row |= {"priority": int(waits.priority), "due_at": waits.due, "event_due": waits.event_due}
        row |= {"timer_due": waits.timer_due, "not_until": waits.not_until, "first_event_at": waits.first_event_at}
        row |= {"attempts": waits.attempts, "deliveries": waits.deliveries, "reason": _text(waits.reason)}
    if runs := place.claim:
        row |= {"token": runs.token, "holder": place.holder, "run_priority": int(runs.priority)}
        row |= {"attempt": runs.attempt, "lease_until": runs.lease_until, "run_deliveries": runs.deliveries}
    if died := place.dead:
        row |= {"died_at": died.died_at, "dead_priority": int(died.priority), "dead_attempts": died.attempts}
        row |= {"dead_reason": _text(died.reason), "dead_deliveries": died.deliveries}
    return row


def _text(reason: str | None) -> str | None:
    """PostgreSQL keeps no NUL and no half of a pair; reasons may quote what came from outside."""
    return None if reason is None else reason.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _iso(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
