"""Access tokens of people, projects and groups (doc/api/project_access_tokens.md, documented)."""

from collections.abc import Sequence
from datetime import date

from app.fakegitlab import access, tokens
from app.fakegitlab.api import people_shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.authentication import expired
from app.fakegitlab.model import Group, Project, Token
from app.fakegitlab.refusal import bad_parameter, bad_request, not_found, unauthorized

GIVEN_LEVELS = (5, 10, 15, 20, 25, 30, 40, 50)


def _own(request: Request) -> Token:
    _ = request.actor
    assert request.token is not None
    return request.token


def _day(request: Request) -> date | None:
    return request.day("expires_at")


def _shown(request: Request, one: Token, secret: bool = False) -> dict[str, object]:
    return people_shapes.token(request.world, one) | ({"token": one.value} if secret else {})


@routes.on("GET", "/personal_access_tokens")
def list_tokens(request: Request) -> Answer:
    """One's own; administrators anybody's. Documented filters: state, revoked, search, user_id, dates, sort by id."""
    found = [one for one in request.world.tokens.values() if one.job_of is None]
    wanted = request.number("user_id")
    if not request.actor.admin:
        if wanted not in (None, request.actor.id):
            raise unauthorized()
        wanted = request.actor.id
    found = [one for one in found if wanted in (None, one.user.id)]
    return paged(request, _filtered(request, found), lambda one: _shown(request, one))


def _filtered(request: Request, found: Sequence[Token]) -> list[Token]:
    today, state, revoked = request.world.now().date(), request.text("state"), request.flag_or_none("revoked")
    words, after, before = (
        request.text("search").lower(),
        request.moment("created_after"),
        request.moment("created_before"),
    )
    living = {one.id: not one.revoked and not expired(one, today) for one in found}
    return [
        one
        for one in found
        if state in ("", "active" if living[one.id] else "inactive")
        and revoked in (None, one.revoked)
        and words in one.name.lower()
        and (after is None or one.created_at > after)
        and (before is None or one.created_at < before)
    ]


@routes.on("GET", "/personal_access_tokens/self")
def own_token(request: Request) -> Answer:
    """The token that calls, whatever its scopes."""
    return ok(_shown(request, _own(request)))


@routes.on("DELETE", "/personal_access_tokens/self")
def revoke_own(request: Request) -> Answer:
    """The calling token ends itself."""
    tokens.revoke(request.world, _own(request))
    return empty()


@routes.on("POST", "/personal_access_tokens/self/rotate")
def rotate_own(request: Request) -> Answer:
    """The calling token is replaced; needs `api` or `self_rotate`."""
    return ok(_shown(request, tokens.rotate(request.world, _own(request), _day(request)), secret=True))


def _by_id(request: Request) -> Token:
    """One's own, or any for an administrator: others get 401 for a stranger's, 404 for none only as administrators."""
    key, actor = request.owner_argument("token_id"), request.actor
    found = next((one for one in request.world.tokens.values() if one.id == key and one.job_of is None), None)
    if found is None or (found.user is not actor and not actor.admin):
        raise not_found() if actor.admin else unauthorized()
    return found


@routes.on("GET", "/personal_access_tokens/:token_id")
def get_token(request: Request) -> Answer:
    """One token."""
    return ok(_shown(request, _by_id(request)))


@routes.on("DELETE", "/personal_access_tokens/:token_id")
def revoke_token(request: Request) -> Answer:
    """Revoke one."""
    tokens.revoke(request.world, _by_id(request))
    return empty()


@routes.on("POST", "/personal_access_tokens/:token_id/rotate")
def rotate_token(request: Request) -> Answer:
    """Replace one, keeping its name and scopes."""
    return ok(_shown(request, tokens.rotate(request.world, _by_id(request), _day(request)), secret=True))


@routes.on("POST", "/users/:user_id/personal_access_tokens")
def create_for_user(request: Request) -> Answer:
    """An administrator makes a token for somebody."""
    access.require_admin(request.actor)
    request.need("name", "scopes")
    user = request.world.users.get(request.owner_argument("user_id"))
    if user is None:
        raise not_found("User")
    words = request.text("name"), request.words("scopes"), _day(request), request.text_or_none("description")
    return created(_shown(request, tokens.create(request.world, user, *words), secret=True))


