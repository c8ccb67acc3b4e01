"""Who follows an issue or a label: an explicit answer, else participation
(doc/user/profile/notifications.md, documented)."""

import re

from app.fakegitlab import access
from app.fakegitlab.model import Issue, Label, User
from app.fakegitlab.state import State

_MENTION = re.compile(r"(?<![\w/`@.])@([A-Za-z0-9_][A-Za-z0-9_.-]*)")


def mentioned(state: State, text: str) -> list[User]:
    """The people named as `@username` in a text, in order; code spans and quotes are not told apart
    (differs from doc/user/discussions/_index.md, documented)."""
    if "@" not in text:
        return []
    by_name = {user.username.lower(): user for user in state.users.values()}
    names = (name.rstrip(".").lower() for name in _MENTION.findall(text))
    return list(dict.fromkeys(by_name[name] for name in names if name in by_name))


def participants(state: State, issue: Issue, viewer: User | None) -> list[User]:
    """Author, assignees, whoever commented where the viewer can read it, and whom those texts mention."""
    notes = [note for note in issue.notes if not note.system and access.sees_note(viewer, note)]
    texts = [issue.description or "", *(note.body for note in notes)]
    named = [user for text in texts for user in mentioned(state, text) if access.sees_issue(user, issue)]
    return list(dict.fromkeys([issue.author, *issue.assignees, *(note.author for note in notes), *named]))


def subscribed(state: State, user: User | None, issue: Issue) -> bool:
    """What the person said last; without that, whether they take part."""
    if user is None:
        return False
    return issue.subscriptions.get(user.id, False) or (
        user.id not in issue.subscriptions and user in participants(state, issue, user)
    )


def subscribe(state: State, user: User, issue: Issue, wanted: bool) -> bool:
    """False when it is so already (GitLab answers 304)."""
    access.require_issue(user, issue)
    if subscribed(state, user, issue) == wanted:
        return False
    issue.subscriptions[user.id] = wanted
    return True


def follow(user: User, label: Label, wanted: bool) -> bool:
    """As `subscribe`, for a label."""
    if (user.id in label.subscribers) == wanted:
        return False
    if wanted:
        label.subscribers.add(user.id)
    else:
        label.subscribers.discard(user.id)
    return True
