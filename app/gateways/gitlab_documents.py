"""The program's documents in GitLab: open issues that are no requests (doc/api/issues.md)."""

from collections.abc import Iterable

from app.domain.failure import Permanent
from app.domain.issue import Issue, Ref
from app.gateways.gitlab_api import Api, issue_path, project_path
from app.gateways.gitlab_models import IssueBody, understood


class GitLabDocuments:
    """Reading and rewriting documents."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def without(self, project: str, titles: Iterable[str]) -> tuple[Issue, ...]:
        """Open issues that carry none of these labels: one call a page (Issuables::LabelFilter#by_negated_label)."""
        query = {"state": "opened", "issue_type": "issue", "not[labels]": ",".join(titles)}
        found = self._api.all(f"{project_path(project)}/issues", IssueBody, query)
        return tuple({body.id: body.value(project) for body in found}.values())

    def read(self, ref: Ref) -> Issue:
        """One document, read now."""
        return self._api.one(issue_path(ref), IssueBody).value(ref.project)

    def describe(self, ref: Ref, text: str) -> None:
        """Another description. Raises Permanent where GitLab kept something else."""
        answer = self._api.client.http_put(issue_path(ref), post_data={"description": text})
        if understood(IssueBody, answer, str(ref)).description != text:
            raise Permanent(
                f"GitLab said yes and did not keep the new text of {ref}. The token's user probably may not edit it: "
                "that takes its author, or the Planner role."
            )
