"""What people wrote behind a box of an agenda counts as told by them on the request (agendas 4.4).

It is kept in the signed state of one note a meeting, and read from there like a comment: what is told later counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.meeting import Meeting
from app.domain.ours import DISCUSSED
from app.domain.request import OWNER, Facts, Reading, Told, Where
from app.domain.taxonomy import Field
from app.domain.values import is_read
from app.domain.voice import OurNote, Voice

WORDS = "words"
"""The field of what was written and could not be understood: quoted, and no fact."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing told: the key of its field, by whom (a handle), and when its box was ticked or its words changed."""

    field: str
    value: str
    by: str
    at: datetime


def topic(meeting: Meeting) -> str:
    """The topic of a request's note about one meeting: a meeting that is moved keeps it."""
    return f"{DISCUSSED} {meeting.series.key} {meeting.period}"


def with_told(reading: Reading, voice: Voice, fields: tuple[Field, ...]) -> Reading:
    """The reading of a request with what was told in agendas."""
    notes = [note for about, note in voice.notes.items() if about.startswith(f"{DISCUSSED} ")]
    rows = [row for note in notes for row in rows_in(note)]
    return replace(reading, facts=told_over(reading.facts, rows, fields)) if rows else reading


def told_over(facts: Facts, rows: Iterable[Row], fields: tuple[Field, ...]) -> Facts:
    """The facts with these told besides; a later telling wins, if readable."""
    known = {field.key: field for field in fields}
    found = dict(facts)
    for row in sorted(rows, key=lambda row: row.at):
        field, before = known.get(row.field), found.get(row.field)
        if field is None and row.field != OWNER:
            continue
        readable = field is None or is_read(field, row.value)
        newer = before is None or before.at is None or before.at <= row.at
        if before is None or not before.readable or (readable and newer):
            found[row.field] = Told(row.value, Where.NOTE, row.at, readable, by=row.by)
    return found


def rows_in(note: OurNote | None) -> tuple[Row, ...]:
    """What a note of ours keeps."""
    kept = note.state.get("told") if note else None
    return tuple(
        Row(str(field), str(value), str(by), datetime.fromisoformat(str(at)))
        for field, value, by, at in (kept if isinstance(kept, list) else ())
    )


def to_state(rows: Sequence[Row]) -> list[list[str]]:
    """The rows as the note keeps them."""
    return [[row.field, row.value, row.by, row.at.isoformat()] for row in rows]


def renewed(rows: Sequence[Row], said: Mapping[str, str], by: str, at: datetime, now: datetime) -> tuple[Row, ...]:
    """The rows with what somebody says now. What they said before and say again is as old as it was; what they wrote
    after their tick is as new as its reading.
    """
    before = {row.field: row for row in rows if (row.field, row.by) != (WORDS, by) or WORDS in said}
    for field, value in said.items():
        old = before.get(field)
        if old is None or (old.value, old.by) != (value, by):
            changed = old is not None and old.by == by and old.at >= at
            before[field] = Row(field, value, by, now if changed else at)
    return tuple(before.values())


def taken_back(rows: Sequence[Row], said: Mapping[str, str], by: str, at: datetime) -> tuple[Row, ...]:
    """The rows without what somebody told with a tick of this instant, or with the words that stand behind its box."""
    return tuple(row for row in rows if row.by != by or (row.at != at and said.get(row.field) != row.value))
