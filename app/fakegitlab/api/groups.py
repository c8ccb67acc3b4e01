"""Groups, subgroups and namespaces (doc/api/groups.md; doc/api/namespaces.md, documented)."""

from collections.abc import Callable, Sequence
from typing import Any

from app.fakegitlab import access, namespaces, place_settings, places
from app.fakegitlab.api import place_shapes
from app.fakegitlab.api.answer import Answer, created, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Group
from app.fakegitlab.refusal import bad_request, not_found

ORDERS: dict[str, Callable[[Group], Any]] = {
    "name": lambda one: one.name.lower(),
    "path": lambda one: one.path.lower(),
    "id": lambda one: one.id,
    "similarity": lambda one: one.name.lower(),
}


def _seen(request: Request) -> list[Group]:
    projects = list(request.world.projects.values())
    return [one for one in request.world.groups.values() if access.sees_group(request.user, one, projects)]


def _narrowed(request: Request, found: Sequence[Group]) -> list[Group]:
    user, words = request.user, request.text("search").lower()
    skipped = set(request.numbers("skip_groups"))
    least = access.OWNER if request.flag("owned") else request.number("min_access_level") or 0
    order = ORDERS[request.choice("order_by", ORDERS, "name")]
    rows = [
        one
        for one in found
        if (words in one.name.lower() or words in one.path.lower())
        and one.id not in skipped
        and (not least or (user is not None and _own_level(user.id, one) >= least))
        and (not request.flag("top_level_only") or one.parent is None)
        and request.text("visibility") in ("", one.visibility)
        and not places.marked(one)
    ]
    return sorted(rows, key=lambda one: (order(one), one.id), reverse=request.text("sort", "asc") == "desc")


def _own_level(user_id: int, group: Group) -> int:
    return max(one.members.get(user_id, 0) for one in group.line())


def _listed(request: Request, found: Sequence[Group]) -> Answer:
    return paged(request, _narrowed(request, found), lambda one: place_shapes.group(request.world, one))


@routes.on("GET", "/groups")
def groups(request: Request) -> Answer:
    """The caller's groups; with `all_available` (the default for administrators) all they may see."""
    seen, user = _seen(request), request.user
    everything = request.flag("all_available", default=user is None or user.admin)
    if user is not None and not everything:
        inside = [one for one in request.world.projects.values() if one.members.get(user.id)]
        mine = {group.id for one in inside for group in one.group.line()}
        seen = [one for one in seen if _own_level(user.id, one) or one.id in mine]
    return _listed(request, seen)


@routes.on("GET", "/groups/:id/subgroups")
def subgroups(request: Request) -> Answer:
    """Directly below."""
    parent = request.group()
    return _listed(request, [one for one in _seen(request) if one.parent is parent])


@routes.on("GET", "/groups/:id/descendant_groups")
def descendants(request: Request) -> Answer:
    """Below, at any depth."""
    top = request.group()
    return _listed(request, [one for one in _seen(request) if one is not top and top in one.line()])


@routes.on("GET", "/groups/:id")
def group(request: Request) -> Answer:
    """One group, with its projects unless `with_projects` is false."""
    one = request.group()
    inside = [each for each in request.world.projects.values() if each.group is one]
    inside = [each for each in inside if access.sees_project(request.user, each) and not places.marked(each)]
    wanted = request.flag("with_projects", default=True)
    return ok(place_shapes.group_detail(request.world, one, inside[:100] if wanted else None))


@routes.on("POST", "/groups")
def create_group(request: Request) -> Answer:
    """At the top, or below `parent_id`."""
    actor = request.actor
    request.need("name", "path")
    parent = _parent(request)
    settings = place_settings.read(place_settings.GROUP, request.parameters)
    visibility = request.text("visibility") or (parent.visibility if parent else "private")
    new = places.create_group(request.world, actor, request.text("name"), request.text("path"), parent, visibility)
    new.own.settings.update(settings)
    return created(place_shapes.group_detail(request.world, new, []))


def _parent(request: Request) -> Group | None:
    if not request.number("parent_id"):
        return None
    found = request.world.groups.get(request.number("parent_id") or 0)
    if found is None or not access.sees_group(request.user, found, request.world.projects.values()):
        raise not_found("Group")
    return found


def _owned(request: Request) -> Group:
    one = request.group()
    access.require_group_level(request.actor, one, access.OWNER)
    return one


