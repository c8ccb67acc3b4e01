"""Keeps each area's Top Requests issue: created once, found again by its marker, rewritten where its list changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.envelope import Envelope
from app.domain.failure import Permanent, Temporary
from app.domain.issue import Issue, Ref
from app.domain.program import Area, Program
from app.domain.scoring import Found
from app.domain.taxonomy import Mode, Taxonomy
from app.domain.top_requests import LABEL, TEMPLATE, Listed, found, home, listed, sealed, stands
from app.domain.voice import Identity
from app.services.ports import Wording

RULE = "numbers"


class Documents(Protocol):
    """Program documents, in GitLab."""

    def labelled(self, project: str, title: str) -> Sequence[Issue]:
        """Issues with this label, open and closed."""
        ...

    def create(self, project: str, title: str, text: str, labels: Sequence[str]) -> Issue:
        """A new issue."""
        ...

    def describe(self, ref: Ref, text: str, *, close: bool = False) -> None:
        """Another description."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """One list that has to change: its area, the issue it is in (None: not created yet)."""

    wanted: Listed
    project: str
    issue: Issue | None

    @property
    def place(self) -> str:
        """How people are told of it."""
        return str(self.issue.ref) if self.issue else f"{self.project}, a new issue"


@dataclass(frozen=True, slots=True)
class TopRequests:
    """The lists of all areas."""

    documents: Documents
    wording: Wording
    identity: Identity
    taxonomy: Taxonomy
    program: Program

    def plan(self, board: Found, issues: Sequence[Issue], now: datetime) -> tuple[Change, ...]:
        """The lists that changed. `issues` are all open ones; only where the list is not among them, a call is made.

        A list that somebody closed is left alone: they did not want it.
        """
        wanted = (self._change(area, board, issues, now) for area in self.program.areas if self._writes(area))
        return tuple(change for change in wanted if change)

    def carry_out(self, changes: Iterable[Change]) -> tuple[tuple[str, str], ...]:
        """Write them; what could not be done, by place."""
        failed: list[tuple[str, str]] = []
        for change in changes:
            try:
                self._write(change)
            except (Temporary, Permanent) as problem:
                failed.append((change.place, str(problem)))
        return tuple(failed)

    def _writes(self, area: Area) -> bool:
        modes = self.taxonomy.rules.get(RULE)
        known = LABEL in self.taxonomy.titles
        return known and modes is not None and modes.for_area(area.key) in (Mode.GUIDE, Mode.ENFORCE)

    def _change(self, area: Area, board: Found, issues: Sequence[Issue], now: datetime) -> Change | None:
        project = home(self.program, area.key)
        beyond = board.nominated_beyond.get(area.key, 0)
        pair = self._first([issue for issue in issues if issue.ref.project == project], area)
        if pair is None:
            if not any(place.scored for place in board.places.values() if place.area == area.key):
                return None
            pair = self._first(self.documents.labelled(project, LABEL), area)
        issue, before = pair or (None, None)
        wanted = listed(area, board.places.values(), beyond, before, self.taxonomy.numbers, now.date())
        if issue and (issue.state == "closed" or (before and stands(before, wanted))):
            return None
        return Change(wanted, project, issue)

    def _first(self, issues: Iterable[Issue], area: Area) -> tuple[Issue, Envelope] | None:
        return next(iter(found(issues, area.key, self.identity)), None)

    def _write(self, change: Change) -> None:
        text = self._text(change.wanted.data, TEMPLATE, change.wanted.area.key)
        body = sealed(text, change.wanted, self.identity)
        if change.issue:
            self.documents.describe(change.issue.ref, body)
            return
        made = self.documents.create(change.project, f"Top requests: {change.wanted.area.name}", body, (LABEL,))
        self._only_one(change, made)

    def _only_one(self, change: Change, made: Issue) -> None:
        """List again: where another process created it too, the lowest number stays and the other points to it."""
        kept = self._first(self.documents.labelled(change.project, LABEL), change.wanted.area)
        if kept and kept[0].ref != made.ref:
            text = self._text({"ref": str(kept[0].ref)}, "top_requests_moved", change.wanted.area.key)
            self.documents.describe(made.ref, text, close=True)

    def _text(self, data: Mapping[str, object], template: str, area: str) -> str:
        return self.wording.note(template, data, area)
