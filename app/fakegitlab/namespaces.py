"""Where projects and groups live: groups, and one namespace per person, made when first needed
(doc/api/namespaces.md, documented)."""

import re

from app.fakegitlab.digits import read_number
from app.fakegitlab.model import Group, Project, User
from app.fakegitlab.refusal import invalid
from app.fakegitlab.state import State

PATH = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
PATH_RULE = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'"
GROUP_PATH_RULE = (
    "can only include non-accented letters, digits, '_', '-' and '.'. It must not start with '-', '_', or '.', "
    "nor end with '-', '_', '.', '.git', or '.atom'."
)


def of_user(state: State, user: User) -> Group:
    """The person's own namespace; ids are shared with groups, as in GitLab."""
    for one in state.namespaces.values():
        if one.owner is user:
            return one
    new = Group(state.next_id("group"), user.name, user.username, None, "public", user.created_at, owner=user)
    state.namespaces[new.id] = new
    return new


def taken(state: State, path: str, but: User | Group | None = None) -> bool:
    """Whether a person or top-level group already has this path, in any case."""
    wanted = path.lower()
    people = any(one.username.lower() == wanted and one is not but for one in state.users.values())
    return people or any(g.path.lower() == wanted and g is not but for g in state.groups.values() if g.parent is None)


def find_project(state: State, key: str) -> Project | None:
    """By id or by full path in any case; also by a path it once had."""
    if (number := read_number(key)) is not None:
        return state.projects.get(number)
    wanted = key.lower()
    found = next((one for one in state.projects.values() if one.full_path.lower() == wanted), None)
    return found or state.projects.get(state.moved.get(wanted, 0))


def check_project_path(state: State, parent: Group, name: str, path: str, but: Project | None = None) -> None:
    """400 for a path that cannot be or is taken by a project or subgroup beside it."""
    errors: dict[str, list[str]] = {}
    if not PATH.fullmatch(path) or path.endswith((".git", ".atom")):
        errors["path"] = [PATH_RULE]
    if not name.strip():
        errors["name"] = ["can't be blank"]
    beside = [one for one in state.projects.values() if one.group is parent and one is not but]
    if any(one.path.lower() == path.lower() for one in beside):
        errors.setdefault("project_namespace.path", []).append("has already been taken")
        errors.setdefault("path", []).append("has already been taken")
    if any(one.name == name for one in beside):
        errors.setdefault("project_namespace.name", []).append("has already been taken")
        errors.setdefault("name", []).append("has already been taken")
    if errors:
        raise invalid(errors)


def check_group_path(state: State, parent: Group | None, path: str, but: Group | None = None) -> None:
    """400 for a path that cannot be or is taken."""
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?", path) or path.endswith((".git", ".atom")):
        raise invalid({"path": [GROUP_PATH_RULE]})
    beside = [one for one in state.groups.values() if one.parent is parent and one is not but]
    clash = any(one.path.lower() == path.lower() for one in beside)
    if clash or (parent is None and taken(state, path, but)):
        raise invalid({"path": ["has already been taken"]})


def moved(state: State, project: Project, old_path: str) -> None:
    """Remember where a project was: reads of its old path are redirected."""
    state.moved[old_path.lower()] = project.id
    state.moved.pop(project.full_path.lower(), None)
    state.renamed()
