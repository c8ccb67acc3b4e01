"""One attempt to tell one hook: headers, body, and what came of it (CONTRACT 1; app/services/web_hook_service.rb,
sure)."""

import dataclasses
import json
import re
import uuid
from datetime import datetime, timedelta

from app.fakegitlab.model import Hook
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.payloads import Json
from app.fakegitlab.signing import signature
from app.fakegitlab.state import State

VERSION = "19.4.0-ee"
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
FAILURES_BEFORE_A_PAUSE = 4
FAILURES_BEFORE_THE_END = 40
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=24)
REMEMBERED = timedelta(days=2)
NO_ARRAYS = "You may be trying to access an array value, which is not supported."
_FIELD = re.compile(r"{{(.+?)}}")


class TemplateFailed(Exception):
    """A custom template did not become JSON; the text is what GitLab logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Error while parsing rendered custom webhook template: {reason}")


def encoded(body: object) -> bytes:
    """JSON as Rails writes it: UTF-8, with `<`, `>` and `&` escaped."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES).encode()


def written(state: State, hook: Hook, event: str, data: Json, chain: str) -> Delivery:
    """A delivery of this event, addressed and remembered; with a template that fails it has an error and no body."""
    now = state.now()
    delivery = Delivery(str(uuid.uuid4()), hook, event, {}, b"", number=state.next_id("delivery"), at=now)
    delivery.sent_to = hook.interpolated_url
    try:
        delivery.body = encoded(rendered(hook.custom_webhook_template, data) if hook.custom_webhook_template else data)
    except TemplateFailed as failed:
        delivery.error = str(failed)
    address(state, delivery, chain)
    remember(state, delivery)
    return delivery


def rendered(template: str, data: Json) -> object:
    """The template with `{{a.b}}` replaced by the event's fields, read as JSON; raises TemplateFailed."""
    try:
        return json.loads(_FIELD.sub(lambda match: _field(data, match[1]), template))
    except ValueError as mismatch:
        raise TemplateFailed(str(mismatch)) from None


def _field(data: Json, path: str) -> str:
    """A field as JSON, a string without its quotes; `null` for one that is not there."""
    value: object = data
    for name in path.split("."):
        if value is None:
            break
        if not isinstance(value, dict):
            raise TemplateFailed(NO_ARRAYS)
        value = value.get(name)
    text = json.dumps(value, ensure_ascii=False)
    return text[1:-1] if isinstance(value, str) else text


def address(state: State, delivery: Delivery, chain: str) -> None:
    """Write the headers of one attempt: the id stays, the timestamp and the Webhook-UUID are new each time.

    The hook's own headers cannot override GitLab's.
    """
    timestamp, hook = str(int(state.now().timestamp())), delivery.hook
    headers = {
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
    if hook.token:
        headers["X-Gitlab-Token"] = hook.token
    if hook.signing_token:
        headers["webhook-signature"] = signature(hook.signing_token, delivery.id, timestamp, delivery.body)
    taken = {name.lower() for name in headers}
    delivery.headers = {name: one for name, one in hook.custom_headers.items() if name.lower() not in taken} | headers


def remember(state: State, delivery: Delivery) -> None:
    """Put it among the hook's recent deliveries, which are kept for two days (CONTRACT 1, documented)."""
    recent, oldest = delivery.hook.recent, state.now() - REMEMBERED
    while recent and isinstance(recent[0], Delivery) and recent[0].at and recent[0].at < oldest:
        recent.popleft()
    recent.append(delivery)


def again(state: State, delivery: Delivery) -> Delivery:
    """The same id and body once more: renewed timestamp and signature, remembered as an attempt of its own."""
    copy = dataclasses.replace(
        delivery, number=state.next_id("delivery"), at=state.now(), status=None, error=None, attempts=[]
    )
    address(state, copy, delivery.headers["X-Gitlab-Event-UUID"])
    remember(state, copy)
    return copy


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
