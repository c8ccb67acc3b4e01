"""Listing a project's issues, whole and fast: disjoint windows of creation time, read side by side."""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime, timedelta

from app.domain.failure import Permanent, Temporary
from app.domain.issue import Issue
from app.gateways.gitlab_api import PER_PAGE, Api, Query, project_path
from app.gateways.gitlab_budget import in_background
from app.gateways.gitlab_models import IssueBody

WINDOWS = 12
OVERLAP = timedelta(minutes=2)
_TICK = timedelta(milliseconds=1)
_BY_CREATION: Query = {"issue_type": "issue", "pagination": "keyset", "order_by": "created_at", "sort": "asc"}
_BY_CHANGE: Query = {**_BY_CREATION, "order_by": "updated_at"}


class GitLabLister:
    """Lists issues of type `issue`; each once. All its calls give way to people's. A failed page fails the whole."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def changed_since(self, project: str, since: datetime) -> tuple[Issue, ...]:
        """Issues updated since then, oldest change first. Asks from two minutes earlier, as clocks differ.

        Keyset pages in ascending order: an issue that changes meanwhile moves behind the cursor's back to the end and
        is met again, never skipped (CONTRACT 3). Its newest reading counts.
        """
        query = {**_BY_CHANGE, "updated_after": _written(since - OVERLAP)}
        with in_background():
            bodies = self._api.all(_path(project), IssueBody, query)
        return tuple(sorted(_each_once(project, bodies), key=lambda issue: (issue.updated_at, issue.id)))

    def labelled(self, project: str, titles: Sequence[str]) -> tuple[Issue, ...]:
        """Open issues that carry any of these labels: a list for each, since REST has no `or` (CONTRACT 3)."""
        with in_background():
            bodies = [
                body
                for title in dict.fromkeys(titles)
                for body in self._api.all(
                    _path(project), IssueBody, {**_BY_CREATION, "state": "opened", "labels": title}
                )
            ]
        return _by_age(project, bodies)

    def closed_since(self, project: str, since: datetime, titles: Sequence[str] = ()) -> tuple[Issue, ...]:
        """Closed issues updated since then; with any of these labels, a list for each, where some are given."""
        query = {**_BY_CHANGE, "state": "closed", "updated_after": _written(since - OVERLAP)}
        which: list[Query] = [{"labels": title} for title in dict.fromkeys(titles)] or [{}]
        with in_background():
            bodies = [body for one in which for body in self._api.all(_path(project), IssueBody, {**query, **one})]
        return _by_age(project, bodies)

    def opened(self, project: str) -> tuple[Issue, ...]:
        """All open issues, oldest first: a call for every hundred."""
        with in_background():
            return _by_age(project, self._api.all(_path(project), IssueBody, {**_BY_CREATION, "state": "opened"}))

    def all_issues(self, project: str) -> tuple[Issue, ...]:
        """Every issue, oldest first: one call up to a hundred; else two more than the pages there are, or a few.

        The windows touch and together cover all time, so nothing can fall between them whatever the distribution, and
        what is created meanwhile can only appear in the last one.
        """
        path = _path(project)
        with in_background():
            newest, more = self._api.page(path, IssueBody, {**_BY_CREATION, "sort": "desc"})
            if not more:
                return _by_age(project, newest)
            edges = self._edges(path, max(body.iid for body in newest))
        return _by_age(project, self._side_by_side(path, _windows(edges)))

    def _edges(self, path: str, highest: int) -> list[datetime]:
        """Where to cut: every n-th issue by number is a fair sample of all, whenever they were created.

        The step is a multiple of the page size: where no number is missing, every window is full pages. An edge lies
        just before the sampled instant, so that issues imported in one instant are not read from both sides of it.
        """
        step = PER_PAGE * -(-highest // (PER_PAGE * PER_PAGE))
        sample, _ = self._api.page(
            path, IssueBody, {"issue_type": "issue", "iids[]": list(range(1, highest + 1, step))}
        )
        created = sorted(body.created_at for body in sample)
        cuts = {len(created) * window // WINDOWS for window in range(1, WINDOWS)} - {0}
        return sorted({created[cut] - _TICK for cut in cuts})

    def _side_by_side(self, path: str, windows: Sequence[Query]) -> list[IssueBody]:
        failed = threading.Event()

        def read(window: Query) -> list[IssueBody]:
            try:
                with in_background():
                    return self._api.all(path, IssueBody, {**_BY_CREATION, **window}, failed.is_set)
            except (Temporary, Permanent):
                failed.set()
                raise

        with ThreadPoolExecutor(WINDOWS, thread_name_prefix="listing") as pool:
            readings = [pool.submit(copy_context().run, read, window) for window in windows]
        # A reading cut short by the event is never used: the one that failed raises here.
        return [body for reading in readings for body in reading.result()]


def _path(project: str) -> str:
    return f"{project_path(project)}/issues"


def _windows(edges: Sequence[datetime]) -> list[Query]:
    """Both ends of a window are inclusive in GitLab: neighbours share an edge, and nothing lies between them."""
    starts = [{}, *({"created_after": _written(edge)} for edge in edges)]
    ends = [*({"created_before": _written(edge)} for edge in edges), {}]
    return [{**start, **end} for start, end in zip(starts, ends, strict=True)]


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _each_once(project: str, bodies: Iterable[IssueBody]) -> Iterable[Issue]:
    return {body.id: body.value(project) for body in bodies}.values()


def _by_age(project: str, bodies: Iterable[IssueBody]) -> tuple[Issue, ...]:
    return tuple(sorted(_each_once(project, bodies), key=lambda issue: (issue.created_at, issue.id)))
