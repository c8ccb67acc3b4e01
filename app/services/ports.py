"""What the services need from the outside, asked for narrowly; the gateways fit these shapes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.issue import Issue, Link, Note, Ref, Snapshot
from app.domain.plan import Finding, Write


class Temporary(Exception):
    """Something outside could not answer now; the same wish may succeed later. `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Permanent(Exception):
    """Something outside refused for good: asking again changes nothing until a person mends it."""


class Missing(Permanent):
    """The thing asked about is not there, or not to be seen by us (GitLab answers both with 404)."""


class IssueReader(Protocol):
    """Reads whole issues."""

    def snapshot(self, ref: Ref, known: Issue | None = None) -> Snapshot:
        """The issue, its label events and its notes: three calls, two when the issue is `known`."""
        ...

    def links(self, ref: Ref) -> tuple[Link, ...]:
        """The issue's links: one call."""
        ...

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """The issue's notes alone: one call."""
        ...


class IssueWriter(Protocol):
    """Carries out one write on one issue."""

    def apply(self, ref: Ref, write: Write) -> int | None:
        """Do it; the note's id for notes. Raises Temporary, Permanent; Permanent too where GitLab dropped it."""
        ...


class Wording(Protocol):
    """Turns a template's name and values into Markdown that is safe in GitLab (promise 9)."""

    def note(self, template: str, data: Mapping[str, object], area: str | None) -> str:
        """The note's visible body."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: a finding or a write of one run."""

    at: datetime
    ref: Ref
    dry: bool
    finding: Finding | None = None
    write: Write | None = None
    note_id: int | None = None
    deliveries: tuple[str, ...] = ()


class Journal(Protocol):
    """What we did and why; kept for people to read, never needed to decide."""

    def record(self, entries: Sequence[Entry]) -> None:
        """Write the lines of one run."""
        ...

    def moves_by(self, username: str, since: datetime) -> int:
        """How many distinct moves of this person were judged since then (bursts, workflow 3.6)."""
        ...
