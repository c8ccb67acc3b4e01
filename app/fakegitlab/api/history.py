"""Label events, state events, links and reactions of an issue (CONTRACT 4, documented)."""

from collections.abc import Sequence
from typing import TypeVar

from app.fakegitlab import awards, links
from app.fakegitlab.api import issue_shapes, shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.milestone_shapes import milestone_event
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Award, Issue, IssueLink, LabelEvent, MilestoneEvent, Note, StateEvent
from app.fakegitlab.moment import stamp
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import not_found

Event = TypeVar("Event", LabelEvent, StateEvent, MilestoneEvent)


@routes.on("GET", "/projects/:id/issues/:issue_iid/resource_label_events")
def label_events(request: Request) -> Answer:
    """Oldest first; one issue per call, there is no listing of a whole project."""
    issue = request.issue()
    return paged(request, issue.label_events, lambda event: shapes.label_event(request.world, issue, event))


@routes.on("GET", "/projects/:id/issues/:issue_iid/resource_state_events")
def state_events(request: Request) -> Answer:
    """Oldest first."""
    issue = request.issue()
    return paged(request, issue.state_events, lambda event: shapes.state_event(request.world, issue, event))


@routes.on("GET", "/projects/:id/issues/:issue_iid/resource_milestone_events")
def milestone_events(request: Request) -> Answer:
    """Oldest first."""
    issue = request.issue()
    return paged(request, issue.milestone_events, lambda event: milestone_event(request.world, issue, event))


@routes.on("GET", "/projects/:id/issues/:issue_iid/resource_label_events/:event_id")
def get_label_event(request: Request) -> Answer:
    """One label event."""
    issue = request.issue()
    return ok(shapes.label_event(request.world, issue, _event(request, issue.label_events)))


@routes.on("GET", "/projects/:id/issues/:issue_iid/resource_state_events/:event_id")
def get_state_event(request: Request) -> Answer:
    """One state event."""
    issue = request.issue()
    return ok(shapes.state_event(request.world, issue, _event(request, issue.state_events)))


@routes.on("GET", "/projects/:id/issues/:issue_iid/resource_milestone_events/:event_id")
def get_milestone_event(request: Request) -> Answer:
    """One milestone event."""
    issue = request.issue()
    return ok(milestone_event(request.world, issue, _event(request, issue.milestone_events)))


def _event(request: Request, events: Sequence[Event]) -> Event:
    wanted = request.owner_argument("event_id")
    for event in events:
        if event.id == wanted:
            return event
    raise not_found()


@routes.on("GET", "/projects/:id/issues/:issue_iid/links")
def list_links(request: Request) -> Answer:
    """The linked issues, each with the kind of link read from this side; GitLab does not page here."""
    found = [one for one in links.linked(request.world, request.issue()) if request.world.sees(request.user, one[1])]
    return ok([_linked(request, *one) for one in found])


def _linked(request: Request, link: IssueLink, other: Issue, kind: str) -> Json:
    more = {
        "issue_link_id": link.id,
        "link_type": kind,
        "link_created_at": stamp(link.created_at),
        "link_updated_at": stamp(link.created_at),
    }
    return issue_shapes.issue_in_list(request.world, other) | more


@routes.on("POST", "/projects/:id/issues/:issue_iid/links")
def create_link(request: Request) -> Answer:
    """`blocks` and `is_blocked_by` need Premium."""
    source, actor = request.issue(), request.actor
    request.need("target_project_id", "target_issue_iid")
    project = request.project_by(request.text("target_project_id"))
    target = project.issues.get(request.number("target_issue_iid") or 0)
    if target is None:
        raise not_found()
    kind = request.choice("link_type", ("relates_to", "blocks", "is_blocked_by"), "relates_to")
    return created(_link(request, links.create(request.world, actor, source, target, kind)))


def _of_issue(request: Request) -> IssueLink:
    issue = request.issue()
    link = request.world.links.get(request.owner_argument("link_id"))
    if link is None or issue not in (link.source, link.target) or not request.world.sees(request.user, link.target):
        raise not_found()
    return link


@routes.on("GET", "/projects/:id/issues/:issue_iid/links/:link_id")
def get_link(request: Request) -> Answer:
    """One link with both its issues."""
    return ok(_link(request, _of_issue(request)))


@routes.on("DELETE", "/projects/:id/issues/:issue_iid/links/:link_id")
def delete_link(request: Request) -> Answer:
    """Unlink; answers with what was removed."""
    link = _of_issue(request)
    body = _link(request, link)
    links.delete(request.world, request.actor, link)
    return ok(body)


def _link(request: Request, link: IssueLink) -> Json:
    return {
        "source_issue": issue_shapes.issue_in_list(request.world, link.source),
        "target_issue": issue_shapes.issue_in_list(request.world, link.target),
        "link_type": link.link_type,
    }


def _target(request: Request) -> Issue | Note:
    return request.note() if "note_id" in request.arguments else request.issue()


@routes.on("GET", "/projects/:id/issues/:issue_iid/award_emoji")
@routes.on("GET", "/projects/:id/issues/:issue_iid/notes/:note_id/award_emoji")
def list_awards(request: Request) -> Answer:
    """Reactions, newest first."""
    target = _target(request)
    return paged(request, target.awards[::-1], lambda one: shapes.award(request.world, one, target))


@routes.on("GET", "/projects/:id/issues/:issue_iid/award_emoji/:award_id")
@routes.on("GET", "/projects/:id/issues/:issue_iid/notes/:note_id/award_emoji/:award_id")
def get_award(request: Request) -> Answer:
    """One reaction."""
    target = _target(request)
    return ok(shapes.award(request.world, _award(request, target), target))


def _award(request: Request, target: Issue | Note) -> Award:
    wanted = request.owner_argument("award_id")
    found = next((one for one in target.awards if one.id == wanted), None)
    if found is None:
        raise not_found()
    return found


@routes.on("POST", "/projects/:id/issues/:issue_iid/award_emoji")
@routes.on("POST", "/projects/:id/issues/:issue_iid/notes/:note_id/award_emoji")
def give_award(request: Request) -> Answer:
    """React."""
    request.need("name")
    target = _target(request)
    return created(
        shapes.award(request.world, awards.give(request.world, request.actor, target, request.text("name")), target)
    )


@routes.on("DELETE", "/projects/:id/issues/:issue_iid/award_emoji/:award_id")
@routes.on("DELETE", "/projects/:id/issues/:issue_iid/notes/:note_id/award_emoji/:award_id")
def take_award_back(request: Request) -> Answer:
    """One's own."""
    target = _target(request)
    awards.take_back(request.world, request.actor, target, _award(request, target))
    return empty()
