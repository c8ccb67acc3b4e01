"""In which order issues come (OpenAPI 19.4; doc/api/issues.md, documented). No value comes last, both ways (memory,
guess)."""

from collections.abc import Callable
from datetime import date, datetime

from app.fakegitlab.model import Issue
from app.fakegitlab.moment import read_day, read_moment, stamp

Key = Callable[[Issue], tuple[object, ...]]
KEYSET = ("created_at", "updated_at", "title", "id", "weight", "due_date", "relative_position")


def label_priority(issue: Issue) -> int | None:
    """The best (lowest) priority among its labels."""
    return min((label.priority for label in issue.labels if label.priority is not None), default=None)


def _milestone_due(issue: Issue) -> date | None:
    return issue.milestone.due_date if issue.milestone else None


def _popularity(issue: Issue) -> int:
    return sum(award.name == "thumbsup" for award in issue.awards)


VALUES: dict[str, Callable[[Issue], object]] = {
    "created_at": lambda issue: issue.created_at,
    "updated_at": lambda issue: issue.updated_at,
    "relative_position": lambda issue: issue.relative_position,
    "title": lambda issue: issue.title.lower(),
    "id": lambda issue: issue.id,
    "due_date": lambda issue: issue.due_date,
    "weight": lambda issue: issue.weight,
    "label_priority": label_priority,
    "milestone_due": _milestone_due,
    "popularity": _popularity,
    "priority": _milestone_due,
}
NULLABLE = ("due_date", "weight", "label_priority", "milestone_due")


def key(order: str, down: bool) -> Key:
    """What to sort by, ascending; for `down` the sorted rows are read backwards, so "none" sorts first there."""
    value = VALUES[order]
    if order == "priority":
        return lambda issue: (*_placed(value(issue), down), *_placed(label_priority(issue), down), issue.id)
    if order in NULLABLE:
        return lambda issue: (*_placed(value(issue), down), issue.id)
    return lambda issue: (value(issue), issue.id)


def _placed(value: object, down: bool) -> tuple[bool, object]:
    return (value is None) != down, 0 if value is None else value


def written(order: str, issue: Issue) -> str:
    """The value of a row, for a cursor; empty for none."""
    value = VALUES[order](issue)
    if isinstance(value, datetime):
        return stamp(value)
    return "" if value is None else str(value)


def mark(order: str, down: bool, text: str, row_id: int) -> tuple[object, ...]:
    """The key of the row a cursor speaks of; raises Refused 400 or ValueError for what is no such value."""
    value: object
    if order in ("created_at", "updated_at"):
        value = read_moment(text, "cursor")
    elif order == "due_date":
        value = read_day(text, "cursor")
    elif order == "title":
        value = text
    else:
        value = int(text) if text else None
    return (*_placed(value, down), row_id) if order in NULLABLE else (value, row_id)
