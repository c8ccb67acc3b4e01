"""Webhooks of projects and groups (rest_contract; CONTRACT 1, documented)."""

from app.fakegitlab import hook_settings
from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.hook_settings import HookChange
from app.fakegitlab.model import Group, Hook, Project
from app.fakegitlab.refusal import Refused, bad_parameter, not_found


def hook_place(request: Request) -> Project | Group:
    """The project or group, if the caller may look after its hooks; the rights are checked before anything else."""
    place = request.project() if "/projects/" in request.path else request.group()
    hook_settings.require_rights(request.world, request.actor, place)
    return place


def hook_of(request: Request) -> Hook:
    """The webhook of the path, if the caller may look after it; 404 for none."""
    found = hook_place(request).hooks.get(request.owner_argument("hook_id"))
    if found is None:
        raise not_found()
    return found


def _events(request: Request) -> dict[str, bool]:
    return {name: request.flag(name) for name in hook_settings.EVENTS if request.has(name)}


def _change(request: Request) -> HookChange:
    """What is asked for. GitLab before 19.0 takes a signing token without a word and keeps none.

    (CONTRACT 1, documented)
    """
    change = HookChange()
    for name in ("url", "token", "signing_token"):
        if request.has(name) and (name != "signing_token" or request.world.signs_webhooks):
            change[name] = request.text(name)
    for name in ("name", "description", "custom_webhook_template", "push_events_branch_filter"):
        if request.has(name):
            change[name] = request.text_or_none(name)  # type: ignore[literal-required]
    if request.has("enable_ssl_verification"):
        change["enable_ssl_verification"] = request.flag("enable_ssl_verification", True)
    if request.has("branch_filter_strategy"):
        strategy = request.choice("branch_filter_strategy", hook_settings.STRATEGIES, "wildcard")
        change["branch_filter_strategy"] = strategy
    for name in ("custom_headers", "url_variables"):
        if request.has(name):
            change[name] = _pairs(request, name)  # type: ignore[literal-required]
    return change


def _pairs(request: Request, name: str) -> dict[str, str]:
    """`[{key, value}]`; 400 where one of the two is missing."""
    found = {}
    for row in request.hashes(name):
        missing = [word for word in ("key", "value") if not isinstance(row.get(word), str)]
        if missing:
            raise bad_parameter(", ".join(f"{name}[{word}] is missing" for word in missing))
        found[str(row["key"])] = str(row["value"])
    return found


@routes.on("GET", "/projects/:id/hooks")
@routes.on("GET", "/groups/:id/hooks")
def list_hooks(request: Request) -> Answer:
    """All of them."""
    return paged(request, list(hook_place(request).hooks.values()), lambda one: shapes.hook(request.world, one))


@routes.on("GET", "/projects/:id/hooks/:hook_id")
@routes.on("GET", "/groups/:id/hooks/:hook_id")
def get_hook(request: Request) -> Answer:
    """One hook."""
    return ok(shapes.hook(request.world, hook_of(request)))


@routes.on("POST", "/projects/:id/hooks")
@routes.on("POST", "/groups/:id/hooks")
def create_hook(request: Request) -> Answer:
    """A new hook."""
    place = hook_place(request)
    request.need("url")
    new = hook_settings.create(request.world, request.actor, place, _change(request), _events(request))
    return created(shapes.hook(request.world, new))


@routes.on("PUT", "/projects/:id/hooks/:hook_id")
@routes.on("PUT", "/groups/:id/hooks/:hook_id")
def update_hook(request: Request) -> Answer:
    """Change what is given; an empty secret removes it."""
    hook, change, events = hook_of(request), _change(request), _events(request)
    if not change and not events:
        raise bad_parameter("No parameters provided")
    hook_settings.update(hook, change, events)
    return ok(shapes.hook(request.world, hook))


@routes.on("DELETE", "/projects/:id/hooks/:hook_id")
@routes.on("DELETE", "/groups/:id/hooks/:hook_id")
def delete_hook(request: Request) -> Answer:
    """Remove it."""
    hook_settings.delete(request.world, request.actor, hook_of(request))
    return empty()


@routes.on("PUT", "/projects/:id/hooks/:hook_id/custom_headers/:key")
@routes.on("PUT", "/groups/:id/hooks/:hook_id/custom_headers/:key")
def set_custom_header(request: Request) -> Answer:
    """Add or replace one (lib/api/hooks/custom_headers.rb, sure)."""
    hook = hook_of(request)
    hook.custom_headers = _with(request, hook.custom_headers)
    return empty()


@routes.on("DELETE", "/projects/:id/hooks/:hook_id/custom_headers/:key")
@routes.on("DELETE", "/groups/:id/hooks/:hook_id/custom_headers/:key")
def delete_custom_header(request: Request) -> Answer:
    """Take one away."""
    hook = hook_of(request)
    hook.custom_headers = _without(request, hook.custom_headers, "Custom header")
    return empty()


@routes.on("PUT", "/projects/:id/hooks/:hook_id/url_variables/:key")
@routes.on("PUT", "/groups/:id/hooks/:hook_id/url_variables/:key")
def set_url_variable(request: Request) -> Answer:
    """Add or replace one (lib/api/hooks/url_variables.rb, sure)."""
    hook = hook_of(request)
    hook.url_variables = _with(request, hook.url_variables)
    return empty()


@routes.on("DELETE", "/projects/:id/hooks/:hook_id/url_variables/:key")
@routes.on("DELETE", "/groups/:id/hooks/:hook_id/url_variables/:key")
def delete_url_variable(request: Request) -> Answer:
    """Take one away; 422 while the address needs it."""
    hook = hook_of(request)
    kept = _without(request, hook.url_variables, "URL variable")
    if "{" + request.arguments["key"] + "}" in hook.url:
        raise Refused(422, {"error": "Could not unset variable"})
    hook.url_variables = kept
    return empty()


def _with(request: Request, extras: dict[str, str]) -> dict[str, str]:
    request.need("value")
    wanted = extras | {request.arguments["key"]: request.text("value")}
    if not hook_settings.extras_fit(wanted):
        raise Refused(422, {"error": "Illegal key or value"})
    return wanted


def _without(request: Request, extras: dict[str, str], what: str) -> dict[str, str]:
    key = request.arguments["key"]
    if key not in extras:
        raise not_found(what)
    return {name: value for name, value in extras.items() if name != key}
