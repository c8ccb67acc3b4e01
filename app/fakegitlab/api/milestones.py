"""Milestones of projects and groups (doc/api/milestones.md; doc/api/group_milestones.md, documented)."""

from app.fakegitlab import access, milestones, milestones_found
from app.fakegitlab.api import issue_shapes, milestone_shapes
from app.fakegitlab.api.answer import Answer, created, empty, joined, ok
from app.fakegitlab.api.pagination import offset_headers, page_number, paged, per_page
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.milestones import MilestoneChange
from app.fakegitlab.model import Group, Milestone, Project
from app.fakegitlab.refusal import not_found

UPDATES = ("title", "description", "start_date", "due_date", "state_event")


def _place(request: Request) -> Project | Group:
    return request.project() if "/projects/" in request.path else request.group()


def _milestone(request: Request) -> Milestone:
    """Only the place's own: an ancestor's gives 404 here (lib/api/milestone_responses.rb, sure)."""
    found = _place(request).milestones.get(request.owner_argument("milestone_id"))
    if found is None:
        raise not_found()
    return found


@routes.on("GET", "/projects/:id/milestones")
@routes.on("GET", "/groups/:id/milestones")
def list_milestones(request: Request) -> Answer:
    """By due date (none last), then title; ancestors' too when asked for."""
    place, words = _place(request), request.text("search").lower()
    found = list(place.milestones.values())
    if request.flag("include_ancestors") or request.flag("include_parent_milestones"):
        found = _with_ancestors(place)
    wanted = request.choice("state", ("active", "closed", "all", "opened"), "all")
    found = [one for one in found if wanted in ("all", one.state)]
    if request.has("iids"):
        iids = request.numbers("iids")
        found = [one for one in found if one.iid in iids]
    if request.has("title"):
        found = [one for one in found if one.title == request.text("title")]
    found = [one for one in found if words in one.title.lower() or words in one.description.lower()]
    after, before = request.moment("updated_after"), request.moment("updated_before")
    found = [
        one for one in found if (not after or one.updated_at >= after) and (not before or one.updated_at <= before)
    ]
    found.sort(key=lambda one: (one.due_date is None, one.due_date, one.title.lower()))
    return paged(request, found, lambda one: milestone_shapes.milestone(request.world, one))


def _with_ancestors(place: Project | Group) -> list[Milestone]:
    if isinstance(place, Project):
        return list(milestones_found.available(place))
    return [one for group in place.line() for one in group.milestones.values()]


@routes.on("GET", "/projects/:id/milestones/:milestone_id")
@routes.on("GET", "/groups/:id/milestones/:milestone_id")
def get_milestone(request: Request) -> Answer:
    """One milestone."""
    return ok(milestone_shapes.milestone(request.world, _milestone(request)))


@routes.on("POST", "/projects/:id/milestones")
@routes.on("POST", "/groups/:id/milestones")
def create_milestone(request: Request) -> Answer:
    """A new milestone."""
    place, actor = _place(request), request.actor
    request.need("title")
    new = milestones.create(request.world, actor, place, _change(request))
    return created(milestone_shapes.milestone(request.world, new))


@routes.on("PUT", "/projects/:id/milestones/:milestone_id")
@routes.on("PUT", "/groups/:id/milestones/:milestone_id")
def update_milestone(request: Request) -> Answer:
    """At least one field; `state_event` closes or activates."""
    one, actor = _milestone(request), request.actor
    request.need_one_of(UPDATES)
    return ok(milestone_shapes.milestone(request.world, milestones.update(request.world, actor, one, _change(request))))


def _change(request: Request) -> MilestoneChange:
    change = MilestoneChange()
    if request.has("title"):
        change["title"] = request.text("title")
    if request.has("description"):
        change["description"] = request.text("description")
    if request.has("start_date"):
        change["start_date"] = request.day("start_date")
    if request.has("due_date"):
        change["due_date"] = request.day("due_date")
    if request.has("state_event"):
        change["state_event"] = request.choice("state_event", tuple(milestones.STATES), "")
    return change


@routes.on("DELETE", "/projects/:id/milestones/:milestone_id")
@routes.on("DELETE", "/groups/:id/milestones/:milestone_id")
def delete_milestone(request: Request) -> Answer:
    """Its issues lose it."""
    milestones.delete(request.world, request.actor, _milestone(request))
    return empty()


@routes.on("GET", "/projects/:id/milestones/:milestone_id/issues")
@routes.on("GET", "/groups/:id/milestones/:milestone_id/issues")
def milestone_issues(request: Request) -> Answer:
    """Those the caller may see; in label priority order, then newest first."""
    one, world = _milestone(request), request.world
    found = [issue for issue in world.issues.values() if issue.milestone is one]
    found = [issue for issue in found if access.sees_issue(request.user, issue)]
    found.sort(
        key=lambda issue: (
            min((x.priority for x in issue.labels if x.priority is not None), default=1 << 60),
            -issue.id,
        )
    )
    page, size = page_number(request), per_page(request)
    shown = found[(page - 1) * size : page * size]
    headers = offset_headers(request, page, size, len(found))
    return joined((issue_shapes.issue_bytes(world, issue) for issue in shown), headers)


@routes.on("GET", "/projects/:id/milestones/:milestone_id/merge_requests")
@routes.on("GET", "/groups/:id/milestones/:milestone_id/merge_requests")
def milestone_merge_requests(request: Request) -> Answer:
    """Merge requests here have no milestones."""
    _milestone(request)
    return paged(request, [], str)


@routes.on("POST", "/projects/:id/milestones/:milestone_id/promote")
def promote_milestone(request: Request) -> Answer:
    """To the project's group; the body is the status (lib/api/project_milestones.rb, sure)."""
    milestones.promote(request.world, request.actor, _milestone(request))
    return ok(200)
