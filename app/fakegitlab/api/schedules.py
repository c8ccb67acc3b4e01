"""Pipeline schedules, of which nothing ever runs (doc/api/pipeline_schedules.md, documented)."""

import re
from datetime import timedelta
from zoneinfo import available_timezones

from app.fakegitlab import access, commits, place_settings
from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.api.variables import check, shown
from app.fakegitlab.model import LEVELS, Project
from app.fakegitlab.moment import stamp
from app.fakegitlab.payloads import Json
from app.fakegitlab.possessions import Pipeline, Schedule, Variable
from app.fakegitlab.refusal import forbidden, invalid, not_found

CRON = re.compile(r"\s*(?:@\w+|\S+(?:\s+\S+){4})\s*")
FIELD = re.compile(r"[\d*/,#Lw\-]+|[A-Za-z,\-]+|@\w+")


def _shown(request: Request, one: Schedule, detail: bool = False) -> Json:
    owner = request.world.users.get(one.owner_id)
    last = one.pipelines[-1] if one.pipelines else None
    body: Json = {
        "id": one.id,
        "description": one.description,
        "ref": one.ref if one.ref.startswith("refs/") else f"refs/heads/{one.ref}",
        "cron": one.cron,
        "cron_timezone": one.cron_timezone,
        "next_run_at": stamp((request.world.now() + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)),
        "active": one.active,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "owner": shapes.user_basic(request.world, owner) if owner else None,
        "inputs": [],
    }
    if detail:
        body["last_pipeline"] = _pipeline(last) if last else None
        body["variables"] = [_variable(each) for each in one.variables]
    return body


def _pipeline(one: Pipeline) -> Json:
    body: Json = {"id": one.id, "iid": one.iid, "sha": one.sha, "ref": one.ref, "status": "pending"}
    return body | {"source": "schedule", "created_at": stamp(one.created_at), "updated_at": stamp(one.created_at)}


def _variable(one: Variable) -> Json:
    whole = shown(one)
    return {name: whole[name] for name in ("variable_type", "key", "value", "raw")}


def _project(request: Request) -> Project:
    """Developers and up make and read schedules."""
    actor, one = request.actor, request.project()
    access.require_level(actor, one, access.DEVELOPER)
    return one


def _schedule(request: Request) -> Schedule:
    project = _project(request)
    one = project.own.schedules.get(request.owner_argument("pipeline_schedule_id"))
    if one is None:
        raise not_found("Pipeline Schedule")
    return one


def _looked_after(request: Request) -> Schedule:
    """Its owner and maintainers take it over, delete it and read its variables.

    (app/policies/ci/pipeline_schedule_policy.rb; lib/api/ci/pipeline_schedules.rb, sure)
    """
    one = _schedule(request)
    if one.owner_id != request.actor.id:
        access.require_level(request.actor, request.project(), access.MAINTAINER)
    return one


def _changed(request: Request) -> Schedule:
    """Only its owner and administrators change a schedule; maintainers have to take it over before.

    (app/policies/ci/pipeline_schedule_policy.rb; lib/api/ci/pipeline_schedules.rb, sure)
    """
    one = _schedule(request)
    if one.owner_id != request.actor.id and not request.actor.admin:
        raise forbidden()
    return one


def _require_variables(request: Request) -> None:
    """Writing a variable needs the role from which on the project allows pipeline variables at all; newer namespaces
    of GitLab.com allow them to nobody (lib/api/ci/pipeline_schedules.rb; doc/ci/variables/_index.md, documented).
    """
    project = request.project()
    shown = place_settings.shown(place_settings.PROJECT, project.own.settings)
    role = str(shown["ci_pipeline_variables_minimum_override_role"])
    least = LEVELS.get(role)
    if least is None or access.level(request.actor, project) < least:
        raise forbidden()


@routes.on("GET", "/projects/:id/pipeline_schedules")
def schedules(request: Request) -> Answer:
    """All, or only `active` or `inactive` ones."""
    found, scope = list(_project(request).own.schedules.values()), request.text("scope")
    request.choice("scope", ("", "active", "inactive"), "")
    found = [one for one in found if not scope or one.active is (scope == "active")]
    return paged(request, found, lambda one: _shown(request, one))


@routes.on("GET", "/projects/:id/pipeline_schedules/:pipeline_schedule_id")
def schedule(request: Request) -> Answer:
    """One, with its variables."""
    return ok(_shown(request, _schedule(request), detail=True))


@routes.on("POST", "/projects/:id/pipeline_schedules")
def create_schedule(request: Request) -> Answer:
    """The caller owns it; it runs as them (CONTRACT 9, guess)."""
    project = _project(request)
    request.need("description", "ref", "cron")
    now, world = request.world.now(), request.world
    text, ref, cron = request.text("description"), request.text("ref"), request.text("cron")
    new = Schedule(0, text, ref, cron, request.actor.id, now, now)
    _write(request, new)
    new.id = world.next_id("schedule")
    project.own.schedules[new.id] = new
    return created(_shown(request, new, detail=True))


