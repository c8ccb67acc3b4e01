"""What a project or group owns beside its issues: CI variables, schedules, and a repository small enough for templates.

Plain records; people are named by id, so that nothing here needs to know them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(slots=True, eq=False)
class Variable:
    """A CI variable; `hidden` ones are never shown again once written."""

    key: str
    value: str
    variable_type: str = "env_var"
    protected: bool = False
    masked: bool = False
    hidden: bool = False
    raw: bool = False
    environment_scope: str = "*"
    description: str | None = None


@dataclass(slots=True, eq=False)
class Pipeline:
    """One run of a schedule; it stays pending, nothing runs here."""

    id: int
    iid: int
    ref: str
    sha: str
    created_at: datetime


@dataclass(slots=True, eq=False)
class Schedule:
    """A pipeline schedule."""

    id: int
    description: str
    ref: str
    cron: str
    owner_id: int
    created_at: datetime
    updated_at: datetime
    cron_timezone: str = "UTC"
    active: bool = True
    variables: list[Variable] = field(default_factory=list)
    pipelines: list[Pipeline] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Commit:
    """A commit with its whole tree: `files` maps paths to their content in base64."""

    sha: str
    parents: tuple[str, ...]
    message: str
    author_name: str
    author_email: str
    created_at: datetime
    files: dict[str, str]


@dataclass(slots=True, eq=False)
class Repository:
    """Commits by SHA, branches by name (the SHA of their tip), and which branches are protected."""

    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    protected: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class MergeRequestNote:
    """A comment on a merge request."""

    id: int
    author_id: int
    body: str
    created_at: datetime
    updated_at: datetime
    discussion_id: str
    internal: bool = False


@dataclass(slots=True, eq=False)
class MergeRequest:
    """A merge request within one project."""

    id: int
    iid: int
    title: str
    description: str | None
    source_branch: str
    target_branch: str
    author_id: int
    created_at: datetime
    updated_at: datetime
    state: str = "opened"
    labels: list[str] = field(default_factory=list)
    assignee_ids: list[int] = field(default_factory=list)
    reviewer_ids: list[int] = field(default_factory=list)
    remove_source_branch: bool = False
    squash: bool = False
    merged_at: datetime | None = None
    merged_by_id: int | None = None
    merge_commit_sha: str | None = None
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    notes: list[MergeRequestNote] = field(default_factory=list)


@dataclass(slots=True)
class Holdings:
    """Everything above, of one project or group, with the settings a client wrote."""

    settings: dict[str, object] = field(default_factory=dict)
    variables: list[Variable] = field(default_factory=list)
    schedules: dict[int, Schedule] = field(default_factory=dict)
    merge_requests: dict[int, MergeRequest] = field(default_factory=dict)
    repository: Repository = field(default_factory=Repository)
    member_until: dict[int, date] = field(default_factory=dict)
    starred_by: list[int] = field(default_factory=list)
    marked_for_deletion_on: date | None = None
    archived: bool = False
    creator_id: int | None = None
