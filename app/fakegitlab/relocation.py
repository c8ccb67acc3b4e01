"""An issue moves to another project, or is cloned (doc/api/issues.md; app/services/work_items/data_sync, sure)."""

from app.fakegitlab import access, hooks, labels, milestones_found, payloads, system_notes, transitions
from app.fakegitlab.model import (
    Award,
    Issue,
    LabelEvent,
    MilestoneEvent,
    Note,
    Project,
    StateEvent,
    User,
)
from app.fakegitlab.refusal import Refused
from app.fakegitlab.state import State


def move(state: State, actor: User, issue: Issue, target: Project) -> Issue:
    """A new issue there with all that this one had; this one is closed and left with its events alone.

    Labels and the milestone come along where the target has one of the same title. Comments, reactions and labels
    leave the old issue. Raises Refused 400.
    """
    if target is issue.project:
        raise _refused("Cannot move work item to same project or group it originates from.")
    if not may_carry(actor, issue, target) or issue.moved_to is not None:
        raise _refused("Cannot move work item due to insufficient permissions.")
    new = _copy(state, actor, issue, target)
    new.author, new.created_at, new.updated_at = issue.author, issue.created_at, state.now()
    new.time_estimate, new.time_spent = issue.time_estimate, issue.time_spent
    new.awards = [_award(state, one) for one in issue.awards]
    _copy_events(state, issue, new)
    _copy_notes(state, issue, new)
    _copy_labels(state, actor, issue, new)
    for link in state.links.values():
        link.source = new if link.source is issue else link.source
        link.target = new if link.target is issue else link.target
    _announce(state, actor, new)
    _empty(state, issue)
    issue.moved_to = new
    _tell(state, actor, new, issue, "moved")
    transitions.change_state(state, actor, issue, "close")
    state.touched(issue)
    return new


def clone(state: State, actor: User, issue: Issue, target: Project, with_notes: bool = False) -> Issue:
    """A new open issue by the actor; its comments come along when asked for. Raises Refused 400."""
    if not may_carry(actor, issue, target):
        raise _refused("Cannot clone work item due to insufficient permissions.")
    new = _copy(state, actor, issue, target)
    if with_notes:
        _copy_events(state, issue, new)
        _copy_notes(state, issue, new)
    _copy_labels(state, actor, issue, new)
    _announce(state, actor, new)
    _tell(state, actor, new, issue, "cloned")
    state.touched(issue)
    return new


def may_carry(actor: User, issue: Issue, target: Project) -> bool:
    """Planners and up in both projects."""
    places = (issue.project, target)
    return access.sees_project(actor, target) and all(access.may_set_metadata(actor, one) for one in places)


def _refused(reason: str) -> Refused:
    return Refused(400, {"message": reason})


def _copy(state: State, actor: User, issue: Issue, target: Project) -> Issue:
    now, iid = state.now(), target.next_iid
    target.next_iid += 1
    new = Issue(state.next_id("issue"), iid, target, issue.title, issue.description, actor, now, now, 0)
    for name in (
        "confidential",
        "due_date",
        "start_date",
        "weight",
        "issue_type",
        "discussion_locked",
        "health_status",
    ):
        setattr(new, name, getattr(issue, name))
    new.relative_position = issue.relative_position
    new.assignees = [user for user in issue.assignees if access.sees_project(user, target)]
    if issue.milestone:
        new.milestone = milestones_found.find(target, issue.milestone.title)
    target.issues[iid] = state.issues[new.id] = new
    return new


def _copy_labels(state: State, actor: User, issue: Issue, new: Issue) -> None:
    """A label of another project is replaced by its namesake, or lost; both leave events by whoever moves."""
    now = state.now()
    for old in issue.labels:
        namesake = labels.find(new.project, old.title)
        steps = [] if namesake is old else [(old, "remove")]
        if namesake is not None:
            new.labels.append(namesake)
            steps = [] if namesake is old else [(namesake, "add"), *steps]
        for label, action in steps:
            new.label_events.append(LabelEvent(state.next_id("label_event"), actor, label, action, now))


def _copy_events(state: State, issue: Issue, new: Issue) -> None:
    for one in issue.label_events:
        number = state.next_id("label_event")
        new.label_events.append(LabelEvent(number, one.user, one.label, one.action, one.created_at))
    for told in issue.state_events:
        new.state_events.append(StateEvent(state.next_id("state_event"), told.user, told.state, told.created_at))
    for event in issue.milestone_events:
        number = state.next_id("milestone_event")
        copy = MilestoneEvent(number, event.user, event.milestone, event.action, event.created_at, event.state)
        new.milestone_events.append(copy)


def _copy_notes(state: State, issue: Issue, new: Issue) -> None:
    """New ids, the same authors and times; threads stay threads."""
    threads: dict[str, str] = {}
    for note in issue.notes:
        thread = threads.setdefault(note.discussion_id, "") or system_notes.discussion_id(state)
        threads[note.discussion_id] = thread
        at, number = note.created_at, state.next_id("note")
        copy = Note(number, new, note.author, note.body, at, note.updated_at, thread, note.system, note.internal)
        copy.type, copy.awards = note.type, [_award(state, one) for one in note.awards]
        new.notes.append(copy)
        state.notes[copy.id] = copy


def _award(state: State, one: Award) -> Award:
    return Award(state.next_id("award"), one.name, one.user, one.created_at)


def _announce(state: State, actor: User, new: Issue) -> None:
    new.labels = payloads.sorted_labels(new.labels)
    state.touched(new)
    hooks.issue_happened(state, actor, new, "open", payloads.opening(new))


def _empty(state: State, issue: Issue) -> None:
    for note in issue.notes:
        state.notes.pop(note.id, None)
    issue.notes, issue.awards, issue.labels = [], [], []
    issue.assignees, issue.milestone = [], None


def _tell(state: State, actor: User, new: Issue, old: Issue, verb: str) -> None:
    system_notes.add(state, actor, new, f"{verb} from {system_notes.reference(old, new.project)}")
    system_notes.add(state, actor, old, f"{verb} to {system_notes.reference(new, old.project)}")
