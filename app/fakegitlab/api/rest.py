"""REST v4 as an ASGI application: who asks, which route, faults, rate-limit headers, loud unknowns."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, Protocol

from app.fakegitlab import authentication
from app.fakegitlab.api import administration, boards, history, hooks, issues, labels, notes
from app.fakegitlab.api.answer import Answer, Headers, encode, ok
from app.fakegitlab.api.request import NotBuilt, Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.faults import Fault
from app.fakegitlab.model import Token
from app.fakegitlab.refusal import Refused
from app.fakegitlab.state import Call
from app.fakegitlab.world import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ROOT = "/api/v4"
REQUESTS_PER_MINUTE = 2000
HANDLERS = (administration, boards, history, hooks, issues, labels, notes)


class Transport(Protocol):
    """What a fault needs of the connection."""

    def abort(self) -> None:
        """Break it now."""


class ConnectionDropped(Exception):
    """A fault broke the connection, and there is no real one to break (an in-process client)."""


class RestApi:
    """Answers everything under `/api/v4`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._observed: dict[str, tuple[int, int]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        path, method = raw.decode("ascii").split("?")[0].removeprefix(ROOT), scope["method"]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _read(receive)
        if self._world.faults.latency:
            await asyncio.sleep(self._world.faults.latency)
        fault = self._world.faults.strike(method, path)
        if fault and fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
            await _drop(scope)
            return
        answer = self._serve(method, path, scope["query_string"].decode("latin-1"), headers, body, fault)
        if fault and fault.kind == "lose_answer":
            await _drop(scope)
            return
        await _reply(send, answer)

    def _serve(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes, fault: Fault | None
    ) -> Answer:
        with self._world.lock:
            template, username = path, ""
            try:
                token = authentication.caller(self._world, headers, query)
                username = token.user.username if token else ""
                found = routes.find(method, path)
                if found is None:
                    raise NotBuilt("path")
                template = found[0]
                answer = self._struck(fault) or self._handle(found, method, path, query, token, headers, body, fault)
            except Refused as refused:
                answer = ok(refused.body, refused.status)
            except NotBuilt as missing:
                answer = unknown(self._world, method, ROOT + path, str(missing))
            self._world.calls.append(Call(method, template, path, username, answer.status))
            answer.headers += self._rate_limit(username)
            return answer

    def _handle(
        self,
        found: tuple[str, Callable[[Request], Answer], dict[str, str]],
        method: str,
        path: str,
        query: str,
        token: Token | None,
        headers: dict[str, str],
        body: bytes,
        fault: Fault | None,
    ) -> Answer:
        token = authentication.admitted(token, method, found[0])
        request = Request(self._world, method, path, query, token)
        if token is not None:
            request.user = authentication.impersonated(self._world, token, headers, query)
        request.arguments = found[2]
        request.read_body(headers.get("content-type", "application/json"), body)
        request.given = frozenset(request.parameters)
        if fault and fault.kind == "drop_fields":
            for name in fault.fields:
                request.parameters.pop(name, None)
        return found[1](request)

    def _struck(self, fault: Fault | None) -> Answer | None:
        """The answer of a fault that stops the request before anything is done."""
        if fault and fault.kind == "rate_limit":
            free = format_datetime(self._world.now() + timedelta(seconds=fault.retry_after), usegmt=True)
            headers = [(b"retry-after", str(fault.retry_after).encode()), (b"ratelimit-resettime", free.encode())]
            return Answer(429, b"Retry later\n", headers, b"text/plain")
        if fault and fault.kind == "server_error":
            return Answer(fault.status, encode({"message": f"{fault.status} Server Error"}))
        return None

    def _rate_limit(self, username: str) -> Headers:
        """`RateLimit-…` on every answer (CONTRACT 3)."""
        seconds = int(self._world.now().timestamp())
        minute, observed = self._observed.get(username, (0, 0))
        observed = observed + 1 if minute == seconds // 60 else 1
        self._observed[username] = (seconds // 60, observed)
        values = {
            b"ratelimit-limit": REQUESTS_PER_MINUTE,
            b"ratelimit-observed": observed,
            b"ratelimit-remaining": max(0, REQUESTS_PER_MINUTE - observed),
            b"ratelimit-reset": (seconds // 60 + 1) * 60,
        }
        named = [(b"ratelimit-name", b"throttle_authenticated_api" if username else b"throttle_unauthenticated_api")]
        return named + [(name, str(value).encode()) for name, value in values.items()]


def unknown(world: World, method: str, path: str, what: str = "path") -> Answer:
    """501, and a line in `unknown_calls` that tests can fail on."""
    line = f"{method} {path}" if what == "path" else f"{method} {path} ({what})"
    world.unknown_calls.append(line)
    return ok({"message": f"501 The stand-in does not know {line}"}, 501)


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _drop(scope: Scope) -> None:
    """Break the connection without an answer."""
    transport: Transport | None = scope.get("state", {}).get("transport")
    if transport is None:
        raise ConnectionDropped
    transport.abort()
    await asyncio.sleep(0.01)


async def _reply(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.content_type), *answer.headers]
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
