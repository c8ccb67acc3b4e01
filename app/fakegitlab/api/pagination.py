"""Pages: by offset with GitLab's headers, or by keyset with a cursor (rest_contract; CONTRACT 3, documented)."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from app.fakegitlab.api.answer import Answer, Headers, encode, joined
from app.fakegitlab.api.request import Request
from app.fakegitlab.refusal import bad_parameter

DEFAULT_PER_PAGE = 20
MOST_PER_PAGE = 100
COUNTED_UP_TO = 10_000
T = TypeVar("T")


def per_page(request: Request) -> int:
    """Rows per page: 20 unless told, 100 at most; 400 for 0 (doc/api/rest/_index.md, documented)."""
    wanted = request.number("per_page", DEFAULT_PER_PAGE)
    if wanted == 0:
        raise bad_parameter("per_page has a value not allowed")
    return max(1, min(wanted or DEFAULT_PER_PAGE, MOST_PER_PAGE))


def paged(request: Request, rows: Sequence[T], shape: Callable[[T], object]) -> Answer:
    """One page of a list that is already in order."""
    page, size = page_number(request), per_page(request)
    shown = rows[(page - 1) * size : page * size]
    return joined((encode(shape(row)) for row in shown), offset_headers(request, page, size, len(rows)))


def page_number(request: Request) -> int:
    """The page asked for, from 1."""
    return max(1, request.number("page", 1) or 1)


def offset_headers(request: Request, page: int, size: int, total: int) -> Headers:
    """`x-…` and `link`; above 10,000 rows the totals and `rel=last` are left out."""
    last = max(1, -(-total // size))
    headers: dict[str, str] = {
        "x-page": str(page),
        "x-per-page": str(size),
        "x-prev-page": str(page - 1) if page > 1 else "",
        "x-next-page": str(page + 1) if page < last else "",
    }
    targets = {
        "prev": page - 1 if page > 1 else None,
        "next": page + 1 if page < last else None,
        "first": 1,
        "last": last,
    }
    if total > COUNTED_UP_TO:
        del targets["last"]
    else:
        headers |= {"x-total": str(total), "x-total-pages": str(last)}
    links = [
        f'<{address(request, page=str(number), per_page=str(size))}>; rel="{rel}"'
        for rel, number in targets.items()
        if number
    ]
    headers["link"] = ", ".join(links)
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def address(request: Request, **changed: str) -> str:
    """The request's own address with some parameters changed, on GitLab's configured URL."""
    kept = [(name, value) for name, value in parse_qsl(request.query, keep_blank_values=True) if name not in changed]
    return f"{request.world.base_url}/api/v4{request.path}?{urlencode([*kept, *changed.items()])}"


def write_cursor(order: str, value: str, row_id: int) -> str:
    """An opaque mark of the last row of a page."""
    return base64.urlsafe_b64encode(encode({order: value, "id": str(row_id), "_kd": "n"})).decode()


def read_cursor(cursor: str, order: str) -> tuple[str, int]:
    """The mark's value and id; 400 for one that is not ours."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor))
        return str(found[order]), int(found["id"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise bad_parameter("cursor is invalid") from None
