"""A card is dragged on a board (CONTRACT 5, sure)."""

from typing import Literal

from app.fakegitlab import access, boards, issues
from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.issues import POSITION_STEP
from app.fakegitlab.model import Board, BoardList, Issue, User
from app.fakegitlab.refusal import forbidden, not_found
from app.fakegitlab.state import State

Column = BoardList | Literal["open", "closed"]


def drag(
    state: State,
    actor: User,
    board: Board,
    issue: Issue,
    source: Column,
    target: Column,
    before: Issue | None = None,
    after: Issue | None = None,
) -> Issue:
    """Move a card from list to list, or within one, to just below `before` and just above `after`.

    Between label lists: the target's label is added, the source's removed. To Open or Closed: every label
    that has a list on this board is removed. From Closed it is reopened first. Raises Refused 403, 404.
    """
    access.require_issue(actor, issue)
    if not access.may_set_metadata(actor, issue.project):
        raise forbidden()
    if not _on_board(board, source) or not _on_board(board, target) or issue not in set(boards.issues_on(state, board)):
        raise not_found()
    change = IssueChange() if source == target else _between(board, source, target)
    position = place(state, issue, before, after)
    if change or position is not None:
        issues.update(state, actor, issue, change, position)
    return issue


def _on_board(board: Board, column: Column) -> bool:
    return column in board.lists if isinstance(column, BoardList) else column in ("open", "closed")


def _between(board: Board, source: Column, target: Column) -> IssueChange:
    change = IssueChange(add_labels=[], remove_labels=[])
    if isinstance(target, BoardList):
        change["add_labels"] = [target.label]
        change["remove_labels"] = [source.label] if isinstance(source, BoardList) else []
    else:
        change["remove_labels"] = [one.label for one in board.lists]
    if target == "closed":
        change["state_event"] = "close"
    elif source == "closed":
        change["state_event"] = "reopen"
    return change


def place(state: State, issue: Issue, before: Issue | None, after: Issue | None) -> int | None:
    """The relative position between two neighbours; None without any, or where the card already is.

    Positions are global over all boards of the root namespace; neighbours without a gap are spread first.
    """
    if before is None and after is None:
        return None
    low, high = _gap(before, after)
    if high - low < 2:
        _spread(state)
        low, high = _gap(before, after)
    position = (low + high) // 2
    return None if position == issue.relative_position else position


def _gap(before: Issue | None, after: Issue | None) -> tuple[int, int]:
    if before is None:
        assert after is not None
        return after.relative_position - POSITION_STEP, after.relative_position
    return before.relative_position, after.relative_position if after else before.relative_position + POSITION_STEP


def _spread(state: State) -> None:
    in_order = sorted(state.issues.values(), key=lambda one: (one.relative_position, -one.id))
    for number, one in enumerate(in_order, start=1):
        one.relative_position = number * POSITION_STEP
        one.fragment = None
    while state.next_id("position") < len(in_order):
        pass


def reorder(state: State, actor: User, issue: Issue, before: Issue | None, after: Issue | None) -> Issue:
    """The REST reorder: a move without a board."""
    access.require_issue(actor, issue)
    if not access.may_set_metadata(actor, issue.project):
        raise forbidden()
    position = place(state, issue, before, after)
    return issue if position is None else issues.update(state, actor, issue, IssueChange(), position)