@routes.on("PUT", "/groups/:id")
def change_group(request: Request) -> Answer:
    """Changes what is given; owners. A new path moves everything below."""
    one = _owned(request)
    settings = place_settings.read(place_settings.GROUP, request.parameters)
    if request.has("visibility"):
        places.require_visibility(request.text("visibility"), one.parent)
        one.visibility = request.text("visibility")
    if request.has("path") and request.text("path") != one.path:
        places.move_group(request.world, one, one.parent, request.text("path"))
    one.name = request.text("name") or one.name
    one.own.settings.update(settings)
    request.world.renamed()
    inside = [each for each in request.world.projects.values() if each.group is one]
    return ok(place_shapes.group_detail(request.world, one, inside))


@routes.on("DELETE", "/groups/:id")
def delete_group(request: Request) -> Answer:
    """202: it waits 30 days with everything in it; `permanently_remove` is for subgroups only
    (doc/api/groups.md, documented)."""
    one = _owned(request)
    if request.flag("permanently_remove"):
        if one.parent is None and not request.actor.admin:
            raise bad_request("`permanently_remove` option is only available for subgroups.")
        places.delete_now(request.world, one, request.text("full_path"))
    else:
        places.delete_later(request.world, one)
    return ok({"message": "202 Accepted"}, 202)


@routes.on("POST", "/groups/:id/restore")
def restore_group(request: Request) -> Answer:
    """It stays after all."""
    one = _owned(request)
    places.restore(one)
    return created(place_shapes.group_detail(request.world, one, []))


@routes.on("POST", "/groups/:id/transfer")
def transfer_group(request: Request) -> Answer:
    """Below another group (`group_id`), or to the top."""
    one, target = _owned(request), None
    if request.number("group_id"):
        target = request.world.groups.get(request.number("group_id") or 0)
        if target is None:
            raise not_found("Group")
        access.require_group_level(request.actor, target, access.MAINTAINER)
    places.move_group(request.world, one, target, one.path)
    return created(place_shapes.group_detail(request.world, one, []))


@routes.on("POST", "/groups/:id/projects/:project_id")
def move_here(request: Request) -> Answer:
    """An administrator moves a project into the group."""
    access.require_admin(request.actor)
    target = request.group()
    places.move_project(request.world, (one := request.project_by(request.arguments["project_id"])), target, one.path)
    return created(place_shapes.group_detail(request.world, target, [one]))


@routes.on("GET", "/namespaces")
def list_namespaces(request: Request) -> Answer:
    """One's own and one's groups; administrators get all."""
    actor, words = request.actor, request.text("search").lower()
    own = namespaces.of_user(request.world, actor)
    found = [own, *(one for one in request.world.groups.values() if access.group_level(actor, one) > 0)]
    if actor.admin:
        found += [one for one in request.world.namespaces.values() if one is not own]
    if request.flag("owned_only"):
        found = [one for one in found if access.group_level(actor, one) >= access.OWNER]
    if request.flag("top_level_only"):
        found = [one for one in found if one.parent is None]
    found = [one for one in found if words in one.name.lower() or words in one.full_path.lower()]
    return paged(request, found, lambda one: place_shapes.namespace_detail(request.world, actor, one))


@routes.on("GET", "/namespaces/:id")
def one_namespace(request: Request) -> Answer:
    """By id or full path."""
    actor, key, world = request.actor, request.arguments["id"], request.world
    namespaces.of_user(world, actor)
    there = [*world.groups.values(), *world.namespaces.values()]
    found = next((one for one in there if key in (str(one.id), one.full_path)), None)
    if (
        found is None
        or (found.owner not in (None, actor) and not actor.admin)
        or not (found.owner or access.sees_group(actor, found, world.projects.values()))
    ):
        raise not_found("Namespace")
    return ok(place_shapes.namespace_detail(world, actor, found))


@routes.on("GET", "/namespaces/:id/exists")
def namespace_exists(request: Request) -> Answer:
    """Whether a path is taken, with a suggestion if so."""
    _ = request.actor
    path = request.arguments["id"]
    parent = request.world.groups.get(request.number("parent_id") or 0)
    beside = [one for one in request.world.groups.values() if one.parent is parent and one.path.lower() == path.lower()]
    taken = bool(beside) or (parent is None and namespaces.taken(request.world, path))
    return ok({"exists": taken, "suggests": [f"{path}1"] if taken else []})
