"""An installation on loopback, its clock and its courier in the test's hand; rules and gateway are the real ones."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from app import bootstrap
from app.bootstrap import Rules
from app.domain.issue import Ref
from app.domain.planned import Planned
from app.domain.subject import Request
from app.domain.taxonomy import Mode, scope_of
from app.entrypoints.webhook_events import subject_of
from app.fakegitlab import FakeGitLab, Refused, World
from app.fakegitlab.drag import Column
from app.fakegitlab.model import Board, Issue, Label, Note, Project, User
from app.gateways.config_load import Configuration, load
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import GitLab, connect
from app.gateways.journal_sqlite import SqliteJournal
from app.services.likeness import Likeness
from tests.scenarios.living import peopled, settings_for

Tier = Literal["free", "premium"]
Act = Callable[[], object]
START = datetime(2026, 3, 10, 9, tzinfo=UTC)
WRITES = frozenset({"POST", "PUT", "DELETE"})
ROUNDS = 8
OURS = frozenset({"status", "context", "hold", "declined", "type"})
"""Scopes whose labels our rules may put on and take off."""

SA, OTHER_SA, SME, LEAD, PM, EM = "sa.jane", "sa.omar", "sme.ken", "lead.ai", "pm.ai", "em.ai"
OTHER_PM, PROGRAM_LEAD, STRANGER, MACHINE, VICTIM = "pm.appsec", "program.lead", "stranger", "triage-bot", "victim"
PEOPLE = (SA, OTHER_SA, SME, LEAD, PM, EM, OTHER_PM, PROGRAM_LEAD, STRANGER, MACHINE)
"""Everybody who acts. The victim never does: whoever mentions them was made to."""


@cache
def enforced() -> Configuration:
    """The shipped program, in force."""
    return load(bootstrap.SHIPPED, Mode.ENFORCE)


@dataclass
class Clock:
    """The time of the world and of the rules."""

    now: datetime = START

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass
class Installation:
    """One world on the wire, and the service beside it. `fresh` forgets all requests: one server, many examples."""

    world: World
    project: Project
    board: Board
    gitlab: FakeGitLab
    clock: Clock
    kept: Path
    journal: SqliteJournal
    opened: ExitStack
    bot: User

    def __post_init__(self) -> None:
        self.titles = frozenset(label.title for label in self.project.labels.values())
        self.bots = {self.bot}
        self.service, self.doors = self.connected(self.bot)

    def connected(self, user: User, *retired: User) -> tuple[Rules, GitLab]:
        """A process that reconciles as this user: the service, a CI job, the service with a new token."""
        self.bots.add(user)
        budget = Budget(rate=1e9, burst=1e9, notes_per_minute=1e12, notes_burst=1e9)
        doors = self.opened.enter_context(connect(self.gitlab.url, user.token, budget))
        ids = " ".join(str(one.id) for one in retired)
        told = settings_for(self.gitlab.url, self.world, self.kept, gitlab_token=user.token, retired_bot_ids=ids)
        return bootstrap.rules(told, enforced(), doors, self.journal), doors

    def fresh(self) -> None:
        """As on the first day."""
        for issue in self.requests:
            self.world.delete_issue(self.world.root, issue)
        for note in list(self.project.issues[1].notes):
            self.world.delete_note(self.world.root, note)
        self.world.outbox.drain()
        self.clock.now = START
        self.journal.prune(START + timedelta(days=4000), timedelta(0))
        self.service = self.without_memories(self.service)

    def without_memories(self, process: Rules) -> Rules:
        """The same process, which has not read any request yet: else one example would speak of another's."""
        configured = enforced()
        likeness = Likeness(process.gitlab.lister, configured.taxonomy, configured.program)
        reconciler = replace(process.reconciler, likeness=likeness)
        return replace(process, reconciler=reconciler, sweep=replace(process.sweep, reconciler=reconciler))

    @property
    def requests(self) -> list[Issue]:
        """All issues but the operator's, oldest first."""
        return [issue for iid, issue in sorted(self.project.issues.items()) if iid != 1]

    def ref(self, issue: Issue) -> Ref:
        """The issue's address."""
        return Ref(self.project.full_path, issue.iid)

    def person(self, handle: str) -> User:
        """By handle."""
        return self.world.user(handle)

    def ours(self, issue: Issue) -> list[Note]:
        """The notes of our bot users."""
        return [note for note in issue.notes if note.author in self.bots and not note.system]

    # What people do.

    def files(self, who: str, title: str, description: str, labels: Iterable[str] = ()) -> Issue:
        """File a request."""
        wanted: list[str | Label] = list(labels)
        return self.world.create_issue(self.person(who), self.project, title, description=description, labels=wanted)

    def drags(self, who: str, issue: Issue, to: str) -> None:
        """Drag a card, from the first list it is in, to a status, to `open` or to `closed`."""
        here: list[Column] = [one for one in self.board.lists if one.label in issue.labels]
        source: Column = "closed" if issue.state == "closed" else next(iter(here), "open")
        there = {one.label.title: one for one in self.board.lists}
        target: Column = there.get(to, "closed" if to == "closed" else "open")
        tried(lambda: self.world.drag(self.person(who), self.board, issue, source, target))

    def says(self, who: str, issue: Issue, body: str) -> None:
        """Comment."""
        tried(lambda: self.world.add_note(self.person(who), issue, body))

    # What we do.

    def delivered(self) -> list[Ref]:
        """The requests that webhooks named since the last time, each as often as it was named."""
        subjects = (subject_of(json.loads(delivery.body)) for delivery in self.world.outbox.drain())
        return [subject.ref for subject in subjects if isinstance(subject, Request)]

    def looks(self, ref: Ref) -> None:
        """The service looks at a request."""
        with self.untouched():
            self.service.reconciler.run(ref, self.clock.now)

    def hears_everything(self) -> None:
        """All events arrive, our own echo with them, until nothing comes of it."""
        for _ in range(ROUNDS):
            arrived = self.delivered()
            if not arrived:
                return
            for ref in dict.fromkeys(arrived):
                self.looks(ref)
        raise AssertionError("the echo of our writes never ends")

    def sweeps(self, rules: Rules | None = None) -> list[Planned]:
        """The scheduled job goes over everything; what it had to write about."""
        with self.untouched():
            swept = (rules or self.service).sweep.run(self.clock.now, None, dry=False)
        assert not swept.failed
        assert not swept.waiting
        return [planned for _, planned in swept.planned]

    def settles(self, rules: Rules | None = None) -> None:
        """One sweep; after it another finds nothing to write."""
        self.sweeps(rules)
        found: list[Planned] = []
        assert self.writes(lambda: found.extend(self.sweeps(rules))) == [], [
            (f.rule, f.verdict.value, f.because, f.who) for one in found for f in one.plan.findings
        ]

    def writes(self, act: Act) -> list[str]:
        """The API calls that write, made meanwhile."""
        self.world.reset_calls()
        act()
        return [f"{call.method} {call.path}" for call in self.world.calls if call.method in WRITES]

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Whatever is done meanwhile, what belongs to people stays as it was."""
        before = [self._belongings(issue) for issue in self.requests]
        yield
        assert [self._belongings(issue) for issue in self.requests] == before

    def _belongings(self, issue: Issue) -> tuple[object, ...]:
        """All of an issue that our rules have no business with."""
        fields = [issue.iid, issue.title, issue.description, issue.state, issue.confidential, issue.due_date]
        fields += [issue.discussion_locked, issue.duplicated_to, [user.username for user in issue.assignees]]
        fields += [{label.title for label in issue.labels if scope_of(label.title) not in OURS}, len(issue.awards)]
        theirs = [(note.id, note.body) for note in issue.notes if note.author not in self.bots]
        return (*fields, theirs)


def tried(act: Act) -> None:
    """What a person may not do, GitLab refuses."""
    with suppress(Refused):
        act()


@contextmanager
def installed(kept: Path, tier: Tier) -> Iterator[Installation]:
    """Everything connected, without a request. On the way out: nothing was asked that the stand-in does not know."""
    clock = Clock()
    world, project, board = peopled(enforced(), tier, clock)
    for handle, level in ((STRANGER, "reporter"), (MACHINE, "developer"), (VICTIM, "reporter")):
        world.add_member(project, world.add_user(handle, handle.title(), bot=handle == MACHINE), level)
    world.add_hook(world.root, project, "http://127.0.0.1:9/never")
    with ExitStack() as opened:
        gitlab = opened.enter_context(FakeGitLab(world, deliver=False))
        journal = SqliteJournal(kept / "journal.sqlite3")
        opened.callback(journal.close)
        bot = world.user("sounding-board")
        yield Installation(world, project, board, gitlab, clock, kept, journal, opened, bot)
    assert world.unknown_calls == []
