"""A project label becomes a label of its group; there is no way back (CONTRACT 2, documented)."""

from app.fakegitlab import access, payloads
from app.fakegitlab.model import Group, Issue, Label, Project, User
from app.fakegitlab.refusal import Refused
from app.fakegitlab.state import State


def promote(state: State, actor: User, label: Label) -> Label:
    """Keeps its id; same-titled labels of the group's other projects merge into it. Raises Refused 400, 403."""
    project = label.owner
    if not isinstance(project, Project) or project.group.owner is not None:
        raise Refused(400, {"message": "Failed to promote project label to group label"})
    group = project.group
    access.require_group_level(actor, group, access.PLANNER)
    twins = {one for one in state.labels.values() if one.title == label.title and _below(one, group)} - {label}
    for twin in twins:
        del twin.owner.labels[twin.id], state.labels[twin.id]
    del project.labels[label.id]
    label.owner, label.priority, label.updated_at = group, None, state.now()
    group.labels[label.id] = label
    for issue in state.issues.values():
        _merge(issue, twins, label)
    for board in state.boards.values():
        _merge_lists(state, board.id, twins, label)
    state.renamed()
    return label


def _below(one: Label, group: Group) -> bool:
    return isinstance(one.owner, Project) and group in one.owner.group.line()


def _merge(issue: Issue, twins: set[Label], label: Label) -> None:
    if not twins.isdisjoint(issue.labels):
        issue.labels = payloads.sorted_labels({label if one in twins else one for one in issue.labels})
    for event in issue.label_events:
        event.label = label if event.label in twins else event.label


def _merge_lists(state: State, board_id: int, twins: set[Label], label: Label) -> None:
    for column in state.boards[board_id].lists:
        column.label = label if column.label in twins else column.label