def _write(request: Request, one: Schedule) -> None:
    cron, zone = request.text("cron", one.cron), request.text("cron_timezone", one.cron_timezone)
    if not CRON.fullmatch(cron) or not all(FIELD.fullmatch(part) for part in cron.split()):
        raise invalid({"cron": ["syntax is invalid"]})
    if zone not in available_timezones() and zone != "UTC":
        raise invalid({"cron_timezone": ["syntax is invalid"]})
    _require_branch(request)
    one.cron, one.cron_timezone = cron, zone
    one.description, one.ref = request.text("description", one.description), request.text("ref", one.ref)
    one.active = request.flag("active", one.active)
    one.updated_at = request.world.now()


def _require_branch(request: Request) -> None:
    """A branch that is not there cannot be told from one of two meanings
    (app/services/ci/pipeline_schedules/base_save_service.rb, guess).
    """
    ref = request.text("ref")
    if ref and commits.resolve(request.project(), ref) is None:
        raise invalid({"ref": ["is ambiguous"]})


@routes.on("PUT", "/projects/:id/pipeline_schedules/:pipeline_schedule_id")
def change_schedule(request: Request) -> Answer:
    """Changes what is given; only its owner, or an administrator."""
    one = _changed(request)
    _write(request, one)
    return ok(_shown(request, one, detail=True))


@routes.on("DELETE", "/projects/:id/pipeline_schedules/:pipeline_schedule_id")
def delete_schedule(request: Request) -> Answer:
    """Gone."""
    one = _looked_after(request)
    del request.project().own.schedules[one.id]
    return empty()


@routes.on("POST", "/projects/:id/pipeline_schedules/:pipeline_schedule_id/take_ownership")
def take_ownership(request: Request) -> Answer:
    """From now on it is the caller's: maintainers; 200 where it was already.

    (lib/api/ci/pipeline_schedules.rb, sure)
    """
    one = _looked_after(request)
    if one.owner_id == request.actor.id:
        return ok(_shown(request, one, detail=True))
    one.owner_id = request.actor.id
    return created(_shown(request, one, detail=True))


@routes.on("POST", "/projects/:id/pipeline_schedules/:pipeline_schedule_id/play")
def play(request: Request) -> Answer:
    """201; here a pipeline is only noted as pending."""
    one, project = _schedule(request), request.project()
    tip = commits.resolve(project, one.ref)
    number = request.world.next_id("pipeline")
    sha = tip.sha if tip else "0" * 40
    one.pipelines.append(Pipeline(number, len(one.pipelines) + 1, one.ref, sha, request.world.now()))
    return created({"message": "201 Created"})


@routes.on("GET", "/projects/:id/pipeline_schedules/:pipeline_schedule_id/pipelines")
def schedule_pipelines(request: Request) -> Answer:
    """What was played."""
    return paged(request, _schedule(request).pipelines, _pipeline)


@routes.on("POST", "/projects/:id/pipeline_schedules/:pipeline_schedule_id/variables")
def create_variable(request: Request) -> Answer:
    """One value per key."""
    _require_variables(request)
    one = _changed(request)
    request.need("key", "value")
    new = Variable(request.text("key"), request.text("value"))
    new.variable_type = request.choice("variable_type", ("env_var", "file"), "env_var")
    check(new)
    if any(each.key == new.key for each in one.variables):
        raise invalid({"variables": [f"have duplicate values ({new.key})"]})
    one.variables.append(new)
    return created(_variable(new))


def _named(one: Schedule, request: Request) -> Variable:
    found = next((each for each in one.variables if each.key == request.arguments["key"]), None)
    if found is None:
        raise not_found("Variable")
    return found


@routes.on("GET", "/projects/:id/pipeline_schedules/:pipeline_schedule_id/variables/:key")
def get_variable(request: Request) -> Answer:
    """One of them."""
    return ok(_variable(_named(_looked_after(request), request)))


@routes.on("PUT", "/projects/:id/pipeline_schedules/:pipeline_schedule_id/variables/:key")
def change_variable(request: Request) -> Answer:
    """A new value."""
    _require_variables(request)
    found = _named(_changed(request), request)
    found.value = request.text("value", found.value)
    found.variable_type = request.choice("variable_type", ("env_var", "file"), found.variable_type)
    return ok(_variable(found))


@routes.on("DELETE", "/projects/:id/pipeline_schedules/:pipeline_schedule_id/variables/:key")
def delete_variable(request: Request) -> Answer:
    """202 with what it was (lib/api/ci/pipeline_schedules.rb, sure)."""
    _require_variables(request)
    one = _looked_after(request)
    found = _named(one, request)
    one.variables.remove(found)
    return ok(_variable(found), 202)
