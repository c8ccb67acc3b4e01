"""Milestones of projects and groups (doc/api/milestones.md; lib/api/milestone_responses.rb, sure)."""

from collections.abc import Iterator
from datetime import date
from typing import TypedDict

from app.fakegitlab import access, hooks, issues
from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.milestones_found import available
from app.fakegitlab.model import Group, Milestone, Project, User
from app.fakegitlab.refusal import Refused
from app.fakegitlab.state import State

STATES = {"close": "closed", "activate": "active"}


class MilestoneChange(TypedDict, total=False):
    """What a caller wants of a milestone; an absent key means "leave it"."""

    title: str
    description: str
    start_date: date | None
    due_date: date | None
    state_event: str


def create(state: State, actor: User, owner: Project | Group, change: MilestoneChange) -> Milestone:
    """A new milestone: planners and up. Raises Refused 400 with GitLab's Ruby-looking message, 403."""
    require_rights(actor, owner)
    _check("create", owner, None, change)
    now, iid = state.now(), max((one.iid for one in owner.milestones.values()), default=0) + 1
    new = Milestone(state.next_id("milestone"), iid, "", owner, now, now)
    _apply(new, change)
    owner.milestones[new.id] = state.milestones[new.id] = new
    hooks.milestone_happened(state, new, "create")
    state.changes.bump()
    return new


def update(state: State, actor: User, milestone: Milestone, change: MilestoneChange) -> Milestone:
    """Change, close or activate a milestone; only closing and activating fire a webhook
    (doc/user/project/integrations/webhook_events.md, documented)."""
    require_rights(actor, milestone.owner)
    _check("update", milestone.owner, milestone, change)
    before = milestone.state
    _apply(milestone, change)
    milestone.updated_at = state.now()
    if milestone.state != before:
        hooks.milestone_happened(state, milestone, "close" if milestone.state == "closed" else "reopen")
    state.renamed()
    return milestone


def delete(state: State, actor: User, milestone: Milestone) -> None:
    """Delete a milestone: its issues lose it one by one, as if somebody had edited each."""
    require_rights(actor, milestone.owner)
    for issue in [one for one in state.issues.values() if one.milestone is milestone]:
        issues.update(state, actor, issue, IssueChange(milestone=None))
    milestone.deleted = True
    del milestone.owner.milestones[milestone.id], state.milestones[milestone.id]
    state.renamed()


def promote(state: State, actor: User, milestone: Milestone) -> Milestone:
    """Make a project milestone one of its group: a new id; same-titled ones of sibling projects merge into it."""
    project = milestone.owner
    assert isinstance(project, Project)
    require_rights(actor, project)
    require_rights(actor, project.group)
    twins = [one for one in state.milestones.values() if one.title == milestone.title and _below(one, project.group)]
    for twin in twins:
        del twin.owner.milestones[twin.id], state.milestones[twin.id]
    now, owner = state.now(), project.group
    iid = max((one.iid for one in owner.milestones.values()), default=0) + 1
    new = Milestone(state.next_id("milestone"), iid, milestone.title, owner, now, now, milestone.description)
    new.start_date, new.due_date, new.state = milestone.start_date, milestone.due_date, milestone.state
    owner.milestones[new.id] = state.milestones[new.id] = new
    for issue in state.issues.values():
        issue.milestone = new if issue.milestone in twins else issue.milestone
        for event in issue.milestone_events:
            event.milestone = new if event.milestone in twins else event.milestone
    state.renamed()
    return new


def _below(one: Milestone, group: Group) -> bool:
    return isinstance(one.owner, Project) and group in one.owner.group.line()


def require_rights(actor: User, owner: Project | Group) -> None:
    """Planners and up (doc/user/permissions.md, documented)."""
    if isinstance(owner, Project):
        access.require_level(actor, owner, access.PLANNER)
    else:
        access.require_group_level(actor, owner, access.PLANNER)


def _apply(milestone: Milestone, change: MilestoneChange) -> None:
    milestone.title = change.get("title", milestone.title).strip()
    milestone.description = change.get("description", milestone.description)
    milestone.start_date = change.get("start_date", milestone.start_date)
    milestone.due_date = change.get("due_date", milestone.due_date)
    milestone.state = STATES.get(change.get("state_event", ""), milestone.state)


def _check(verb: str, owner: Project | Group, one: Milestone | None, change: MilestoneChange) -> None:
    """400 "Failed to create milestone {…}", a hash as Ruby prints it (lib/api/milestone_responses.rb, sure)."""
    problems = []
    title = change.get("title", one.title if one else "").strip()
    start, due = (change.get("start_date", one and one.start_date), change.get("due_date", one and one.due_date))
    if not title:
        problems.append(':title=>["can\'t be blank"]')
    elif any(other.title == title and other is not one for other in _rivals(owner)):
        problems.append(':title=>["already being used for another group or project milestone."]')
    if start and due and due < start:
        problems.append(':due_date=>["must be greater than start date"]')
    if problems:
        raise Refused(400, {"message": f"Failed to {verb} milestone {{{', '.join(problems)}}}"})


def _rivals(owner: Project | Group) -> Iterator[Milestone]:
    if isinstance(owner, Project):
        yield from available(owner)
    else:
        yield from (one for group in owner.line() for one in group.milestones.values())
