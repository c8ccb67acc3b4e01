"""What GitLab says about one issue, in our own words: plain values, read once, decided on (promise 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class User:
    """The author of something. GitLab gives id and handle everywhere, and little else (CONTRACT 10)."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """One label put on or taken off (CONTRACT 4). `label` is None when it has been deleted since."""

    id: int
    user: User | None
    at: datetime
    label: str | None
    action: Literal["add", "remove"]


@dataclass(frozen=True, slots=True)
class Note:
    """A comment, or a system note (`system`), on an issue."""

    id: int
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    system: bool = False
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Another issue this one is linked to. `reference` is its full reference, `group/project#12`."""

    reference: str
    kind: Literal["relates_to", "blocks", "is_blocked_by"]


@dataclass(frozen=True, slots=True)
class Award:
    """A reaction: the emoji's name without colons, and who gave it when."""

    name: str
    user: User
    at: datetime


@dataclass(frozen=True, slots=True)
class Ref:
    """An issue's address: the project's full path and the issue's number there."""

    project: str
    iid: int

    def __str__(self) -> str:
        return f"{self.project}#{self.iid}"


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as the REST API gives it (CONTRACT 3). Times are aware and in UTC.

    `duplicate_of` is what the quick action `/duplicate` closed it for: a project's id and an issue's number there.
    """

    ref: Ref
    id: int
    project_id: int
    title: str
    description: str
    labels: frozenset[str]
    state: Literal["opened", "closed"]
    author: User
    assignees: tuple[User, ...]
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    closed_by: User | None = None
    confidential: bool = False
    milestone: str | None = None
    kind: str = "issue"
    duplicate_of: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything read before deciding. What only some rules need is None unless asked for, an extra call each: `links`,
    `awards` (the reactions on our note about the move) and `there` (which issues that are named really exist;
    `requests` are those of them that are requests). `alike` are requests that likely ask for the same; None also where
    nobody can say now.
    """

    issue: Issue
    events: tuple[LabelEvent, ...]
    notes: tuple[Note, ...]
    links: tuple[Link, ...] | None = None
    awards: tuple[Award, ...] | None = None
    there: Mapping[Ref, bool] | None = None
    requests: frozenset[Ref] = frozenset()
    alike: tuple[Ref, ...] | None = None
