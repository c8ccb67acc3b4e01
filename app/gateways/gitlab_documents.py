"""Issues that the program itself writes: found by whoever asks, created once, rewritten in place."""

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

    def create(self, project: str, title: str, body: str, label: str) -> Issue:
        """A new issue. There is no idempotency key: look before, and list again afterwards (design)."""
        self._labels.require(project, [label])
        wish = {"title": title, "description": body, "labels": label}
        answer = self._api.client.http_post(f"{project_path(project)}/issues", post_data=wish)
        made = understood(IssueBody, answer, f"a new issue of {project}").value(project)
        if label not in made.labels:
            raise Permanent(
                f"GitLab made {made.ref} and dropped its label ~{label}: the bot's role in {project} is probably below "
                "Planner. Give it that role, and the issue that label."
            )
        return made

    def rewrite(self, ref: Ref, body: str, *, close: bool = False) -> None:
        """Put another description in place; `close` closes the issue with it."""
        wish = {"description": body, **({"state_event": "close"} if close else {})}
        answer = self._api.client.http_put(issue_path(ref), post_data=wish)
        understood(IssueBody, answer, str(ref))
