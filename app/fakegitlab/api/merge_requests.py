"""Merge requests within one project, just enough to change configuration by them
(doc/api/merge_requests.md, documented).

Left out: forks, approvals, pipelines, diffs' discussions, rebase.
"""

import secrets

from app.fakegitlab import access, commits
from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.repository import readable
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Project
from app.fakegitlab.moment import stamp, stamp_or_none
from app.fakegitlab.payloads import Json
from app.fakegitlab.possessions import MergeRequest, MergeRequestNote
from app.fakegitlab.refusal import Refused, bad_parameter, conflict, forbidden, not_found, unauthorized

STATES = ("all", "opened", "closed", "merged", "locked")
NOT_KEPT: Json = {
    "upvotes": 0,
    "downvotes": 0,
    "milestone": None,
    "merge_when_pipeline_succeeds": False,
    "squash_commit_sha": None,
    "discussion_locked": None,
    "should_remove_source_branch": None,
    "has_conflicts": False,
    "blocking_discussions_resolved": True,
    "imported": False,
}
UPDATES = (
    "title",
    "description",
    "state_event",
    "target_branch",
    "labels",
    "add_labels",
    "remove_labels",
    "squash",
    "assignee_id",
    "assignee_ids",
    "reviewer_ids",
    "remove_source_branch",
    "discussion_locked",
    "milestone_id",
)


def _person(request: Request, key: int | None) -> Json | None:
    user = request.world.users.get(key or 0)
    return shapes.user_basic(request.world, user) if user else None


def _shown(request: Request, project: Project, one: MergeRequest) -> Json:
    people, assignees = request.world.users, [_person(request, each) for each in one.assignee_ids]
    reviewers = [each for each in one.reviewer_ids if each in people]
    return _facts(project, one) | {
        "merged_by": _person(request, one.merged_by_id),
        "merge_user": _person(request, one.merged_by_id),
        "closed_by": _person(request, one.closed_by_id),
        "author": _person(request, one.author_id),
        "assignees": [each for each in assignees if each],
        "assignee": next((each for each in assignees if each), None),
        "reviewers": [_person(request, each) for each in reviewers],
        "web_url": f"{request.world.base_url}/{project.full_path}/-/merge_requests/{one.iid}",
    }


def _states(one: MergeRequest) -> Json:
    draft = one.title.lower().startswith(("draft:", "[draft]", "(draft)"))
    detail = "not_open" if one.state != "opened" else "draft_status" if draft else "mergeable"
    return {
        "state": one.state,
        "draft": draft,
        "work_in_progress": draft,
        "merge_status": "can_be_merged" if one.state == "opened" else "unchecked",
        "detailed_merge_status": detail,
    }


def _facts(project: Project, one: MergeRequest) -> Json:
    short = f"!{one.iid}"
    return _states(one) | {
        "id": one.id,
        "iid": one.iid,
        "project_id": project.id,
        "title": one.title,
        "description": one.description,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "merged_at": stamp_or_none(one.merged_at),
        "closed_at": stamp_or_none(one.closed_at),
        "target_branch": one.target_branch,
        "source_branch": one.source_branch,
        "user_notes_count": len(one.notes),
        "source_project_id": project.id,
        "target_project_id": project.id,
        "labels": one.labels,
        "sha": project.own.repository.branches.get(one.source_branch),
        "merge_commit_sha": one.merge_commit_sha,
        "force_remove_source_branch": one.remove_source_branch,
        "reference": short,
        "references": {"short": short, "relative": short, "full": f"{project.full_path}{short}"},
        "squash": one.squash,
        **NOT_KEPT,
    }


def _request(request: Request) -> tuple[Project, MergeRequest]:
    project = readable(request)
    one = project.own.merge_requests.get(request.owner_argument("merge_request_iid"))
    if one is None:
        raise not_found()
    return project, one


def _changeable(request: Request) -> tuple[Project, MergeRequest]:
    actor, (project, one) = request.actor, _request(request)
    if one.author_id != actor.id and access.level(actor, project) < access.DEVELOPER:
        raise forbidden()
    return project, one


