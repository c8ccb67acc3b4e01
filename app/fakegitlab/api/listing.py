"""Lists of issues: filtered, ordered, and kept until something changes (CONTRACT 3; OpenAPI 19.4, sure)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from app.fakegitlab.api import issue_filters, issue_orders, issue_shapes
from app.fakegitlab.api.answer import Answer, encode, joined
from app.fakegitlab.api.pagination import address, offset_headers, page_number, per_page, read_cursor, write_cursor
from app.fakegitlab.api.request import Request
from app.fakegitlab.model import Group, Issue, Project
from app.fakegitlab.refusal import bad_parameter

MOST_KEPT = 64


def answer(request: Request, projects: Sequence[Project], default_scope: str, keyset_allowed: bool) -> Answer:
    """A page of the issues in these projects: keyset where allowed and asked for, else offset."""
    order = request.choice("order_by", tuple(issue_orders.VALUES), "created_at")
    down = request.choice("sort", ("asc", "desc"), "desc") == "desc"
    rows = found(request, projects, order, down, request.text("scope", default_scope).replace("-", "_"))
    keyset = keyset_allowed and order in issue_orders.KEYSET
    if keyset and (request.text("pagination") == "keyset" or request.text("cursor")):
        return _keyset(request, rows, order, down)
    page, size = page_number(request), per_page(request)
    start, stop = (page - 1) * size, page * size
    total = len(rows)
    shown = rows[max(total - stop, 0) : max(total - start, 0)][::-1] if down else rows[start:stop]
    return joined(_written(request, shown), offset_headers(request, page, size, total))


def _keyset(request: Request, rows: list[Issue], order: str, down: bool) -> Answer:
    """The rows after the cursor; `link rel=next` while there are more (CONTRACT 3, documented)."""
    size, key = per_page(request), issue_orders.key(order, down)
    after = _mark(request.text("cursor"), order, down)
    if down:
        end = bisect_left(rows, after, key=key) if after else len(rows)
        shown, more = rows[max(0, end - size) : end][::-1], end > size
    else:
        start = bisect_right(rows, after, key=key) if after else 0
        shown, more = rows[start : start + size], start + size < len(rows)
    headers = [(b"x-per-page", str(size).encode())]
    if more:
        cursor = write_cursor(order, issue_orders.written(order, shown[-1]), shown[-1].id)
        headers.append((b"link", f'<{address(request, cursor=cursor)}>; rel="next"'.encode()))
        headers.append((b"x-next-cursor", cursor.encode()))
    return joined(_written(request, shown), headers)


def _mark(cursor: str, order: str, down: bool) -> tuple[object, ...] | None:
    if not cursor:
        return None
    text, row_id = read_cursor(cursor, order)
    try:
        return issue_orders.mark(order, down, text, row_id)
    except ValueError:
        raise bad_parameter("cursor is invalid") from None


def _written(request: Request, shown: Iterable[Issue]) -> Iterable[bytes]:
    group = request.group() if request.path.startswith("/groups/") else None
    if group or not request.path.startswith("/projects/"):
        return _far(request, shown, group)
    if request.flag("with_labels_details"):
        return (encode(issue_shapes.issue_with_label_details(request.world, issue)) for issue in shown)
    return (issue_shapes.issue_bytes(request.world, issue) for issue in shown)


def _far(request: Request, shown: Iterable[Issue], group: Group | None) -> Iterable[bytes]:
    if not request.flag("with_labels_details"):
        return (issue_shapes.issue_from_afar(request.world, issue, group) for issue in shown)
    return (encode(issue_shapes.issue_with_label_details(request.world, issue)) for issue in shown)


def found(request: Request, projects: Sequence[Project], order: str, down: bool, scope: str) -> list[Issue]:
    """The matching issues in ascending order; remembered per project until one of its issues changes, or the day."""
    if len(projects) != 1:
        everything = [issue for project in projects for issue in project.issues.values()]
        return sorted(issue_filters.matching(request, everything, scope), key=issue_orders.key(order, down))
    project = projects[0]
    today = request.world.now().date()
    question = (order, down, scope, today, request.user and request.user.id, _filters(request))
    kept = project.listings.get(question)
    if kept and kept[0] == project.version:
        return kept[1]
    if len(project.listings) > MOST_KEPT:
        project.listings.clear()
    rows = issue_filters.matching(request, _in_order(project, order, down), scope)
    project.listings[question] = (project.version, rows)
    return rows


def _filters(request: Request) -> frozenset[tuple[str, str]]:
    paging = ("page", "per_page", "cursor", "pagination", "order_by", "sort", "scope", "with_labels_details")
    return frozenset((name, repr(value)) for name, value in request.parameters.items() if name not in paging)


def _in_order(project: Project, order: str, down: bool) -> list[Issue]:
    kept = project.listings.get((order, down))
    if kept is None or kept[0] != project.version:
        kept = (project.version, sorted(project.issues.values(), key=issue_orders.key(order, down)))
        project.listings[order, down] = kept
    return kept[1]
