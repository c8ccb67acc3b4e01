"""What tending an agenda needs from the outside, and from whoever heeds, composes and writes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from app.domain.agenda_due import Due
from app.domain.agenda_heeded import Composed, Heeded, How, Listed
from app.domain.agenda_state import AgendaState
from app.domain.cadence import MeetingKind
from app.domain.document import News, Standing, Wanted, Written
from app.domain.document_marker import DocumentName
from app.domain.issue import Issue, Note, Ref
from app.domain.managed_blocks import Block
from app.domain.meeting import Meeting


class Documents(Protocol):
    """The program's documents."""

    def ensure(self, wanted: Wanted, listed: Sequence[Issue] = ()) -> Standing:
        """The one document: found, or created and won."""
        ...

    def rewrite(self, known: Issue, name: DocumentName, news: News) -> Written:
        """Bring its blocks up to date."""
        ...


class Door(Protocol):
    """Issues in GitLab."""

    def read(self, ref: Ref) -> Issue:
        """One issue, read now."""
        ...

    def describe(self, ref: Ref, text: str, *, close: bool = False) -> None:
        """Another description."""
        ...

    def activity(self, ref: Ref) -> Sequence[Note]:
        """GitLab's own notes on it."""
        ...


class Composes(Protocol):
    """Puts agendas into words."""

    def knows(self, kind: MeetingKind) -> bool:
        """Whether there is an agenda of this kind."""
        ...

    def whole(self, due: Due, heeded: Heeded, listed: Listed, now: datetime, made: datetime) -> Composed:
        """A meeting's agenda at this instant; its issue was made then."""
        ...

    def ticks(self, heeded: Heeded, meeting: Meeting) -> tuple[Block, ...]:
        """What became of the ticks, and what the meeting left open."""
        ...

    def called_off(self, meeting: Meeting, who: str) -> Block:
        """That it is not held."""
        ...

    def frozen(self, meeting: Meeting, late: datetime | None = None, of: date | None = None) -> Block:
        """That it is a record; `of` an older day where its last night swallowed the refresh."""
        ...


class Heeds(Protocol):
    """Heeds ticks and comments."""

    def look(self, issue: Issue, state: AgendaState, due: Due, now: datetime, how: How, *, ticks: bool) -> Heeded:
        """Do what was asked since the last look."""
        ...


class ClosesOut(Protocol):
    """Ends a meeting for its requests."""

    def close_out(self, meeting: Meeting, agenda: Ref, refs: Sequence[Ref], now: datetime) -> int:
        """One outcome note each; how many were written to. Doing it again changes nothing."""
        ...