@routes.on("GET", "/projects/:id/merge_requests")
def merge_requests(request: Request) -> Answer:
    """The newest first; by state, branches, author, iids, words."""
    project = readable(request)
    state = request.choice("state", STATES, "all")
    iids, words = set(request.numbers("iids")), request.text("search").lower()
    author = request.number("author_id")
    found = [
        one
        for one in project.own.merge_requests.values()
        if state in ("all", one.state)
        and (not iids or one.iid in iids)
        and request.text("source_branch") in ("", one.source_branch)
        and request.text("target_branch") in ("", one.target_branch)
        and author in (None, one.author_id)
        and (words in one.title.lower() or words in (one.description or "").lower())
        and set(request.words("labels")) <= set(one.labels)
    ]
    order = request.choice("order_by", ("created_at", "updated_at", "title"), "created_at")
    down = request.text("sort", "desc") != "asc"
    found.sort(key=lambda one: (getattr(one, order), one.id), reverse=down)
    return paged(request, found, lambda one: _shown(request, project, one))


@routes.on("GET", "/projects/:id/merge_requests/:merge_request_iid")
def merge_request(request: Request) -> Answer:
    """One merge request."""
    project, one = _request(request)
    head = project.own.repository.branches.get(one.source_branch)
    base = project.own.repository.branches.get(one.target_branch)
    refs = {"base_sha": base, "head_sha": head, "start_sha": base}
    more: Json = {"changes_count": "1", "diff_refs": refs, "merge_error": None, "pipeline": None, "head_pipeline": None}
    rank = access.level_in(request.user, project)
    more["user"] = {"can_merge": rank >= project.own.repository.protected.get(one.target_branch, access.DEVELOPER)}
    return ok(_shown(request, project, one) | more)


@routes.on("POST", "/projects/:id/merge_requests")
def create_merge_request(request: Request) -> Answer:
    """409 where one is open for the same branches."""
    actor, project = request.actor, request.project()
    access.require_level(actor, project, access.DEVELOPER)
    request.need("title", "source_branch", "target_branch")
    source, target = request.text("source_branch"), request.text("target_branch")
    heads, known = project.own.repository.branches, project.own.merge_requests
    missing = [f'Source branch "{source}" does not exist'] if source not in heads else []
    missing += [f'Target branch "{target}" does not exist'] if target not in heads else []
    if source == target:
        missing = ["You can't use same project/branch for source and target"]
    if missing:
        raise Refused(422, {"message": missing}) if source == target else Refused(400, {"message": missing})
    for one in known.values():
        if (one.source_branch, one.target_branch, one.state) == (source, target, "opened"):
            words = f"Another open merge request already exists for this source branch: !{one.iid}"
            raise conflict_list(words)
    now, world = request.world.now(), request.world
    number = max(known, default=0) + 1
    new = MergeRequest(world.next_id("merge_request"), number, "", None, source, target, actor.id, now, now)
    _write(request, new)
    known[number] = new
    return created(_shown(request, project, new))


def conflict_list(words: str) -> Refused:
    """409 whose message is a list, as this service's errors are."""
    refusal = conflict("")
    refusal.body = {"message": [words]}
    return refusal


def _write(request: Request, one: MergeRequest) -> None:
    one.title = request.text("title", one.title)
    one.description = request.text("description", one.description or "") or None
    one.remove_source_branch = request.flag("remove_source_branch", one.remove_source_branch)
    one.squash = request.flag("squash", one.squash)
    if request.has("labels"):
        one.labels = sorted(request.words("labels"))
    one.labels = sorted({*one.labels, *request.words("add_labels")} - set(request.words("remove_labels")))
    if request.has("assignee_id") or request.has("assignee_ids"):
        one.assignee_ids = request.numbers("assignee_ids") or request.numbers("assignee_id")
    if request.has("reviewer_ids"):
        one.reviewer_ids = request.numbers("reviewer_ids")
    one.updated_at = request.world.now()


@routes.on("PUT", "/projects/:id/merge_requests/:merge_request_iid")
def change_merge_request(request: Request) -> Answer:
    """Changes what is given; `state_event` closes and reopens."""
    project, one = _changeable(request)
    request.need_one_of(UPDATES)
    event = request.choice("state_event", ("", "close", "reopen"), "")
    target = request.text("target_branch", one.target_branch)
    if target not in project.own.repository.branches:
        raise Refused(400, {"message": [f'Target branch "{target}" does not exist']})
    one.target_branch = target
    _write(request, one)
    if event == "close" and one.state == "opened":
        one.state, one.closed_at, one.closed_by_id = "closed", request.world.now(), request.actor.id
    elif event == "reopen" and one.state == "closed":
        one.state, one.closed_at, one.closed_by_id = "opened", None, None
    return ok(_shown(request, project, one))


