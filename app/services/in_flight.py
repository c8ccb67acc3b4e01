"""What a change of the taxonomy does to people's open requests, told before it is merged."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.in_flight import Revision, affected, newly_missing, reports, requests
from app.domain.issue import Issue, Note, Ref
from app.domain.provision import Change, Where

COMMENTS_AT_MOST = 100
"""Requests whose comments are read, a call each. A form is mostly filled in, so few look incomplete at first."""


class OpenIssues(Protocol):
    """Lists open issues."""

    def opened(self, project: str) -> Sequence[Issue]:
        """All of a project, whole."""
        ...


class Comments(Protocol):
    """Reads comments."""

    def notes(self, ref: Ref) -> Sequence[Note]:
        """All notes of an issue, whole."""
        ...


class RequestsInFlight:
    """Reads nothing where no request could be judged otherwise; else open issues, and comments where these decide."""

    def __init__(
        self, listing: OpenIssues, comments: Comments, projects: Sequence[str], places: Mapping[str, Where]
    ) -> None:
        self._listing, self._comments, self._projects, self._places = listing, comments, projects, places

    def changes(self, revision: Revision) -> tuple[Change, ...]:
        """Reports for a plan. Raises Temporary, Permanent."""
        if not revision.matters:
            return ()
        found: list[Change] = []
        left = COMMENTS_AT_MOST
        for project in self._projects:
            there = requests(self._listing.opened(project), revision.program)
            doubtful = [issue for issue in there if newly_missing(revision, issue)]
            read, unread = doubtful[:left], doubtful[left:]
            left -= len(read)
            lacking = {issue.ref: newly_missing(revision, issue, self._comments.notes(issue.ref)) for issue in read}
            lacking |= {issue.ref: newly_missing(revision, issue) for issue in unread}
            touched = affected(revision, there, lacking)
            found += reports(revision, project, touched, len(there), len(unread), self._places)
        return tuple(found)
