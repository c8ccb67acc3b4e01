"""What the services need from the outside, asked for narrowly; the gateways fit these shapes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.issue import Award, Issue, Link, Note, Ref, Snapshot
from app.domain.journal import Entry
from app.domain.plan import Errand, Write


class IssueReader(Protocol):
    """Reads whole issues."""

    def snapshot(self, ref: Ref, known: Issue | None = None) -> Snapshot:
        """The issue, its label events and its notes: three calls, two when the issue is `known`."""
        ...

    def links(self, ref: Ref) -> tuple[Link, ...]:
        """The issue's links: one call."""
        ...

    def awards(self, ref: Ref, note_id: int) -> tuple[Award, ...]:
        """The reactions on a note, none where it is gone: one call."""
        ...

    def look_at(self, ref: Ref) -> Issue | None:
        """The issue alone, None where there is none that we can see: one call."""
        ...

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """The issue's notes alone: one call."""
        ...


class IssueWriter(Protocol):
    """Carries out one write on one issue."""

    def apply(self, ref: Ref, write: Write) -> int | None:
        """Do it; the note's id for notes. Raises Temporary, Permanent; Permanent too where GitLab dropped it."""
        ...


class Errands(Protocol):
    """Does what takes another issue."""

    def run(self, errand: Errand) -> None:
        """Do it, so that doing it again changes nothing. Raises Temporary, Permanent."""
        ...


class Likeness(Protocol):
    """Knows which requests likely ask for the same."""

    def alike(self, issue: Issue, now: datetime) -> tuple[Ref, ...] | None:
        """Other requests of its area, the likest first; None where they cannot be listed now. Mostly no call."""
        ...


class Wording(Protocol):
    """Turns a template's name and values into Markdown that is safe in GitLab (promise 9)."""

    def note(self, template: str, data: Mapping[str, object], area: str | None) -> str:
        """The note's visible body."""
        ...


class Journal(Protocol):
    """What we did and why; kept for people to read, never needed to decide."""

    def record(self, entries: Sequence[Entry]) -> None:
        """Write the lines of one run."""
        ...

    def moves_by(self, username: str, since: datetime, until: datetime) -> int:
        """How many distinct moves this person made in that time, of those we judged (bursts, workflow 3.6)."""
        ...

    def unspoken(self, username: str, since: datetime) -> tuple[Ref, ...]:
        """The cards that went back after moves of this person since then and got no note of their own (bursts)."""
        ...

    def reminded(self, username: str, since: datetime, but: Ref) -> bool:
        """Whether this person was reminded of anything since then, of other requests than this."""
        ...


class Operator(Protocol):
    """Tells people what does not belong on one request, on the program's operator issue.

    Both raise Temporary, Permanent; without an operator issue they say nothing, and then a card says all itself.
    """

    @property
    def issue(self) -> Ref | None:
        """Where people are told, if anywhere."""
        ...

    def burst(self, person: str, ref: Ref, at: datetime) -> None:
        """Somebody moved many cards at once; this one goes back without a note of its own, once this is told."""
        ...

    def unsaid(self, refs: Sequence[Ref]) -> None:
        """These requests, none perhaps, had more to say than one run may, and wait for the next."""
        ...
