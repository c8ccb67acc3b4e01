"""`due`: everything that this hour asks for about agendas (agendas 4.4), and what people do on one of them at once.

Stateless: whatever was missed is done by the next run, and a run that follows at once finds nothing to do. One list
call for each project that holds agendas finds them all.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.agenda import LABEL
from app.domain.agenda_due import Due, Stage, all_due, due_at
from app.domain.agenda_heeded import NIGHTLY, How, Listed, Tended
from app.domain.document_marker import marked
from app.domain.failure import Permanent, Temporary
from app.domain.issue import Issue
from app.domain.meeting import Meeting
from app.domain.program import Program
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

    def home(self, meeting: Meeting) -> str:
        """The project in which it stands."""
        ...

    def tend(self, due: Due, issue: Issue | None, listed: Listed, now: datetime, how: How = NIGHTLY) -> Tended | None:
        """Do what this instant asks for."""
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
        listed, failed = self._listed(dues, now)
        unread = {place for place, _ in failed}
        there = self._named(listed)
        last = {str(due.name): due for due in dues}
        done: list[Tended] = []
        for due in dues:
            if self.agendas.home(due.meeting) in unread:
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

    def one(self, meeting: Meeting, now: datetime, *, dry: bool) -> Tended | None:
        """The agenda of one meeting, made or refreshed though nothing asks for it yet. Raises Temporary, Permanent."""
        due = due_at(self.program, meeting, now)
        issues = self.documents.labelled(self.agendas.home(meeting), LABEL, now - LISTED_FOR)
        how = How(dry=dry, asked=True, last=False)
        return self._tend(due, self._named(issues), issues, now, how)

    def changed(self, issue: Issue, now: datetime, *, dry: bool) -> Tended | None:
        """Somebody did something on an issue that may be an agenda. Raises Temporary, Permanent."""
        mark = marked(issue, self.identity) if LABEL in issue.labels else None
        dues = [
            due
            for due in all_due(self.program, now, self.taxonomy.workflow.effective_from)
            if mark and mark.bound and str(due.name) == mark.document
        ]
        if not dues:
            return None
        now_on = [due for due in dues if due.stage > Stage.AHEAD] or dues[:1]

        def listed() -> Sequence[Issue]:
            return self.documents.labelled(issue.ref.project, LABEL, now - LISTED_FOR)

        with self._one_at_a_time:
            return self.agendas.tend(
                now_on[-1], issue, listed, now, How(dry=dry, whole=False, last=now_on[-1] is dues[-1])
            )

    def _tend(
        self, due: Due, there: dict[str, Issue], listed: Sequence[Issue], now: datetime, how: How
    ) -> Tended | None:
        name = str(due.name)
        with self._one_at_a_time:
            tended = self.agendas.tend(due, there.get(name), lambda: listed, now, how)
        if tended and tended.issue:
            there[name] = tended.issue
        return tended

    def _listed(self, dues: Iterable[Due], now: datetime) -> tuple[tuple[Issue, ...], list[tuple[str, str]]]:
        """All agendas of late, and the projects that could not be listed."""
        issues: list[Issue] = []
        failed: list[tuple[str, str]] = []
        for project in dict.fromkeys(self.agendas.home(due.meeting) for due in dues):
            try:
                issues += self.documents.labelled(project, LABEL, now - LISTED_FOR)
            except (Temporary, Permanent) as problem:
                failed.append((project, str(problem)))
        return tuple(issues), failed

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
