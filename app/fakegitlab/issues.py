"""Issues: making and changing them, with label events, system notes and webhooks (CONTRACT 1, 2, 3, 4, sure)."""

from typing import cast

from app.fakegitlab import access, commands, hooks, metadata, payloads, system_notes, todos, transitions
from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.model import Issue, Project, User
from app.fakegitlab.quick_actions import extract
from app.fakegitlab.refusal import conflict, forbidden, invalid
from app.fakegitlab.state import State

LONGEST_TITLE = 255
LONGEST_DESCRIPTION = 1_048_576
POSITION_STEP = 1026
PLAIN_FIELDS = (
    "title",
    "description",
    "confidential",
    "discussion_locked",
    "due_date",
    "start_date",
    "weight",
    "health_status",
    "time_estimate",
    "time_spent",
    "issue_type",
)


def create(state: State, actor: User, project: Project, change: IssueChange) -> Issue:
    """A new issue at the end of every list; quick actions in its description run (CONTRACT 8, documented).

    Raises Refused 400, 403 when issues are turned off, 409 for an iid given twice (CONTRACT 3, sure).
    """
    access.require_project(actor, project)
    if not project.issues_enabled:
        raise forbidden()
    change = access.permitted(actor, project, change)
    _check(change.get("title", ""), change.get("description"))
    iid = change.get("iid") or project.next_iid
    if iid in project.issues:
        raise conflict("Duplicated issue")
    issue = _blank(state, actor, project, change, iid)
    effects = _obey_description(state, actor, issue, change)
    change = access.permitted(actor, project, change)
    state_event = change.pop("state_event", None)
    _assign_fields(state, actor, issue, change)
    metadata.set_labels(state, actor, issue, metadata.wanted_labels(state, actor, issue, change))
    project.next_iid = max(project.next_iid, iid + 1)
    project.issues[iid] = state.issues[issue.id] = issue
    state.touched(issue)
    hooks.issue_happened(state, actor, issue, "open", payloads.opening(issue))
    todos.assigned(state, actor, issue, issue.assignees)
    todos.told(state, actor, issue, None, issue.description or "")
    effects.finish()
    if state_event:
        transitions.change_state(state, actor, issue, state_event)
    return issue


def _blank(state: State, actor: User, project: Project, change: IssueChange, iid: int) -> Issue:
    now = change.pop("created_at") if "created_at" in change else state.now()
    return Issue(
        id=state.next_id("issue"),
        iid=iid,
        project=project,
        title=change["title"],
        description=None,
        author=actor,
        created_at=now,
        updated_at=now,
        relative_position=state.next_id("position") * POSITION_STEP,
        issue_type=change.get("issue_type", "issue"),
    )


def update(state: State, actor: User, issue: Issue, change: IssueChange, position: int | None = None) -> Issue:
    """Change an issue: first its state, then the rest, each with an event of its own (CONTRACT 1, sure).

    `existing | add - remove` for labels; fields the caller may not set are dropped silently (CONTRACT 2, sure).
    An update that changes nothing still fires, with empty `changes`. Raises Refused 400, 403, 404.
    """
    access.require_issue(actor, issue)
    if not access.may_update(actor, issue):
        raise forbidden()
    change = access.permitted(actor, issue.project, change)
    _check(change.get("title", issue.title), change.get("description"))
    effects = _obey_description(state, actor, issue, change)
    before = payloads.photograph(state.base_url, issue)
    wish = change.pop("state_event", None)
    if wish:
        transitions.change_state(state, actor, issue, wish)
    if change or position is not None:
        _save(state, actor, issue, change, position)
        after = payloads.photograph(state.base_url, issue)
        state.touched(issue)
        hooks.issue_happened(state, actor, issue, "update", payloads.differences(before, after))
    effects.finish()
    return issue


def _obey_description(state: State, actor: User, issue: Issue, change: IssueChange) -> commands.Effects:
    """Run the quick actions of a new description and leave the rest of the text in `change` (CONTRACT 8,
    documented)."""
    text, found = extract(change.get("description") or "")
    effects = commands.interpret(state, actor, issue, found)
    if found:
        change["description"] = text
    merge(change, effects.change)
    return effects


def merge(change: IssueChange, more: IssueChange) -> None:
    """Add what quick actions ask for to what was asked for; label lists are joined."""
    loose = cast(dict[str, object], change)
    for name, value in more.items():
        if name in ("add_labels", "remove_labels") and name in loose:
            loose[name] = [*cast(list[object], loose[name]), *cast(list[object], value)]
        else:
            loose[name] = value


def _check(title: str, description: str | None) -> None:
    errors: dict[str, list[str]] = {}
    if not title.strip():
        errors["title"] = ["can't be blank"]
    elif len(title) > LONGEST_TITLE:
        errors["title"] = ["is too long (maximum is 255 characters)"]
    if description and len(description) > LONGEST_DESCRIPTION:
        errors["description"] = ["is too long (maximum is 1048576 characters)"]
    if errors:
        raise invalid(errors)


def _save(state: State, actor: User, issue: Issue, change: IssueChange, position: int | None) -> None:
    """Apply the rest. A move within a list alone does not touch `updated_at` (CONTRACT 1, sure)."""
    old = system_notes.Before(issue)
    changed = _assign_fields(state, actor, issue, change)
    changed |= metadata.set_labels(state, actor, issue, metadata.wanted_labels(state, actor, issue, change))
    now = state.now()
    if position is not None:
        issue.relative_position = position
    if old.title != issue.title or old.description != issue.description:
        issue.last_edited_at, issue.last_edited_by = now, actor
    if changed:
        issue.updated_at, issue.updated_by = change.get("updated_at") or now, actor
    system_notes.tell(state, actor, issue, old)
    todos.acted(state, actor, issue)
    todos.assigned(state, actor, issue, [user for user in issue.assignees if user not in old.assignees])
    if old.description != issue.description:
        todos.told(state, actor, issue, None, issue.description or "", old.description or "")


def _assign_fields(state: State, actor: User, issue: Issue, change: IssueChange) -> bool:
    """Set plain fields, milestone and assignees; whether anything is different."""
    changed = "milestone" in change and metadata.set_milestone(state, actor, issue, change["milestone"])
    for name in PLAIN_FIELDS:
        if name in change and getattr(issue, name) != change[name]:  # type: ignore[literal-required]
            setattr(issue, name, change[name])  # type: ignore[literal-required]
            changed = True
    if "assignee_ids" in change:
        people = [state.users[one] for one in change["assignee_ids"] if one in state.users]
        people = people if state.tier == "premium" else people[:1]
        changed |= people != issue.assignees
        issue.assignees = people
    return changed


def obey(state: State, actor: User, issue: Issue, effects: commands.Effects) -> None:
    """Carry out what a comment's quick actions ask for."""
    if effects.change:
        update(state, actor, issue, effects.change)
    effects.finish()


def delete(state: State, actor: User, issue: Issue) -> None:
    """Delete an issue with all that hangs on it: owners, and planners by their role
    (doc/user/permissions.md, documented)."""
    access.require_issue(actor, issue)
    if access.level(actor, issue.project) != access.PLANNER:
        access.require_level(actor, issue.project, access.OWNER)
    del issue.project.issues[issue.iid], state.issues[issue.id]
    for note in issue.notes:
        state.notes.pop(note.id, None)
    for link in [one for one in state.links.values() if issue in (one.source, one.target)]:
        del state.links[link.id]
        state.touched(link.source if link.target is issue else link.target)
    todos.forget(state, issue)
    state.touched(issue)
