"""The program's documents in GitLab: issues that are no requests, its own among them (doc/api/issues.md)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from app.domain.failure import Permanent
from app.domain.issue import Issue, Ref
from app.gateways.gitlab_api import Api, issue_path, project_path
from app.gateways.gitlab_models import IssueBody, understood
from app.gateways.gitlab_write import KnownLabels

_BY_CREATION = {"issue_type": "issue", "order_by": "created_at", "sort": "asc"}


class GitLabDocuments:
    """Finds, creates and rewrites documents. Each write is sent once (promise 5)."""

    def __init__(self, api: Api, labels: KnownLabels) -> None:
        self._api, self._labels = api, labels

    def labelled(self, project: str, title: str) -> tuple[Issue, ...]:
        """Issues with this label, open and closed, the oldest first: one call for each hundred."""
        return self._found(project, {**_BY_CREATION, "labels": title})

    def made_since(self, project: str, author: int, since: datetime) -> tuple[Issue, ...]:
        """Issues by this user created since then, the oldest first: one call for each hundred."""
        return self._found(project, {**_BY_CREATION, "author_id": str(author), "created_after": since.isoformat()})

    def without(self, project: str, titles: Iterable[str]) -> tuple[Issue, ...]:
        """Open issues that carry none of these labels: one call a page (Issuables::LabelFilter#by_negated_label)."""
        return self._found(project, {"state": "opened", "issue_type": "issue", "not[labels]": ",".join(titles)})

    def read(self, ref: Ref) -> Issue:
        """One document, read now."""
        return self._api.one(issue_path(ref), IssueBody).value(ref.project)

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
        """Put another description in place; `close` closes the issue with it. Raises Permanent where it is not kept."""
        wish = {"description": body, **({"state_event": "close"} if close else {})}
        answer = self._api.client.http_put(issue_path(ref), post_data=wish)
        if understood(IssueBody, answer, str(ref)).description != body:
            raise Permanent(
                f"GitLab said yes and did not keep the new text of {ref}. The token's user probably may not edit it: "
                "that takes its author, or the Planner role."
            )

    def _found(self, project: str, query: Mapping[str, str]) -> tuple[Issue, ...]:
        bodies = self._api.all(f"{project_path(project)}/issues", IssueBody, query)
        return tuple({body.id: body.value(project) for body in bodies}.values())
