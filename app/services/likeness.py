"""Requests that likely ask for the same, by an index kept in this process: a cache, made again from GitLab's lists.

It is read whole once a day and brought up to date at most every few minutes, from one list a project; while it is warm
nothing is read. What this process reads of a request anyway goes into it at once.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.case import is_request
from app.domain.duplicates import Index, Known, known, may_be_met_again, problem_of
from app.domain.failure import Permanent, Temporary
from app.domain.issue import Issue, Ref
from app.domain.program import Program
from app.domain.request import read
from app.domain.taxonomy import Taxonomy

FRESH_FOR = timedelta(minutes=30)
WHOLE_FOR = timedelta(hours=24)
"""What was deleted meanwhile is forgotten then."""


class Listing(Protocol):
    """Lists the issues of a project."""

    def changed_since(self, project: str, since: datetime) -> Sequence[Issue]:
        """Issues updated since then."""
        ...

    def all_issues(self, project: str) -> Sequence[Issue]:
        """Every issue, open and closed."""
        ...


@dataclass(slots=True)
class Likeness:
    """The index of all projects. Made once, used from several threads."""

    listing: Listing
    taxonomy: Taxonomy
    program: Program
    _known: dict[Ref, Known] = field(default_factory=dict)
    _whole_at: datetime | None = None
    _tried_at: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def alike(self, issue: Issue, now: datetime) -> tuple[Ref, ...] | None:
        """Earlier requests of its area that likely ask for the same, the likest first; None where nobody can list them
        now.
        """
        with self._lock:
            if not self._refreshed(now):
                return None
            asked = self._learn(issue, now)
            here = [k for k in self._known.values() if k.area == asked.area and k.id < asked.id]
        return Index(here).likely(asked)

    def _refreshed(self, now: datetime) -> bool:
        """Bring the index up to date, where that is due; whether there is one. A failure is not repeated at once."""
        if self._tried_at is None or now - self._tried_at >= FRESH_FOR:
            before, self._tried_at = self._tried_at, now
            try:
                self._read(now, before)
            except (Temporary, Permanent):
                # Only a hint is lost, and the sweep comes by again; what people wait for is not held up by it.
                self._whole_at = None
        return self._whole_at is not None

    def _read(self, now: datetime, before: datetime | None) -> None:
        whole = self._whole_at is None or before is None or now - self._whole_at >= WHOLE_FOR
        listed: Callable[[str], Sequence[Issue]] = self.listing.all_issues
        if not whole and before is not None:
            listed = lambda project: self.listing.changed_since(project, before)  # noqa: E731
        issues = [issue for project in self.program.projects for issue in listed(project.path)]
        if whole:
            self._known.clear()
            self._whole_at = now
        for issue in issues:
            self._learn(issue, now)

    def _learn(self, issue: Issue, now: datetime) -> Known:
        facts = read(issue.description, (), self.taxonomy.fields)
        renamed = replace(issue, labels=frozenset(map(self.taxonomy.current, issue.labels)))
        found = known(renamed, problem_of(facts, issue.description, self.taxonomy.fields))
        if is_request(issue, self.program) and may_be_met_again(issue, now):
            self._known[issue.ref] = found
        else:
            self._known.pop(issue.ref, None)
        return found
