"""A to-do item: what a person is asked to look at."""

from dataclasses import dataclass
from datetime import datetime

from app.fakegitlab.model import Issue, Note, User


@dataclass(slots=True, eq=False)
class Todo:
    """`user` has something to look at because `author` did `action` (`assigned`, `mentioned`, `marked` …)."""

    id: int
    user: User
    author: User
    issue: Issue
    note: Note | None
    action: str
    created_at: datetime
    updated_at: datetime
    state: str = "pending"
