"""Members of projects and groups (doc/api/members.md; lib/api/members.rb, sure)."""

from datetime import date

from app.fakegitlab import access, people, places
from app.fakegitlab.api import place_shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.digits import read_number
from app.fakegitlab.model import Group, Project, User
from app.fakegitlab.moment import read_day
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import bad_parameter, conflict, forbidden, invalid, not_found

GIVEN = (5, 10, 15, 20, 25, 30, 40, 50)


def _place(request: Request) -> Project | Group:
    _ = request.actor
    return request.project() if request.path.startswith("/projects/") else request.group()


def _everybody(request: Request, place: Project | Group) -> list[tuple[User, int]]:
    users = request.world.users
    return people.members(place, users) if isinstance(place, Project) else people.group_members(place, users)


def _direct(request: Request, place: Project | Group) -> list[tuple[User, int]]:
    return [(request.world.users[one], level) for one, level in place.members.items()]


def _listed(request: Request, place: Project | Group, found: list[tuple[User, int]]) -> Answer:
    words, only = request.text("query").lower(), set(request.numbers("user_ids"))
    found = [one for one in found if words in one[0].username.lower() or words in one[0].name.lower()]
    found = [one for one in found if not only or one[0].id in only]
    return paged(request, found, lambda pair: _shown(request, place, *pair))


def _shown(request: Request, place: Project | Group, user: User, level: int) -> Json:
    return place_shapes.member(request.world, place, user, level)


@routes.on("GET", "/projects/:id/members")
@routes.on("GET", "/groups/:id/members")
def direct_members(request: Request) -> Answer:
    """Direct members only."""
    place = _place(request)
    return _listed(request, place, _direct(request, place))


@routes.on("GET", "/projects/:id/members/all")
@routes.on("GET", "/groups/:id/members/all")
def all_members(request: Request) -> Answer:
    """Inherited ones too, each with their highest level."""
    place = _place(request)
    return _listed(request, place, _everybody(request, place))


def _one(request: Request, place: Project | Group, found: list[tuple[User, int]]) -> Answer:
    wanted = request.owner_argument("user_id")
    for user, level in found:
        if user.id == wanted:
            return ok(_shown(request, place, user, level))
    raise not_found()


@routes.on("GET", "/projects/:id/members/:user_id")
@routes.on("GET", "/groups/:id/members/:user_id")
def direct_member(request: Request) -> Answer:
    """One direct member; 404 for a stranger."""
    place = _place(request)
    return _one(request, place, _direct(request, place))


@routes.on("GET", "/projects/:id/members/all/:user_id")
@routes.on("GET", "/groups/:id/members/all/:user_id")
def any_member(request: Request) -> Answer:
    """One member, direct or inherited."""
    place = _place(request)
    return _one(request, place, _everybody(request, place))


def _managed(request: Request) -> Project | Group:
    """Maintainers manage a project's members, owners a group's."""
    place = _place(request)
    if access.level_in(request.actor, place) < (access.MAINTAINER if isinstance(place, Project) else access.OWNER):
        raise forbidden()
    return place


def _level(request: Request, place: Project | Group, user: User | None) -> int:
    """One cannot give more than one has, nor less than the person inherits."""
    rank = request.number("access_level") or 0
    if rank not in GIVEN:
        raise bad_parameter("access_level does not have a valid value")
    if rank > access.level_in(request.actor, place):
        raise forbidden()
    if user is not None:
        above = place.group.line() if isinstance(place, Project) else place.line()[1:]
        inherited = max((one.members.get(user.id, 0) for one in above), default=0)
        if rank < inherited:
            name = people.LEVEL_NAMES[inherited]
            reason = f"should be greater than or equal to {name} inherited membership from group {above[0].name}"
            raise invalid({"access_level": [reason]})
    return rank


@routes.on("POST", "/projects/:id/members")
@routes.on("POST", "/groups/:id/members")
def add_member(request: Request) -> Answer:
    """One person, or several ids separated by commas (answered with a status only)."""
    place = _managed(request)
    request.need("access_level")
    if not (request.has("user_id") or request.has("username")):
        raise bad_parameter("user_id, username are missing, exactly one parameter must be provided")
    ids = request.words("user_id")
    if len(ids) > 1:
        return _add_many(request, place, ids)
    user = _person(request, ids)
    if user.id in place.members:
        raise conflict("Member already exists")
    rank = _level(request, place, user)
    people.set_level(request.world, place, user, rank, _until(request))
    return created(_shown(request, place, user, rank))


def _person(request: Request, ids: list[str]) -> User:
    name = request.text("username")
    for user in request.world.users.values():
        if (ids and str(user.id) == ids[0]) or (name and user.username.lower() == name.lower()):
            return user
    raise not_found("User")


def _add_many(request: Request, place: Project | Group, ids: list[str]) -> Answer:
    for key in ids:
        user = request.world.users.get(read_number(key) or 0)
        if user is not None and user.id not in place.members:
            people.set_level(request.world, place, user, _level(request, place, user), _until(request))
    return created({"status": "success"})


def _until(request: Request) -> date | None:
    """A day after today, or for good."""
    text = request.text("expires_at")
    day = read_day(text[:10], "expires_at")
    if day is not None and day <= request.world.now().date():
        raise invalid({"expires_at": ["cannot be a date in the past"]})
    return day


def _direct_member(request: Request, place: Project | Group) -> User:
    key = request.owner_argument("user_id")
    if key not in place.members:
        raise not_found()
    return request.world.users[key]


@routes.on("PUT", "/projects/:id/members/:user_id")
@routes.on("PUT", "/groups/:id/members/:user_id")
def change_member(request: Request) -> Answer:
    """A new level, and a new end if one is given."""
    place = _managed(request)
    request.need("access_level")
    user = _direct_member(request, place)
    rank = _level(request, place, user)
    _keep_an_owner(place, user, rank)
    until = _until(request) if request.has("expires_at") else place.own.member_until.get(user.id)
    people.set_level(request.world, place, user, rank, until)
    return ok(_shown(request, place, user, rank))


@routes.on("DELETE", "/projects/:id/members/:user_id")
@routes.on("DELETE", "/groups/:id/members/:user_id")
def remove_member(request: Request) -> Answer:
    """Out of here, and of everything below unless `skip_subresources`; anybody may leave."""
    place = _place(request)
    user = _direct_member(request, place)
    if user is not request.actor:
        _managed(request)
        if place.members[user.id] > access.level_in(request.actor, place):
            raise forbidden()
    _keep_an_owner(place, user, 0)
    _leave(request, place, user)
    return empty()


def _leave(request: Request, place: Project | Group, user: User) -> None:
    world, inside = request.world, [place]
    if isinstance(place, Group) and not request.flag("skip_subresources"):
        inside += [*places.groups_below(world, place), *places.projects_below(world, place)]
    for one in inside:
        people.set_level(world, one, user, 0)
    if request.flag("unassign_issuables"):
        for issue in world.issues.values():
            if user in issue.assignees and (issue.project in inside):
                issue.assignees.remove(user)
                world.touched(issue)


def _keep_an_owner(place: Project | Group, user: User, rank: int) -> None:
    """The last owner of a group is nobody's to remove or to lower: 403 (app/policies/group_member_policy.rb, sure)."""
    owners = [one for one, level in place.members.items() if level == access.OWNER]
    if isinstance(place, Group) and place.parent is None and owners == [user.id] and rank < access.OWNER:
        raise forbidden()
