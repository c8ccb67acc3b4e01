"""The program's documents in GitLab, as agendas: issues that are no requests (doc/api/issues.md)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.domain.failure import Permanent
from app.domain.issue import Issue, Note, Ref
from app.gateways.gitlab_api import Api, Query, issue_path, project_path
from app.gateways.gitlab_models import IssueBody, NoteBody, understood
from app.gateways.gitlab_write import KnownLabels


class GitLabDocuments:
    """Finds, creates and rewrites documents. Each write is sent once and compared with the answer (promise 5)."""

    def __init__(self, api: Api, labels: KnownLabels) -> None:
        self._api, self._labels = api, labels

    def labelled(self, project: str, title: str, since: datetime | None = None) -> tuple[Issue, ...]:
        """Issues with this label, open and closed, by number: one call for each hundred."""
        return self._listed(project, {"labels": title}, since)

    def made_by(self, project: str, author: int, since: datetime | None = None) -> tuple[Issue, ...]:
        """Issues that this user created, open and closed, by number: one call for each hundred."""
        return self._listed(project, {"author_id": author, "scope": "all"}, since)

    def without(self, project: str, titles: Sequence[str]) -> tuple[Issue, ...]:
        """Open issues that carry none of these labels: one call a page (Issuables::LabelFilter#by_negated_label)."""
        return self._listed(project, {"state": "opened", "not[labels]": ",".join(titles)}, None)

    def create(self, project: str, title: str, text: str, labels: Sequence[str]) -> Issue:
        """A new issue. There is no idempotency key: look before, and list again afterwards (CONTRACT 3)."""
        self._labels.require(project, labels)
        wish = {"title": title, "description": text, "labels": ",".join(labels)}
        answer = self._api.client.http_post(f"{project_path(project)}/issues", post_data=wish)
        made = understood(IssueBody, answer, f"a new issue of {project}").value(project)
        if dropped := [label for label in labels if label not in made.labels]:
            raise Permanent(
                f"GitLab made {made.ref} and dropped its label ~{dropped[0]}: the bot's role in {project} is probably "
                "below Planner. Give it that role, and the issue that label."
            )
        return made

    def read(self, ref: Ref) -> Issue:
        """One document, read now: one call."""
        return self._api.one(issue_path(ref), IssueBody).value(ref.project)

    def describe(self, ref: Ref, text: str, *, close: bool = False) -> None:
        """Another description; `close` closes the issue with it. Raises Permanent where GitLab kept something else."""
        wish = {"description": text, **({"state_event": "close"} if close else {})}
        answer = self._api.client.http_put(issue_path(ref), post_data=wish)
        made = understood(IssueBody, answer, str(ref))
        if _tidy(made.description) != _tidy(text) or (close and made.state != "closed"):
            raise Permanent(
                f"GitLab said yes and did not keep what we wrote on {ref}. The token's user probably may not edit it: "
                "that takes its author, or the Planner role."
            )

    def label(self, ref: Ref, titles: Sequence[str]) -> None:
        """Put labels back on, and take none off."""
        self._labels.require(ref.project, titles)
        answer = self._api.client.http_put(issue_path(ref), post_data={"add_labels": ",".join(titles)})
        made = understood(IssueBody, answer, str(ref))
        if dropped := [title for title in titles if title not in made.labels]:
            raise Permanent(
                f"GitLab said yes and did not put ~{dropped[0]} on {ref}: the bot's role there is probably too low. "
                "Give it the Planner role."
            )

    def activity(self, ref: Ref) -> tuple[Note, ...]:
        """GitLab's own notes, which tell who ticked and who edited, the oldest first: one call for each hundred."""
        query = {"activity_filter": "only_activity", "order_by": "created_at", "sort": "asc"}
        notes = {body.id: body.value() for body in self._api.all(f"{issue_path(ref)}/notes", NoteBody, query)}
        return tuple(sorted((note for note in notes.values() if note.system), key=lambda note: note.id))

    def _listed(self, project: str, which: Query, since: datetime | None) -> tuple[Issue, ...]:
        query: dict[str, str | int | list[int]] = {"issue_type": "issue", "order_by": "created_at", "sort": "asc"}
        if since:
            query["created_after"] = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        bodies = self._api.all(f"{project_path(project)}/issues", IssueBody, {**query, **which})
        found = {body.id: body.value(project) for body in bodies}
        return tuple(sorted(found.values(), key=lambda issue: issue.ref.iid))


def _tidy(text: str) -> str:
    """A text without what GitLab may do to line ends and around it."""
    return text.replace("\r\n", "\n").strip()
