"""An issue is closed or reopened, with a state event and a webhook of its own (CONTRACT 1, sure)."""

from app.fakegitlab import hooks, payloads
from app.fakegitlab.model import Issue, StateEvent, User
from app.fakegitlab.refusal import bad_parameter
from app.fakegitlab.state import State


def change_state(state: State, actor: User, issue: Issue, wish: str) -> None:
    """`close` or `reopen`; nothing happens if it is so already."""
    if wish not in ("close", "reopen"):
        raise bad_parameter("state_event does not have a valid value")
    target = "closed" if wish == "close" else "opened"
    if issue.state == target:
        return
    before = payloads.photograph(state.base_url, issue)
    now = state.now()
    issue.state, issue.updated_at, issue.updated_by = target, now, actor
    issue.closed_at = now if target == "closed" else None
    issue.closed_by = actor if target == "closed" else None
    if target == "opened":
        issue.moved_to = issue.duplicated_to = None
    verb = "closed" if target == "closed" else "reopened"
    issue.state_events.append(StateEvent(state.next_id("state_event"), actor, verb, now))
    state.touched(issue)
    for blocker in [link.source for link in state.links.values() if link.target is issue]:
        state.touched(blocker)
    changes = payloads.differences(before, payloads.photograph(state.base_url, issue))
    hooks.issue_happened(state, actor, issue, wish, changes)