@routes.on("POST", "/user/personal_access_tokens")
def create_own(request: Request) -> Answer:
    """One's own, with the scopes `k8s_proxy` and `self_rotate` only. Documented."""
    request.need("name", "scopes")
    if not set(request.words("scopes")) <= {"k8s_proxy", "self_rotate"}:
        raise bad_parameter("scopes does not have a valid value")
    words = request.text("name"), request.words("scopes"), _day(request), request.text_or_none("description")
    return created(_shown(request, tokens.create(request.world, request.actor, *words), secret=True))


def _place(request: Request) -> Project | Group:
    _ = request.actor
    return request.project() if request.path.startswith("/projects/") else request.group()


def _kind(place: Project | Group) -> str:
    return "project" if isinstance(place, Project) else "group"


def _place_token(request: Request, place: Project | Group) -> Token:
    key = request.owner_argument("token_id")
    found = next((one for one in tokens.of_place(request.world, place) if one.id == key), None)
    if found is None:
        raise not_found(f"{_kind(place)} Access Token")
    return found


def _place_shown(request: Request, one: Token, place: Project | Group, secret: bool = False) -> dict[str, object]:
    return people_shapes.place_token(request.world, one, place) | ({"token": one.value} if secret else {})


@routes.on("GET", "/projects/:id/access_tokens")
@routes.on("GET", "/groups/:id/access_tokens")
def list_place_tokens(request: Request) -> Answer:
    """All of the place's, dead ones too; 401 for those who may not (lib/api/resource_access_tokens.rb, sure)."""
    place = _place(request)
    if not tokens.may_manage(request.actor, place):
        raise unauthorized()
    found = _filtered(request, tokens.of_place(request.world, place))
    return paged(request, found, lambda one: _place_shown(request, one, place))


@routes.on("GET", "/projects/:id/access_tokens/:token_id")
@routes.on("GET", "/groups/:id/access_tokens/:token_id")
def get_place_token(request: Request) -> Answer:
    """One of them."""
    place = _place(request)
    if not tokens.may_manage(request.actor, place):
        raise unauthorized()
    return ok(_place_shown(request, _place_token(request, place), place))


@routes.on("POST", "/projects/:id/access_tokens")
@routes.on("POST", "/groups/:id/access_tokens")
def create_place_token(request: Request) -> Answer:
    """A token with a new bot user; shown once."""
    place = _place(request)
    request.need("name", "scopes")
    rank = request.number("access_level", access.MAINTAINER) or access.MAINTAINER
    if rank not in GIVEN_LEVELS:
        raise bad_parameter("access_level does not have a valid value")
    words = request.text("name"), request.words("scopes"), _day(request), rank, request.text_or_none("description")
    new = tokens.create_for_place(request.world, request.actor, place, *words)
    return created(_place_shown(request, new, place, secret=True))


@routes.on("POST", "/projects/:id/access_tokens/:token_id/rotate")
@routes.on("POST", "/groups/:id/access_tokens/:token_id/rotate")
def rotate_place_token(request: Request) -> Answer:
    """A new value for the same bot; a token may also rotate itself here (`self`)."""
    place = _place(request)
    if request.path.split("/")[-2] == "self":
        one = _own(request)
        if one.user.bot_of is not place:
            raise unauthorized()
    else:
        if not tokens.may_manage(request.actor, place):
            raise unauthorized()
        one = _place_token(request, place)
    return ok(_place_shown(request, tokens.rotate(request.world, one, _day(request)), place, secret=True))


@routes.on("DELETE", "/projects/:id/access_tokens/:token_id")
@routes.on("DELETE", "/groups/:id/access_tokens/:token_id")
def revoke_place_token(request: Request) -> Answer:
    """It ends now; its bot leaves after 30 days."""
    place = _place(request)
    one = _place_token(request, place)
    if not tokens.may_manage(request.actor, place):
        raise bad_request(f"{request.actor.username} cannot delete {one.user.username}")
    tokens.revoke(request.world, one)
    return empty()
