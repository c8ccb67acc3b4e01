"""How GitLab writes boards and their lists (rest_examples; spec/fixtures/api/schemas, documented)."""

from app.fakegitlab.api import place_shapes, shapes
from app.fakegitlab.model import Board, BoardList, Project
from app.fakegitlab.payloads import Json
from app.fakegitlab.state import State


def board(state: State, one: Board) -> Json:
    """A board with its lists."""
    in_project = isinstance(one.owner, Project)
    return {
        "id": one.id,
        "name": one.name,
        "hide_backlog_list": one.hide_backlog_list,
        "hide_closed_list": one.hide_closed_list,
        "project": place_shapes.project_simple(state, one.owner) if isinstance(one.owner, Project) else None,
        "lists": [board_list(each) for each in one.lists],
        "group": None if in_project else {"id": one.owner.id, "name": one.owner.name},
        "milestone": None,
        "assignee": None,
        "labels": [shapes.label_basic(each) for each in one.labels],
        "weight": None,
    }


def board_list(one: BoardList) -> Json:
    """A label list; Open and Closed are never listed (CONTRACT 5, documented)."""
    return {
        "id": one.id,
        "label": shapes.label_basic(one.label),
        "position": one.position,
        "max_issue_count": 0,
        "max_issue_weight": 0,
        "limit_metric": None,
    }
