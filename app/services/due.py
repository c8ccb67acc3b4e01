"""`due`: everything that this hour asks for about agendas (agendas 4.4), and what people do on one of them at once.

Stateless: whatever was missed is done by the next run, and a run that follows at once finds nothing to do. That a
series had agendas before tells an outage from the first run, which makes none for meetings before it. One list call for
each project that holds agendas finds them all.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.agenda import LABEL
from app.domain.agenda_due import AHEAD, Due, Stage, all_due, due_at, made_up_for
from app.domain.agenda_heeded import NIGHTLY, How, Idle, Listed, Tended
from app.domain.document_marker import marked
from app.domain.failure import Permanent, Temporary
from app.domain.issue import Issue
from app.domain.meeting import Meeting, Series
from app.domain.occurrences import series_of
from app.domain.program import Program
from app.domain.sheets import home_of, homes
from app.domain.taxonomy import Taxonomy
from app.domain.voice import Identity

LISTED_FOR = timedelta(weeks=20)
"""How far back agendas are read: a quarter's meeting, whose last one had its agenda 15 business days before."""

Tells = Callable[[Tended], None]


class Lists(Protocol):
    """Lists documents of the program."""

    def labelled(self, project: str, title: str, since: datetime | None = None) -> Sequence[Issue]:
        """Those with a label, open and closed, created since then."""
        ...


class Tends(Protocol):
    """Tends one agenda."""

    def tend(self, due: Due, issue: Issue | None, listed: Listed, now: datetime, how: How = NIGHTLY) -> Tended | None:
        """Do what this instant asks for."""
        ...

    def why_not(self, due: Due, issue: Issue | None) -> Idle:
        """Why nothing is written."""
        ...


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did: how many meetings it looked at, what was done about which, and what could not be, by place."""

    seen: int
    done: tuple[Tended, ...]
    failed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DueNow:
    """Goes through the meetings around an instant. Safe to run in several places at once, and from several threads."""

    documents: Lists
    agendas: Tends
    identity: Identity
    taxonomy: Taxonomy
    program: Program
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def run(self, now: datetime, *, dry: bool, tells: Tells = lambda _: None) -> Ran:
        """Do it all; one agenda that cannot be written holds up no other. `tells` hears of each as it is done."""
        dues = all_due(self.program, now, self.taxonomy.workflow.effective_from)
        issues, failed = self._listed(now)
        unread = dict(failed)

        def listed() -> Sequence[Issue]:
            for place, problem in unread.items():
                raise Temporary(f"The agendas of {place} could not be listed: {problem}")
            return issues

        there = self._named(issues)
        dues = tuple(made_up_for(due, now, _first(due.meeting.series, there)) for due in dues)
        last = {str(due.name): due for due in dues}
        done: list[Tended] = []
        for due in dues:
            if home_of(due.meeting, self.program) in unread:
                continue
            try:
                tended = self._tend(due, there, listed, now, How(dry=dry, last=last[str(due.name)] is due))
            except (Temporary, Permanent) as problem:
                failed.append((f"{due.meeting.title} · {due.meeting.start.date()}", str(problem)))
                continue
            if tended and tended.did:
                done.append(tended)
                tells(tended)
        return Ran(sum(due.stage > Stage.AHEAD for due in dues), tuple(done), tuple(failed))

    def one(self, meeting: Meeting, now: datetime, *, dry: bool) -> Tended | Idle:
        """The agenda of one meeting, made or refreshed though nothing asks for it yet; or why that is not done. Further
        ahead than runs look for agendas it is only shown. Raises Temporary, Permanent.
        """
        if not dry and meeting.start >= now + AHEAD:
            return Idle.TOO_EARLY
        due = due_at(self.program, meeting, now)
        issues = self._all(now)
        there = self._named(issues)
        how = How(dry=dry, asked=True, last=False)
        return self._tend(due, there, lambda: issues, now, how) or self.agendas.why_not(due, there.get(str(due.name)))

    def changed(self, issue: Issue, now: datetime, *, dry: bool) -> Tended | None:
        """Somebody did something on an issue that may be an agenda. Raises Temporary, Permanent."""
        mark = marked(issue, self.identity) if LABEL in issue.labels else None
        if mark is None or not mark.bound:
            return None
        near = all_due(self.program, now, self.taxonomy.workflow.effective_from, _series(self.program, mark.document))
        dues = [made_up_for(due, now, issue.created_at) for due in near if str(due.name) == mark.document]
        if not dues:
            return None
        now_on = [due for due in dues if due.stage > Stage.AHEAD] or dues[:1]
        how = How(dry=dry, whole=False, last=now_on[-1] is dues[-1])
        with self._one_at_a_time:
            return self.agendas.tend(now_on[-1], issue, lambda: self._all(now), now, how)

    def _tend(self, due: Due, there: dict[str, Issue], listed: Listed, now: datetime, how: How) -> Tended | None:
        name = str(due.name)
        with self._one_at_a_time:
            tended = self.agendas.tend(due, there.get(name), listed, now, how)
        if tended and tended.issue:
            there[name] = tended.issue
        return tended

    def _listed(self, now: datetime) -> tuple[tuple[Issue, ...], list[tuple[str, str]]]:
        """All agendas of late, and the projects that could not be listed."""
        issues: list[Issue] = []
        failed: list[tuple[str, str]] = []
        for project in homes(self.program):
            try:
                issues += self.documents.labelled(project, LABEL, now - LISTED_FOR)
            except (Temporary, Permanent) as problem:
                failed.append((project, str(problem)))
        return tuple(issues), failed

    def _all(self, now: datetime) -> tuple[Issue, ...]:
        """All agendas of late. Raises Temporary, Permanent: a part of them would be taken for the whole."""
        return tuple(i for home in homes(self.program) for i in self.documents.labelled(home, LABEL, now - LISTED_FOR))

    def _named(self, issues: Iterable[Issue]) -> dict[str, Issue]:
        """Each document's issue, by name: the lowest number, where a race made two. One that nobody has won yet is left
        out, so that it is won.
        """
        found: dict[str, Issue] = {}
        for issue in sorted(issues, key=lambda one: one.ref.iid):
            mark = marked(issue, self.identity)
            if mark and mark.bound:
                found.setdefault(mark.document, issue)
        return found


def _series(program: Program, document: str) -> tuple[Series, ...]:
    """The series whose agendas have names like this document's."""
    return tuple(one for one in series_of(program) if document.startswith(_begins(one)))


def _first(series: Series, there: Mapping[str, Issue]) -> datetime | None:
    """When the first agenda of a series was made, of those listed."""
    return min((issue.created_at for name, issue in there.items() if name.startswith(_begins(series))), default=None)


def _begins(series: Series) -> str:
    return f"{series.kind.value} {series.key} "
