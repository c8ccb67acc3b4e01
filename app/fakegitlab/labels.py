"""Labels: finding, making, changing and deleting them (CONTRACT 2, sure)."""

import re
from collections.abc import Iterable, Iterator

from app.fakegitlab import access
from app.fakegitlab.css_colors import CSS_COLORS
from app.fakegitlab.digits import read_number
from app.fakegitlab.model import Group, Label, Project, User
from app.fakegitlab.refusal import Refused, conflict, invalid, not_found
from app.fakegitlab.state import State

DEFAULT_COLOR = "#6699cc"
LONGEST_TITLE = 255
LONGEST_DESCRIPTION = 524_288
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def available(project: Project) -> Iterator[Label]:
    """The project's labels, then those of its groups, nearest first."""
    yield from project.labels.values()
    for group in project.group.line():
        yield from group.labels.values()


def find(project: Project, title: str) -> Label | None:
    """By exact title: lookups are case-sensitive (CONTRACT 2, guess)."""
    return next((label for label in available(project) if label.title == title), None)


def find_all(project: Project, wanted: Iterable[str | Label]) -> list[Label]:
    """Those that exist; unknown titles are ignored (`remove_labels`)."""
    found = [one if isinstance(one, Label) else find(project, one.strip()) for one in wanted]
    return [label for label in found if label is not None]


def find_or_create(state: State, actor: User, project: Project, wanted: Iterable[str | Label]) -> list[Label]:
    """As `find_all`, but an unknown title becomes a project label in the default colour, where permitted."""
    found = []
    for one in wanted:
        label = one if isinstance(one, Label) else find(project, one.strip())
        if label is None and isinstance(one, str) and one.strip() and access.may_set_metadata(actor, project):
            label = _add(state, project, one.strip(), DEFAULT_COLOR, None)
        if label is not None:
            found.append(label)
    return found


def owned(owner: Project | Group, key: str) -> Label:
    """A label by id or title, id first; only the owner's own (CONTRACT 2, sure)."""
    return chosen(list(owner.labels.values()), key)


def chosen(among: list[Label], key: str) -> Label:
    """Id first, then the exact title (CONTRACT 2, sure); by Rails' cast "12abc" is id 12 (CONTRACT 2, guess). Else
    404."""
    digits = re.match(r"[0-9]+", key)
    number = read_number(digits[0]) if digits else None
    by_id = [one for one in among if one.id == number]
    found = next(iter([*by_id, *(one for one in among if one.title == key)]), None)
    if found is None:
        raise not_found("Label")
    return found


def usable(place: Project | Group) -> list[Label]:
    """The place's own and those of the groups above it."""
    if isinstance(place, Project):
        return list(available(place))
    return [label for group in place.line() for label in group.labels.values()]


def create(
    state: State,
    actor: User,
    owner: Project | Group,
    title: str,
    color: str,
    description: str | None = None,
    priority: int | None = None,
) -> Label:
    """A new label; 409 if any available label, also of an ancestor group, has that title."""
    _require_rights(actor, owner)
    title = title.strip()
    if _taken(owner, title):
        raise conflict("Label already exists")
    return _add(state, owner, title, _checked(title, color, description), description, priority)


def _add(
    state: State, owner: Project | Group, title: str, color: str, description: str | None, priority: int | None = None
) -> Label:
    now = state.now()
    label = Label(state.next_id("label"), title, color, description, owner, now, now, priority)
    _checked(title, color, description)
    owner.labels[label.id] = state.labels[label.id] = label
    state.changes.bump()
    return label


def update(
    state: State,
    actor: User,
    label: Label,
    new_title: str | None = None,
    color: str | None = None,
    description: str | None = None,
    archived: bool | None = None,
) -> Label:
    """Change a label. No webhook fires; old label events show the new title (CONTRACT 2, guess). An archived one loses
    its priority (CONTRACT 2, documented)."""
    _require_rights(actor, label.owner)
    title = label.title if new_title is None else new_title.strip()
    if title != label.title and _taken(label.owner, title):
        raise invalid({"title": ["has already been taken"]})
    label.color = _checked(title, color or label.color, description)
    label.title = title
    label.description = label.description if description is None else description
    label.archived = label.archived if archived is None else archived
    label.priority = None if label.archived else label.priority
    label.updated_at = state.now()
    state.renamed()
    return label


def delete(state: State, actor: User, label: Label) -> None:
    """Delete a label, its board lists and its links to issues (CONTRACT 2, sure); label events then show none
    (app/models/resource_label_event.rb, sure)."""
    _require_rights(actor, label.owner)
    if label.lock_on_merge:
        raise Refused(400, {"message": "Label is locked and was not removed"})
    label.deleted = True
    del label.owner.labels[label.id], state.labels[label.id]
    for issue in state.issues.values():
        if label in issue.labels:
            issue.labels.remove(label)
    for board in state.boards.values():
        for gone in [one for one in board.lists if one.label is label]:
            board.lists.remove(gone)
            del state.lists[gone.id]
    state.renamed()


def _require_rights(actor: User, owner: Project | Group) -> None:
    if isinstance(owner, Project):
        access.require_level(actor, owner, access.PLANNER)
    else:
        access.require_group_level(actor, owner, access.PLANNER)


def _taken(owner: Project | Group, title: str) -> bool:
    if isinstance(owner, Project):
        return find(owner, title) is not None
    return any(label.title == title for group in owner.line() for label in group.labels.values())


def _checked(title: str, color: str, description: str | None) -> str:
    """The colour as hex; raises Refused 400 with GitLab's messages."""
    errors: dict[str, list[str]] = {}
    if not title:
        errors["title"] = ["can't be blank"]
    elif "," in title:
        errors["title"] = ["is invalid"]
    elif len(title) > LONGEST_TITLE:
        errors["title"] = ["is too long (maximum is 255 characters)"]
    shade = CSS_COLORS.get(color.lower(), color)
    if not _HEX.fullmatch(shade):
        errors["color"] = ["must be a valid color code"]
    if description and len(description.encode()) > LONGEST_DESCRIPTION:
        errors["description"] = ["is too long (maximum is 512 KiB)"]
    if errors:
        raise invalid(errors)
    return "#" + "".join(digit * 2 for digit in shade[1:]) if len(shade) == 4 else shade


def text_color(color: str) -> str:
    """Dark or light text, whichever reads better on the colour."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return "#1F1E24" if (red * 299 + green * 587 + blue * 114) / 1000 > 150 else "#FFFFFF"
