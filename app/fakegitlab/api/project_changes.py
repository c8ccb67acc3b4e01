"""Making, changing, moving and removing projects (doc/api/projects.md, documented)."""

from app.fakegitlab import access, commits, namespaces, place_settings, places
from app.fakegitlab.api import place_shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Group, Project, Share, User
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import Refused, bad_parameter, bad_request, conflict, forbidden, not_found

UNBUILT = ("import_url", "template_name", "template_project_id", "avatar", "use_custom_template", "mirror")


@routes.on("POST", "/projects")
def create_project(request: Request) -> Answer:
    """In a group (`namespace_id`), or in one's own namespace."""
    return _create(request, request.actor)


@routes.on("POST", "/projects/user/:user_id")
def create_for_user(request: Request) -> Answer:
    """An administrator makes one in somebody's namespace."""
    access.require_admin(request.actor)
    user = request.world.users.get(request.owner_argument("user_id"))
    if user is None:
        raise not_found("User")
    return _create(request, user)


def _create(request: Request, owner: User) -> Answer:
    if not (request.text("name") or request.text("path")):
        raise bad_parameter("name, path are missing, at least one parameter must be provided")
    request.refuse_unbuilt(UNBUILT)
    name = request.text("name") or request.text("path")
    path = request.text("path") or name.strip().lower().replace(" ", "-")
    parent = _namespace(request, owner)
    visibility, text = request.text("visibility", "private"), request.text_or_none("description")
    settings = place_settings.read(place_settings.PROJECT, request.parameters)
    new = places.create_project(request.world, owner, parent, name, path, visibility, text)
    new.default_branch = request.text("default_branch") or new.default_branch
    _write(new, settings)
    if request.flag("initialize_with_readme"):
        actions = [commits.Action("create", "README.md", f"# {name}\n".encode())]
        commits.commit(request.world, owner, new, new.default_branch, "Initial commit", actions)
    request.world.changes.bump()
    return created(place_shapes.project_detail(request.world, request.actor, new))


def _namespace(request: Request, owner: User) -> Group:
    if not request.has("namespace_id"):
        return namespaces.of_user(request.world, owner)
    wanted = request.number("namespace_id") or 0
    found = request.world.groups.get(wanted) or request.world.namespaces.get(wanted)
    if found is None or not access.sees_group(request.user, found, request.world.projects.values()):
        raise not_found("Namespace")
    return found


def _write(project: Project, settings: dict[str, object]) -> None:
    project.own.settings.update(settings)
    if "issues_access_level" in settings:
        project.issues_enabled = settings["issues_access_level"] != "disabled"


@routes.on("PUT", "/projects/:id")
def change_project(request: Request) -> Answer:
    """Changes what is given: maintainers; only owners for visibility and path. Unknown settings are dropped."""
    one = request.project()
    access.require_level(request.actor, one, access.MAINTAINER)
    request.refuse_unbuilt(["avatar", "import_url"])
    settings = place_settings.read(place_settings.PROJECT, request.parameters)
    if request.has("visibility") and request.text("visibility") != one.visibility:
        access.require_level(request.actor, one, access.OWNER)
        places.require_visibility(request.text("visibility"), one.group if one.group.owner is None else None)
        one.visibility = request.text("visibility")
    name, path = request.text("name", one.name), request.text("path", one.path)
    namespaces.check_project_path(request.world, one.group, name, path, but=one)
    one.name = name
    if path != one.path:
        access.require_level(request.actor, one, access.OWNER)
        places.move_project(request.world, one, one.group, path)
    _default_branch(request, one)
    if request.has("description"):
        one.description = request.text_or_none("description")
    _write(one, settings)
    request.world.renamed()
    return ok(place_shapes.project_detail(request.world, request.actor, one))


def _default_branch(request: Request, one: Project) -> None:
    wanted = request.text("default_branch", one.default_branch)
    branches = one.own.repository.branches
    if branches and wanted not in branches:
        raise bad_request(f"Could not change HEAD: branch '{wanted}' does not exist")
    one.default_branch = wanted


def _owned(request: Request) -> Project:
    one = request.project()
    access.require_level(request.actor, one, access.OWNER)
    return one


