"""How GitLab's REST API writes a to-do item (doc/api/todos.md, documented)."""

from app.fakegitlab.agenda import Todo
from app.fakegitlab.api.issue_shapes import issue_in_list
from app.fakegitlab.api.shapes import project_simple, user_basic
from app.fakegitlab.moment import stamp
from app.fakegitlab.payloads import Json, issue_url
from app.fakegitlab.state import State

__all__ = ["Todo", "todo"]


def todo(state: State, one: Todo) -> Json:
    """A to-do item with the whole issue it is about; `body` is the comment's, else the issue's title."""
    place = project_simple(state, one.issue.project)
    anchor = f"#note_{one.note.id}" if one.note else ""
    return {
        "id": one.id,
        "project": {name: place[name] for name in ("id", "name", "name_with_namespace", "path", "path_with_namespace")},
        "author": user_basic(state, one.author),
        "action_name": one.action,
        "target_type": "Issue",
        "target": issue_in_list(state, one.issue),
        "target_url": issue_url(state.base_url, one.issue) + anchor,
        "body": one.note.body if one.note else one.issue.title,
        "state": one.state,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }
