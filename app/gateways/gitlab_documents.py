"""Issues that the program itself writes: found by whoever asks, created once, rewritten in place."""

from datetime import datetime

from app.domain.failure import Permanent
from app.domain.issue import Issue, Ref
from app.gateways.gitlab_api import Api, issue_path, project_path
from app.gateways.gitlab_models import IssueBody, understood
from app.gateways.gitlab_write import KnownLabels


class GitLabDocuments:
    """Creates and rewrites program documents. Each call is sent once (promise 5)."""

    def __init__(self, api: Api, labels: KnownLabels) -> None:
        self._api, self._labels = api, labels

    def labelled(self, project: str, title: str) -> tuple[Issue, ...]:
        """Issues with this label, open and closed, the oldest first: one call for each hundred."""
        query = {"issue_type": "issue", "labels": title, "order_by": "created_at", "sort": "asc"}
        bodies = self._api.all(f"{project_path(project)}/issues", IssueBody, query)
        return tuple({body.id: body.value(project) for body in bodies}.values())

    def made_since(self, project: str, author: int, since: datetime) -> tuple[Issue, ...]:
        """Issues by this user created since then, the oldest first: one call for each hundred."""
        query = {"author_id": str(author), "created_after": since.isoformat(), "order_by": "created_at", "sort": "asc"}
        bodies = self._api.all(f"{project_path(project)}/issues", IssueBody, query)
        return tuple({body.id: body.value(project) for body in bodies}.values())

    def create(self, project: str, title: str, body: str, *labels: str) -> Issue:
        """A new issue. There is no idempotency key: look before, and list again afterwards (design)."""
        self._labels.require(project, labels)
        wish = {"title": title, "description": body, "labels": ",".join(labels)}
        answer = self._api.client.http_post(f"{project_path(project)}/issues", post_data=wish)
        made = understood(IssueBody, answer, f"a new issue of {project}").value(project)
        if dropped := [label for label in labels if label not in made.labels]:
            raise Permanent(
                f"GitLab made {made.ref} and dropped its label ~{dropped[0]}: the bot's role in {project} is probably "
                "below Planner. Give it that role, and the issue that label."
            )
        return made

    def rewrite(self, ref: Ref, body: str, *, close: bool = False) -> None:
        """Put another description in place; `close` closes the issue with it."""
        wish = {"description": body, **({"state_event": "close"} if close else {})}
        answer = self._api.client.http_put(issue_path(ref), post_data=wish)
        understood(IssueBody, answer, str(ref))
