"""Which hook hears of what (CONTRACT 1, sure)."""

from collections.abc import Callable, Sequence

from app.fakegitlab import payloads
from app.fakegitlab.deliveries import again, alert_status, fared, written
from app.fakegitlab.limits import WEBHOOKS_BY_TIER
from app.fakegitlab.model import Award, Group, Hook, Issue, Milestone, Note, Project, Token, User
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.payloads import Json
from app.fakegitlab.state import State

EVENT_NAMES = {
    "issues_events": "Issue Hook",
    "confidential_issues_events": "Confidential Issue Hook",
    "note_events": "Note Hook",
    "confidential_note_events": "Confidential Note Hook",
    "emoji_events": "Emoji Hook",
    "milestone_events": "Milestone Hook",
    "resource_access_token_events": "Resource Access Token Hook",
}


def issue_happened(state: State, actor: User, issue: Issue, action: str, changes: Json) -> None:
    """Tell the hooks about an issue: confidential ones go to the confidential scope only (CONTRACT 1, sure)."""
    scope = "confidential_issues_events" if issue.confidential else "issues_events"
    base, era = state.base_url, state.issues_as_work_items
    _emit(state, issue.project, scope, lambda: payloads.issue_event(base, actor, issue, action, changes, era))


def note_happened(state: State, actor: User, note: Note, action: str) -> None:
    """Tell the hooks about a comment: internal ones, and those on confidential issues, go to the confidential scope."""
    confidential = note.internal or note.issue.confidential
    scope = "confidential_note_events" if confidential else "note_events"
    _emit(state, note.issue.project, scope, lambda: payloads.note_event(state.base_url, actor, note, action))


def emoji_happened(state: State, actor: User, award: Award, target: Issue | Note, action: str) -> None:
    """Tell the hooks about a reaction."""
    project = target.issue.project if isinstance(target, Note) else target.project
    body = lambda: payloads.emoji_event(state.base_url, actor, award, target, action)  # noqa: E731
    _emit(state, project, "emoji_events", body)


def milestone_happened(state: State, milestone: Milestone, action: str) -> None:
    """Tell the hooks about a project's milestone: `create`, `close` or `reopen`
    (doc/user/project/integrations/webhook_events.md, documented)."""
    owner = milestone.owner
    if isinstance(owner, Project):
        _emit(state, owner, "milestone_events", lambda: payloads.milestone_event(state.base_url, milestone, action))


def token_expires(state: State, token: Token, place: Project | Group) -> None:
    """Tell the hooks that a project's or group's access token dies soon; a group's tells group hooks only."""
    hooks = audience(state, place)
    _tell(state, hooks, "resource_access_token_events", lambda: payloads.token_event(state.base_url, token, place))


def audience(state: State, place: Project | Group) -> list[Hook]:
    """The place's hooks and, on Premium, those of the groups above: all tell, under different ids
    (CONTRACT 1, documented)."""
    groups = (place.group if isinstance(place, Project) else place).line() if state.tier == "premium" else []
    hooks = list(place.hooks.values()) if isinstance(place, Project) else []
    return hooks + [hook for group in groups for hook in group.hooks.values()]


def _emit(state: State, project: Project, scope: str, body: Callable[[], Json]) -> None:
    _tell(state, audience(state, project), scope, body)


def _tell(state: State, hooks: Sequence[Hook], scope: str, body: Callable[[], Json]) -> None:
    listening = [hook for hook in hooks if hook.events.get(scope)] if state.webhooks_on else []
    data = body() if listening else {}
    for hook in listening:
        executable = alert_status(hook, state.now()) == "executable"
        if state.faults.hook_outage or not executable or _too_many(state, hook):
            hook.lost += 1
            continue
        chain = state.chains.join(hook, state.now())
        if chain is None:
            hook.lost += 1
            continue
        delivery = written(state, hook, EVENT_NAMES[scope], data, chain)
        if delivery.error:
            fared(state, delivery, None, delivery.error)
        else:
            state.outbox.put(delivery)


def _too_many(state: State, hook: Hook) -> bool:
    """Whether the top-level group has used up its minute: the event is dropped, not queued (CONTRACT 1, sure)."""
    if state.limits is None:
        return False
    most = state.limits.webhooks or WEBHOOKS_BY_TIER[state.tier]
    group = hook.owner.group if isinstance(hook.owner, Project) else hook.owner
    return state.counted.add("webhooks", group.line()[-1].id, state.now()) > most


def resend(state: State, delivery: Delivery) -> None:
    """ "Resend Request": same id and body, renewed timestamp and signature."""
    state.outbox.put(again(state, delivery))