@routes.on("DELETE", "/projects/:id")
def delete_project(request: Request) -> Answer:
    """202: it waits 30 days; `permanently_remove` with `full_path` ends a waiting one at once."""
    one = _owned(request)
    if request.flag("permanently_remove"):
        places.delete_now(request.world, one, request.text("full_path"))
    else:
        places.delete_later(request.world, one)
    return ok({"message": "202 Accepted"}, 202)


@routes.on("POST", "/projects/:id/restore")
def restore_project(request: Request) -> Answer:
    """It stays after all."""
    one = _owned(request)
    places.restore(one)
    return created(place_shapes.project_detail(request.world, request.actor, one))


@routes.on("POST", "/projects/:id/archive")
def archive(request: Request) -> Answer:
    """Nothing in it can be changed any more; owners."""
    one = _owned(request)
    one.own.archived = True
    return created(place_shapes.project_detail(request.world, request.actor, one))


@routes.on("POST", "/projects/:id/unarchive")
def unarchive(request: Request) -> Answer:
    """And again."""
    one = _owned(request)
    one.own.archived = False
    return created(place_shapes.project_detail(request.world, request.actor, one))


@routes.on("POST", "/projects/:id/star")
def star(request: Request) -> Answer:
    """201, or 304 where one has already."""
    one, actor = request.project(), request.actor
    if actor.id in one.own.starred_by:
        return Answer(304)
    one.own.starred_by.append(actor.id)
    return created(place_shapes.project_detail(request.world, actor, one))


@routes.on("POST", "/projects/:id/unstar")
def unstar(request: Request) -> Answer:
    """201, or 304 where one has not."""
    one, actor = request.project(), request.actor
    if actor.id not in one.own.starred_by:
        return Answer(304)
    one.own.starred_by.remove(actor.id)
    return created(place_shapes.project_detail(request.world, actor, one))


@routes.on("PUT", "/projects/:id/transfer")
def transfer(request: Request) -> Answer:
    """To another namespace, by id or path; its owner must also be able to make projects there."""
    one = _owned(request)
    request.need("namespace")
    key, world = request.text("namespace"), request.world
    there = [*world.groups.values(), *world.namespaces.values()]
    target = next((each for each in there if key in (str(each.id), each.full_path)), None)
    if target is None or not access.sees_group(request.actor, target, world.projects.values()):
        raise not_found("Namespace")
    if access.group_level(request.actor, target) < access.MAINTAINER:
        raise bad_request("Transfer failed, please contact an admin.")
    if target is one.group:
        raise bad_request("Project is already in this namespace.")
    places.move_project(world, one, target, one.path)
    return ok(place_shapes.project_detail(world, request.actor, one))


@routes.on("POST", "/projects/:id/share")
def share(request: Request) -> Answer:
    """Open it to a group's members, up to a level."""
    one = request.project()
    access.require_level(request.actor, one, access.MAINTAINER)
    request.need("group_id", "group_access")
    group = request.world.groups.get(request.number("group_id") or 0)
    if group is None or not access.sees_group(request.actor, group, request.world.projects.values()):
        raise not_found("Group")
    if any(each.group is group for each in one.shares):
        raise conflict("The group is already shared with this project")
    rank = request.number("group_access") or 0
    if rank not in (10, 15, 20, 25, 30, 40, 50):
        raise bad_parameter("group_access does not have a valid value")
    if rank > access.level(request.actor, one):
        raise forbidden()
    one.shares.append(Share(group, rank, request.day("expires_at")))
    request.world.renamed()
    body: Json = {"id": one.id * 1000 + group.id, "project_id": one.id, "group_id": group.id}
    return created(body | {"group_access": rank, "expires_at": request.text_or_none("expires_at")})


@routes.on("DELETE", "/projects/:id/share/:group_id")
def unshare(request: Request) -> Answer:
    """Close it again."""
    one, key = request.project(), request.owner_argument("group_id")
    access.require_level(request.actor, one, access.MAINTAINER)
    found = next((each for each in one.shares if each.group.id == key), None)
    if found is None:
        raise Refused(404, {"message": "404 Group Not Found"})
    one.shares.remove(found)
    request.world.renamed()
    return empty()
