"""GitLab's list of a project's issues, alone: filters, keyset pages, and what happens between two calls."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.gateways.gitlab_wire import ISSUES, URL, issue_body

START = datetime(2026, 1, 1, tzinfo=UTC)


def stamp(second: float) -> str:
    return (START + timedelta(seconds=second)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class IssueList:
    """Issues by number, created (and changed) at seconds after the start. `between` runs after each answer."""

    created: Sequence[float]
    link_at_the_end: bool = False
    between: Callable[["IssueList"], None] = lambda _: None
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    calls: list[httpx.QueryParams] = field(default_factory=list)
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for number, second in enumerate(self.created, 1):
            self.put(number, second)

    def put(self, number: int, second: float, **fields: Any) -> None:
        self.rows[number] = issue_body(
            id=1000 + number, iid=number, created_at=stamp(second), updated_at=stamp(second), **fields
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.one_at_a_time:
            return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        self.calls.append(query)
        key = query.get("order_by", "created_at")
        rows = sorted(
            (row for row in self.rows.values() if self._wanted(row, query)),
            key=lambda row: (row[key], row["id"]),
            reverse=query.get("sort") != "asc",
        )
        if "cursor" in query:
            at, number = query["cursor"].split("|")
            rows = [row for row in rows if (row[key], row["id"]) > (at, int(number))]
        page, more = rows[:100], len(rows) > 100 or (self.link_at_the_end and len(rows) == 100)
        link = (
            str(httpx.URL(URL + ISSUES, params=query.set("cursor", f"{page[-1][key]}|{page[-1]['id']}")))
            if more
            else ""
        )
        self.between(self)
        return httpx.Response(200, json=page, headers={"Link": f'<{link}>; rel="next"'} if more else {})

    def _wanted(self, row: dict[str, Any], query: httpx.QueryParams) -> bool:
        assert query["issue_type"] == "issue"
        assert query["per_page"] == "100"
        numbers = query.get_list("iids[]")
        return (
            query.get("created_after", "") <= row["created_at"] <= query.get("created_before", "9")
            and query.get("updated_after", "") <= row["updated_at"]
            and (not numbers or str(row["iid"]) in numbers)
            and query.get("state", row["state"]) == row["state"]
            and ("labels" not in query or query["labels"] in row["labels"])
        )
