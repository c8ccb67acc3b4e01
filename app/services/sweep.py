"""The sweep: looks at every request that changed, or waits, and finds what webhooks missed (promise 1).

Stateless: it needs the token and the signing key only, so it runs as a CI job beside the service. Whoever posts
second in a race takes their note away again: after writing, the issue is read and judged once more.
"""

from collections.abc import Sequence
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
    """What a sweep did. `waiting` is left for the next run; `failed` could not be read or written, a project (its full
    path) not be listed.
    """

    seen: int
    planned: tuple[tuple[Ref, Planned], ...]
    notes: int
    waiting: tuple[Ref, ...]
    failed: tuple[tuple[Ref | str, str], ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Goes through the requests of all projects. `waits` are the labels of an open ask or hold."""

    listing: Listing
    reconciler: Reconciles
    operator: Operator
    projects: tuple[str, ...]
    waits: tuple[str, ...]

    def run(self, now: datetime, since: datetime | None, dry: bool) -> Swept:
        """Everything (`since` None), or what changed since then and what waits."""
        notes = 0
        planned: list[tuple[Ref, Planned]] = []
        waiting: list[Ref] = []
        issues, failed = self._candidates(since)
        for issue in issues:
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
        # What was not looked at may wait still, so the operator's list is only settled by a sweep that went well.
        if not dry and (waiting or not failed):
            failed += self._tell_what_waits(waiting)
        return Swept(len(issues), tuple(planned), notes, tuple(waiting), tuple(failed))

    def _tell_what_waits(self, waiting: Sequence[Ref]) -> list[tuple[Ref | str, str]]:
        """Tell the operator, also that nothing waits any more. What was swept is swept, whether they hear it or not."""
        if self.operator.issue is None:
            return []
        try:
            self.operator.unsaid(waiting)
        except (Temporary, Permanent) as problem:
            return [(self.operator.issue, str(problem))]
        return []

    def _candidates(self, since: datetime | None) -> tuple[list[Issue], list[tuple[Ref | str, str]]]:
        """The issues of all projects that could be listed, and the others with what was wrong."""
        issues: list[Issue] = []
        failed: list[tuple[Ref | str, str]] = []
        for project in self.projects:
            try:
                issues += self._listed(project, since)
            except (Temporary, Permanent) as problem:
                failed.append((project, str(problem)))
        return issues, failed

    def _listed(self, project: str, since: datetime | None) -> Sequence[Issue]:
        if since is None:
            return self.listing.all_issues(project)
        waiting = [i for title in self.waits for i in self.listing.labelled(project, [title])]
        return list({i.ref: i for i in [*waiting, *self.listing.changed_since(project, since)]}.values())

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
