"""Recent deliveries of a webhook, test requests and resending (lib/api/hooks/events.rb;
lib/api/hooks/resend_hook.rb, sure).

Test and resend are synchronous: the answer waits for the receiver's (CONTRACT 1, sure).
"""

import json

from app.fakegitlab import courier, hook_tests
from app.fakegitlab.api.answer import Answer, Later, created, ok
from app.fakegitlab.api.hooks import hook_of
from app.fakegitlab.api.pagination import paged, per_page
from app.fakegitlab.api.request import NotBuilt, Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.deliveries import REMEMBERED, again, alert_status, fared
from app.fakegitlab.hook_settings import EVENTS
from app.fakegitlab.model import Hook
from app.fakegitlab.moment import stamp_or_none
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import Refused, bad_parameter, not_found
from app.fakegitlab.world import World

CATEGORIES = {"successful": range(200, 300), "client_failure": range(400, 500), "server_failure": range(500, 600)}
MOST_EVENTS = 20
SECRET_HEADERS = ("x-gitlab-token",)


@routes.on("GET", "/projects/:id/hooks/:hook_id/events")
@routes.on("GET", "/groups/:id/hooks/:hook_id/events")
def recent(request: Request) -> Answer:
    """What was sent in the last two days, newest first; `status` takes codes and categories, `per_page` 20 at most."""
    hook = hook_of(request)
    if (request.number("per_page") or 1) > MOST_EVENTS or per_page(request) > MOST_EVENTS:
        raise bad_parameter("per_page does not have a valid value")
    wanted = request.words("status")
    if not all(word in CATEGORIES or word.isdecimal() for word in wanted):
        raise bad_parameter("status does not have a valid value")
    found = [one for one in _attempted(request.world, hook) if not wanted or any(_fits(one, word) for word in wanted)]
    return paged(request, found[::-1], entry)


def _attempted(world: World, hook: Hook) -> list[Delivery]:
    oldest = world.now() - REMEMBERED
    kept = [one for one in hook.recent if isinstance(one, Delivery) and one.attempts]
    return [one for one in kept if one.at is None or one.at >= oldest]


def _fits(delivery: Delivery, word: str) -> bool:
    if word in CATEGORIES:
        return delivery.status in CATEGORIES[word]
    return str(delivery.status) == word


def entry(delivery: Delivery) -> Json:
    """One delivery as `Entities::WebHookLog`; secrets are hidden."""
    hidden = {name.lower() for name in delivery.hook.custom_headers} | set(SECRET_HEADERS)
    headers = {name: "[REDACTED]" if name.lower() in hidden else one for name, one in delivery.headers.items()}
    return {
        "id": delivery.number,
        "url": delivery.hook.url,
        "trigger": delivery.event.lower().replace(" ", "_") + "s",
        "request_headers": headers,
        "request_data": json.loads(delivery.body) if delivery.body else {},
        "response_headers": delivery.answer_headers,
        "response_body": delivery.answer_body,
        "execution_duration": delivery.seconds,
        "response_status": str(delivery.status) if delivery.status is not None else "internal error",
        "created_at": stamp_or_none(delivery.at),
    }


@routes.on("POST", "/projects/:id/hooks/:hook_id/test/:trigger")
@routes.on("POST", "/groups/:id/hooks/:hook_id/test/:trigger")
def test(request: Request) -> Answer:
    """Send an example now, even to a disabled hook; success enables it; 422 for anything but 2xx (CONTRACT 1, sure)."""
    hook, trigger = hook_of(request), request.arguments["trigger"]
    if trigger not in EVENTS:
        raise bad_parameter("trigger does not have a valid value")
    if trigger not in hook_tests.BUILT:
        raise NotBuilt(f"trigger {trigger}")
    world = request.world
    delivery = hook_tests.prepared(world, request.actor, hook, trigger)

    def finish() -> Answer:
        _send(world, delivery)
        if delivery.status is not None and 200 <= delivery.status < 300:
            return ok({"message": "201 Created"}, 201)
        return ok({"message": delivery.error or delivery.answer_body}, 422)

    return Later(finish)


@routes.on("POST", "/projects/:id/hooks/:hook_id/events/:hook_log_id/resend")
@routes.on("POST", "/groups/:id/hooks/:hook_id/events/:hook_log_id/resend")
def resend(request: Request) -> Answer:
    """Send it again now, with the same id and body; 422 for a disabled hook or one that has moved (CONTRACT 1,
    sure)."""
    hook, number, world = hook_of(request), request.owner_argument("hook_log_id"), request.world
    found = next((one for one in _attempted(world, hook) if one.number == number), None)
    if found is None:
        raise not_found()
    if found.sent_to != hook.interpolated_url:
        raise Refused(422, {"message": "The hook URL has changed, and this log entry cannot be retried"})
    if alert_status(hook, world.now()) != "executable":
        raise Refused(422, {"message": "Hook disabled"})
    delivery = again(world, found)

    def finish() -> Answer:
        _send(world, delivery)
        if delivery.status is None:
            return ok({"message": delivery.error}, 422)
        return created({"response_status": delivery.status})

    return Later(finish)


def _send(world: World, delivery: Delivery) -> None:
    if delivery.error:
        with world.lock:
            fared(world, delivery, None, delivery.error)
        return
    with courier.opened() as client:
        courier.send(world, client, delivery)
