"""The intention of a move that was put back, as our signed note about it keeps it (workflow 3.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import Case, Objection
from app.domain.ours import MOVE
from app.domain.taxonomy import Move
from app.domain.voice import OurNote

TEMPLATE = "move_held"


@dataclass(frozen=True, slots=True)
class Tick:
    """The box of an agenda by which a move was asked for: its key, who ticked it when, and the agenda's address."""

    key: str
    by: str
    by_id: int
    at: datetime
    agenda: str

    def to_state(self) -> list[object]:
        """As our note keeps it."""
        return [self.key, self.by, self.by_id, self.at.isoformat(), self.agenda]


@dataclass(frozen=True, slots=True)
class Hold:
    """The intention. `since` is when the card came to `source`: what explains the move was told after that.

    `missing` is what it lacks now, `wanted` all that it ever lacked, `unread` what was told and not read. `agreed` is
    who may make the move and said so; `via` the status that the way leads through instead. `tick` is there where nobody
    dragged the card.
    """

    note: OurNote
    source: str
    target: str
    mover: str | None
    at: datetime
    until: datetime
    since: datetime | None
    why: frozenset[str]
    move: Move | None
    missing: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    agreed: str | None = None
    via: str | None = None
    tick: "Tick | None" = None

    @property
    def proposed(self) -> bool:
        """Whether it waits for somebody to agree."""
        return Objection.NOT_THEIRS.value in self.why

    @property
    def completes(self) -> bool:
        """Whether only context is missing."""
        return self.why == {Objection.INCOMPLETE.value}


def kept(case: Case) -> Hold | None:
    """The move that we hold, if we do."""
    note = case.voice.on(MOVE)
    if note is None or not note.open or note.template != TEMPLATE:
        return None
    state, flow = note.state, case.taxonomy.workflow
    source, target, at = str(state.get("from")), str(state.get("to")), _instant(state.get("at"))
    if at is None:
        return None
    return Hold(
        note=note,
        source=source,
        target=target,
        mover=_text(state.get("who")),
        at=at,
        until=_instant(state.get("until")) or at + flow.hold_for,
        since=_instant(state.get("since")),
        why=frozenset(_texts(state.get("why"))),
        move=flow.named(source, target, state.get("move")),
        missing=tuple(_texts(state.get("missing"))),
        wanted=tuple(_texts(state.get("wanted"))),
        unread=tuple(_texts(state.get("unread"))),
        agreed=_text(state.get("agreed")),
        via=_text(state.get("via")),
        tick=ticked(note),
    )


def ticked(note: OurNote | None) -> Tick | None:
    """The box that a note of ours about a move came from, if from one."""
    kept = note.state.get("tick") if note else None
    if not isinstance(kept, list) or len(kept) != 5:
        return None
    key, by, by_id, at, agenda = kept
    return Tick(str(key), str(by), int(by_id), datetime.fromisoformat(str(at)), str(agenda))


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> Iterator[str]:
    return (str(item) for item in value) if isinstance(value, list | tuple) else iter(())
