"""Spans for OpenTelemetry: a run of the inbox, each call to GitLab in it, a job. Nobody else in the house knows of it.

FastAPI has the spans of deliveries. Where nobody set an SDK up, nothing here does anything. What people typed is in no
span: no title, no text, no name, no query, and of what failed its type alone (promise 11).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import assert_never

import httpx
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, SpanKind, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from app.domain.inbox import Claim
from app.domain.subject import Request, Subject, TokenExpiry, Watch

OURS = "sounding_board"
ENDED_WELL = ("done", "waits")
PARENT = "traceparent"
_WIRE = TraceContextTextMapPropagator()
_WORD = re.compile(
    "award_emoji|boards|branches|commits|discussions|events|files|groups|hooks|issues|issues_events|labels|links|lists"
    "|members|all|merge_requests|notes|personal_access_tokens|self|pipeline_schedules|take_ownership|projects|raw"
    "|repository|resource_label_events|test|user|variables|version"
)
"""The words of GitLab's addresses that we ask at. Whatever else stands in one is somebody's."""

Ended = Callable[[str], None]
"""Says how a run ended: `done`, or the fate of a failed one."""
Answered = Callable[[int], None]
"""Says with which status a call was answered."""
Kept = Callable[[tuple[str, ...]], Iterable[str]]
"""The traces that these deliveries came with."""
_Attributes = dict[str, AttributeValue]


class Traces:
    """Makes spans, for whoever set OpenTelemetry up for this process, or for this `provider`."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self.provider = provider
        self._tracer = trace.get_tracer(OURS, tracer_provider=provider)

    def carried(self) -> str | None:
        """The span at hand as W3C's `traceparent`, 55 characters; None where there is none, or nobody records it."""
        at_hand = trace.get_current_span().get_span_context()
        if not (at_hand.is_valid and at_hand.trace_flags.sampled):
            return None
        carrier: dict[str, str] = {}
        _WIRE.inject(carrier)
        return carrier[PARENT]

    @contextmanager
    def run(self, claim: Claim, kept: Kept) -> Iterator[Ended]:
        """A trace of its own around the run of a subject, linked with each delivery that asked for it.

        `kept` is asked only where somebody records.
        """
        kind, about = _about(claim.subject)
        about |= {f"{OURS}.deliveries": len(claim.deliveries), f"{OURS}.attempt": claim.attempt}
        with self._span(f"run {kind}", SpanKind.CONSUMER, about, Context()) as span:
            if span.is_recording():
                for each in _understood(kept(claim.deliveries)):
                    span.add_link(each)
            yield lambda outcome: _ended(span, outcome)

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """A trace of its own around a command."""
        with self._span(name, SpanKind.INTERNAL, {}, Context()), self.failures():
            yield

    @contextmanager
    def call(self, method: str, url: httpx.URL, again: int) -> Iterator[Answered]:
        """A span around one request to GitLab, which was sent `again` so many times before."""
        where = route(url)
        about: _Attributes = {"http.request.method": method, "url.template": where, "server.address": url.host}
        if again:
            about["http.request.resend_count"] = again
        with self._span(f"{method} {where}", SpanKind.CLIENT, about) as span, self.failures():
            yield lambda status: _answered(span, status)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Whatever is raised inside, the span at hand is told its type."""
        try:
            yield
        except BaseException as error:
            _failed(trace.get_current_span(), type(error).__qualname__)
            raise

    @contextmanager
    def _span(self, name: str, kind: SpanKind, about: _Attributes, context: Context | None = None) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, context, kind, about, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span


def route(url: httpx.URL) -> str:
    """The address in GitLab's API with everything taken out that names something: `/projects/{id}/issues/{id}`."""
    path = url.raw_path.decode("ascii", "replace").partition("?")[0]
    parts = (path.partition("/api/v4/")[2] or path).strip("/").split("/")
    return "/" + "/".join(part if _WORD.fullmatch(part) else "{id}" for part in parts)


def _about(subject: Subject) -> tuple[str, _Attributes]:
    """What kind of subject it is, and which. A token's name is left out: people gave it."""
    match subject:
        case Request(ref=ref):
            return "request", {f"{OURS}.project": ref.project, f"{OURS}.iid": ref.iid}
        case TokenExpiry(where=where):
            return "token-expiry", {f"{OURS}.where": where}
        case Watch():
            return "watch", {}
        case _ as unreachable:
            assert_never(unreachable)


def _understood(kept: Iterable[str]) -> Iterator[SpanContext]:
    """What is no `traceparent` is passed over."""
    for each in kept:
        found = trace.get_current_span(_WIRE.extract({PARENT: each}, Context())).get_span_context()
        if found.is_valid:
            yield found


def _ended(span: Span, outcome: str) -> None:
    span.set_attribute(f"{OURS}.outcome", outcome)
    if outcome not in ENDED_WELL:
        span.set_status(StatusCode.ERROR)


def _answered(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 400:
        _failed(span, str(status))


def _failed(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)
