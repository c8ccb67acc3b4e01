"""What heeding an agenda needs from the outside, and from whoever carries decisions out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.issue import Issue, Note, Ref
from app.domain.meeting_mode import Owed
from app.domain.tick_decisions import Decision, Outcome


class Activity(Protocol):
    """An issue, and GitLab's own notes on it."""

    def read(self, ref: Ref) -> Issue:
        """It as it is now: one call."""
        ...

    def activity(self, ref: Ref) -> Sequence[Note]:
        """The oldest first: one call."""
        ...


class Comments(Protocol):
    """Issues, and what people and we said on them."""

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """The oldest first: one call."""
        ...

    def issue(self, ref: Ref) -> Issue:
        """A request: one call. Raises Missing."""
        ...


class Decides(Protocol):
    """Does what a tick asks for."""

    def make(self, decision: Decision, now: datetime, earlier: Outcome | None = None) -> Outcome:
        """Do it, so that doing it again changes nothing; `earlier` is what became of the box before. Raises Temporary,
        Permanent.
        """
        ...

    def owed(self, refs: Iterable[Ref], now: datetime) -> tuple[Owed, ...]:
        """What these requests lack that were moved in their area's meeting: three reads each."""
        ...
