"""What a caller wants of an issue, as `create` and `update` take it."""

from datetime import date, datetime
from typing import TypedDict

from app.fakegitlab.model import Label, Milestone


class IssueFields(TypedDict, total=False):
    """What a caller wants of an issue beside its title; an absent key means "leave it", None means "clear it"."""

    description: str | None
    labels: "list[str | Label]"
    add_labels: "list[str | Label]"
    remove_labels: "list[str | Label]"
    state_event: str
    assignee_ids: list[int]
    due_date: date | None
    start_date: date | None
    confidential: bool
    discussion_locked: bool | None
    issue_type: str
    weight: int | None
    milestone: Milestone | None
    health_status: str | None
    time_estimate: int
    time_spent: int
    iid: int
    created_at: datetime
    updated_at: datetime


class IssueChange(IssueFields, total=False):
    """As `IssueFields`, with the title."""

    title: str
