"""How much is too much: GitLab's rate limits, counted in fixed windows of a minute (limits.json, documented).

Off unless the world is made with `limits=`: self-managed GitLab has most of them off, GitLab.com has them on.
"""

from dataclasses import dataclass
from datetime import datetime

TOO_MANY = "This endpoint has been requested too many times. Try again later."
WEBHOOKS_BY_TIER = {"free": 500, "premium": 1600}


@dataclass(frozen=True, slots=True)
class Limits:
    """Per minute, as on GitLab.com (limits.json, documented). `webhooks` counts per top-level group; None takes the
    tier's."""

    requests: int = 2000
    issues: int = 200
    notes: int = 60
    searches: int = 30
    hook_tests: int = 5
    hook_resends: int = 5
    webhooks: int | None = None


class Counted:
    """What was counted in the running minute, by kind and by whom."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: dict[tuple[str, object], int] = {}

    def add(self, kind: str, scope: object, now: datetime) -> int:
        """Count one more; how many there are now in this minute."""
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        count = self._counts[kind, scope] = self._counts.get((kind, scope), 0) + 1
        return count


def of_action(method: str, template: str, searching: bool) -> str | None:
    """Which application limit this API operation counts against; None for most."""
    if method == "POST":
        last = template.rsplit("/", 1)[-1]
        if template == "/projects/:id/issues":
            return "issues"
        if "/issues/:issue_iid/" in template and last in ("notes", "discussions"):
            return "notes"
        if "/test/" in template:
            return "hook_tests"
        return "hook_resends" if last == "resend" else None
    return "searches" if searching and template.rsplit("/", 1)[-1] == "issues" else None
