"""The sweep: looks at every request that changed, or waits, and finds what webhooks missed (promise 1).

Stateless: it needs the token and the signing key only, so it runs as a CI job beside the service. Whoever posts
second in a race takes their note away again: after writing, the issue is read and judged once more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.failure import Missing, Permanent, Temporary
from app.domain.issue import Issue, Ref
from app.domain.planned import Planned
from app.services.ports import Operator

NOTES_PER_RUN = 30


class Listing(Protocol):
    """Lists the issues of a project, whole."""

    def changed_since(self, project: str, since: datetime) -> Sequence[Issue]:
        """Issues updated since then."""
        ...

    def all_issues(self, project: str) -> Sequence[Issue]:
        """Every issue, open and closed."""
        ...

    def labelled(self, project: str, titles: Sequence[str]) -> Sequence[Issue]:
        """Open issues that carry any of these labels."""
        ...


class Reconciles(Protocol):
    """Plans and carries out one request's run."""

    def plan(self, ref: Ref, now: datetime, known: Issue | None = None) -> Planned:
        """What a run would do."""
        ...

    def carry_out(self, ref: Ref, planned: Planned, now: datetime, *, dry: bool) -> None:
        """Write it, or only remember it."""
        ...


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did. `waiting` is left for the next run; `failed` could not be read or written."""

    seen: int
    planned: tuple[tuple[Ref, Planned], ...]
    notes: int
    waiting: tuple[Ref, ...]
    failed: tuple[tuple[Ref, str], ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Goes through the requests of all projects. `waits` are the labels of an open ask or hold."""

    listing: Listing
    reconciler: Reconciles
    operator: Operator
    projects: tuple[str, ...]
    waits: tuple[str, ...]

    def run(self, now: datetime, since: datetime | None, dry: bool) -> Swept:
        """Everything (`since` None), or what changed since then and what waits. A failed listing raises."""
        seen, notes = 0, 0
        planned: list[tuple[Ref, Planned]] = []
        waiting: list[Ref] = []
        failed: list[tuple[Ref, str]] = []
        for issue in self._candidates(since):
            seen += 1
            try:
                found = self._one(issue, now, dry, NOTES_PER_RUN - notes)
            except (Temporary, Permanent) as problem:
                failed.append((issue.ref, str(problem)))
                continue
            if found is None:
                waiting.append(issue.ref)
            elif found.writes:
                planned.append((issue.ref, found))
                notes += found.notes
        if not dry:
            failed += self._tell_what_waits(waiting)
        return Swept(seen, tuple(planned), notes, tuple(waiting), tuple(failed))

    def _tell_what_waits(self, waiting: Sequence[Ref]) -> list[tuple[Ref, str]]:
        """Tell the operator, also that nothing waits any more. What was swept is swept, whether they hear it or not."""
        if self.operator.issue is None:
            return []
        try:
            self.operator.unsaid(waiting)
        except (Temporary, Permanent) as problem:
            return [(self.operator.issue, str(problem))]
        return []

    def _candidates(self, since: datetime | None) -> Iterator[Issue]:
        for project in self.projects:
            if since is None:
                found = {i.ref: i for i in self.listing.all_issues(project)}
            else:
                waiting = [i for title in self.waits for i in self.listing.labelled(project, [title])]
                found = {i.ref: i for i in [*waiting, *self.listing.changed_since(project, since)]}
            yield from found.values()

    def _one(self, issue: Issue, now: datetime, dry: bool, room: int) -> Planned | None:
        """The run of one request; None when it would post more notes than there is room for.

        The listed issue may be minutes old, so whoever is to be written to is read afresh first.
        """
        planned = self.reconciler.plan(issue.ref, now, known=issue)
        if planned.writes and not dry:
            planned = self.reconciler.plan(issue.ref, now)
        if planned.notes > room:
            return None
        self.reconciler.carry_out(issue.ref, planned, now, dry=dry)
        if planned.notes and not dry:
            self._again(issue.ref, now)
        return planned

    def _again(self, ref: Ref, now: datetime) -> None:
        """After posting, look once more: where another process posted too, the older note stays."""
        try:
            self.reconciler.carry_out(ref, self.reconciler.plan(ref, now), now, dry=False)
        except Missing:
            return
