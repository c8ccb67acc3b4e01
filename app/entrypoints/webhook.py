"""The letterbox: `POST /webhooks/gitlab` checks who sends, names the subject, and says 2xx once it is on disk.

No rules and no calls to GitLab here (promises 1 and 12). A caller who cannot show the secret learns nothing.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.domain import subject as subjects
from app.domain.failure import Permanent, Temporary
from app.domain.inbox import Arrival, Receipt
from app.domain.webhook_signature import WebhookKeys, body_passes, headers_may_pass
from app.entrypoints.logging_setup import log_context
from app.entrypoints.trouble import Trouble
from app.entrypoints.webhook_events import Ignored, subject_of
from app.entrypoints.webhook_openapi import ANSWERS, OPENAPI

PATH = "/webhooks/gitlab"
LARGEST_BODY = 25 * 1024 * 1024
"""GitLab sends no more (CONTRACT 1, Delivery)."""
LARGE_BODY = 1024 * 1024
"""Ordinary deliveries are a few KiB. One larger than this, or of unknown length, needs one of `LARGE_AT_ONCE` places:
a signature is judged when the whole body is there, so anybody can make us hold one.
"""
LARGE_AT_ONCE = 4
BODY_SECONDS = 30
"""GitLab.com gives up after 10 seconds; whoever is slower than this only holds a connection."""
RETRY_SECONDS = 30
LONGEST_DELIVERY_ID = 200
MOST_PARTS = 1_000_000
"""Lists and maps in a body, brackets in its texts counted too. A few bytes each, they take a hundred in memory."""
PACKED = b'{"refused": "the body is packed (Content-Encoding); send it as it is"}'
"""A few packed bytes can unfold to any number, and GitLab packs none; a proxy on the way may."""

KEPT_AGAIN = (
    "deliveries are kept again; of those before, %d could not be: `sounding-board sweep --since 1h --apply` finds what "
    "they were about now, the nightly sweep does later"
)

Accept = Callable[[Arrival, datetime], Awaitable[Receipt]]
Clock = Callable[[], datetime]
HoldsRequests = Callable[[str], bool]
"""Whether the project with this full path holds requests."""


@dataclass(slots=True)
class IntakeCounters:
    """What came in since the start. `ignored` by reason; `refused` could not show the secret."""

    accepted: int = 0
    refused: int = 0
    unavailable: int = 0
    ignored: Counter[Ignored] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Takes in one delivery at a time; the router below gives it its address."""

    keys: WebhookKeys
    accept: Accept
    clock: Clock
    holds_requests: HoldsRequests
    log: logging.Logger
    counters: IntakeCounters
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LARGE_AT_ONCE))
    trouble: Trouble = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "trouble", Trouble(self.log, KEPT_AGAIN))

    async def receive(self, request: Request) -> Response:
        """Answer one delivery. Never 4xx or 5xx after authentication for an event that is merely not ours."""
        headers, now = request.headers, self.clock()
        if not headers_may_pass(self.keys, headers, now):
            return self._refuse()
        if headers.get("content-encoding", "identity").lower() != "identity":
            return Response(PACKED, 415, {"Connection": "close"}, media_type="application/json")
        if not _is_large(headers):
            return await self._read(request, now)
        if self.places.locked():
            self.counters.unavailable += 1
            return Response(status_code=503, headers={"Retry-After": str(RETRY_SECONDS), "Connection": "close"})
        async with self.places:
            return await self._read(request, now)

    async def _read(self, request: Request, now: datetime) -> Response:
        headers = request.headers
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.body()
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408, headers={"Connection": "close"})
        if not body_passes(self.keys, headers, body):
            return self._refuse()
        return await self._take_in(body, delivery_id(headers), now)

    def _refuse(self) -> Response:
        self.counters.refused += 1
        if self.counters.refused.bit_count() == 1:
            self.log.warning("webhook deliveries refused so far, wrong or missing secret: %d", self.counters.refused)
        return Response(status_code=401, headers={"Connection": "close"})

    async def _take_in(self, body: bytes, delivery: str | None, now: datetime) -> Response:
        subject = self._subject(body)
        if isinstance(subject, Ignored):
            return self._ignore(subject)
        try:
            receipt = await self.accept(Arrival(subject, delivery=delivery), now)
        except (Temporary, Permanent) as failure:
            return self._unavailable(delivery, failure)
        self.trouble.passed()
        if receipt is Receipt.REPEATED:
            return self._ignore(Ignored.REPEATED)
        self.counters.accepted += 1
        return _json(b'{"accepted": true}')

    def _subject(self, body: bytes) -> subjects.Subject | Ignored:
        if body.count(b"[") + body.count(b"{") > MOST_PARTS:
            return Ignored.TOO_MANY_PARTS
        try:
            subject = subject_of(json.loads(body))
        except (ValueError, RecursionError):
            return Ignored.NOT_JSON
        if isinstance(subject, subjects.Request) and not self.holds_requests(subject.ref.project):
            return Ignored.PROJECT
        return subject

    def _ignore(self, reason: Ignored) -> Response:
        self.counters.ignored[reason] += 1
        return _json(json.dumps({"ignored": reason}).encode())

    def _unavailable(self, delivery: str | None, failure: Temporary | Permanent) -> Response:
        self.counters.unavailable += 1
        with log_context(deliveries=[delivery]):
            self.trouble.met(f"a delivery could not be kept; the next sweep will find what it was about: {failure}")
        return Response(status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})


def _is_large(headers: Headers) -> bool:
    declared = headers.get("content-length", "")
    return not (declared.isascii() and declared.isdigit() and len(declared) < 10 and int(declared) <= LARGE_BODY)


def delivery_id(headers: Headers) -> str | None:
    """GitLab's de-duplication key (CONTRACT 1, Headers); None where there is none that can be kept."""
    shown = headers.get("webhook-id") or headers.get("idempotency-key") or ""
    return shown if 0 < len(shown) <= LONGEST_DELIVERY_ID and shown.isascii() and shown.isprintable() else None


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def webhook_router(
    keys: WebhookKeys,
    accept: Accept,
    clock: Clock,
    holds_requests: HoldsRequests,
    log: logging.Logger,
    counters: IntakeCounters,
) -> APIRouter:
    """The route, with FastAPI's own limit on the body (by Content-Length, and while it streams: 413)."""
    letterbox = Letterbox(keys, accept, clock, holds_requests, log, counters)
    router = APIRouter()
    described: dict[str, Any] = {"responses": ANSWERS, "openapi_extra": OPENAPI, "operation_id": "deliver"}
    router.post(PATH, max_body_size=LARGEST_BODY, **described)(letterbox.receive)
    return router
