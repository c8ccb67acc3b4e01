"""What became of an agenda in one run: what people's ticks and comments led to, and what was done about its text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.agenda_state import AgendaState
from app.domain.issue import Issue
from app.domain.managed_lines import Box


@dataclass(frozen=True, slots=True)
class Heeded:
    """What was read and acted on. `state` is what the marker keeps from now on; `boxes` are to stand otherwise than
    people left them. `anything` tells whether the agenda has to say something new because of it; `called_off` by whom
    the meeting was cancelled. `did` is for the log.
    """

    state: AgendaState
    boxes: Mapping[str, Box] = field(default_factory=dict)
    anything: bool = False
    called_off: str | None = None
    did: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tended:
    """What was done, or would be, about one agenda. `place` is its issue, or where a new one comes; `text` is the
    description as it is to be.
    """

    title: str
    place: str
    did: tuple[str, ...]
    text: str = field(default="", repr=False)
    issue: Issue | None = field(default=None, repr=False)
