"""Projects, groups and members, as far as our commands look at them."""

from app.fakegitlab import access
from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, created, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import User
from app.fakegitlab.payloads import Json
from app.fakegitlab.people import group_members, members
from app.fakegitlab.refusal import forbidden, invalid, not_found


@routes.on("GET", "/projects")
def projects(request: Request) -> Answer:
    """What the caller sees; `membership` narrows to where they are a member, `search` to a name."""
    seen = [one for one in request.world.projects.values() if access.sees_project(request.user, one)]
    if request.flag("membership"):
        seen = [one for one in seen if access.level(request.actor, one) > 0]
    words = request.text("search").lower()
    seen = [one for one in seen if words in one.name.lower() or words in one.path.lower()]
    return paged(request, seen[::-1], lambda one: shapes.project(request.world, one))


@routes.on("GET", "/projects/:id")
def project(request: Request) -> Answer:
    """One project, with the caller's rights in it."""
    found = request.project()
    rank = access.level(request.user, found) if request.user else 0
    rights = {"project_access": {"access_level": rank} if rank else None, "group_access": None}
    return ok(shapes.project(request.world, found) | {"permissions": rights})


@routes.on("POST", "/projects")
def create_project(request: Request) -> Answer:
    """A new project in a group (`namespace_id`)."""
    request.need("namespace_id")
    group = request.world.groups.get(request.number("namespace_id") or 0)
    if group is None:
        raise not_found("Namespace")
    access.require_group_level(request.actor, group, access.MAINTAINER)
    name = request.text("name") or request.text("path")
    path = request.text("path") or name.lower().replace(" ", "-")
    if any(one.full_path == f"{group.full_path}/{path}" for one in request.world.projects.values()):
        raise invalid({"name": ["has already been taken"], "path": ["has already been taken"]})
    visibility, text = request.text("visibility", "private"), request.text_or_none("description")
    new = request.world.add_project(group, path, name, visibility, text)
    new.members[request.actor.id] = access.OWNER
    return created(shapes.project(request.world, new))


@routes.on("GET", "/groups")
def groups(request: Request) -> Answer:
    """The groups the caller is in; administrators see all."""
    seen = [one for one in request.world.groups.values() if access.group_level(request.actor, one) > 0]
    return paged(request, seen, lambda one: shapes.group(request.world, one))


@routes.on("POST", "/groups")
def create_group(request: Request) -> Answer:
    """A new group; the caller owns it."""
    request.need("name", "path")
    parent = request.world.groups.get(request.number("parent_id") or 0)
    if any(one.path == request.text("path") and one.parent is parent for one in request.world.groups.values()):
        raise invalid({"path": ["has already been taken"]})
    new = request.world.add_group(
        request.text("path"), request.text("name"), parent, request.text("visibility", "private")
    )
    new.members[request.actor.id] = access.OWNER
    return created(shapes.group(request.world, new))


@routes.on("GET", "/groups/:id")
def group(request: Request) -> Answer:
    """One group."""
    return ok(shapes.group(request.world, request.group()))


@routes.on("GET", "/groups/:id/projects")
def group_projects(request: Request) -> Answer:
    """The group's own projects, with `include_subgroups` those below too."""
    within, deep = request.group(), request.flag("include_subgroups")
    seen = [one for one in request.world.projects.values() if access.sees_project(request.user, one)]
    seen = [one for one in seen if (within in one.group.line() if deep else one.group is within)]
    return paged(request, seen[::-1], lambda one: shapes.project(request.world, one))


@routes.on("GET", "/projects/:id/members/all")
def all_members(request: Request) -> Answer:
    """Direct and inherited members."""
    return paged(request, members(request.project(), request.world.users), lambda pair: _member(request, *pair))


@routes.on("GET", "/projects/:id/members")
def direct_members(request: Request) -> Answer:
    """Direct members only."""
    own = request.project().members
    pairs = [(request.world.users[one], level) for one, level in own.items()]
    return paged(request, pairs, lambda pair: _member(request, *pair))


@routes.on("GET", "/projects/:id/members/all/:user_id")
def one_member(request: Request) -> Answer:
    """One member, direct or inherited; 404 for a stranger."""
    wanted = request.owner_argument("user_id")
    for user, level in members(request.project(), request.world.users):
        if user.id == wanted:
            return ok(_member(request, user, level))
    raise not_found()


@routes.on("POST", "/projects/:id/members")
def add_member(request: Request) -> Answer:
    """Make somebody a member; needs Maintainer."""
    request.need("user_id", "access_level")
    place = request.project()
    access.require_level(request.actor, place, access.MAINTAINER)
    user, level = request.world.users.get(request.number("user_id") or 0), request.number("access_level") or 0
    if user is None:
        raise not_found("User")
    if level > access.level(request.actor, place):
        raise forbidden()
    request.world.add_member(place, user, level)
    return created(_member(request, user, level))


@routes.on("GET", "/groups/:id/members/all")
def all_group_members(request: Request) -> Answer:
    """Direct and inherited members of a group."""
    return paged(request, group_members(request.group(), request.world.users), lambda pair: _member(request, *pair))


def _member(request: Request, user: User, level: int) -> Json:
    more = {"access_level": level, "expires_at": None, "membership_state": "active"}
    return shapes.user_basic(request.world, user) | more
