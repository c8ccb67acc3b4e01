"""What clients ask before anything else: version, settings, licence, features (doc/api/metadata.md;
doc/api/settings.md; doc/api/license.md; doc/api/features.md, documented)."""

from app.fakegitlab import access
from app.fakegitlab.api.answer import Answer, ok
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.deliveries import VERSION
from app.fakegitlab.digits import read_number
from app.fakegitlab.payloads import Json

SETTINGS: Json = {
    "id": 1,
    "default_branch_name": "main",
    "default_project_visibility": "private",
    "default_group_visibility": "private",
    "default_snippet_visibility": "private",
    "default_branch_protection": 2,
    "default_projects_limit": 100000,
    "signup_enabled": False,
    "require_personal_access_token_expiry": True,
    "max_personal_access_token_lifetime": None,
    "deletion_adjourned_period": 30,
    "restricted_visibility_levels": [],
    "issues_create_limit": 300,
    "notes_create_limit": 300,
    "allow_local_requests_from_web_hooks_and_services": True,
    "archived_projects_deleted_after": None,
    "user_default_external": False,
}


@routes.on("GET", "/version")
def version(request: Request) -> Answer:
    """Which GitLab this claims to be; deprecated for `/metadata`, still served."""
    return metadata(request)


@routes.on("GET", "/metadata")
def metadata(request: Request) -> Answer:
    """Version, revision, edition. Documented."""
    _ = request.actor
    kas = {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None}
    return ok({"version": VERSION, "revision": "fake", "kas": kas, "enterprise": True})


@routes.on("GET", "/application/settings")
def settings(request: Request) -> Answer:
    """A few of the many, as an administrator last wrote them."""
    access.require_admin(request.actor)
    return ok(SETTINGS | request.world.settings)


@routes.on("PUT", "/application/settings")
def change_settings(request: Request) -> Answer:
    """Keeps whatever is given; only those in `SETTINGS` are shown, and none has an effect
    (differs from doc/api/settings.md, documented)."""
    access.require_admin(request.actor)
    given = {name: value for name, value in request.parameters.items() if name in SETTINGS and name != "id"}
    request.world.settings.update({name: _typed(SETTINGS[name], value) for name, value in given.items()})
    return settings(request)


def _typed(like: object, value: object) -> object:
    if isinstance(like, bool):
        return str(value).lower() in ("true", "1")
    number = read_number(str(value)) if isinstance(like, int) else None
    return value if number is None else number


@routes.on("GET", "/license")
def license_(request: Request) -> Answer:
    """The tier, as an administrator sees it; `null` on Free (memory, guess)."""
    access.require_admin(request.actor)
    if request.world.tier == "free":
        return ok(None)
    named: Json = {"Name": "Stand-in", "Company": "Stand-in", "Email": "license@example.com"}
    body: Json = {"id": 1, "plan": "premium", "created_at": "2026-01-01T00:00:00.000Z", "starts_at": "2026-01-01"}
    body |= {"expires_at": None, "historical_max": 1, "maximum_user_count": 1, "expired": False, "overage": 0}
    return ok(body | {"user_limit": 10000, "active_users": 1, "licensee": named, "add_ons": {}})


@routes.on("GET", "/features")
@routes.on("GET", "/features/definitions")
def features(request: Request) -> Answer:
    """No feature flag is set here."""
    access.require_admin(request.actor)
    return ok([])
