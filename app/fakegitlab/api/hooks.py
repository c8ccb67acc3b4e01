"""Webhooks of projects and groups (rest_contract project_hooks; CONTRACT 1)."""

from app.fakegitlab import hook_settings
from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Group, Hook, Project
from app.fakegitlab.refusal import not_found


def _place(request: Request) -> Project | Group:
    """The project or group, if the caller may look after its hooks; the rights are checked before anything else."""
    place = request.project() if "/projects/" in request.path else request.group()
    hook_settings.require_rights(request.world, request.actor, place)
    return place


def _hook(request: Request) -> Hook:
    found = _place(request).hooks.get(request.owner_argument("hook_id"))
    if found is None:
        raise not_found()
    return found


def _events(request: Request) -> dict[str, bool]:
    return {name: request.flag(name) for name in hook_settings.EVENTS if request.has(name)}


@routes.on("GET", "/projects/:id/hooks")
@routes.on("GET", "/groups/:id/hooks")
def list_hooks(request: Request) -> Answer:
    """All of them."""
    return paged(request, list(_place(request).hooks.values()), lambda one: shapes.hook(request.world, one))


@routes.on("GET", "/projects/:id/hooks/:hook_id")
@routes.on("GET", "/groups/:id/hooks/:hook_id")
def get_hook(request: Request) -> Answer:
    """One hook."""
    return ok(shapes.hook(request.world, _hook(request)))


@routes.on("POST", "/projects/:id/hooks")
@routes.on("POST", "/groups/:id/hooks")
def create_hook(request: Request) -> Answer:
    """A new hook."""
    place = _place(request)
    request.need("url")
    secrets = request.text_or_none("token"), request.text_or_none("signing_token")
    new = hook_settings.create(request.world, request.actor, place, request.text("url"), *secrets, _events(request))
    _dress(request, new)
    return created(shapes.hook(request.world, new))


@routes.on("PUT", "/projects/:id/hooks/:hook_id")
@routes.on("PUT", "/groups/:id/hooks/:hook_id")
def update_hook(request: Request) -> Answer:
    """Change what is given; an empty secret removes it."""
    hook = _hook(request)
    secrets = request.text_or_none("token"), request.text_or_none("signing_token")
    hook_settings.change(hook, request.text_or_none("url"), *secrets, _events(request))
    _dress(request, hook)
    return ok(shapes.hook(request.world, hook))


def _dress(request: Request, hook: Hook) -> None:
    hook.enable_ssl_verification = request.flag("enable_ssl_verification", hook.enable_ssl_verification)
    request.refuse_unbuilt(["custom_webhook_template", "custom_headers", "url_variables"])
    hook.name = request.text_or_none("name") or hook.name
    hook.description = request.text_or_none("description") or hook.description


@routes.on("DELETE", "/projects/:id/hooks/:hook_id")
@routes.on("DELETE", "/groups/:id/hooks/:hook_id")
def delete_hook(request: Request) -> Answer:
    """Remove it."""
    hook_settings.delete(request.world, request.actor, _hook(request))
    return empty()
