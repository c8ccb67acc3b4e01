"""FastAPI's own OpenTelemetry, but for what is ours to decide: which requests it sees, and what of them.

Operators switch it on by the environment (docs/operations.md); without that it does nothing.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.types import Message, Receive, Scope, Send

from app.entrypoints.webhook import PATH
from app.gateways.traces import Traces

STRANGERS = frozenset({b"traceparent", b"tracestate", b"baggage"})
"""Headers by which FastAPI lets whoever asks choose the trace, whether it is recorded, and more."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Watched(FastAPI):
    """The application as its telemetry may see it: deliveries alone, each the beginning of a trace of ours.

    FastAPI reads the headers before anybody could know who sends them, and records queries, of which we read none.
    Its logs are left out: they quote what an exception says. So are its spans within a request, which is one step.
    """

    def __init__(self, traces: Traces, lifespan: Lifespan) -> None:
        """Spans go where those of `traces` go."""
        seen: TelemetryConfig = {"logs": False, "operation_spans": False, "exclude": _is_no_delivery}
        if traces.provider is not None:
            seen["tracer_provider"] = traces.provider
        super().__init__(
            title="Sounding Board", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, telemetry=seen
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, without what a stranger could choose."""
        if scope["type"] == "http":
            headers = [pair for pair in scope["headers"] if pair[0] not in STRANGERS]
            scope = {**scope, "headers": headers, "query_string": b""}
        await super().__call__(scope, receive, send)


def _is_no_delivery(scope: MutableMapping[str, Any]) -> bool:
    return bool(scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST")


def exporters_from_environment() -> None:
    """Set exporters up as FastAPI does when it starts to serve, for a process that serves nothing."""
    asyncio.run(_start_and_stop(FastAPI(telemetry={"logs": False, "metrics": False})))


async def _start_and_stop(web: FastAPI) -> None:
    steps = iter(("lifespan.startup", "lifespan.shutdown"))

    async def receive() -> Message:
        return {"type": next(steps)}

    async def send(_message: Message) -> None:
        """Nobody waits for an answer."""

    await web({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
