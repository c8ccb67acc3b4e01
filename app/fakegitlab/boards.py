"""Boards and their lists (CONTRACT 5, documented)."""

from collections.abc import Iterable, Sequence

from app.fakegitlab import access, labels
from app.fakegitlab.model import Board, BoardList, Group, Issue, Label, Project, User
from app.fakegitlab.refusal import Refused, forbidden, invalid
from app.fakegitlab.state import State


def create(state: State, actor: User, owner: Project | Group, name: str, scope: Sequence[Label] = ()) -> Board:
    """A new board without lists; a group has one on Free, and a scope needs Premium."""
    require_rights(actor, owner)
    if not name.strip():
        raise invalid({"name": ["can't be blank"]})
    if state.tier == "free" and (scope or (isinstance(owner, Group) and owner.boards)):
        raise forbidden()
    board = Board(state.next_id("board"), name, owner, labels=list(scope))
    owner.boards[board.id] = state.boards[board.id] = board
    state.changes.bump()
    return board


def delete(state: State, actor: User, board: Board) -> None:
    """Delete a board; deleting the last one makes a new "Development" board."""
    require_rights(actor, board.owner)
    for one in board.lists:
        del state.lists[one.id]
    del board.owner.boards[board.id], state.boards[board.id]
    state.changes.bump()
    if not board.owner.boards:
        create(state, actor, board.owner, "Development")


def add_list(state: State, actor: User, board: Board, label: Label) -> BoardList:
    """A list for a label, at the end; a label has one list per board at most."""
    require_rights(actor, board.owner)
    if label not in usable_labels(board):
        raise Refused(400, {"error": "Label not found!"})
    if any(one.label is label for one in board.lists):
        raise Refused(400, {"message": {"label": ["has already been taken"]}})
    new = BoardList(state.next_id("list"), board, label, len(board.lists))
    board.lists.append(new)
    state.lists[new.id] = new
    state.changes.bump()
    return new


def move_list(state: State, actor: User, board: Board, moved: BoardList, position: int) -> None:
    """Put a list at a position counted from 0; 400 for the one it has and for any past the last
    (app/services/boards/lists/move_service.rb; lib/api/boards_responses.rb, sure).
    """
    require_rights(actor, board.owner)
    if position == moved.position or not 0 <= position < len(board.lists):
        raise Refused(400, {"message": {"error": "List could not be moved!"}})
    board.lists.remove(moved)
    board.lists.insert(position, moved)
    _number(board)
    state.changes.bump()


def remove_list(state: State, actor: User, board: Board, gone: BoardList) -> None:
    """Remove a list; labels and issues are not touched."""
    require_rights(actor, board.owner)
    board.lists.remove(gone)
    del state.lists[gone.id]
    _number(board)
    state.changes.bump()


def _number(board: Board) -> None:
    for position, one in enumerate(board.lists):
        one.position = position


def require_rights(actor: User, owner: Project | Group) -> None:
    """Planner is enough (CONTRACT 5, documented)."""
    if isinstance(owner, Project):
        access.require_level(actor, owner, access.PLANNER)
    else:
        access.require_group_level(actor, owner, access.PLANNER)


def usable_labels(board: Board) -> list[Label]:
    """A project board may use its groups' labels too; a group board only group labels (CONTRACT 2, documented)."""
    if isinstance(board.owner, Project):
        return list(labels.available(board.owner))
    return [label for group in board.owner.line() for label in group.labels.values()]


def issues_on(state: State, board: Board) -> Iterable[Issue]:
    """The issues within the board's reach and scope, open or closed."""
    owner = board.owner
    for project in state.projects.values():
        if project is owner or owner in project.group.line():
            yield from (one for one in project.issues.values() if _fits(board, one))


def _fits(board: Board, issue: Issue) -> bool:
    """Within the board's scope: every part of it that is set."""
    return (
        set(board.labels) <= set(issue.labels)
        and board.milestone in (None, issue.milestone)
        and (board.assignee is None or board.assignee in issue.assignees)
        and board.weight in (None, issue.weight)
    )


def cards(state: State, actor: User | None, board: Board, column: BoardList | str) -> list[Issue]:
    """The issues in a list (`open` and `closed` are strings), as the viewer sees them, in board order.

    A list shows open issues only; "open" those in no other list; "closed" the newest first.
    """
    seen = [issue for issue in issues_on(state, board) if access.sees_issue(actor, issue)]
    if column == "closed":
        closed = [issue for issue in seen if issue.closed_at]
        return sorted(closed, key=lambda issue: (issue.closed_at, issue.id), reverse=True)
    columns = {one.label for one in board.lists}
    if isinstance(column, BoardList):
        chosen = [one for one in seen if one.state == "opened" and column.label in one.labels]
    else:
        chosen = [one for one in seen if one.state == "opened" and columns.isdisjoint(one.labels)]
    return sorted(chosen, key=lambda issue: (issue.relative_position, -issue.id))
