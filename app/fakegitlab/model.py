"""The things in a small GitLab: plain records that know each other, without rules."""

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime

from app.fakegitlab.possessions import Holdings

LEVELS = {
    "guest": 10,
    "planner": 15,
    "reporter": 20,
    "security_manager": 25,
    "developer": 30,
    "maintainer": 40,
    "owner": 50,
}


@dataclass(slots=True, eq=False)
class User:
    """A person or a bot; `token` is what they call the API with, `role` what the board page says they are.

    `bot_of` is the project or group whose access token the account belongs to.
    """

    id: int
    username: str
    name: str
    token: str
    created_at: datetime
    bot: bool = False
    admin: bool = False
    state: str = "active"
    role: str = ""
    email: str = ""
    profile: dict[str, object] = field(default_factory=dict)
    bot_of: "Project | Group | None" = None
    retired_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Token:
    """One access token of a user; a user may hold several. A job token (`job_of`) opens one project a little."""

    id: int
    value: str
    user: User
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: date | None = None
    revoked: bool = False
    name: str = ""
    description: str | None = None
    last_used_at: datetime | None = None
    job_of: "Project | None" = None
    family: int = 0
    reminded: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Group:
    """A group: its members and labels count in every project below it. With an `owner` it is a person's namespace."""

    id: int
    name: str
    path: str
    parent: "Group | None"
    visibility: str
    created_at: datetime
    members: dict[int, int] = field(default_factory=dict)
    labels: "dict[int, Label]" = field(default_factory=dict)
    hooks: "dict[int, Hook]" = field(default_factory=dict)
    boards: "dict[int, Board]" = field(default_factory=dict)
    owner: User | None = None
    own: Holdings = field(default_factory=Holdings)
    milestones: "dict[int, Milestone]" = field(default_factory=dict)

    @property
    def full_path(self) -> str:
        """`parent/child`."""
        return f"{self.parent.full_path}/{self.path}" if self.parent else self.path

    def line(self) -> "list[Group]":
        """This group and its ancestors, nearest first."""
        return [self, *(self.parent.line() if self.parent else [])]


@dataclass(slots=True, eq=False)
class Share:
    """A project is open to a group's members, up to a level."""

    group: Group
    level: int
    expires_at: date | None = None


@dataclass(slots=True, eq=False)
class Project:
    """A project with its issues by iid; `version` counts every change to any of them."""

    id: int
    name: str
    path: str
    group: Group
    visibility: str
    created_at: datetime
    description: str | None = None
    issues_enabled: bool = True
    default_branch: str = "main"
    members: dict[int, int] = field(default_factory=dict)
    labels: "dict[int, Label]" = field(default_factory=dict)
    boards: "dict[int, Board]" = field(default_factory=dict)
    issues: "dict[int, Issue]" = field(default_factory=dict)
    hooks: "dict[int, Hook]" = field(default_factory=dict)
    next_iid: int = 1
    version: int = 0
    listings: "dict[object, tuple[int, list[Issue]]]" = field(default_factory=dict)
    own: Holdings = field(default_factory=Holdings)
    milestones: "dict[int, Milestone]" = field(default_factory=dict)
    shares: list[Share] = field(default_factory=list)

    @property
    def full_path(self) -> str:
        """`group/project`."""
        return f"{self.group.full_path}/{self.path}"


@dataclass(slots=True, eq=False)
class Label:
    """A project's or a group's label; a deleted one lives on in label events only."""

    id: int
    title: str
    color: str
    description: str | None
    owner: Project | Group
    created_at: datetime
    updated_at: datetime
    priority: int | None = None
    archived: bool = False
    deleted: bool = False
    lock_on_merge: bool = False
    subscribers: set[int] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class Milestone:
    """A milestone of a project or a group; `state` is `active` or `closed`."""

    id: int
    iid: int
    title: str
    owner: Project | Group
    created_at: datetime
    updated_at: datetime
    description: str = ""
    start_date: date | None = None
    due_date: date | None = None
    state: str = "active"
    deleted: bool = False


@dataclass(slots=True, eq=False)
class BoardList:
    """One label list of a board; Open and Closed are not kept, every board has them."""

    id: int
    board: "Board"
    label: Label
    position: int