@routes.on("PUT", "/projects/:id/merge_requests/:merge_request_iid/merge")
def merge(request: Request) -> Answer:
    """405 for what cannot be merged, 409 for another head than `sha`, 401 for who may not
    (doc/api/merge_requests.md, documented)."""
    actor, (project, one) = request.actor, _request(request)
    heads, guard = project.own.repository.branches, project.own.repository.protected.get(one.target_branch, 0)
    if access.level(actor, project) < max(access.DEVELOPER, guard):
        raise unauthorized()
    if one.state != "opened" or one.source_branch not in heads or one.title.lower().startswith("draft:"):
        raise Refused(405, {"message": "405 Method Not Allowed"})
    if request.text("sha") not in ("", heads[one.source_branch]):
        raise conflict(f"SHA does not match HEAD of source branch: {heads[one.source_branch]}")
    words = request.text("merge_commit_message") or f"Merge branch '{one.source_branch}' into '{one.target_branch}'"
    done = commits.merge(request.world, actor, project, one.source_branch, one.target_branch, words)
    one.state, one.merge_commit_sha, one.merged_by_id = "merged", done.sha, actor.id
    one.merged_at = one.updated_at = request.world.now()
    if request.flag("should_remove_source_branch", one.remove_source_branch):
        heads.pop(one.source_branch, None)
    return ok(_shown(request, project, one))


def _note(request: Request, project: Project, one: MergeRequest, note: MergeRequestNote) -> Json:
    return {
        "id": note.id,
        "type": None,
        "body": note.body,
        "author": _person(request, note.author_id),
        "created_at": stamp(note.created_at),
        "updated_at": stamp(note.updated_at),
        "system": False,
        "noteable_id": one.id,
        "noteable_type": "MergeRequest",
        "project_id": project.id,
        "resolvable": False,
        "confidential": note.internal,
        "internal": note.internal,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": one.iid,
        "commands_changes": {},
    }


def _found_note(request: Request, one: MergeRequest) -> MergeRequestNote:
    key = request.owner_argument("note_id")
    found = next((each for each in one.notes if each.id == key), None)
    if found is None:
        raise not_found()
    return found


@routes.on("GET", "/projects/:id/merge_requests/:merge_request_iid/notes")
def notes(request: Request) -> Answer:
    """The newest first unless `sort=asc`."""
    project, one = _request(request)
    rows = one.notes if request.text("sort", "desc") == "asc" else one.notes[::-1]
    return paged(request, rows, lambda note: _note(request, project, one, note))


@routes.on("GET", "/projects/:id/merge_requests/:merge_request_iid/notes/:note_id")
def note(request: Request) -> Answer:
    """One comment."""
    project, one = _request(request)
    return ok(_note(request, project, one, _found_note(request, one)))


@routes.on("POST", "/projects/:id/merge_requests/:merge_request_iid/notes")
def create_note(request: Request) -> Answer:
    """A comment; quick actions in it stay text (differs from doc/user/project/quick_actions.md, documented)."""
    actor, (project, one) = request.actor, _request(request)
    request.need("body")
    if not request.text("body").strip():
        raise bad_parameter("body is empty")
    now, number = request.world.now(), request.world.next_id("note")
    internal = request.flag("internal", request.flag("confidential"))
    new = MergeRequestNote(number, actor.id, request.text("body"), now, now, secrets.token_hex(20), internal)
    one.notes.append(new)
    return created(_note(request, project, one, new))


def _own_note(request: Request) -> tuple[Project, MergeRequest, MergeRequestNote]:
    actor, (project, one) = request.actor, _request(request)
    found = _found_note(request, one)
    if found.author_id != actor.id and access.level(actor, project) < access.MAINTAINER:
        raise forbidden()
    return project, one, found


@routes.on("PUT", "/projects/:id/merge_requests/:merge_request_iid/notes/:note_id")
def change_note(request: Request) -> Answer:
    """Other words."""
    project, one, found = _own_note(request)
    request.need("body")
    found.body, found.updated_at = request.text("body"), request.world.now()
    return ok(_note(request, project, one, found))


@routes.on("DELETE", "/projects/:id/merge_requests/:merge_request_iid/notes/:note_id")
def delete_note(request: Request) -> Answer:
    """Gone."""
    _, one, found = _own_note(request)
    one.notes.remove(found)
    return empty()
