"""To-do items: from assignment, mention and wish; done by acting on the issue (app/services/todo_service.rb, sure)."""

from collections.abc import Iterable

from app.fakegitlab import access
from app.fakegitlab.agenda import Todo
from app.fakegitlab.model import Issue, Note, User
from app.fakegitlab.state import State
from app.fakegitlab.subscriptions import mentioned


def pending(state: State, user: User, issue: Issue) -> list[Todo]:
    """What the person still has to look at on this issue."""
    return [one for one in state.todos.get(issue.id, ()) if one.user is user and one.state == "pending"]


def of(state: State, user: User) -> list[Todo]:
    """All of the person's items, newest first (`State.todos` keeps them by issue)."""
    found = [one for many in state.todos.values() for one in many if one.user is user]
    return sorted(found, key=lambda one: -one.id)


def mark(state: State, user: User, issue: Issue) -> Todo | None:
    """The person's own `marked` item; None when one is pending already (GitLab answers 304)."""
    access.require_issue(user, issue)
    return None if pending(state, user, issue) else _add(state, user, user, issue, None, "marked")


def assigned(state: State, actor: User, issue: Issue, people: Iterable[User]) -> None:
    """For everybody newly assigned; also for oneself (app/services/todo_service.rb, sure)."""
    for user in people:
        _add(state, user, actor, issue, None, "assigned")


def told(state: State, actor: User, issue: Issue, note: Note | None, text: str, before: str = "") -> None:
    """For whom a new text mentions and an earlier did not; not oneself, nor those who cannot read it."""
    known = set(mentioned(state, before)) if before else set()
    opening = text.lstrip().lower()
    for user in mentioned(state, text):
        readable = access.sees_issue(user, issue) and (note is None or access.sees_note(user, note))
        if user is actor or user in known or not readable:
            continue
        direct = opening.startswith(f"@{user.username.lower()}")
        _add(state, user, actor, issue, note, "directly_addressed" if direct else "mentioned")


def acted(state: State, actor: User, issue: Issue) -> None:
    """Whoever acts on an issue has looked at it: their items are done (app/services/todo_service.rb, sure)."""
    for one in pending(state, actor, issue):
        finish(state, one)


def finish(state: State, one: Todo) -> None:
    """Done, by hand or by acting."""
    if one.state == "pending":
        one.state, one.updated_at = "done", state.now()


def forget(state: State, issue: Issue) -> None:
    """The issue is gone, and what was to do with it."""
    state.todos.pop(issue.id, None)


def _add(state: State, user: User, author: User, issue: Issue, note: Note | None, action: str) -> Todo:
    now = state.now()
    new = Todo(state.next_id("todo"), user, author, issue, note, action, now, now)
    state.todos.setdefault(issue.id, []).append(new)
    return new