@dataclass(slots=True, eq=False)
class Board:
    """An issue board; its scope (Premium) are `labels`, milestone, assignee and weight: all of them must fit."""

    id: int
    name: str
    owner: Project | Group
    lists: list[BoardList] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    hide_backlog_list: bool = False
    hide_closed_list: bool = False
    milestone: Milestone | None = None
    assignee: User | None = None
    weight: int | None = None


@dataclass(slots=True, eq=False)
class Award:
    """A reaction on an issue or a note."""

    id: int
    name: str
    user: User
    created_at: datetime


@dataclass(slots=True, eq=False)
class LabelEvent:
    """A label was added or removed; keeps the label itself, so that a rename shows the new name."""

    id: int
    user: User
    label: Label
    action: str
    created_at: datetime


@dataclass(slots=True, eq=False)
class StateEvent:
    """An issue was closed or reopened."""

    id: int
    user: User
    state: str
    created_at: datetime


@dataclass(slots=True, eq=False)
class MilestoneEvent:
    """An issue was put on a milestone (`add`) or taken off it (`remove`)."""

    id: int
    user: User
    milestone: Milestone
    action: str
    created_at: datetime
    state: str


@dataclass(slots=True, eq=False)
class Note:
    """A comment, or a system note."""

    id: int
    issue: "Issue"
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    discussion_id: str
    system: bool = False
    internal: bool = False
    type: str | None = None
    updated_by: User | None = None
    awards: list[Award] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Issue:
    """An issue with its whole history; `fragment` is its JSON, kept until the next change."""

    id: int
    iid: int
    project: Project
    title: str
    description: str | None
    author: User
    created_at: datetime
    updated_at: datetime
    relative_position: int
    state: str = "opened"
    closed_at: datetime | None = None
    closed_by: User | None = None
    confidential: bool = False
    discussion_locked: bool | None = None
    due_date: date | None = None
    start_date: date | None = None
    weight: int | None = None
    issue_type: str = "issue"
    updated_by: User | None = None
    last_edited_at: datetime | None = None
    last_edited_by: User | None = None
    duplicated_to: "Issue | None" = None
    moved_to: "Issue | None" = None
    milestone: Milestone | None = None
    health_status: str | None = None
    time_estimate: int = 0
    time_spent: int = 0
    labels: list[Label] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    label_events: list[LabelEvent] = field(default_factory=list)
    state_events: list[StateEvent] = field(default_factory=list)
    milestone_events: list[MilestoneEvent] = field(default_factory=list)
    subscriptions: dict[int, bool] = field(default_factory=dict)
    awards: list[Award] = field(default_factory=list)
    fragment: tuple[int, bytes] | None = None


@dataclass(slots=True, eq=False)
class IssueLink:
    """Two linked issues; `link_type` is `relates_to` or `blocks`, read from the source's side."""

    id: int
    source: Issue
    target: Issue
    link_type: str
    created_at: datetime


@dataclass(slots=True, eq=False)
class Hook:
    """A webhook and how it has fared (CONTRACT 1, sure)."""

    id: int
    url: str
    owner: Project | Group
    created_at: datetime
    token: str | None = None
    signing_token: str | None = None
    name: str | None = None
    description: str | None = None
    events: dict[str, bool] = field(default_factory=dict)
    enable_ssl_verification: bool = True
    custom_webhook_template: str | None = None
    custom_headers: dict[str, str] = field(default_factory=dict)
    url_variables: dict[str, str] = field(default_factory=dict)
    push_events_branch_filter: str | None = None
    branch_filter_strategy: str = "wildcard"
    failures: int = 0
    disabled_until: datetime | None = None
    disabled_for_good: bool = False
    lost: int = 0
    recent: "deque[object]" = field(default_factory=lambda: deque(maxlen=1000))

    @property
    def interpolated_url(self) -> str:
        """`url` with each `{name}` that is one of `url_variables` replaced by its value."""
        known = self.url_variables
        return re.sub(r"\{([^{}]+)\}", lambda match: known.get(match[1], match[0]), self.url) if known else self.url
