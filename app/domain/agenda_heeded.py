"""What became of an agenda in one run: what people's ticks and comments led to, and what was done about its text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from app.domain.agenda_state import AgendaState
from app.domain.issue import Issue
from app.domain.managed_blocks import Block
from app.domain.managed_lines import Box
from app.domain.meeting_mode import Owed


@dataclass(frozen=True, slots=True)
class Heeded:
    """What was read and acted on. `state` is what the marker keeps from now on; `boxes` are to stand otherwise than
    people left them. `anything` tells whether the agenda has to say something new because of it. `did` is for
    the log; `owed` is what the meeting left open, None where nobody looked; `issue` is the agenda as it was read last;
    `drafts` that somebody told a request here, which is drafted.
    """

    state: AgendaState
    boxes: Mapping[str, Box] = field(default_factory=dict)
    anything: bool = False
    did: tuple[str, ...] = ()
    owed: tuple[Owed, ...] | None = ()
    issue: Issue | None = field(default=None, repr=False)
    drafts: bool = False


@dataclass(frozen=True, slots=True)
class Tended:
    """What was done, or would be, about one agenda. `place` is its issue, or where a new one comes; `text` is the
    description as it is to be; `watched`: nothing was written, as the rule only observes.
    """

    title: str
    place: str
    did: tuple[str, ...]
    text: str = field(default="", repr=False)
    issue: Issue | None = field(default=None, repr=False)
    watched: bool = False


class Idle(Enum):
    """Why an agenda that somebody asked for is not written: the rule is off, its meeting is too far ahead or was too
    long ago to make one, or the one there is was closed, is paused, or is over and done.
    """

    OFF = auto()
    TOO_EARLY = auto()
    TOO_LATE = auto()
    CLOSED = auto()
    PAUSED = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Composed:
    """An agenda in words. `calling` are its blocks with people mentioned, for the one time that they are called;
    `empty` says that there is nothing to talk about.
    """

    title: str
    layout: tuple[str | Block, ...]
    calling: tuple[Block, ...]
    empty: bool = False

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What the service writes, nobody mentioned."""
        return tuple(part for part in self.layout if isinstance(part, Block))

    @property
    def first(self) -> tuple[str | Block, ...]:
        """All of it as it is written first, with people mentioned."""
        called = {block.name: block for block in self.calling}
        return tuple(part if isinstance(part, str) else called.get(part.name, part) for part in self.layout)


@dataclass(frozen=True, slots=True)
class How:
    """How an agenda is tended. `dry` writes nothing; `asked` is for a refresh that somebody wants now; `last` says that
    its issue is of no later meeting, so that it is closed in the end. Not `whole`, it looks only at what people did.
    """

    dry: bool = False
    asked: bool = False
    last: bool = True
    whole: bool = True


NIGHTLY = How()


Listed = Callable[[], Sequence[Issue]]
"""Gives all agendas of the program, open and closed, as they were read in this run."""
