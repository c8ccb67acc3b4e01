"""Version, the caller, users, and the caller's token (rest_contract current_user; CONTRACT 10)."""

from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.hooks import VERSION
from app.fakegitlab.moment import stamp
from app.fakegitlab.refusal import not_found


@routes.on("GET", "/version")
def version(request: Request) -> Answer:
    """Which GitLab this claims to be."""
    _ = request.actor
    return ok({"version": VERSION, "revision": "fake"})


@routes.on("GET", "/metadata")
def metadata(request: Request) -> Answer:
    """As `/version`, with more."""
    _ = request.actor
    kas = {"enabled": False, "externalUrl": None, "version": None}
    return ok({"version": VERSION, "revision": "fake", "kas": kas, "enterprise": True})


@routes.on("GET", "/user")
def me(request: Request) -> Answer:
    """The caller."""
    user = request.actor
    own = {"email": f"{user.username}@example.com", "is_admin": user.admin, "external": False}
    return ok(shapes.user_public(request.world, user) | own)


@routes.on("GET", "/users")
def users(request: Request) -> Answer:
    """Everybody, or who has this `username` (in any case)."""
    _ = request.actor
    name, words = request.text("username").lower(), request.text("search").lower()
    found = [user for user in request.world.users.values() if name in ("", user.username.lower())]
    found = [user for user in found if words in user.username.lower() or words in user.name.lower()]
    return paged(request, found[::-1], lambda user: shapes.user_basic(request.world, user))


@routes.on("GET", "/users/:id")
def user(request: Request) -> Answer:
    """One person: only here `bot` can be seen (CONTRACT 10)."""
    found = request.world.users.get(request.owner_argument("id"))
    if found is None:
        raise not_found("User")
    return ok(shapes.user_public(request.world, found))


@routes.on("GET", "/personal_access_tokens/self")
def token(request: Request) -> Answer:
    """The token that calls."""
    _ = request.actor
    own = request.token
    assert own is not None
    expires = own.expires_at.isoformat() if own.expires_at else None
    return ok(
        {
            "id": own.id,
            "name": own.user.username,
            "revoked": own.revoked,
            "created_at": stamp(own.created_at),
            "scopes": list(own.scopes),
            "user_id": own.user.id,
            "active": True,
            "expires_at": expires,
        }
    )
