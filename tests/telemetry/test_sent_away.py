"""As operators switch it on: by the environment, with the packages of the extra `otel`, to a collector."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.bootstrap import utc_now
from app.domain.inbox import Arrival, InboxRules
from app.domain.issue import Ref
from app.domain.subject import Request as Card
from app.entrypoints.serving import Serving
from app.entrypoints.webhook import PATH
from app.gateways.inbox_postgres import PostgresInbox
from tests.chaos.installation import Installation, installation, until
from tests.scenarios.living import PROJECT, SIGNING_TOKEN
from tests.telemetry.watched import DELIVERY, RUN, Town, town


@dataclass(slots=True)
class Collector:
    """Takes spans in, as a collector does."""

    web: FastAPI = field(default_factory=FastAPI)
    spans: list[Any] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.web.post("/{path:path}")(self.take)

    async def take(self, request: Request) -> Response:
        """Whatever comes is well."""
        self.paths.add(request.url.path)
        if request.url.path == "/v1/traces":
            told = ExportTraceServiceRequest.FromString(await request.body())
            self.spans += [span for each in told.resource_spans for scope in each.scope_spans for span in scope.spans]
        return Response(b"", media_type="application/x-protobuf")

    def named(self, name: str) -> list[Any]:
        """The spans of this name."""
        return [span for span in self.spans if span.name == name]


@dataclass(slots=True)
class Place:
    """A town, an installation in it, and a collector beside it."""

    town: Town
    installed: Installation
    collector: Collector
    environment: Mapping[str, str]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """All of it; nothing runs yet."""
    collector = Collector()
    with town(tmp_path / "unused") as found, Serving(collector.web) as serving:
        token = found.world.user("sounding-board").token
        assert token
        sending = {
            "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
            "OTEL_EXPORTER_OTLP_ENDPOINT": serving.url,
            "OTEL_METRICS_EXPORTER": "none",
        }
        with installation(tmp_path, found.gitlab.url, token) as installed:
            yield Place(found, installed, collector, sending)


def test_serve_sends_its_spans_and_the_last_ones_when_it_stops(place: Place) -> None:
    installed = place.installed
    installed.environment = {**installed.environment, **place.environment}
    serving = installed.serve()
    world, issue = place.town.world, place.town.issue
    world.add_hook(world.root, place.town.project, installed.url + PATH, signing_token=SIGNING_TOKEN)
    place.town.drags_out_of_closed("sa.omar", "status::accepted")
    until(lambda: "hold::open" in {label.title for label in issue.labels}, "the card put back")
    serving.popen.terminate()
    assert serving.ends() == 0
    assert len(place.collector.named(DELIVERY)) >= 2
    runs = place.collector.named(RUN)
    linked = {link.span_id for run in runs for link in run.links}
    assert {span.span_id for span in place.collector.named(DELIVERY)[:2]} <= linked
    assert place.collector.named("POST /projects/{id}/issues/{id}/notes")[0].parent_span_id in {r.span_id for r in runs}
    assert place.collector.paths == {"/v1/traces"}


def test_a_worker_sends_the_runs_of_what_another_replica_took_in(place: Place, database: str) -> None:
    issue, taken_in = Card(Ref(PROJECT, place.town.issue.iid)), f"00-{7:032x}-{9:016x}-01"
    with closing(PostgresInbox(database, InboxRules(quiet=timedelta(0)))) as inbox:
        inbox.put(Arrival(issue, delivery="d", trace=taken_in), utc_now())
        worker = place.installed.run(
            "worker", environment={**place.environment, "SOUNDING_BOARD_DATABASE_URL": database}
        )
        until(lambda: inbox.counts().waiting + inbox.counts().running == 0, "the card looked at")
    worker.popen.terminate()
    assert worker.ends() == 0
    (run,) = place.collector.named(RUN)
    assert [(int.from_bytes(link.trace_id), int.from_bytes(link.span_id)) for link in run.links] == [(7, 9)]
    assert "GET /user" in {span.name for span in place.collector.spans if span.parent_span_id == run.span_id}


@pytest.mark.parametrize("job", ["sweep", "score", "due"])
def test_a_job_is_one_trace(place: Place, job: str) -> None:
    assert place.installed.run(job, environment=place.environment).ends() == 0
    (whole,) = place.collector.named(job)
    assert not whole.parent_span_id
    assert {span.trace_id for span in place.collector.spans} == {whole.trace_id}
    assert place.collector.named("GET /user")[0].parent_span_id == whole.span_id


def test_where_nothing_is_switched_on_nothing_is_sent_and_nothing_is_said(place: Place) -> None:
    where = {"OTEL_EXPORTER_OTLP_ENDPOINT": place.environment["OTEL_EXPORTER_OTLP_ENDPOINT"]}
    installed = place.installed
    installed.environment = {**installed.environment, **where, "PYTHONWARNINGS": "error::UserWarning"}
    serving = installed.serve()
    serving.popen.terminate()
    assert serving.ends() == 0
    assert installed.run("sweep").ends() == 0
    assert place.collector.paths == set()
    assert [line for line in serving.lines if '"level": "info"' not in line] == []
