"""Everything the small GitLab remembers, with its clock, its counters and its lock."""

import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from app.fakegitlab.agenda import Todo
from app.fakegitlab.clock import Clock
from app.fakegitlab.faults import Faults
from app.fakegitlab.limits import Counted, Limits
from app.fakegitlab.model import (
    Board,
    BoardList,
    Group,
    Hook,
    Issue,
    IssueLink,
    Label,
    Milestone,
    Note,
    Project,
    Token,
    User,
)
from app.fakegitlab.moment import trimmed
from app.fakegitlab.outbox import Changes, Outbox
from app.fakegitlab.recursion import Chains

Tier = Literal["premium", "free"]


@dataclass(slots=True)
class Call:
    """One API request that was served."""

    method: str
    template: str
    path: str
    username: str
    status: int


class State:
    """The memory of a world. Rules are functions over it; whoever calls them holds `lock`."""

    under_way = 0
    """How many requests are being served at this moment."""
    signs_webhooks = True
    """Whether webhooks have signing tokens, as since 19.0 (CONTRACT 1)."""

    def __init__(self, tier: Tier, clock: Callable[[], datetime], base_url: str, limits: Limits | None = None) -> None:
        self.tier: Tier = tier
        self.limits = limits
        self.counted = Counted()
        self.chains = Chains()
        self.issues_as_work_items = False
        self.base_url = base_url
        self.lock = threading.RLock()
        self.outbox = Outbox()
        self.changes = Changes()
        self.faults = Faults()
        self.calls: deque[Call] = deque(maxlen=200_000)
        self.unknown_calls: list[str] = []
        self.users: dict[int, User] = {}
        self.tokens: dict[str, Token] = {}
        self.groups: dict[int, Group] = {}
        self.projects: dict[int, Project] = {}
        self.labels: dict[int, Label] = {}
        self.boards: dict[int, Board] = {}
        self.lists: dict[int, BoardList] = {}
        self.issues: dict[int, Issue] = {}
        self.notes: dict[int, Note] = {}
        self.hooks: dict[int, Hook] = {}
        self.links: dict[int, IssueLink] = {}
        self.milestones: dict[int, Milestone] = {}
        self.todos: dict[int, list[Todo]] = {}
        self.namespaces: dict[int, Group] = {}
        self.moved: dict[str, int] = {}
        self.tidied_on: date | None = None
        self.settings: dict[str, object] = {}
        self.names_epoch = 0
        self.webhooks_on = True
        self.clock = Clock(clock)
        self._pretended: datetime | None = None
        self._last_id: defaultdict[str, int] = defaultdict(int)

    def now(self) -> datetime:
        """The world's time, in UTC with milliseconds."""
        return trimmed(self._pretended or self.clock())

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let what happens inside have happened at `moment` (seeding a past)."""
        before, self._pretended = self._pretended, moment
        try:
            yield
        finally:
            self._pretended = before

    @contextmanager
    def silently(self) -> Iterator[None]:
        """Let what happens inside fire no webhooks (seeding)."""
        before, self.webhooks_on = self.webhooks_on, False
        try:
            yield
        finally:
            self.webhooks_on = before

    def next_id(self, kind: str) -> int:
        """Ids count up by kind, and are never used twice."""
        self._last_id[kind] += 1
        return self._last_id[kind]

    def touched(self, issue: Issue) -> None:
        """The issue's JSON and its project's listings are stale now."""
        issue.fragment = None
        issue.project.version += 1
        self.changes.bump(issue.id)

    def renamed(self) -> None:
        """A name that is shown inside many issues changed (label, person): all kept JSON is stale."""
        self.names_epoch += 1
        for project in self.projects.values():
            project.version += 1
        self.changes.bump()

    @staticmethod
    def fresh_token() -> str:
        """A token that looks like GitLab's personal access tokens."""
        return f"glpat-{secrets.token_urlsafe(15)}"
