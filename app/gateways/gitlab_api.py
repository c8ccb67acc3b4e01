"""Whole reads: one thing, or all pages of a list. What is not whole is a failure (promise 6)."""

from collections.abc import Callable, Mapping
from typing import Any

import gitlab
from gitlab.utils import EncodedId

from app.domain.failure import Permanent, Temporary
from app.domain.issue import Ref
from app.gateways.gitlab_models import Shape, understood

PER_PAGE = 100
Query = Mapping[str, str | int | list[int]]
_Step = tuple[str, dict[str, Any]]


def project_path(project: str) -> str:
    """`/projects/group%2Fname`."""
    return f"/projects/{EncodedId(project)}"


def issue_path(ref: Ref) -> str:
    """`/projects/group%2Fname/issues/12`."""
    return f"{project_path(ref.project)}/issues/{ref.iid}"


class Api:
    """Typed reading over python-gitlab. Raises what the backend raises, and Permanent for unknown shapes."""

    def __init__(self, client: gitlab.Gitlab) -> None:
        self.client = client

    def one(self, path: str, shape: type[Shape], query: Query | None = None) -> Shape:
        """One thing: one call."""
        answer = self.client.http_request("get", path, query_data=dict(query or {}))
        return understood(shape, answer.json(), path)

    def page(self, path: str, shape: type[Shape], query: Query) -> tuple[list[Shape], bool]:
        """The first hundred of a list, and whether there are more: one call."""
        found, onward = self._page(path, shape, path, {"per_page": PER_PAGE, **query})
        return found, onward is not None

    def all(
        self, path: str, shape: type[Shape], query: Query | None = None, stopped: Callable[[], bool] = bool
    ) -> list[Shape]:
        """A list to its end, a call for every hundred; `stopped` gives up between pages. Not de-duplicated."""
        found: list[Shape] = []
        seen: set[str] = set()
        onward: _Step | None = (path, {"per_page": PER_PAGE, **(query or {})})
        while onward is not None and not stopped():
            if str(onward) in seen:
                raise Temporary(f"GitLab's pages for {path} go round in a circle. It may work later.")
            seen.add(str(onward))
            rows, onward = self._page(path, shape, *onward)
            found += rows
        return found

    def _page(
        self, path: str, shape: type[Shape], target: str, query: dict[str, Any]
    ) -> tuple[list[Shape], _Step | None]:
        """One page and the way to the next: Link, the only sign of keyset pages, or x-next-page without it."""
        answer = self.client.http_request("get", target, query_data=query)
        rows = [understood(shape, item, path) for item in _rows(answer.json(), path)]
        if "next" in answer.links:
            return rows, (_at_home(answer.links["next"]["url"]), {})
        number = answer.headers.get("X-Next-Page", "")
        return rows, ((target, {**query, "page": number}) if number.isdecimal() else None)


def _at_home(url: str) -> str:
    """The path of a link to the next page, to be asked at our own address: GitLab may know itself by another one."""
    _, found, rest = url.partition("/api/v4/")
    if not found:
        raise Permanent("GitLab's link to the next page does not lead into its API.")
    return f"/{rest}"


def _rows(body: object, path: str) -> list[Any]:
    if not isinstance(body, list):
        raise Permanent(f"GitLab's answer for {path} is no list, where a list belongs.")
    return body
