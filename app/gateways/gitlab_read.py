"""Reading one issue whole: itself, its label events, its notes (promises 1 and 6)."""

from app.domain.failure import Missing
from app.domain.issue import Award, Issue, LabelEvent, Link, Note, Ref, Snapshot
from app.gateways.gitlab_api import Api, issue_path
from app.gateways.gitlab_models import AwardBody, IssueBody, LabelEventBody, LinkBody, NoteBody


class GitLabReader:
    """The IssueReader over GitLab."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def snapshot(self, ref: Ref, known: Issue | None = None) -> Snapshot:
        """Three calls, two when `known`; more only past a hundred events or notes. Oldest first.

        The issue is read first: what happens between the calls then shows in its events, and its own webhook follows.
        """
        issue = known or self.issue(ref)
        return Snapshot(issue, self.label_events(ref), self.notes(ref))

    def issue(self, ref: Ref) -> Issue:
        """The issue alone: one call."""
        return self._api.one(issue_path(ref), IssueBody).value(ref.project)

    def label_events(self, ref: Ref) -> tuple[LabelEvent, ...]:
        """The labels put on and taken off, oldest first: one call for each hundred."""
        bodies = self._api.all(f"{issue_path(ref)}/resource_label_events", LabelEventBody)
        events = {body.id: body.value() for body in bodies}
        return tuple(sorted(events.values(), key=lambda e: (e.at, e.id)))

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """What people and bots said, oldest first: one call for each hundred. System notes are left out."""
        query = {"activity_filter": "only_comments", "order_by": "created_at", "sort": "asc"}
        notes = {body.id: body.value() for body in self._api.all(f"{issue_path(ref)}/notes", NoteBody, query)}
        return tuple(sorted(notes.values(), key=lambda n: (n.created_at, n.id)))

    def links(self, ref: Ref) -> tuple[Link, ...]:
        """The issue's links; GitLab allows a hundred at most (CONTRACT 4) and gives them in one answer."""
        return tuple(body.value() for body in self._api.all(f"{issue_path(ref)}/links", LinkBody))

    def awards(self, ref: Ref, note_id: int) -> tuple[Award, ...]:
        """The reactions on a note, oldest first; none where the note has just been deleted."""
        try:
            bodies = self._api.all(f"{issue_path(ref)}/notes/{note_id}/award_emoji", AwardBody)
        except Missing:
            return ()
        return tuple(sorted((body.value() for body in bodies), key=lambda a: a.at))

    def look_at(self, ref: Ref) -> Issue | None:
        """The issue alone; None where there is none that we can see."""
        try:
            return self.issue(ref)
        except Missing:
            return None
