"""A living installation whose spans are kept in memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext

from app.bootstrap import Service
from app.entrypoints.serving import Serving
from app.entrypoints.web import create_web
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Board, Issue, Project
from app.gateways.config_load import Configuration
from app.gateways.inbox_postgres import PostgresInbox
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.traces import Traces
from app.settings import Settings
from tests.chaos.installation import until
from tests.scenarios.living import READY, SIGNING_TOKEN, enforced, peopled, settings_for

DELIVERY = "POST /webhooks/gitlab"
RUN = "run request"
TITLE = "SCIM for Zaphod & Sons"
"""As people name requests: with a customer."""


@dataclass(slots=True)
class Spans:
    """What was recorded, by whatever process."""

    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    def traces(self) -> Traces:
        """What a process has that records here."""
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        return Traces(provider)

    def all(self) -> Sequence[ReadableSpan]:
        """Every span, in the order of their ends."""
        return self.exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        """Those with this name."""
        return [span for span in self.all() if span.name == name]

    def below(self, span: ReadableSpan) -> list[ReadableSpan]:
        """Its children."""
        return [each for each in self.all() if each.parent and each.parent.span_id == own(span).span_id]

    def text(self) -> str:
        """All that is in any span, as it would leave the house."""
        return "\n".join(span.to_json() for span in self.all())


def own(span: ReadableSpan) -> SpanContext:
    """Its own context."""
    found = span.get_span_context()
    assert found is not None
    return found


def linked(span: ReadableSpan) -> set[tuple[int, int]]:
    """The spans it is linked with, by trace and number."""
    return {(link.context.trace_id, link.context.span_id) for link in span.links}


def numbers(spans: Sequence[ReadableSpan]) -> set[tuple[int, int]]:
    """These spans, by trace and number."""
    return {(own(span).trace_id, own(span).span_id) for span in spans}


@dataclass(slots=True)
class Town:
    """A world, the server that speaks for it, and a card."""

    gitlab: FakeGitLab
    world: World
    project: Project
    board: Board
    issue: Issue
    settings: Settings

    configured: Configuration

    def drags_out_of_closed(self, who: str, to: str) -> None:
        """Somebody drags the card, which is closed, to a list: two deliveries (CONTRACT 1)."""
        column = next(each for each in self.board.lists if each.label.title == to)
        self.world.drag(self.world.user(who), self.board, self.issue, "closed", column)


@contextmanager
def town(kept: Path, **more: Any) -> Iterator[Town]:
    """A town with a closed card; nobody listens yet."""
    configured = enforced()
    world, project, board = peopled(configured)
    jane = world.user("sa.jane")
    issue = world.create_issue(jane, project, TITLE, description=READY, add_labels=["status::new", "context::ready"])
    world.update_issue(jane, issue, state_event="close")
    with FakeGitLab(world) as gitlab:
        yield Town(gitlab, world, project, board, issue, settings_for(gitlab.url, world, kept, **more), configured)


@contextmanager
def service(town: Town, spans: Spans, instead: Traces | None = None) -> Iterator[tuple[str, Service]]:
    """The service while the context is open; its address, and what it is made of."""
    web = create_web(town.settings, town.configured, traces=instead or spans.traces())
    with Serving(web) as serving:
        for hook in list(town.project.hooks.values()):
            hook.url = serving.url + PATH
        if not town.project.hooks:
            town.world.add_hook(town.world.root, town.project, serving.url + PATH, signing_token=SIGNING_TOKEN)
        yield serving.url, web.state.service


def at_rest(town: Town, running: Service) -> None:
    """Wait until every delivery is answered and nothing is left to do."""
    until(lambda: town.gitlab.settle(0) and running.idle(), "the board at rest")


@contextmanager
def idle_workers() -> Iterator[None]:
    """While the context is open, the workers of services find nothing in their inboxes."""
    with pytest.MonkeyPatch.context() as patch:
        for inbox in (SqliteInbox, PostgresInbox):
            patch.setattr(inbox, "claim", lambda _inbox, _now: None)
            patch.setattr(inbox, "next_due", lambda _inbox: None)
        yield
