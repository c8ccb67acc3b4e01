"""An issue's labels and milestone, and the events they leave (CONTRACT 2, 4, sure)."""

from app.fakegitlab import labels, payloads
from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.model import Issue, Label, LabelEvent, Milestone, MilestoneEvent, User
from app.fakegitlab.refusal import Refused
from app.fakegitlab.scopes import resolved
from app.fakegitlab.state import State

MOST_LABELS = 100


def wanted_labels(state: State, actor: User, issue: Issue, change: IssueChange) -> list[Label]:
    """`(labels or existing) | add - remove`; unknown titles to add are created (CONTRACT 2, sure).

    Raises Refused 400 beyond 100 labels, unless none is added (app/services/issuable/callbacks/labels.rb, sure).
    """
    project, existing = issue.project, issue.labels
    added: list[Label] = []
    if "labels" in change:
        existing, added = [], labels.find_or_create(state, actor, project, change["labels"])
    added = added + labels.find_or_create(state, actor, project, change.get("add_labels", []))
    removed = labels.find_all(project, change.get("remove_labels", []))
    wanted = resolved(existing, added, removed, exclusive=state.tier == "premium")
    if len(wanted) > MOST_LABELS and not set(wanted) <= set(issue.labels):
        raise Refused(400, {"message": f"Cannot add more than {MOST_LABELS} labels to a work item."})
    return wanted


def set_labels(state: State, actor: User, issue: Issue, wanted: list[Label]) -> bool:
    """Make it so, with one label event for every label added or removed (CONTRACT 4, documented)."""
    now, before = state.now(), set(issue.labels)
    steps = [(label, "add") for label in wanted if label not in before]
    steps += [(label, "remove") for label in issue.labels if label not in wanted]
    for label, action in steps:
        issue.label_events.append(LabelEvent(state.next_id("label_event"), actor, label, action, now))
    issue.labels = payloads.sorted_labels(wanted)
    return bool(steps)


def set_milestone(state: State, actor: User, issue: Issue, wanted: Milestone | None) -> bool:
    """Make it so, with one event for the old milestone's end or the new one's beginning (one `add` when it changes)."""
    if issue.milestone is wanted:
        return False
    told, action = (wanted, "add") if wanted else (issue.milestone, "remove")
    assert told is not None
    event = MilestoneEvent(state.next_id("milestone_event"), actor, told, action, state.now(), issue.state)
    issue.milestone_events.append(event)
    issue.milestone = wanted
    return True
