"""Which token calls, and what its scopes and kind open (CONTRACT 9; lib/api/api_guard.rb, sure)."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qs

from app.fakegitlab.model import Token, User
from app.fakegitlab.refusal import Refused, forbidden, not_found, unauthorized
from app.fakegitlab.state import State

# CONTRACT 9 for the issues; the raw file from `lib/api/files.rb` (`job_token_allowed`, sure).
JOB_TOKEN_ROUTES = frozenset(
    {
        ("GET", "/projects/:id/issues"),
        ("GET", "/projects/:id/issues/:issue_iid"),
        ("GET", "/projects/:id/repository/files/:file_path/raw"),
    }
)
SCOPES = (
    "api",
    "read_api",
    "read_user",
    "read_repository",
    "write_repository",
    "read_registry",
    "write_registry",
    "create_runner",
    "manage_runner",
    "ai_features",
    "k8s_proxy",
    "self_rotate",
    "admin_mode",
    "sudo",
    "read_service_ping",
)
READING_USERS = ("/user", "/users", "/users/:id", "/version", "/metadata")
EXPIRED = "Token is expired. You can either do re-authorization or token refresh."
REVOKED = "Token was revoked. You have to re-authorize from the user."
TOO_LITTLE = "The request requires higher privileges than provided by the access token."
BLOCKED = {
    "blocked": "Your account has been blocked.",
    "deactivated": "Your account has been deactivated by your administrator. Please log back in from a web browser to "
    "reactivate your account at",
}


def presented(headers: Mapping[str, str], query: str) -> tuple[str, bool]:
    """The token's text and whether it came as a job token; empty for none.

    `PRIVATE-TOKEN`, `Authorization: Bearer` (OAuth's way), `private_token`, `access_token`, `JOB-TOKEN`, `job_token`.
    """
    given = {name: values[0] for name, values in parse_qs(query).items()} if "token" in query else {}
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    value = headers.get("private-token") or (bearer.strip() if scheme.lower() == "bearer" else "")
    value = value or given.get("private_token", "") or given.get("access_token", "")
    if value:
        return value, False
    return headers.get("job-token") or given.get("job_token", ""), True


def caller(state: State, headers: Mapping[str, str], query: str) -> Token | None:
    """The living token of this call; None for an anonymous one; 401 for an unknown, expired or revoked one."""
    value, as_job = presented(headers, query)
    if not value:
        return None
    token = state.tokens.get(value)
    if token is None or (as_job and token.job_of is None):
        raise unauthorized()
    if token.revoked:
        raise _oauth(401, "invalid_token", REVOKED)
    if expired(token, state.now().date()):
        raise _oauth(401, "invalid_token", EXPIRED)
    if token.user.state in BLOCKED:
        raise forbidden(BLOCKED[token.user.state])
    token.last_used_at = state.now()
    return token


def expired(token: Token, today: date) -> bool:
    """A token dies at the beginning of its day."""
    return token.expires_at is not None and token.expires_at <= today


def admitted(token: Token | None, method: str, template: str) -> Token | None:
    """The token as far as this route takes it: a job token is nobody on most; 403 for scopes that do not reach."""
    if token is None:
        return None
    if token.job_of is not None:
        return token if (method, template) in JOB_TOKEN_ROUTES else None
    needed = _enough(method, template)
    if not needed.intersection(token.scopes):
        raise _oauth(403, "insufficient_scope", TOO_LITTLE, " ".join(sorted(needed)))
    return token


def _enough(method: str, template: str) -> set[str]:
    """Any one of these scopes will do."""
    if template.startswith("/personal_access_tokens/self"):
        return {"api", "self_rotate"} if template.endswith("/rotate") else set(SCOPES)
    if method not in ("GET", "HEAD"):
        return {"api"}
    more = {"read_user"} if template in READING_USERS else set()
    if "/repository/" in template:
        more = {"read_repository"}
    return {"api", "read_api"} | more


def impersonated(state: State, token: Token, headers: Mapping[str, str], query: str) -> User:
    """Whom `Sudo` names, for an administrator's token that may; else the token's own user."""
    name = headers.get("sudo") or (parse_qs(query).get("sudo", [""])[0] if "sudo=" in query else "")
    if not name:
        return token.user
    if not token.user.admin:
        raise forbidden("Must be admin to use sudo")
    if "sudo" not in token.scopes:
        raise _oauth(403, "insufficient_scope", TOO_LITTLE, "sudo")
    found = next((one for one in state.users.values() if name.lower() in (str(one.id), one.username.lower())), None)
    if found is None:
        raise not_found(f"User with ID or username '{name}'")
    return found


def _oauth(status: int, error: str, description: str, scope: str = "") -> Refused:
    return Refused(status, {"error": error, "error_description": description} | ({"scope": scope} if scope else {}))
