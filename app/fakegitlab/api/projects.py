"""Finding projects (doc/api/projects.md, documented)."""

from collections.abc import Callable, Sequence
from typing import Any

from app.fakegitlab import access, places
from app.fakegitlab.api import place_shapes, shapes
from app.fakegitlab.api.answer import Answer, encode, joined, ok
from app.fakegitlab.api.pagination import address, paged, per_page
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Project
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import Refused, not_found

ORDERS: dict[str, Callable[[Project], Any]] = {
    "id": lambda one: one.id,
    "name": lambda one: one.name.lower(),
    "path": lambda one: one.path.lower(),
    "created_at": lambda one: one.created_at,
    "updated_at": lambda one: one.created_at,
    "last_activity_at": lambda one: max((each.updated_at for each in one.issues.values()), default=one.created_at),
    "star_count": lambda one: len(one.own.starred_by),
    "similarity": lambda one: one.id,
}


@routes.on("GET", "/projects")
def projects(request: Request) -> Answer:
    """What the caller sees, narrowed as asked; those waiting for deletion only on request."""
    seen = [one for one in request.world.projects.values() if access.sees_project(request.user, one)]
    found = narrowed(request, seen)
    if request.text("pagination") == "keyset":
        return _by_keyset(request, found)
    return _answer(request, found)


def narrowed(request: Request, found: Sequence[Project]) -> list[Project]:
    """The filters of every list of projects (doc/api/projects.md, documented)."""
    user, topic = request.user, request.words("topic")
    mine, owned = request.flag("membership"), request.flag("owned")
    if (mine or owned or request.flag("starred")) and user is None:
        return []
    least = access.OWNER if owned else (request.number("min_access_level") or (1 if mine else 0))
    words, archived = request.text("search").lower(), request.flag_or_none("archived")
    after, before = request.number("id_after"), request.number("id_before")
    request.refuse_unbuilt(["with_programming_language", "imported", "repository_checksum_failed"])
    return [
        one
        for one in found
        if (not least or (user is not None and _own_level(request, one) >= least))
        and _searched(one, words, request.flag("search_namespaces"))
        and archived in (None, one.own.archived)
        and request.text("visibility") in ("", one.visibility)
        and (not request.flag("starred") or (user is not None and user.id in one.own.starred_by))
        and (not request.flag("with_issues_enabled") or one.issues_enabled)
        and set(topic) <= set(_topics(one))
        and (after is None or one.id > after)
        and (before is None or one.id < before)
        and (request.flag("include_pending_delete") or request.has("marked_for_deletion_on") or not places.marked(one))
    ]


def _own_level(request: Request, one: Project) -> int:
    """Membership proper: an administrator is not a member of everything."""
    user = request.actor
    levels = [one.members.get(user.id, 0), *(group.members.get(user.id, 0) for group in one.group.line())]
    return max([*levels, access.shared_level(user, one) if not user.admin else 0])


def _topics(one: Project) -> list[str]:
    topics = one.own.settings.get("topics", [])
    return [str(each) for each in topics] if isinstance(topics, list) else []


def _searched(one: Project, words: str, namespaces: bool) -> bool:
    texts = [one.name, one.path, one.description or "", *([one.full_path] if namespaces else [])]
    return any(words in text.lower() for text in texts)


def _shape(request: Request) -> Callable[[Project], Json]:
    simple = request.flag("simple") or request.user is None
    return lambda one: (place_shapes.project_simple if simple else _listed)(request.world, one)


def _listed(world: Any, one: Project) -> Json:
    return place_shapes.project(world, one)


def _sorted(request: Request, found: Sequence[Project]) -> list[Project]:
    order = ORDERS[request.choice("order_by", ORDERS, "created_at")]
    descending = request.choice("sort", ("asc", "desc"), "desc") == "desc"
    return sorted(found, key=lambda one: (order(one), one.id), reverse=descending)


def _answer(request: Request, found: Sequence[Project]) -> Answer:
    shape = _shape(request)
    if request.user is None or request.flag("simple"):
        return paged(request, _sorted(request, found), shape)
    return paged(
        request, _sorted(request, found), lambda one: place_shapes.project_detail(request.world, request.user, one)
    )


def _by_keyset(request: Request, found: Sequence[Project]) -> Answer:
    """By id only; the next page is named by `id_after` or `id_before`, and there are no totals. Documented."""
    if request.text("order_by", "created_at") not in ("id", "created_at"):
        raise Refused(405, {"error": "Keyset pagination is not yet available for this type of request"})
    up, size = request.text("sort", "desc") == "asc", per_page(request)
    rows = sorted(found, key=lambda one: one.id, reverse=not up)
    shown = rows[:size]
    headers = []
    if len(rows) > size:
        mark = {"id_after" if up else "id_before": str(shown[-1].id)}
        headers.append((b"link", f'<{address(request, **mark)}>; rel="next"'.encode()))
    shape = _shape(request)
    return joined((encode(shape(one)) for one in shown), headers)


@routes.on("GET", "/projects/:id")
def project(request: Request) -> Answer:
    """One project, with the caller's rights in it; strangers to a public one see less."""
    found = request.project()
    body = place_shapes.project_detail(request.world, request.user, found)
    return ok(body if request.user else place_shapes.project_simple(request.world, found))


@routes.on("GET", "/groups/:id/projects")
def group_projects(request: Request) -> Answer:
    """The group's own projects, with `include_subgroups` those below too."""
    within, deep = request.group(), request.flag("include_subgroups")
    seen = [one for one in request.world.projects.values() if access.sees_project(request.user, one)]
    if request.flag("with_shared", default=True):
        shared = [one for one in seen if any(each.group is within for each in one.shares)]
    else:
        shared = []
    seen = [one for one in seen if one in shared or (within in one.group.line() if deep else one.group is within)]
    return _answer(request, narrowed(request, seen))


@routes.on("GET", "/users/:id/projects")
def user_projects(request: Request) -> Answer:
    """What a person has in their own namespace."""
    key = request.arguments["id"]
    owner = next((one for one in request.world.users.values() if key in (str(one.id), one.username)), None)
    if owner is None:
        raise not_found("User")
    seen = [one for one in request.world.projects.values() if access.sees_project(request.user, one)]
    return _answer(request, narrowed(request, [one for one in seen if one.group.owner is owner]))


@routes.on("GET", "/projects/:id/users")
def project_users(request: Request) -> Answer:
    """Everybody in the project, by name or username."""
    found, words = request.world.members(request.project()), request.text("search").lower()
    users = [one for one, _ in found if words in one.username.lower() or words in one.name.lower()]
    return paged(request, users, lambda one: shapes.user_basic(request.world, one))


@routes.on("GET", "/projects/:id/groups")
def project_groups(request: Request) -> Answer:
    """The groups around it."""
    line = request.project().group.line()
    return paged(request, [one for one in line if one.owner is None], lambda one: _brief(request, one))


def _brief(request: Request, one: Any) -> Json:
    names = ("id", "web_url", "name", "avatar_url", "full_name", "full_path")
    body = place_shapes.group(request.world, one)
    return {name: body[name] for name in names}
