"""What is done to an issue beside editing it: moves, following, to-dos, time, statistics (lib/api/issues.rb, sure)."""

from app.fakegitlab import access, issues, relocation, subscriptions, todos
from app.fakegitlab.api import issue_filters, issue_shapes, shapes, todo_shapes
from app.fakegitlab.api.answer import Answer, created, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.durations import seconds
from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.model import Issue, Project
from app.fakegitlab.refusal import bad_parameter, forbidden, invalid, not_found


@routes.on("POST", "/projects/:id/issues/:issue_iid/move")
def move_issue(request: Request) -> Answer:
    """To another project; answers with the new issue."""
    issue, actor = request.issue(), request.actor
    new = relocation.move(request.world, actor, issue, _target(request))
    return Answer(201, issue_shapes.issue_alone(request.world, new, actor))


@routes.on("POST", "/projects/:id/issues/:issue_iid/clone")
def clone_issue(request: Request) -> Answer:
    """Into a project, with comments when asked for."""
    issue, actor = request.issue(), request.actor
    new = relocation.clone(request.world, actor, issue, _target(request), request.flag("with_notes"))
    return Answer(201, issue_shapes.issue_alone(request.world, new, actor))


def _target(request: Request) -> Project:
    request.need("to_project_id")
    found = request.world.projects.get(request.number("to_project_id") or 0)
    if found is None:
        raise not_found("Project")
    return found


@routes.on("POST", "/projects/:id/issues/:issue_iid/subscribe")
@routes.on("POST", "/projects/:id/issues/:issue_iid/unsubscribe")
def subscribe(request: Request) -> Answer:
    """201, or 304 when it is so already."""
    issue, actor = request.issue(), request.actor
    wanted = not request.path.endswith("/unsubscribe")
    if not subscriptions.subscribe(request.world, actor, issue, wanted):
        return Answer(304)
    return Answer(201, issue_shapes.issue_alone(request.world, issue, actor))


@routes.on("GET", "/projects/:id/issues/:issue_iid/participants")
def participants(request: Request) -> Answer:
    """Author, assignees, whoever commented where the caller can read it, and whom they mention."""
    people = subscriptions.participants(request.world, request.issue(), request.user)
    return paged(request, people, lambda user: shapes.user_basic(request.world, user))


@routes.on("POST", "/projects/:id/issues/:issue_iid/todo")
def create_todo(request: Request) -> Answer:
    """For oneself; 304 while one is pending."""
    new = todos.mark(request.world, request.actor, request.issue())
    return Answer(304) if new is None else created(todo_shapes.todo(request.world, new))


@routes.on("GET", "/todos")
def list_todos(request: Request) -> Answer:
    """One's own, pending unless told, newest first."""
    return paged(request, _todos(request), lambda one: todo_shapes.todo(request.world, one))


def _todos(request: Request) -> list[todo_shapes.Todo]:
    found = [one for one in todos.of(request.world, request.actor) if access.sees_issue(request.user, one.issue)]
    state = request.choice("state", ("pending", "done", "all"), "pending")
    found = [one for one in found if state in ("all", one.state)]
    author, project, group = (request.number(f"{name}_id") for name in ("author", "project", "group"))
    if request.text("action"):
        found = [one for one in found if one.action == request.text("action")]
    if request.text("type"):
        found = [one for one in found if request.text("type") in ("Issue", "WorkItem")]
    found = [one for one in found if author in (None, one.author.id) and project in (None, one.issue.project.id)]
    return [one for one in found if group is None or group in {each.id for each in one.issue.project.group.line()}]


@routes.on("POST", "/todos/:id/mark_as_done")
def finish_todo(request: Request) -> Answer:
    """One of one's own; again is no error."""
    wanted = request.owner_argument("id")
    found = next((one for one in todos.of(request.world, request.actor) if one.id == wanted), None)
    if found is None:
        raise not_found()
    todos.finish(request.world, found)
    return created(todo_shapes.todo(request.world, found))


@routes.on("POST", "/todos/mark_as_done")
def finish_todos(request: Request) -> Answer:
    """All pending ones of one's own."""
    for one in todos.of(request.world, request.actor):
        todos.finish(request.world, one)
    return Answer(204)


def _stats(request: Request, issue: Issue, change: IssueChange, status: int = 200) -> Answer:
    if not access.may_set_metadata(request.actor, issue.project):
        raise forbidden()
    issues.update(request.world, request.actor, issue, change)
    return ok(issue_shapes.time_stats(issue), status)


def _duration(request: Request) -> int:
    request.need("duration")
    found = seconds(request.text("duration"))
    if found is None:
        raise bad_parameter("duration is invalid")
    return found


@routes.on("GET", "/projects/:id/issues/:issue_iid/time_stats")
def time_stats(request: Request) -> Answer:
    """Estimated and spent."""
    return ok(issue_shapes.time_stats(request.issue()))


@routes.on("POST", "/projects/:id/issues/:issue_iid/time_estimate")
def set_estimate(request: Request) -> Answer:
    """`duration` such as `3h30m`."""
    return _stats(request, request.issue(), IssueChange(time_estimate=_duration(request)))


@routes.on("POST", "/projects/:id/issues/:issue_iid/reset_time_estimate")
def reset_estimate(request: Request) -> Answer:
    """To nothing."""
    return _stats(request, request.issue(), IssueChange(time_estimate=0))


@routes.on("POST", "/projects/:id/issues/:issue_iid/add_spent_time")
def add_spent(request: Request) -> Answer:
    """`-1h` subtracts; never below nothing (app/models/concerns/time_trackable.rb, sure)."""
    issue = request.issue()
    total = issue.time_spent + _duration(request)
    if total < 0:
        raise invalid({"base": ["Time to subtract exceeds the total time spent"]})
    return _stats(request, issue, IssueChange(time_spent=total), 201)


@routes.on("POST", "/projects/:id/issues/:issue_iid/reset_spent_time")
def reset_spent(request: Request) -> Answer:
    """To nothing."""
    return _stats(request, request.issue(), IssueChange(time_spent=0))


@routes.on("GET", "/projects/:id/issues/:issue_iid/related_merge_requests")
@routes.on("GET", "/projects/:id/issues/:issue_iid/closed_by")
def merge_requests(request: Request) -> Answer:
    """None: merge requests here close no issues."""
    request.issue()
    return paged(request, [], str)


@routes.on("GET", "/issues_statistics")
@routes.on("GET", "/groups/:id/issues_statistics")
@routes.on("GET", "/projects/:id/issues_statistics")
def statistics(request: Request) -> Answer:
    """How many are opened and closed, of those the filters let through."""
    projects, scope = list(request.world.projects.values()), "created_by_me"
    if request.path.startswith("/projects/"):
        projects, scope = [request.project()], "all"
    elif request.path.startswith("/groups/"):
        group, scope = request.group(), "all"
        projects = [one for one in projects if group in one.group.line()]
    rows = [issue for one in projects if access.sees_project(request.user, one) for issue in one.issues.values()]
    scope = request.text("scope", scope).replace("-", "_")
    tests = list(issue_filters.statistics_tests(request, scope))
    states = [issue.state for issue in issue_filters.visible(request, rows) if all(test(issue) for test in tests)]
    counts = {"all": len(states), "closed": states.count("closed"), "opened": states.count("opened")}
    return ok({"statistics": {"counts": counts}})
