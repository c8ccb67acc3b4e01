"""REST v4 as an ASGI application: who asks, which route, faults, loud unknowns."""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool

from app.fakegitlab import authentication, recursion
from app.fakegitlab.api import (
    administration,
    boards,
    history,
    hook_events,
    hooks,
    issue_actions,
    issues,
    labels,
    milestones,
    notes,
)
from app.fakegitlab.api.answer import Answer, Later, encode, ok
from app.fakegitlab.api.manners import Manners
from app.fakegitlab.api.request import NotBuilt, Request
from app.fakegitlab.api.resources import RESOURCES
from app.fakegitlab.api.routing import routes
from app.fakegitlab.faults import Fault
from app.fakegitlab.limits import TOO_MANY, of_action
from app.fakegitlab.model import Token
from app.fakegitlab.refusal import Moved, Refused
from app.fakegitlab.state import Call
from app.fakegitlab.world import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ROOT = "/api/v4"
HANDLERS = (administration, boards, history, hook_events, hooks, issue_actions, issues, labels, milestones, notes)


class Transport(Protocol):
    """What a fault needs of the connection."""

    def abort(self) -> None:
        """Break it now."""


class ConnectionDropped(Exception):
    """A fault broke the connection, and there is no real one to break (an in-process client)."""


class Asked(NamedTuple):
    """One request as it came over the wire; `path` is still percent-encoded, without `/api/v4`."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Told:
    """What the list of calls keeps of a request."""

    template: str
    username: str = ""
    observed: int = 0


class RestApi:
    """Answers everything under `/api/v4`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._manners = Manners(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        self._world.under_way += 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._world.under_way -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = await _read(scope, receive)
        if self._world.faults.latency:
            await asyncio.sleep(self._world.faults.latency)
        fault = self._world.faults.strike(asked.method, asked.path)
        if fault and fault.kind in ("hang", "late"):
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "hang":
            await _drop(scope)
            return
        answer = await self._served(asked, fault)
        if fault and fault.kind == "lose_answer":
            await _drop(scope)
            return
        await reply(send, answer, asked.method)

    async def _served(self, asked: Asked, fault: Fault | None) -> Answer:
        began, known = time.perf_counter(), asked.headers.get("if-none-match")
        with self._world.lock:
            if self._world.tidied_on != self._world.now().date():
                self._world.time_passed()
            told = Told(asked.path)
            answer = self._answer(asked, fault, told)
        if isinstance(answer, Later):
            answer = await run_in_threadpool(answer.finish)
        took = time.perf_counter() - began
        with self._world.lock:
            self._manners.dress(answer, asked.method, known, told.username, told.observed, took)
            self._world.calls.append(Call(asked.method, told.template, asked.path, told.username, answer.status))
        return answer

    def _answer(self, asked: Asked, fault: Fault | None, told: Told) -> Answer:
        """The answer; who asked for what goes into `told`."""
        try:
            return self._admitted(asked, fault, told)
        except Moved as moved:
            return Answer(moved.status, encode(moved.body), [(b"location", moved.location.encode())])
        except Refused as refused:
            return ok(refused.body, refused.status)
        except NotBuilt as missing:
            return unknown(self._world, asked.method, ROOT + asked.path, str(missing))

    def _admitted(self, asked: Asked, fault: Fault | None, told: Told) -> Answer:
        try:
            token = authentication.caller(self._world, asked.headers, asked.query)
            told.username = token.user.username if token else ""
        finally:
            told.observed = self._manners.observe(told.username)
        if self._world.limits and told.observed > self._world.limits.requests:
            return self._manners.retry_later(self._manners.seconds_left())
        found = routes.find(asked.method, asked.path)
        if found is None:
            return self._nowhere(asked)
        told.template = found[0]
        struck = self._struck(fault)
        if struck is not None:
            return struck
        if self._limited(asked, told.template, told.username):
            return ok({"message": {"error": TOO_MANY}}, 429)
        return self._handle(found, asked, token, fault)

    def _handle(
        self,
        found: tuple[str, Callable[[Request], Answer], dict[str, str]],
        asked: Asked,
        token: Token | None,
        fault: Fault | None,
    ) -> Answer:
        method = "GET" if asked.method == "HEAD" else asked.method
        token = authentication.admitted(token, method, found[0])
        request = Request(self._world, method, asked.path, asked.query, token)
        if token is not None:
            request.user = authentication.impersonated(self._world, token, asked.headers, asked.query)
        request.arguments = found[2]
        request.read_body(asked.headers.get("content-type", ""), asked.body)
        request.given = frozenset(request.parameters)
        if fault and fault.kind == "drop_fields":
            for name in fault.fields:
                request.parameters.pop(name, None)
        with recursion.caused_by(self._world.chains, asked.headers.get("x-gitlab-event-uuid")):
            return found[1](request)

    def _limited(self, asked: Asked, template: str, username: str) -> bool:
        kind = of_action(asked.method, template, "search=" in asked.query)
        return kind is not None and self._manners.over(kind, username)

    def _nowhere(self, asked: Asked) -> Answer:
        """No route: `OPTIONS` and `PATCH` are answered as Grape does, what GitLab surely lacks is 404, the rest 501.

        501 is the stand-in's own: a client must not take "not built here" for "GitLab has none".
        """
        allowed = routes.allowed(asked.path)
        allow = [(b"allow", ", ".join(allowed).encode())]
        if allowed and asked.method == "OPTIONS":
            return Answer(204, b"", allow)
        if allowed and asked.method not in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            return Answer(405, encode({"error": "405 Not Allowed"}), allow)
        if asked.path.strip("/").split("/")[0] not in RESOURCES:
            return ok({"error": "404 Not Found"}, 404)
        raise NotBuilt("path")

    def _struck(self, fault: Fault | None) -> Answer | None:
        """The answer of a fault that stops the request before anything is done."""
        if fault and fault.kind == "rate_limit":
            return self._manners.retry_later(fault.retry_after)
        if fault and fault.kind == "server_error":
            return Answer(fault.status, encode({"message": f"{fault.status} Server Error"}))
        return None


def unknown(world: World, method: str, path: str, what: str = "path") -> Answer:
    """501, and a line in `unknown_calls` that tests can fail on."""
    line = f"{method} {path}" if what == "path" else f"{method} {path} ({what})"
    world.unknown_calls.append(line)
    return ok({"message": f"501 The stand-in does not know {line}"}, 501)


async def _read(scope: Scope, receive: Receive) -> Asked:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1").split("?")[0].removeprefix(ROOT)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Asked(scope["method"], path, scope["query_string"].decode("latin-1"), headers, b"".join(chunks))


async def _drop(scope: Scope) -> None:
    """Break the connection without an answer."""
    transport: Transport | None = scope.get("state", {}).get("transport")
    if transport is None:
        raise ConnectionDropped
    transport.abort()
    await asyncio.sleep(0.01)


async def reply(send: Send, answer: Answer, method: str) -> None:
    """Send it; to `HEAD` only what its headers would be."""
    headers = answer.headers
    if answer.status not in (204, 304):
        length = str(len(answer.body)).encode()
        headers = [(b"content-type", answer.content_type), (b"content-length", length), *headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})
