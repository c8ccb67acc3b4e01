"""Which types and fields there are, and where their values come from (doc/api/graphql/reference/_index.md, documented).

Who may not see a thing gets null for it, and no error.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.fakegitlab import access, namespaces
from app.fakegitlab.deliveries import VERSION
from app.fakegitlab.graphql.run import Asked, Faulty, Kind, cursor
from app.fakegitlab.labels import available, text_color
from app.fakegitlab.model import Group, Issue, Label, Note, Project, User
from app.fakegitlab.moment import read_moment, stamp, stamp_or_none

Given = Mapping[str, Any]
SORTS: dict[str, tuple[Callable[[Issue], Any], bool]] = {
    "created": (lambda one: one.created_at, True),
    "updated": (lambda one: one.updated_at, True),
    "title": (lambda one: one.title.lower(), False),
    "relative_position": (lambda one: one.relative_position, False),
}


def _plain(read: Callable[[Any], Any]) -> Kind:
    return Kind(lambda _, thing, __: read(thing))


def _url(path: Callable[[Any], str]) -> dict[str, Kind]:
    return {
        "webUrl": Kind(lambda asked, thing, _: f"{asked.state.base_url}/{path(thing)}"),
        "webPath": Kind(lambda _, thing, __: f"/{path(thing)}"),
    }


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://gitlab/{kind}/{number}"


def _label_id(one: Label) -> str:
    return gid("GroupLabel" if isinstance(one.owner, Group) else "ProjectLabel", one.id)


def _project(asked: Asked, _: object, given: Given) -> Project | None:
    found = namespaces.find_project(asked.state, str(given.get("fullPath") or ""))
    return found if found and access.sees_project(asked.viewer, found) else None


def _group(asked: Asked, _: object, given: Given) -> Group | None:
    path = str(given.get("fullPath") or "").lower()
    found = next((one for one in asked.state.groups.values() if one.full_path.lower() == path), None)
    return found if found and access.sees_group(asked.viewer, found, asked.state.projects.values()) else None


def _namespace(asked: Asked, _: object, given: Given) -> Group | None:
    path = str(given.get("fullPath") or "").lower()
    own = next((one for one in asked.state.namespaces.values() if one.path.lower() == path), None)
    return _group(asked, None, given) or (own if own and own.owner is asked.viewer else None)


def _user(asked: Asked, _: object, given: Given) -> User | None:
    wanted = (str(given.get("username") or "").lower(), str(given.get("id") or ""))
    everybody = asked.state.users.values() if asked.viewer else ()
    return next(
        (one for one in everybody if one.username.lower() == wanted[0] or gid("User", one.id) == wanted[1]), None
    )


def _one_issue(asked: Asked, _: object, given: Given) -> Issue | None:
    found = next((one for one in asked.state.issues.values() if gid("Issue", one.id) == given.get("id")), None)
    return found if found and access.sees_issue(asked.viewer, found) else None


def _issues(asked: Asked, where: Project | Group, given: Given) -> Sequence[Issue]:
    inside = [
        one
        for one in asked.state.projects.values()
        if one is where or (isinstance(where, Group) and where in one.group.line())
    ]
    found = [issue for one in inside for issue in one.issues.values() if access.sees_issue(asked.viewer, issue)]
    found = [one for one in found if _fits(one, given)]
    word = str(given.get("sort") or "created_desc").lower()
    name, _, direction = word.rpartition("_")
    if name not in SORTS:
        raise Faulty([{"message": f"The stand-in does not sort issues by {word}"}])
    found.sort(key=lambda one: (SORTS[name][0](one), one.id), reverse=direction == "desc")
    return found


def _fits(one: Issue, given: Given) -> bool:
    state, words = str(given.get("state") or "all").lower(), str(given.get("search") or "").lower()
    iids = {str(each) for each in _many(given.get("iids")) + _many(given.get("iid"))}
    titles = {label.title for label in one.labels}
    wanted, unwanted = _many(given.get("labelName")), _many((given.get("not") or {}).get("labelName"))
    after, before = given.get("updatedAfter"), given.get("createdAfter")
    return (
        state in ("all", one.state)
        and (not iids or str(one.iid) in iids)
        and set(wanted) <= titles
        and titles.isdisjoint(unwanted)
        and (words in one.title.lower() or words in (one.description or "").lower())
        and given.get("authorUsername") in (None, one.author.username)
        and set(_many(given.get("assigneeUsernames"))) <= {each.username for each in one.assignees}
        and given.get("confidential") in (None, one.confidential)
        and (not after or one.updated_at >= read_moment(str(after), "updatedAfter"))
        and (not before or one.created_at >= read_moment(str(before), "createdAfter"))
    )


def _many(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def _issue_of(asked: Asked, project: Project, given: Given) -> Issue | None:
    found = next(iter(_issues(asked, project, given)), None)
    return found if given.get("iid") is not None else None


def _notes(asked: Asked, issue: Issue, given: Given) -> Sequence[Note]:
    choice = str(given.get("filter") or "ALL_NOTES")
    seen = [one for one in issue.notes if access.sees_note(asked.viewer, one)]
    return [one for one in seen if choice == "ALL_NOTES" or one.system is (choice == "ONLY_ACTIVITY")]


def _labels_of(_: Asked, place: Project | Group, given: Given) -> Sequence[Label]:
    found = list(available(place)) if isinstance(place, Project) else list(place.labels.values())
    words, title = str(given.get("searchTerm") or "").lower(), given.get("title")
    return sorted(
        [one for one in found if words in one.title.lower() and title in (None, one.title)], key=lambda one: one.title
    )


def _sorted_labels(_: Asked, issue: Issue, __: Given) -> Sequence[Label]:
    return sorted(issue.labels, key=lambda one: one.title)


USER: dict[str, Kind] = _url(lambda one: one.username) | {
    "id": _plain(lambda one: gid("User", one.id)),
    "username": _plain(lambda one: one.username),
    "name": _plain(lambda one: one.name),
    "state": _plain(lambda one: one.state),
    "bot": _plain(lambda one: one.bot),
    "human": _plain(lambda one: not one.bot),
    "active": _plain(lambda one: one.state == "active"),
    "avatarUrl": _plain(lambda _: None),
    "publicEmail": _plain(lambda one: one.profile.get("public_email")),
    "createdAt": _plain(lambda one: stamp(one.created_at)),
}
LABEL: dict[str, Kind] = {
    "id": _plain(_label_id),
    "title": _plain(lambda one: one.title),
    "color": _plain(lambda one: one.color),
    "textColor": _plain(lambda one: text_color(one.color)),
    "description": _plain(lambda one: one.description),
    "archived": _plain(lambda one: one.archived),
    "createdAt": _plain(lambda one: stamp(one.created_at)),
    "updatedAt": _plain(lambda one: stamp(one.updated_at)),
}
NOTE: dict[str, Kind] = {
    "id": _plain(lambda one: gid("Note", one.id)),
    "body": _plain(lambda one: one.body),
    "author": Kind(lambda _, one, __: one.author, "UserCore"),
    "system": _plain(lambda one: one.system),
    "internal": _plain(lambda one: one.internal),
    "confidential": _plain(lambda one: one.internal),
    "createdAt": _plain(lambda one: stamp(one.created_at)),
    "updatedAt": _plain(lambda one: stamp(one.updated_at)),
}
ISSUE: dict[str, Kind] = _url(lambda one: f"{one.project.full_path}/-/issues/{one.iid}") | {
    "id": _plain(lambda one: gid("Issue", one.id)),
    "iid": _plain(lambda one: str(one.iid)),
    "title": _plain(lambda one: one.title),
    "description": _plain(lambda one: one.description),
    "state": _plain(lambda one: one.state),
    "type": _plain(lambda one: one.issue_type.upper()),
    "confidential": _plain(lambda one: one.confidential),
    "discussionLocked": _plain(lambda one: bool(one.discussion_locked)),
    "weight": _plain(lambda one: one.weight),
    "dueDate": _plain(lambda one: one.due_date and one.due_date.isoformat()),
    "createdAt": _plain(lambda one: stamp(one.created_at)),
    "updatedAt": _plain(lambda one: stamp(one.updated_at)),
    "closedAt": _plain(lambda one: stamp_or_none(one.closed_at)),
    "reference": Kind(
        lambda _, one, given: f"{one.project.full_path if given.get('full') else ''}#{one.iid}", arguments=("full",)
    ),
    "userNotesCount": _plain(lambda one: sum(not note.system for note in one.notes)),
    "author": Kind(lambda _, one, __: one.author, "UserCore"),
    "project": Kind(lambda _, one, __: one.project, "Project"),
    "assignees": Kind(lambda _, one, __: one.assignees, "UserCore", many=True),
    "labels": Kind(_sorted_labels, "Label", many=True),
    "notes": Kind(_notes, "Note", many=True, arguments=("filter",)),
}
ISSUE_FILTERS = (
    "state",
    "labelName",
    "iid",
    "iids",
    "search",
    "sort",
    "authorUsername",
    "assigneeUsernames",
    "confidential",
    "updatedAfter",
    "createdAfter",
    "not",
)
PLACE: dict[str, Kind] = {
    "name": _plain(lambda one: one.name),
    "path": _plain(lambda one: one.path),
    "fullPath": _plain(lambda one: one.full_path),
    "visibility": _plain(lambda one: one.visibility),
    "issues": Kind(_issues, "Issue", many=True, arguments=ISSUE_FILTERS),
    "labels": Kind(_labels_of, "Label", many=True, arguments=("searchTerm", "title")),
}
PROJECT: dict[str, Kind] = (
    PLACE
    | _url(lambda one: one.full_path)
    | {
        "id": _plain(lambda one: gid("Project", one.id)),
        "description": _plain(lambda one: one.description),
        "archived": _plain(lambda one: one.own.archived),
        "createdAt": _plain(lambda one: stamp(one.created_at)),
        "issuesEnabled": _plain(lambda one: one.issues_enabled),
        "openIssuesCount": _plain(lambda one: sum(each.state == "opened" for each in one.issues.values())),
        "starCount": _plain(lambda one: len(one.own.starred_by)),
        "nameWithNamespace": _plain(lambda one: " / ".join([*(g.name for g in reversed(one.group.line())), one.name])),
        "issue": Kind(_issue_of, "Issue", arguments=("iid",)),
        "group": Kind(lambda _, one, __: None if one.group.owner else one.group, "Group"),
        "namespace": Kind(lambda _, one, __: one.group, "Namespace"),
    }
)
GROUP: dict[str, Kind] = (
    PLACE
    | _url(lambda one: f"groups/{one.full_path}")
    | {
        "id": _plain(lambda one: gid("Group", one.id)),
        "fullName": _plain(lambda one: " / ".join(each.name for each in reversed(one.line()))),
        "description": _plain(lambda one: one.own.settings.get("description", "")),
        "parent": Kind(lambda _, one, __: one.parent, "Group"),
    }
)
SCHEMA: Mapping[str, Mapping[str, Kind]] = {
    "Query": {
        "currentUser": Kind(lambda asked, _, __: asked.viewer, "CurrentUser"),
        "user": Kind(_user, "UserCore", arguments=("id", "username")),
        "project": Kind(_project, "Project", arguments=("fullPath",)),
        "group": Kind(_group, "Group", arguments=("fullPath",)),
        "namespace": Kind(_namespace, "Namespace", arguments=("fullPath",)),
        "issue": Kind(_one_issue, "Issue", arguments=("id",)),
        "metadata": Kind(lambda _, __, ___: VERSION, "Metadata"),
    },
    "CurrentUser": USER,
    "UserCore": USER,
    "Project": PROJECT,
    "Group": GROUP,
    "Namespace": {name: GROUP[name] for name in ("name", "path", "fullPath", "fullName", "visibility")}
    | {"id": _plain(lambda one: gid("Namespaces::UserNamespace" if one.owner else "Group", one.id))},
    "Issue": ISSUE,
    "Label": LABEL,
    "Note": NOTE,
    "Metadata": {
        "version": _plain(lambda one: one),
        "revision": _plain(lambda _: "fake"),
        "enterprise": _plain(lambda _: True),
    },
    "PageInfo": {
        "hasNextPage": _plain(lambda page: page.after),
        "hasPreviousPage": _plain(lambda page: page.before),
        "startCursor": _plain(lambda page: cursor(page.rows[0]) if page.rows else None),
        "endCursor": _plain(lambda page: cursor(page.rows[-1]) if page.rows else None),
    },
}
