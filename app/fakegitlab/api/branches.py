"""Branches and which of them are protected (doc/api/branches.md; doc/api/protected_branches.md, documented)."""

import re

from app.fakegitlab import access, commits
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.repository import commit_shape, readable
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Project
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import Refused, bad_request, conflict, not_found

NAME = re.compile(r"(?!-|/)(?!.*(?:\.\.|//|@\{))[^\s~^:?*\[\\]+(?<!/)(?<!\.lock)")
WHO = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers", 60: "Admins"}


def _shown(request: Request, project: Project, name: str) -> Json:
    repository = project.own.repository
    rank, guard = access.level_in(request.user, project), repository.protected.get(name)
    return {
        "name": name,
        "commit": commit_shape(request.world, project, repository.commits[repository.branches[name]]),
        "merged": False,
        "protected": guard is not None,
        "developers_can_push": guard == access.DEVELOPER,
        "developers_can_merge": guard == access.DEVELOPER,
        "can_push": rank >= max(access.DEVELOPER, guard or 0),
        "default": name == project.default_branch,
        "web_url": f"{request.world.base_url}/{project.full_path}/-/tree/{name}",
    }


def _branch(request: Request, project: Project) -> str:
    name = request.arguments["branch"]
    if name not in project.own.repository.branches:
        raise not_found("Branch")
    return name


@routes.on("GET", "/projects/:id/repository/branches")
def branches(request: Request) -> Answer:
    """By name."""
    project, words = readable(request), request.text("search")
    names = sorted(one for one in project.own.repository.branches if _matches(one, words))
    return paged(request, names, lambda name: _shown(request, project, name))


def _matches(name: str, words: str) -> bool:
    if words.startswith("^"):
        return name.lower().startswith(words[1:].lower())
    return name.lower().endswith(words[:-1].lower()) if words.endswith("$") else words.lower() in name.lower()


@routes.on("GET", "/projects/:id/repository/branches/:branch")
def branch(request: Request) -> Answer:
    """One branch."""
    project = readable(request)
    return ok(_shown(request, project, _branch(request, project)))


@routes.on("POST", "/projects/:id/repository/branches")
def create_branch(request: Request) -> Answer:
    """From a branch or commit."""
    project = request.project()
    access.require_level(request.actor, project, access.DEVELOPER)
    request.need("branch", "ref")
    name, repository = request.text("branch"), project.own.repository
    if not NAME.fullmatch(name):
        raise Refused(400, {"message": "Branch name is invalid"})
    if name in repository.branches:
        raise Refused(400, {"message": "Branch already exists"})
    start = commits.resolve(project, request.text("ref"))
    if start is None:
        raise Refused(
            400, {"message": f"Failed to create branch '{name}': invalid reference name '{request.text('ref')}'"}
        )
    repository.branches[name] = start.sha
    return created(_shown(request, project, name))


@routes.on("DELETE", "/projects/:id/repository/branches/:branch")
def delete_branch(request: Request) -> Answer:
    """Not the default one, nor a protected one."""
    project = request.project()
    access.require_level(request.actor, project, access.DEVELOPER)
    name = _branch(request, project)
    if name == project.default_branch:
        raise Refused(405, {"message": "Cannot remove HEAD branch"})
    if name in project.own.repository.protected:
        raise Refused(405, {"message": "Protected branch cant be removed"})
    del project.own.repository.branches[name]
    return empty()


def _protected(project: Project, name: str) -> Json:
    rank = project.own.repository.protected[name]
    one: Json = {"id": rank, "access_level": rank, "access_level_description": WHO.get(rank, "Maintainers")}
    one |= {"deploy_key_id": None, "user_id": None, "group_id": None}
    return {
        "id": sorted(project.own.repository.protected).index(name) + 1,
        "name": name,
        "push_access_levels": [one],
        "merge_access_levels": [one],
        "allow_force_push": False,
        "unprotect_access_levels": [],
        "code_owner_approval_required": False,
        "inherited": False,
    }


def _managed(request: Request) -> Project:
    project = request.project()
    access.require_level(request.actor, project, access.MAINTAINER)
    return project


@routes.on("GET", "/projects/:id/protected_branches")
def protected_branches(request: Request) -> Answer:
    """All of them; developers may look."""
    project = request.project()
    access.require_level(request.actor, project, access.DEVELOPER)
    words = request.text("search").lower()
    names = sorted(one for one in project.own.repository.protected if words in one.lower())
    return paged(request, names, lambda name: _protected(project, name))


@routes.on("GET", "/projects/:id/protected_branches/:name")
def protected_branch(request: Request) -> Answer:
    """One rule."""
    project, name = _managed(request), request.arguments["name"]
    if name not in project.own.repository.protected:
        raise not_found()
    return ok(_protected(project, name))


@routes.on("POST", "/projects/:id/protected_branches")
def protect(request: Request) -> Answer:
    """One level for pushing and merging here (differs from doc/api/protected_branches.md, documented)."""
    project = _managed(request)
    request.need("name")
    request.refuse_unbuilt(["allowed_to_push", "allowed_to_merge", "allowed_to_unprotect"])
    name = request.text("name")
    if name in project.own.repository.protected:
        raise conflict(f"Protected branch '{name}' already exists")
    level = request.number("push_access_level", access.MAINTAINER)
    if level not in WHO:
        raise bad_request("push_access_level does not have a valid value")
    project.own.repository.protected[name] = level if level is not None else access.MAINTAINER
    return created(_protected(project, name))


@routes.on("DELETE", "/projects/:id/protected_branches/:name")
def unprotect(request: Request) -> Answer:
    """Open again."""
    project, name = _managed(request), request.arguments["name"]
    if name not in project.own.repository.protected:
        raise not_found()
    del project.own.repository.protected[name]
    return empty()
