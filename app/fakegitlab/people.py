"""People, bots, tokens and memberships (CONTRACT 10, documented)."""

import re
from collections.abc import Sequence
from datetime import date

from app.fakegitlab.model import LEVELS, Group, Issue, Note, Project, Token, User
from app.fakegitlab.refusal import conflict, invalid
from app.fakegitlab.state import State

GHOST = "ghost"
LEVEL_NAMES = {number: name.replace("_", " ").capitalize() for name, number in LEVELS.items()}
NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(?<!\.git)(?<!\.atom)")
NAME_RULE = (
    "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'."
)
ADMIN_SCOPES = ("api", "sudo", "admin_mode")


def add(state: State, username: str, name: str, token: str | None, bot: bool, admin: bool = False) -> User:
    """A new account with one token; 409 for a taken username."""
    if any(user.username == username for user in state.users.values()):
        raise conflict("Username has already been taken")
    value = token or state.fresh_token()
    user = User(state.next_id("user"), username, name, value, state.now(), bot, admin)
    state.users[user.id] = user
    add_token(state, user, value, ADMIN_SCOPES if admin else ("api",))
    return user


def add_token(
    state: State, user: User, value: str | None = None, scopes: Sequence[str] = ("api",), expires_at: date | None = None
) -> Token:
    """One more token for an account."""
    token = Token(state.next_id("token"), value or state.fresh_token(), user, tuple(scopes), state.now(), expires_at)
    token.name, token.family = user.username, token.id
    state.tokens[token.value] = token
    return token


def forget_tokens(state: State, user: User) -> None:
    """None of the account's tokens ever was."""
    for token in [one for one in state.tokens.values() if one.user is user]:
        del state.tokens[token.value]


def revoke(state: State, token: str) -> None:
    """The token no longer works; nothing the account wrote moves yet (CONTRACT 10, documented)."""
    state.tokens[token].revoked = True


def set_level(
    state: State, place: Project | Group, user: User, level: int | str, expires_at: date | None = None
) -> None:
    """Make somebody a member, until a day or for good: a level's number or name; 0 ends the membership."""
    number = LEVELS[level] if isinstance(level, str) else level
    place.own.member_until.pop(user.id, None)
    if number:
        place.members[user.id] = number
        if expires_at is not None:
            place.own.member_until[user.id] = expires_at
    else:
        place.members.pop(user.id, None)
    for project in state.projects.values():
        project.version += 1


def rename(state: State, user: User, username: str) -> None:
    """A new username; the person's namespace moves along, and their projects' old paths redirect."""
    if not NAME.fullmatch(username):
        raise invalid({"username": [NAME_RULE]})
    user.username = username
    for namespace in (one for one in state.namespaces.values() if one.owner is user):
        for project in (one for one in state.projects.values() if one.group is namespace):
            state.moved[project.full_path.lower()] = project.id
        namespace.path = username
    state.renamed()


def sole_owner(state: State, user: User) -> bool:
    """Whether a top-level group would have no owner without this person."""
    owned = [one for one in state.groups.values() if one.parent is None and one.members.get(user.id) == LEVELS["owner"]]
    return any(list(one.members.values()).count(LEVELS["owner"]) == 1 for one in owned)


def delete(state: State, user: User, hard: bool = False) -> None:
    """Delete an account: what it wrote goes to the ghost user, or away with it (CONTRACT 10, documented)."""
    if hard:
        _erase_words(state, user)
    ghost = next((one for one in state.users.values() if one.username == GHOST), None)
    ghost = ghost or add(state, GHOST, "Ghost User", None, bot=False)
    for issue in state.issues.values():
        _hand_over(issue, user, ghost)
    places: list[Group | Project] = [*state.groups.values(), *state.projects.values()]
    for place in places:
        place.members.pop(user.id, None)
        _hand_over_requests(place, user, ghost)
    del state.users[user.id]
    forget_tokens(state, user)
    state.renamed()


def _erase_words(state: State, user: User) -> None:
    for issue in list(state.issues.values()):
        for note in [one for one in issue.notes if one.author is user]:
            issue.notes.remove(note)
            state.notes.pop(note.id, None)
        if issue.author is user:
            issue.project.issues.pop(issue.iid, None)
            del state.issues[issue.id]


def _hand_over(issue: Issue, user: User, ghost: User) -> None:
    if user in issue.assignees:
        issue.assignees.remove(user)
    owned: list[tuple[object, str]] = [
        (issue, name) for name in ("author", "closed_by", "updated_by", "last_edited_by")
    ]
    owned += [(note, name) for note in issue.notes for name in ("author", "updated_by")]
    owned += [(event, "user") for event in [*issue.label_events, *issue.state_events]]
    for thing, name in owned:
        if getattr(thing, name) is user:
            setattr(thing, name, ghost)
    targets: list[Issue | Note] = [issue, *issue.notes]
    for target in targets:
        target.awards = [award for award in target.awards if award.user is not user]


def _hand_over_requests(place: Group | Project, user: User, ghost: User) -> None:
    for request in place.own.merge_requests.values():
        request.assignee_ids = [one for one in request.assignee_ids if one != user.id]
        request.reviewer_ids = [one for one in request.reviewer_ids if one != user.id]
        request.author_id = ghost.id if request.author_id == user.id else request.author_id
        for note in request.notes:
            note.author_id = ghost.id if note.author_id == user.id else note.author_id


def members(project: Project, users: dict[int, User]) -> list[tuple[User, int]]:
    """Direct and inherited members with their highest level."""
    return _highest([project, *project.group.line()], users)


def group_members(group: Group, users: dict[int, User]) -> list[tuple[User, int]]:
    """As `members`, of a group."""
    return _highest([*group.line()], users)


def _highest(places: "Sequence[Project | Group]", users: dict[int, User]) -> list[tuple[User, int]]:
    ids = dict.fromkeys(one for place in reversed(places) for one in place.members)
    return [(users[one], max(place.members.get(one, 0) for place in places)) for one in ids]
