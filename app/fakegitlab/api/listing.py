"""Lists of issues: filtered, ordered, and kept until something changes (CONTRACT 3; OpenAPI 19.4)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from app.fakegitlab import access
from app.fakegitlab.api import issue_shapes
from app.fakegitlab.api.answer import Answer, encode, joined
from app.fakegitlab.api.pagination import address, offset_headers, page_number, per_page, read_cursor, write_cursor
from app.fakegitlab.api.request import Request
from app.fakegitlab.model import Issue, Project
from app.fakegitlab.moment import read_moment, stamp
from app.fakegitlab.refusal import bad_parameter

ORDERS: dict[str, Callable[[Issue], tuple[object, int]]] = {
    "created_at": lambda issue: (issue.created_at, issue.id),
    "updated_at": lambda issue: (issue.updated_at, issue.id),
    "relative_position": lambda issue: (issue.relative_position, issue.id),
    "title": lambda issue: (issue.title.lower(), issue.id),
    "id": lambda issue: (issue.id, issue.id),
}
UNBUILT = (
    "milestone",
    "milestone_id",
    "my_reaction_emoji",
    "weight",
    "epic_id",
    "health_status",
    "iteration_id",
    "iteration_title",
    "due_date",
    "closed_by_id",
)
UNBUILT_ORDERS = ("due_date", "label_priority", "milestone_due", "popularity", "priority", "weight")
MOST_KEPT = 64
Test = Callable[[Issue], bool]


def answer(request: Request, projects: Sequence[Project], default_scope: str, keyset_allowed: bool) -> Answer:
    """A page of the issues in these projects: keyset where allowed and asked for, else offset."""
    request.refuse_unbuilt(UNBUILT)
    order = request.text("order_by", "created_at")
    if order in UNBUILT_ORDERS:
        request.refuse_unbuilt(["order_by"])
    if order not in ORDERS:
        raise bad_parameter("order_by does not have a valid value")
    down = request.choice("sort", ("asc", "desc"), "desc") == "desc"
    rows = _found(request, projects, order, request.text("scope", default_scope).replace("-", "_"))
    if keyset_allowed and (request.text("pagination") == "keyset" or request.text("cursor")):
        return _keyset(request, rows, order, down)
    page, size = page_number(request), per_page(request)
    start, stop = (page - 1) * size, page * size
    total = len(rows)
    shown = rows[max(total - stop, 0) : max(total - start, 0)][::-1] if down else rows[start:stop]
    return joined(_written(request, shown), offset_headers(request, page, size, total))


def _keyset(request: Request, rows: list[Issue], order: str, down: bool) -> Answer:
    """The rows after the cursor; `link rel=next` while there are more (CONTRACT 3)."""
    size, key = per_page(request), ORDERS[order]
    after = _mark(request.text("cursor"), order)
    if down:
        end = bisect_left(rows, after, key=key) if after else len(rows)
        shown, more = rows[max(0, end - size) : end][::-1], end > size
    else:
        start = bisect_right(rows, after, key=key) if after else 0
        shown, more = rows[start : start + size], start + size < len(rows)
    headers = [(b"x-per-page", str(size).encode())]
    if more:
        value, row_id = key(shown[-1])
        text = stamp(value) if isinstance(value, datetime) else str(value)
        cursor = write_cursor(order, text, row_id)
        headers.append((b"link", f'<{address(request, cursor=cursor)}>; rel="next"'.encode()))
        headers.append((b"x-next-cursor", cursor.encode()))
    return joined(_written(request, shown), headers)


def _mark(cursor: str, order: str) -> tuple[object, int] | None:
    if not cursor:
        return None
    text, row_id = read_cursor(cursor, order)
    if order in ("created_at", "updated_at"):
        return read_moment(text, "cursor"), row_id
    return (text if order == "title" else int(text)), row_id


def _written(request: Request, shown: Iterable[Issue]) -> Iterable[bytes]:
    if request.flag("with_labels_details"):
        return (encode(issue_shapes.issue_with_label_details(request.world, issue)) for issue in shown)
    return (issue_shapes.issue_bytes(request.world, issue) for issue in shown)


def _found(request: Request, projects: Sequence[Project], order: str, scope: str) -> list[Issue]:
    """The matching issues in ascending order; remembered per project until one of its issues changes."""
    if len(projects) != 1:
        everything = [issue for project in projects for issue in project.issues.values()]
        return sorted(_matching(request, everything, scope), key=ORDERS[order])
    project = projects[0]
    question = (order, scope, request.user and request.user.id, _filters(request))
    kept = project.listings.get(question)
    if kept and kept[0] == project.version:
        return kept[1]
    if len(project.listings) > MOST_KEPT:
        project.listings.clear()
    rows = _matching(request, _in_order(project, order), scope)
    project.listings[question] = (project.version, rows)
    return rows


def _filters(request: Request) -> frozenset[tuple[str, str]]:
    paging = ("page", "per_page", "cursor", "pagination", "order_by", "sort", "scope", "with_labels_details")
    return frozenset((name, repr(value)) for name, value in request.parameters.items() if name not in paging)


def _in_order(project: Project, order: str) -> list[Issue]:
    kept = project.listings.get(order)
    if kept is None or kept[0] != project.version:
        kept = (project.version, sorted(project.issues.values(), key=ORDERS[order]))
        project.listings[order] = kept
    return kept[1]


def _matching(request: Request, rows: Iterable[Issue], scope: str) -> list[Issue]:
    tests = [*_text_tests(request), *_time_tests(request), *_label_tests(request), *_people_tests(request, scope)]
    rows = _visible(request, rows)
    for test in tests:
        rows = filter(test, rows)
    return list(rows)


def _visible(request: Request, rows: Iterable[Issue]) -> Iterable[Issue]:
    user = request.user
    if user is not None and user.admin:
        return rows
    return (issue for issue in rows if not issue.confidential or access.sees_issue(user, issue))


def _text_tests(request: Request) -> Iterable[Test]:
    state = request.choice("state", ("opened", "closed", "all"), "all")
    if state != "all":
        yield lambda issue: issue.state == state
    if request.has("iids"):
        iids = set(request.numbers("iids"))
        yield lambda issue: issue.iid in iids
    kind, secret, words = (
        request.text("issue_type"),
        request.flag_or_none("confidential"),
        request.text("search").lower(),
    )
    if kind:
        yield lambda issue: issue.issue_type == kind
    if secret is not None:
        yield lambda issue: issue.confidential == secret
    if words:
        places = request.text("in", "title,description").split(",")
        yield lambda issue: any(words in (getattr(issue, place) or "").lower() for place in places)


def _time_tests(request: Request) -> Iterable[Test]:
    """Both ends are inclusive."""
    for name in ("created", "updated"):
        field, after, before = f"{name}_at", request.moment(f"{name}_after"), request.moment(f"{name}_before")
        if after:
            yield lambda issue, field=field, after=after: getattr(issue, field) >= after  # type: ignore[misc]
        if before:
            yield lambda issue, field=field, before=before: getattr(issue, field) <= before  # type: ignore[misc]


def _label_tests(request: Request) -> Iterable[Test]:
    """`labels` is AND; `None` and `Any` are words of their own; `not[labels]` excludes each (CONTRACT 3)."""
    wanted, unwanted = set(request.words("labels")), set(request.words("not[labels]"))
    if {one.lower() for one in wanted} == {"none"}:
        yield lambda issue: not issue.labels
    elif {one.lower() for one in wanted} == {"any"}:
        yield lambda issue: bool(issue.labels)
    elif wanted:
        yield lambda issue: wanted <= {label.title for label in issue.labels}
    if unwanted:
        yield lambda issue: unwanted.isdisjoint(label.title for label in issue.labels)


def _people_tests(request: Request, scope: str) -> Iterable[Test]:
    if scope not in ("all", "created_by_me", "assigned_to_me"):
        raise bad_parameter("scope does not have a valid value")
    if scope == "created_by_me":
        yield lambda issue: issue.author is request.actor
    if scope == "assigned_to_me":
        yield lambda issue: request.actor in issue.assignees
    author, name = request.number("author_id"), request.text("author_username")
    if author:
        yield lambda issue: issue.author.id == author
    if name:
        yield lambda issue: issue.author.username == name
    assignee, names = request.text("assignee_id").lower(), set(request.words("assignee_username"))
    if assignee in ("none", "any"):
        yield lambda issue: bool(issue.assignees) == (assignee == "any")
    elif assignee:
        yield lambda issue: assignee in {str(user.id) for user in issue.assignees}
    if names:
        yield lambda issue: names <= {user.username for user in issue.assignees}
