"""Issues (rest_contract; CONTRACT 3, documented)."""

from app.fakegitlab import access, drag, issues, milestones_found
from app.fakegitlab.api import issue_shapes, listing
from app.fakegitlab.api.answer import Answer, empty
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.model import Issue, Project
from app.fakegitlab.refusal import bad_parameter, not_found

UPDATES = (
    "assignee_id",
    "assignee_ids",
    "confidential",
    "created_at",
    "description",
    "discussion_locked",
    "due_date",
    "labels",
    "add_labels",
    "remove_labels",
    "milestone_id",
    "state_event",
    "title",
    "issue_type",
    "start_date",
    "weight",
    "milestone",
    "health_status",
    "severity",
    "updated_at",
)
UNBUILT = (
    "epic_id",
    "epic_iid",
    "iteration_id",
    "merge_request_to_resolve_discussions_of",
)
ISSUE_TYPES = ("issue", "incident", "test_case", "requirement", "task", "ticket")


@routes.on("GET", "/issues")
def list_own(request: Request) -> Answer:
    """Everywhere; without `scope` only those the caller wrote (CONTRACT 3, documented)."""
    if request.text("scope") != "all":
        _ = request.actor
    seen = [one for one in request.world.projects.values() if access.sees_project(request.user, one)]
    return listing.answer(request, _live(request, seen), "created_by_me", keyset_allowed=False)


def _live(request: Request, projects: list[Project]) -> list[Project]:
    """Without archived projects, unless asked for (doc/api/issues.md, documented)."""
    return [one for one in projects if not one.own.archived or not request.flag("non_archived", default=True)]


@routes.on("GET", "/issues/:id")
def get_any_issue(request: Request) -> Answer:
    """By global id: administrators only."""
    access.require_admin(request.actor)
    found = access.require_issue(request.user, request.world.issues.get(request.owner_argument("id")))
    return Answer(200, issue_shapes.issue_alone(request.world, found, request.user))


@routes.on("GET", "/groups/:id/issues")
def list_in_group(request: Request) -> Answer:
    """In a group and below; offset pagination only (CONTRACT 3, documented)."""
    within = request.group()
    seen = [one for one in request.world.projects.values() if within in one.group.line()]
    visible = [one for one in seen if access.sees_project(request.user, one)]
    return listing.answer(request, _live(request, visible), "all", keyset_allowed=False)


@routes.on("GET", "/projects/:id/issues")
def list_in_project(request: Request) -> Answer:
    """In a project."""
    return listing.answer(request, [request.project()], "all", keyset_allowed=True)


@routes.on("GET", "/projects/:id/issues/:issue_iid")
def get_issue(request: Request) -> Answer:
    """One issue."""
    return Answer(200, issue_shapes.issue_alone(request.world, request.issue(), request.user))


@routes.on("POST", "/projects/:id/issues")
def create_issue(request: Request) -> Answer:
    """A new issue."""
    project, actor = request.project(), request.actor
    request.need("title")
    request.refuse_unbuilt(UNBUILT)
    change = read_change(request)
    iid, at = request.number("iid"), request.moment("created_at")
    if iid:
        change["iid"] = iid
    if at:
        change["created_at"] = at
    new = issues.create(request.world, actor, project, change)
    return Answer(201, issue_shapes.issue_alone(request.world, new, actor))


@routes.on("PUT", "/projects/:id/issues/:issue_iid")
def update_issue(request: Request) -> Answer:
    """At least one known field; those the caller may not set are dropped (CONTRACT 2, sure)."""
    issue, actor = request.issue(), request.actor
    request.need_one_of(UPDATES)
    request.refuse_unbuilt(UNBUILT)
    change = read_change(request)
    at = request.moment("updated_at")
    if at:
        change["updated_at"] = at
    issues.update(request.world, actor, issue, change)
    return Answer(200, issue_shapes.issue_alone(request.world, issue, actor))


@routes.on("DELETE", "/projects/:id/issues/:issue_iid")
def delete_issue(request: Request) -> Answer:
    """Owners only."""
    issues.delete(request.world, request.actor, request.issue())
    return empty()


@routes.on("PUT", "/projects/:id/issues/:issue_iid/reorder")
def reorder_issue(request: Request) -> Answer:
    """Between two others, by their global ids."""
    request.need_one_of(("move_after_id", "move_before_id"))
    moved = drag.reorder(
        request.world,
        request.actor,
        request.issue(),
        _other(request, "move_before_id"),
        _other(request, "move_after_id"),
    )
    return Answer(200, issue_shapes.issue_alone(request.world, moved, request.user))


def _other(request: Request, name: str) -> Issue | None:
    number = request.number(name)
    if number is None:
        return None
    found = request.world.issues.get(number)
    if found is None:
        raise not_found()
    return found


def read_change(request: Request) -> IssueChange:
    """What was asked for, from the parameters that were given."""
    change = IssueChange()
    _read_text(request, change)
    _read_labels(request, change)
    if request.has("confidential"):
        change["confidential"] = request.flag("confidential")
    if request.has("discussion_locked"):
        change["discussion_locked"] = request.flag_or_none("discussion_locked")
    if request.has("assignee_ids") or request.has("assignee_id"):
        change["assignee_ids"] = request.numbers("assignee_ids") or request.numbers("assignee_id")
    if request.has("due_date"):
        change["due_date"] = request.day("due_date")
    if request.has("start_date"):
        change["start_date"] = request.day("start_date")
    _read_milestone(request, change)
    if request.has("health_status") and request.world.tier == "premium":
        change["health_status"] = request.text("health_status") or None
    if request.has("weight") and request.world.tier == "premium":
        change["weight"] = request.number("weight")
    return change


def _read_milestone(request: Request, change: IssueChange) -> None:
    """0 or empty takes it off; one that the project cannot use is ignored
    (lib/api/issues.rb, sure)."""
    project = request.project()
    if request.text("milestone") and request.text("milestone_id"):
        raise bad_parameter("milestone, milestone_id are mutually exclusive")
    if request.has("milestone_id"):
        number = request.number("milestone_id")
        found = milestones_found.by_id(project, number)
        if found or not number:
            change["milestone"] = found
    elif (named := milestones_found.find(project, request.text("milestone"))) is not None:
        change["milestone"] = named


def _read_text(request: Request, change: IssueChange) -> None:
    if request.has("title"):
        change["title"] = request.text("title")
    if request.has("description"):
        change["description"] = request.text_or_none("description")
    if request.has("state_event"):
        change["state_event"] = request.choice("state_event", ("close", "reopen"), "")
    if request.has("issue_type"):
        change["issue_type"] = request.choice("issue_type", ISSUE_TYPES, "issue")


def _read_labels(request: Request, change: IssueChange) -> None:
    if request.has("labels"):
        change["labels"] = list(request.words("labels"))
    if request.has("add_labels"):
        change["add_labels"] = list(request.words("add_labels"))
    if request.has("remove_labels"):
        change["remove_labels"] = list(request.words("remove_labels"))
