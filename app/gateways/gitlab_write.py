"""Carrying out one write on one issue: small, sent once, and compared with what GitLab made of it (promise 5)."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import assert_never

from gitlab.v4.objects import ProjectIssue

from app.domain.failure import Missing, Permanent, Temporary
from app.domain.issue import Ref
from app.domain.plan import ChangeLabels, DeleteNote, EditNote, PostNote, React, Write
from app.gateways.gitlab_api import Api, issue_path, project_path
from app.gateways.gitlab_models import IssueBody, LabelBody, ThreadBody, WrittenNote, understood


class KnownLabels:
    """The titles that exist in each project: GitLab makes an unknown one a new grey label without a word (CONTRACT 2).

    A trade: titles are read once and kept for `keep`, so that an ordinary write costs no extra read. A label deleted
    meanwhile would come back when we add it; the gain is two calls for each put-back instead of three. A title that is
    not known is looked up again before we refuse it. Two threads may both read: that costs a call and holds nobody up.
    """

    def __init__(
        self, api: Api, keep: timedelta = timedelta(minutes=30), now: Callable[[], float] = time.monotonic
    ) -> None:
        self._api, self._keep, self._now = api, keep.total_seconds(), now
        self._read: dict[str, tuple[float, frozenset[str]]] = {}

    def titles(self, project: str) -> frozenset[str]:
        """All titles of a project and of the groups above it, read now."""
        bodies = self._api.all(f"{project_path(project)}/labels", LabelBody, {"include_ancestor_groups": "true"})
        titles = frozenset(body.name for body in bodies)
        self._read[project] = (self._now(), titles)
        return titles

    def require(self, project: str, wanted: Iterable[str]) -> None:
        """Raises Permanent naming those of `wanted` that do not exist."""
        read_at, titles = self._read.get(project, (float("-inf"), frozenset[str]()))
        missing = frozenset(wanted) - titles
        if missing or self._now() - read_at > self._keep:
            missing = frozenset(wanted) - self.titles(project)
        if missing:
            raise Permanent(
                f"{_listed(missing)} cannot be put on an issue of {project}: no such label there, and GitLab would "
                "make a new one without asking. Create it, or let `sounding-board check --online` show what is missing."
            )


class GitLabWriter:
    """The IssueWriter over GitLab."""

    def __init__(self, api: Api, labels: KnownLabels) -> None:
        self._api, self._labels = api, labels

    def apply(self, ref: Ref, write: Write) -> int | None:
        """One call, sent once: a lost answer raises Temporary and nothing is sent again (there is no idempotency key).
        An answer in a thread takes one more, which finds the thread.

        Returns the id of a note that was posted or edited. Raises Temporary, Permanent, Missing.
        """
        match write:
            case ChangeLabels():
                self._change(ref, write)
                return None
            case PostNote():
                return self._post(ref, write)
            case EditNote():
                return self._edit(ref, write)
            case DeleteNote():
                self._delete(ref, write)
                return None
            case React():
                self._react(ref, write)
                return None
            case _:
                assert_never(write)

    def _issue(self, ref: Ref) -> ProjectIssue:
        """A handle that knows the issue's address and has read nothing, so that nothing read can be sent back."""
        return self._api.client.projects.get(ref.project, lazy=True).issues.get(ref.iid, lazy=True)

    def _change(self, ref: Ref, write: ChangeLabels) -> None:
        wish = {
            "add_labels": ",".join(sorted(write.add)),
            "remove_labels": ",".join(sorted(write.remove)),
        }
        wish = {field: value for field, value in wish.items() if value}
        if not wish:
            return
        if write.add:
            self._labels.require(ref.project, write.add)
        issues = self._api.client.projects.get(ref.project, lazy=True).issues
        made = understood(IssueBody, issues.update(ref.iid, wish), str(ref))
        if dropped := _dropped(write, made):
            raise Permanent(
                f"GitLab said yes and dropped our change on {ref}: {dropped}. The bot's role in {ref.project} is "
                "probably below Planner; give it that role and let the sweep try again."
            )

    def _post(self, ref: Ref, write: PostNote) -> int:
        wish: dict[str, str | bool] = {"body": write.body}
        if write.internal:
            wish["internal"] = True
        answer = self._api.client.http_post(f"{self._thread(ref, write.reply_to)}/notes", post_data=wish)
        note = understood(WrittenNote, answer, f"a note on {ref}")
        if note.id is None:
            raise Permanent(
                f"GitLab made no note of what we said on {ref} about {write.topic}: it took the whole text for quick "
                "actions. Mend the template so that it says a sentence."
            )
        return note.id

    def _thread(self, ref: Ref, comment: int | None) -> str:
        """Where a note is posted: on the issue, or in the thread of a comment, whose id only the threads tell."""
        if comment is None:
            return issue_path(ref)
        threads = self._api.all(f"{issue_path(ref)}/discussions", ThreadBody)
        for thread in threads:
            if comment in {note.id for note in thread.notes}:
                return f"{issue_path(ref)}/discussions/{thread.id}"
        message = f"Comment {comment} on {ref} was deleted a moment ago; the issue is read anew."
        raise Temporary(message, retry_after=1.0)

    def _edit(self, ref: Ref, write: EditNote) -> int:
        try:
            self._issue(ref).notes.update(write.note_id, {"body": write.body})
        except Missing as gone:
            message = f"Our note {write.note_id} on {ref} was deleted a moment ago; the issue is read anew."
            raise Temporary(message, retry_after=1.0) from gone
        return write.note_id

    def _delete(self, ref: Ref, write: DeleteNote) -> None:
        try:
            self._issue(ref).notes.delete(write.note_id)
        except Missing:
            return

    def _react(self, ref: Ref, write: React) -> None:
        """GitLab answers 404 to a reaction that is there already, as to a comment that is gone: both are fine."""
        try:
            path = f"{issue_path(ref)}/notes/{write.note_id}/award_emoji"
            self._api.client.http_post(path, post_data={"name": write.name})
        except Missing:
            return


def _dropped(write: ChangeLabels, made: IssueBody) -> str:
    """What of the wish is not in the answer: without the right, GitLab leaves fields out silently (CONTRACT 2)."""
    labels = frozenset(made.labels)
    faults = []
    if absent := write.add - labels:
        faults.append(f"{_listed(absent)} not put on")
    if present := write.remove & labels:
        faults.append(f"{_listed(present)} not taken off")
    return ", ".join(faults)


def _listed(titles: Iterable[str]) -> str:
    return ", ".join(f"~{title}" for title in sorted(titles))
