"""Which hook hears of what, with which headers; and how failing hooks are switched off (CONTRACT 1)."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from app.fakegitlab import payloads
from app.fakegitlab.model import Award, Hook, Issue, Milestone, Note, Project, User
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.payloads import Json
from app.fakegitlab.signing import signature
from app.fakegitlab.state import State

VERSION = "19.4.0-ee"
EVENT_NAMES = {
    "issues_events": "Issue Hook",
    "confidential_issues_events": "Confidential Issue Hook",
    "note_events": "Note Hook",
    "confidential_note_events": "Confidential Note Hook",
    "emoji_events": "Emoji Hook",
    "milestone_events": "Milestone Hook",
}
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
FAILURES_BEFORE_A_PAUSE = 4
FAILURES_BEFORE_THE_END = 40
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=24)


def issue_happened(state: State, actor: User, issue: Issue, action: str, changes: Json) -> None:
    """Tell the hooks about an issue: confidential ones go to the confidential scope only (CONTRACT 1)."""
    scope = "confidential_issues_events" if issue.confidential else "issues_events"
    _emit(state, issue.project, scope, lambda: payloads.issue_event(state.base_url, actor, issue, action, changes))


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
    """Tell the hooks about a project's milestone: `create`, `close` or `reopen` (documented)."""
    owner = milestone.owner
    if isinstance(owner, Project):
        _emit(state, owner, "milestone_events", lambda: payloads.milestone_event(state.base_url, milestone, action))


def encoded(body: Json) -> bytes:
    """JSON as Rails writes it: UTF-8, with `<`, `>` and `&` escaped."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES).encode()


def audience(state: State, project: Project) -> list[Hook]:
    """The project's hooks and, on Premium, those of its groups: both tell, under different ids (CONTRACT 1)."""
    hooks = list(project.hooks.values())
    if state.tier == "premium":
        hooks += [hook for group in project.group.line() for hook in group.hooks.values()]
    return hooks


def _emit(state: State, project: Project, scope: str, body: Callable[[], Json]) -> None:
    if not state.webhooks_on:
        return
    listening = [hook for hook in audience(state, project) if hook.events.get(scope)]
    raw = encoded(body()) if listening else b""
    chain = str(uuid.uuid4())
    for hook in listening:
        if state.faults.hook_outage or alert_status(hook, state.now()) != "executable":
            hook.lost += 1
            continue
        delivery = Delivery(str(uuid.uuid4()), hook, EVENT_NAMES[scope], {}, raw)
        address(state, delivery, chain)
        hook.recent.append(delivery)
        state.outbox.put(delivery)


def address(state: State, delivery: Delivery, chain: str) -> None:
    """Write the headers of one attempt: the id stays, the timestamp and the Webhook-UUID are new each time."""
    timestamp = str(int(state.now().timestamp()))
    delivery.headers = {
        "Content-Type": "application/json",
        "User-Agent": f"GitLab/{VERSION}",
        "Idempotency-Key": delivery.id,
        "X-Gitlab-Event": delivery.event,
        "X-Gitlab-Webhook-UUID": str(uuid.uuid4()),
        "X-Gitlab-Instance": state.base_url,
        "webhook-timestamp": timestamp,
        "webhook-id": delivery.id,
        "X-Gitlab-Event-UUID": chain,
    }
    if delivery.hook.token:
        delivery.headers["X-Gitlab-Token"] = delivery.hook.token
    if delivery.hook.signing_token:
        mark = signature(delivery.hook.signing_token, delivery.id, timestamp, delivery.body)
        delivery.headers["webhook-signature"] = mark


def resend(state: State, delivery: Delivery) -> None:
    """ "Resend Request": same id and body, renewed timestamp and signature."""
    address(state, delivery, delivery.headers["X-Gitlab-Event-UUID"])
    state.outbox.put(delivery)


def alert_status(hook: Hook, now: datetime) -> str:
    """`executable`, `temporarily_disabled` or `disabled`; while not executable, events are lost."""
    if hook.disabled_for_good:
        return "disabled"
    return "temporarily_disabled" if hook.disabled_until and hook.disabled_until > now else "executable"


def fared(state: State, delivery: Delivery, status: int | None, error: str | None = None) -> None:
    """Count what came of an attempt: 2xx and 3xx reset; 4 failures pause 1 min doubling to 24 h; 40 end it."""
    delivery.status, delivery.error = status, error
    delivery.attempts.append(status)
    hook = delivery.hook
    if delivery.answered:
        hook.failures, hook.disabled_until, hook.disabled_for_good = 0, None, False
        return
    hook.failures += 1
    if hook.failures >= FAILURES_BEFORE_THE_END:
        hook.disabled_for_good = True
    elif hook.failures >= FAILURES_BEFORE_A_PAUSE:
        pause = FIRST_PAUSE * 2 ** min(hook.failures - FAILURES_BEFORE_A_PAUSE, 12)
        hook.disabled_until = state.now() + min(pause, LONGEST_PAUSE)
