"""The caller and everybody else; administrators make, change, block and delete accounts (doc/api/users.md,
documented)."""

from app.fakegitlab import access, namespaces, people
from app.fakegitlab.api import people_shapes, shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import User
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import bad_parameter, conflict, forbidden, invalid, not_found

FLAGS = ("external", "private_profile", "can_create_group")
NUMBERS = ("projects_limit", "theme_id", "color_scheme_id")


@routes.on("GET", "/user")
def me(request: Request) -> Answer:
    """The caller."""
    return ok(people_shapes.own(request.world, request.actor))


@routes.on("GET", "/users")
def users(request: Request) -> Answer:
    """Everybody, the newest first; administrators see more of them, and may look for an e-mail address."""
    _ = request.actor
    name, words = request.text("username").lower(), request.text("search").lower()
    found = [one for one in request.world.users.values() if name in ("", one.username.lower())]
    found = [one for one in found if _meets(one, words, exact_email=not request.actor.admin)]
    for flag, states in (("active", ("active",)), ("blocked", ("blocked",))):
        found = [one for one in found if not request.flag(flag) or one.state in states]
    if request.flag("humans"):
        found = [one for one in found if not one.bot and one.username != people.GHOST]
    if request.flag("exclude_internal"):
        found = [one for one in found if one.username != people.GHOST]
    if request.flag("without_project_bots"):
        found = [one for one in found if one.bot_of is None]
    after, before = request.moment("created_after"), request.moment("created_before")
    found = [one for one in found if (not after or one.created_at > after) and (not before or one.created_at < before)]
    request.refuse_unbuilt(["two_factor", "without_projects", "extern_uid", "provider", "saml_provider_id"])
    return paged(request, _sorted(request, found), lambda one: _listed(request, one))


def _meets(user: User, words: str, exact_email: bool) -> bool:
    if words in user.username.lower() or words in user.name.lower():
        return True
    mail = people_shapes.email(user).lower()
    return words == mail if exact_email else words in mail


def _sorted(request: Request, found: list[User]) -> list[User]:
    order = request.choice("order_by", ("id", "name", "username", "created_at", "updated_at"), "id")
    if not request.actor.admin:
        order = "id"
    field = "created_at" if order == "updated_at" else order
    return sorted(found, key=lambda one: (getattr(one, field), one.id), reverse=request.text("sort", "desc") != "asc")


def _listed(request: Request, one: User) -> Json:
    shape = people_shapes.for_admin if request.actor.admin else shapes.user_basic
    return shape(request.world, one)


@routes.on("GET", "/users/:id")
def user(request: Request) -> Answer:
    """One person; anonymous callers get 403 (lib/api/users.rb, sure)."""
    if request.user is None:
        raise forbidden("Not authorized!")
    found = request.world.users.get(request.owner_argument("id"))
    if found is None:
        raise not_found("User")
    admin = request.user is not None and request.user.admin
    return ok((people_shapes.for_admin if admin else people_shapes.public)(request.world, found))


def _target(request: Request) -> User:
    access.require_admin(request.actor)
    found = request.world.users.get(request.owner_argument("id"))
    if found is None:
        raise not_found("User")
    return found


@routes.on("POST", "/users")
def create_user(request: Request) -> Answer:
    """A new account; a taken address or name is 409. Documented."""
    access.require_admin(request.actor)
    request.need("email", "name", "username")
    if not any(request.text(one) for one in ("password", "reset_password", "force_random_password")):
        raise bad_parameter(
            "password, reset_password, force_random_password are missing, at least one parameter must be provided"
        )
    _refuse_taken(request, None)
    if not people.NAME.fullmatch(request.text("username")):
        raise invalid({"username": [people.NAME_RULE]})
    new = people.add(request.world, request.text("username"), request.text("name"), None, False, request.flag("admin"))
    new.email = request.text("email")
    _write(request, new)
    return created(people_shapes.for_admin(request.world, new))


def _refuse_taken(request: Request, but: User | None) -> None:
    others = [one for one in request.world.users.values() if one is not but]
    if request.has("email") and any(people_shapes.email(o).lower() == request.text("email").lower() for o in others):
        raise conflict("Email has already been taken")
    if request.has("username") and namespaces.taken(request.world, request.text("username"), but):
        raise conflict("Username has already been taken")


def _write(request: Request, user: User) -> None:
    for name in (*people_shapes.PROFILE, *people_shapes.PRIVATE, *people_shapes.ADMIN_ONLY):
        if request.has(name):
            user.profile[name] = _value(request, name)


def _value(request: Request, name: str) -> object:
    if name in FLAGS:
        return request.flag(name)
    return request.number(name) if name in NUMBERS else request.text(name)


@routes.on("PUT", "/users/:id")
def change_user(request: Request) -> Answer:
    """Changes what is given; e-mail changes need no confirmation here (differs from doc/api/users.md, documented)."""
    one = _target(request)
    _refuse_taken(request, one)
    one.name, one.email = request.text("name", one.name), request.text("email", one.email)
    if request.has("username") and request.text("username") != one.username:
        people.rename(request.world, one, request.text("username"))
    if request.has("admin"):
        one.admin = request.flag("admin")
    _write(request, one)
    request.world.renamed()
    return ok(people_shapes.for_admin(request.world, one))


@routes.on("DELETE", "/users/:id")
def delete_user(request: Request) -> Answer:
    """What they wrote goes to the ghost, or with `hard_delete` goes too. GitLab does it later, the stand-in now."""
    one = _target(request)
    if one is request.actor or one.username == people.GHOST:
        raise forbidden()
    if not request.flag("hard_delete") and people.sole_owner(request.world, one):
        raise conflict("User cannot be removed, as they are the sole owner of one or more groups.")
    people.delete(request.world, one, hard=request.flag("hard_delete"))
    return empty()


@routes.on("POST", "/users/:id/block")
def block(request: Request) -> Answer:
    """`true`; a blocked person's tokens answer 403. Their own account cannot be blocked."""
    one = _target(request)
    if one is request.actor:
        raise forbidden("The API initiating user cannot be blocked by the API")
    one.state = "blocked"
    request.world.renamed()
    return created(True)


@routes.on("POST", "/users/:id/unblock")
def unblock(request: Request) -> Answer:
    """`true`."""
    one = _target(request)
    if one.state == "deactivated":
        raise forbidden("Deactivated users cannot be unblocked by the API")
    one.state = "active"
    request.world.renamed()
    return created(True)


@routes.on("POST", "/users/:id/deactivate")
def deactivate(request: Request) -> Answer:
    """`true`; refused for the blocked only, without GitLab's 90 quiet days (differs from doc/api/users.md,
    documented)."""
    one = _target(request)
    if one.state == "blocked":
        raise forbidden("A blocked user cannot be deactivated by the API")
    one.state = "deactivated"
    return created(True)


@routes.on("POST", "/users/:id/activate")
def activate(request: Request) -> Answer:
    """`true`."""
    one = _target(request)
    if one.state == "blocked":
        raise forbidden("A blocked user must be unblocked to be activated")
    one.state = "active"
    return created(True)
