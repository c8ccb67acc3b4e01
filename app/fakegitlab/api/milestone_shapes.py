"""How GitLab's REST API writes a milestone and its events (doc/api/milestones.md; spec/fixtures/api/schemas,
documented)."""

from app.fakegitlab.api.shapes import user_basic
from app.fakegitlab.model import Group, Issue, Milestone, MilestoneEvent
from app.fakegitlab.moment import stamp
from app.fakegitlab.payloads import Json
from app.fakegitlab.state import State


def milestone(state: State, one: Milestone) -> Json:
    """A milestone, alone or inside an issue."""
    in_group = isinstance(one.owner, Group)
    place = f"groups/{one.owner.full_path}" if in_group else one.owner.full_path
    return {
        "id": one.id,
        "iid": one.iid,
        "group_id" if in_group else "project_id": one.owner.id,
        "title": one.title,
        "description": one.description,
        "state": one.state,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "due_date": one.due_date and one.due_date.isoformat(),
        "start_date": one.start_date and one.start_date.isoformat(),
        "expired": bool(one.due_date and one.due_date < state.now().date()),
        "web_url": f"{state.base_url}/{place}/-/milestones/{one.iid}",
    }


def milestone_event(state: State, issue: Issue, event: MilestoneEvent) -> Json:
    """A milestone event: the milestone as it is now, null once deleted (memory, guess)."""
    return {
        "id": event.id,
        "user": user_basic(state, event.user),
        "created_at": stamp(event.created_at),
        "resource_type": "Issue",
        "resource_id": issue.id,
        "milestone": None if event.milestone.deleted else milestone(state, event.milestone),
        "action": event.action,
        "state": event.state,
    }
