"""What GitLab says about an installation: our token, the people of a project, its webhooks."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.issue import User

CALLS_A_MINUTE = 600
"""So many we make at most, once a first burst is over."""
HOOK_PATH = "/webhooks/gitlab"
TRIGGERS = {
    "issues_events": "Issues events",
    "confidential_issues_events": "Confidential issues events",
    "note_events": "Comments",
    "confidential_note_events": "Confidential comments",
    "emoji_events": "Emoji events",
    "resource_access_token_events": "Project or group access token events",
}
"""The triggers we need, by GitLab's name for each in the API and on its page (CONTRACT 1)."""


@dataclass(frozen=True, slots=True)
class Token:
    """What our token may do and until when; never the token itself."""

    scopes: tuple[str, ...]
    expires_at: date | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role in a project, also through its groups. 15 is Planner, 20 Reporter, 40 Maintainer."""

    user: User
    access_level: int


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook of a project (CONTRACT 1): where it sends, whether GitLab has stopped it, and which triggers are on."""

    id: int
    url: str
    alert_status: str | None
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a webhook's delivery: the status of our answer, or GitLab's words where none came."""

    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Allowance:
    """GitLab's limit for the calls of our token: how many in a minute, and how many of them are left in this one."""

    limit: int
    left: int
