"""Listens at the stand-in's door: every answer that a client got, and every letter that a hook sent."""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.fakegitlab.api.routing import routes

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
API = "/api/v4"


@dataclass
class Heard:
    """One answer: to which method and route, with which status and body."""

    method: str
    path: str
    status: int = 0
    json: bool = False
    body: bytes = b""

    @property
    def template(self) -> str:
        """The route with its arguments' names, by which shapes are told apart."""
        found = routes.find(self.method, self.path)
        return found[0] if found else self.path

    def things(self) -> list[dict[str, Any]]:
        """The objects of the body, be it one or a list; none of another body."""
        if not self.json or not self.body.strip():
            return []
        told = json.loads(self.body)
        return told if isinstance(told, list) else [told]


@dataclass
class Ear:
    """An ASGI application that passes everything on and remembers what the API answered."""

    app: App
    heard: list[Heard]

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        path = (scope.get("raw_path") or b"").decode().split("?")[0]
        if not path.startswith(API):
            await self.app(scope, receive, send)
            return
        answer = Heard(scope["method"], path.removeprefix(API))

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.json = (b"content-type", b"application/json") in message["headers"]
            else:
                answer.body += message.get("body", b"")
            await send(message)

        await self.app(scope, receive, listen)
        self.heard.append(answer)


@dataclass
class Letter:
    """One delivery of a webhook."""

    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def kind(self) -> str:
        """`Issue Hook`, `Note Hook`, …"""
        return self.headers["x-gitlab-event"]


class Letterbox(ThreadingHTTPServer):
    """The other end of every webhook; keeps all letters."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Slot)
        self.letters: list[Letter] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"

    def kinds(self) -> list[str]:
        """Which kinds came, each once, in alphabetical order."""
        return sorted({letter.kind for letter in self.letters})


class _Slot(BaseHTTPRequestHandler):
    server: Letterbox

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.letters.append(Letter({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@dataclass
class Ledger:
    """What a tool printed and did: its writes, without the reads."""

    heard: list[Heard] = field(default_factory=list)

    def writes(self) -> list[str]:
        """`METHOD /path` of each request that was not a mere look, in order."""
        return [f"{one.method} {one.path}" for one in self.heard if one.method not in ("GET", "HEAD")]

    def failures(self) -> list[str]:
        """Answers that no client should have had to meet: what the stand-in does not know, or broke over."""
        return [f"{one.status} {one.method} {one.path}" for one in self.heard if one.status >= 500]

    def refusals(self) -> list[str]:
        """What was refused, so that a test can say what it expects."""
        return [
            f"{one.status} {one.method} {re.sub(r'[?].*', '', one.path)}" for one in self.heard if one.status >= 400
        ]
