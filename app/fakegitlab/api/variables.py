"""CI variables of projects, groups and schedules (doc/api/project_level_variables.md, documented)."""

import re

from app.fakegitlab import access
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Group, Project
from app.fakegitlab.payloads import Json
from app.fakegitlab.possessions import Variable
from app.fakegitlab.refusal import Refused, conflict, forbidden, invalid, not_found

KEY = re.compile(r"[a-zA-Z0-9_]{1,255}")
KEY_RULE = "can contain only letters, digits and '_'."
TYPES = ("env_var", "file")
# What a masked value may be made of, from doc/ci/variables (documented): one line of at least 8 characters.
MASKABLE = re.compile(r"\S{8,}")


def _place(request: Request) -> Project | Group:
    """Maintainers of projects, owners of groups."""
    actor = request.actor
    place = request.project() if request.path.startswith("/projects/") else request.group()
    if access.level_in(actor, place) < (access.MAINTAINER if isinstance(place, Project) else access.OWNER):
        raise forbidden()
    return place


def shown(one: Variable) -> Json:
    """A variable; a hidden one's value is never shown."""
    return {
        "variable_type": one.variable_type,
        "key": one.key,
        "value": None if one.hidden else one.value,
        "hidden": one.hidden,
        "protected": one.protected,
        "masked": one.masked,
        "raw": one.raw,
        "environment_scope": one.environment_scope,
        "description": one.description,
    }


def _wanted_scope(request: Request) -> str | None:
    asked = request.parameters.get("filter")
    value = (
        asked.get("environment_scope")
        if isinstance(asked, dict)
        else request.parameters.get("filter[environment_scope]")
    )
    return None if value is None else str(value)


def _find(request: Request, place: Project | Group) -> Variable:
    """By key; several scopes of one key need `filter[environment_scope]`, else 409."""
    key, scope = request.arguments["key"], _wanted_scope(request)
    found = [one for one in place.own.variables if one.key == key and scope in (None, one.environment_scope)]
    if not found:
        raise not_found("Variable" if isinstance(place, Project) else "GroupVariable")
    if len(found) > 1:
        raise conflict("There are multiple variables with provided parameters. Please use 'filter[environment_scope]'")
    return found[0]


@routes.on("GET", "/projects/:id/variables")
@routes.on("GET", "/groups/:id/variables")
def variables(request: Request) -> Answer:
    """All of them."""
    return paged(request, _place(request).own.variables, shown)


@routes.on("GET", "/projects/:id/variables/:key")
@routes.on("GET", "/groups/:id/variables/:key")
def variable(request: Request) -> Answer:
    """One."""
    return ok(shown(_find(request, _place(request))))


@routes.on("POST", "/projects/:id/variables")
@routes.on("POST", "/groups/:id/variables")
def create_variable(request: Request) -> Answer:
    """One key per environment scope."""
    place = _place(request)
    request.need("key", "value")
    new = Variable(request.text("key"), "")
    hidden = request.flag("masked_and_hidden")
    _write(request, new)
    new.hidden = hidden
    new.masked = new.masked or hidden
    check(new)
    if any(one.key == new.key and one.environment_scope == new.environment_scope for one in place.own.variables):
        raise invalid({"key": [f"({new.key}) has already been taken"]})
    place.own.variables.append(new)
    return created(shown(new))


@routes.on("PUT", "/projects/:id/variables/:key")
@routes.on("PUT", "/groups/:id/variables/:key")
def change_variable(request: Request) -> Answer:
    """Changes what is given; the key stays."""
    place = _place(request)
    one = _find(request, place)
    tried = Variable(**{name: getattr(one, name) for name in Variable.__slots__})
    _write(request, tried)
    if one.hidden and not tried.masked:
        raise invalid({"masked": ["can't be disabled, because the variable is hidden"]})
    check(tried)
    place.own.variables[place.own.variables.index(one)] = tried
    return ok(shown(tried))


@routes.on("DELETE", "/projects/:id/variables/:key")
@routes.on("DELETE", "/groups/:id/variables/:key")
def delete_variable(request: Request) -> Answer:
    """Gone."""
    place = _place(request)
    place.own.variables.remove(_find(request, place))
    return empty()


def _write(request: Request, one: Variable) -> None:
    one.value = request.text("value", one.value)
    one.variable_type = request.choice("variable_type", TYPES, one.variable_type)
    one.protected = request.flag("protected", one.protected)
    one.masked = request.flag("masked", one.masked)
    one.raw = request.flag("raw", one.raw)
    one.environment_scope = request.text("environment_scope") or one.environment_scope
    one.description = request.text("description", one.description or "") or None


def check(one: Variable) -> None:
    """400 for a bad key, or a value that cannot be masked."""
    if not KEY.fullmatch(one.key):
        raise invalid({"key": [KEY_RULE]})
    if one.masked and not MASKABLE.fullmatch(one.value):
        raise Refused(400, {"message": {"value": ["is invalid"]}})
