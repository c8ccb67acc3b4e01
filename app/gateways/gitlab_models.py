"""GitLab's JSON as it comes, read tolerantly and handed on as our own values; extras are ignored (CONTRACT 1-4)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from app.domain.failure import Permanent
from app.domain.issue import Award, Issue, LabelEvent, Link, Note, Ref, User

_GHOST = User(id=0, username="ghost")
_DUPLICATE_OF = re.compile(r"/projects/(\d{1,18})/issues/(\d{1,18})/?$", re.ASCII)


def _instant(value: object) -> object:
    """`2026-05-28T06:17:50.385Z` and the older `2023-05-25 17:12:06 UTC`; without a zone it is UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    return value


def _title(value: object) -> object:
    """A label is a title, or an object that has one as `name` (lists) or `title` (webhooks)."""
    if isinstance(value, Mapping):
        return value.get("name") or value.get("title")
    return value


Instant = Annotated[datetime, BeforeValidator(_instant)]
Title = Annotated[str, BeforeValidator(_title)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(bool)]


class Person(BaseModel):
    """UserBasic. Deleted people's things belong to the ghost user, or to nobody."""

    id: int
    username: str

    def value(self) -> User:
        """As ours."""
        return User(self.id, self.username)


People = Annotated[list[Person], BeforeValidator(lambda value: value or [])]


class Milestone(BaseModel):
    """Only its title matters to us."""

    title: str


class IssueLinks(BaseModel):
    """Addresses beside an issue; the one of the issue it duplicates is there while it is closed as a duplicate."""

    closed_as_duplicate_of: str | None = None

    def duplicate_of(self) -> tuple[int, int] | None:
        """The project's id and the issue's number in that address."""
        found = _DUPLICATE_OF.search(self.closed_as_duplicate_of or "")
        return (int(found[1]), int(found[2])) if found else None


class IssueBody(BaseModel):
    """An issue in the REST API (CONTRACT 3)."""

    id: int
    iid: int
    project_id: int
    state: Literal["opened", "closed"]
    created_at: Instant
    updated_at: Instant
    labels: list[Title]
    title: Text = ""
    description: Text = ""
    author: Person | None = None
    assignees: People = []
    closed_at: Instant | None = None
    closed_by: Person | None = None
    confidential: Flag = False
    milestone: Milestone | None = None
    issue_type: Annotated[str, BeforeValidator(lambda value: value or "issue")] = "issue"
    addresses: Annotated[IssueLinks, BeforeValidator(lambda value: value or {})] = Field(IssueLinks(), alias="_links")

    def value(self, project: str) -> Issue:
        """As ours, addressed by the path we asked under."""
        return Issue(
            ref=Ref(project, self.iid),
            id=self.id,
            project_id=self.project_id,
            title=self.title,
            description=self.description,
            labels=frozenset(self.labels),
            state=self.state,
            author=self.author.value() if self.author else _GHOST,
            assignees=tuple(person.value() for person in self.assignees),
            created_at=self.created_at,
            updated_at=self.updated_at,
            closed_at=self.closed_at,
            closed_by=self.closed_by.value() if self.closed_by else None,
            confidential=self.confidential,
            milestone=self.milestone.title if self.milestone else None,
            kind=self.issue_type,
            duplicate_of=self.addresses.duplicate_of(),
        )


class LabelEventBody(BaseModel):
    """One resource label event; `label` is null when the label was deleted since (CONTRACT 4)."""

    id: int
    created_at: Instant
    action: Literal["add", "remove"]
    user: Person | None = None
    label: Title | None = None

    def value(self) -> LabelEvent:
        """As ours."""
        return LabelEvent(self.id, self.user.value() if self.user else None, self.created_at, self.label, self.action)


class NoteBody(BaseModel):
    """One note. `internal` was called `confidential` before (CONTRACT 4)."""

    id: int
    created_at: Instant
    body: Text = ""
    updated_at: Instant | None = None
    author: Person | None = None
    system: Flag = False
    internal: Flag = False
    confidential: Flag = False

    def value(self) -> Note:
        """As ours."""
        return Note(
            id=self.id,
            author=self.author.value() if self.author else _GHOST,
            body=self.body,
            created_at=self.created_at,
            updated_at=self.updated_at or self.created_at,
            system=self.system,
            internal=self.internal or self.confidential,
        )


class References(BaseModel):
    """How an issue is written in a text elsewhere."""

    full: str


class LinkBody(BaseModel):
    """A linked issue: an issue with the kind of its link."""

    references: References
    link_type: Literal["relates_to", "blocks", "is_blocked_by"] = "relates_to"

    def value(self) -> Link:
        """As ours."""
        return Link(self.references.full, self.link_type)


class AwardBody(BaseModel):
    """A reaction. Deleted people's belong to the ghost."""

    name: str
    created_at: Instant
    user: Person | None = None

    def value(self) -> Award:
        """As ours."""
        return Award(self.name, self.user.value() if self.user else _GHOST, self.created_at)


class NoteId(BaseModel):
    """Which note."""

    id: int


class ThreadBody(BaseModel):
    """A thread: a comment and its answers, the comment first. Its id is needed to answer in it (CONTRACT 12)."""

    id: str
    notes: list[NoteId]


class LabelBody(BaseModel):
    """A label of a project or of a group above it."""

    name: str


class WrittenNote(BaseModel):
    """The answer to a note we wrote: with 202 there is no id, as the text held nothing but quick actions."""

    id: int | None = None


Shape = TypeVar("Shape", bound=BaseModel)


def understood(shape: type[Shape], body: Any, what: str) -> Shape:
    """The body in that shape. Raises Permanent naming the fields, never their contents, when it has another."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        named = "; ".join(f"{'.'.join(map(str, f['loc'])) or 'the whole'} ({f['type']})" for f in faults[:3])
        raise Permanent(
            f"GitLab's answer for {what} has a shape we do not know: {named}. Look whether this version of GitLab is "
            "supported."
        ) from None
