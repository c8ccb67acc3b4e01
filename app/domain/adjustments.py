"""Points that people added or took by hand (requests 2.6), kept in the signed state of our notes of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.ours import ANSWERS
from app.domain.voice import OurNote, Voice

KEPT = 10


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`delta` points by `who`. The reason stands in the comment `note`, and nowhere else (promise 11)."""

    delta: int
    who: str
    at: datetime
    note: int


def answers_to(user_id: int) -> str:
    """The topic of the note that answers one person on a request."""
    return f"{ANSWERS} {user_id}"


def adjustments(voice: Voice) -> tuple[Adjustment, ...]:
    """Those that were accepted, oldest first: the newest one counts."""
    kept = [one for topic, note in voice.notes.items() if topic.split(" ")[0] == ANSWERS for one in kept_by(note)]
    return tuple(sorted(kept, key=lambda one: (one.at, one.note)))


def kept_by(note: OurNote | None) -> tuple[Adjustment, ...]:
    """Those that one note keeps."""
    kept = note.state.get("points") if note else None
    return tuple(_read(one) for one in kept if isinstance(one, Mapping)) if isinstance(kept, list) else ()


def to_state(several: tuple[Adjustment, ...]) -> list[dict[str, object]]:
    """As the note keeps them, the oldest forgotten."""
    return [{"delta": a.delta, "who": a.who, "at": a.at.isoformat(), "note": a.note} for a in several[-KEPT:]]


def _read(one: Mapping[str, object]) -> Adjustment:
    return Adjustment(
        int(str(one["delta"])),
        str(one["who"]),
        datetime.fromisoformat(str(one["at"])),
        int(str(one["note"])),
    )
