"""A card is dragged, and whoever watches sees each delivery, the one run they led to, and every call it made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from app.bootstrap import Service
from tests.chaos.installation import until
from tests.scenarios.living import PROJECT
from tests.telemetry.watched import (
    DELIVERY,
    RUN,
    Spans,
    Town,
    at_rest,
    idle_workers,
    linked,
    numbers,
    own,
    service,
    town,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A town whose service keeps its inbox in a file, or in a database."""
    more = {"database_url": request.getfixturevalue("database")} if request.param == "postgresql" else {}
    with town(tmp_path, **more) as found:
        yield found


def dragged(house: Town, spans: Spans) -> list[ReadableSpan]:
    """Omar drags the card to where only the PM may, and says something; the spans of the three deliveries."""
    house.drags_out_of_closed("sa.omar", "status::accepted")
    house.world.add_note(house.world.user("sa.omar"), house.issue, "Please hurry.")
    until(lambda: house.gitlab.settle(0) and len(spans.named(DELIVERY)) == 3, "three deliveries answered")
    return spans.named(DELIVERY)


def first_run(spans: Spans) -> ReadableSpan:
    """The run that ended first."""
    until(lambda: bool(spans.named(RUN)), "a run seen")
    return spans.named(RUN)[0]


def assert_all_is_seen(house: Town, running: Service, spans: Spans, deliveries: list[ReadableSpan]) -> None:
    at_rest(house, running)
    run = first_run(spans)
    assert linked(run) == numbers(deliveries)
    assert len({own(span).trace_id for span in (*deliveries, run)}) == 4
    assert (run.parent, run.kind, run.status.status_code) == (None, SpanKind.CONSUMER, StatusCode.UNSET)
    assert run.attributes == {
        "sounding_board.project": PROJECT,
        "sounding_board.iid": house.issue.iid,
        "sounding_board.deliveries": 3,
        "sounding_board.attempt": 1,
        "sounding_board.outcome": "done",
    }
    calls = spans.below(run)
    assert {span.kind for span in calls} == {SpanKind.CLIENT}
    names = [span.name for span in calls]
    assert names[:2] == ["GET /user", "GET /projects/{id}/issues/{id}"]
    assert {"PUT /projects/{id}/issues/{id}", "POST /projects/{id}/issues/{id}/notes"} <= set(names)
    assert not [name for name in names if "/{id}/{id}" in name]
    note = next(span for span in calls if span.name.startswith("POST"))
    assert note.attributes == {
        "http.request.method": "POST",
        "url.template": "/projects/{id}/issues/{id}/notes",
        "server.address": "127.0.0.1",
        "http.response.status_code": 201,
    }
    seen = [span for each in spans.named(RUN) for span in spans.below(each)]
    assert len(seen) == sum(running.doors.line.traffic.so_far().values())


def test_deliveries_that_led_to_one_run_are_linked_with_it_and_each_call_is_below(house: Town) -> None:
    spans = Spans()
    with service(house, spans) as (_, running):
        with idle_workers():
            deliveries = dragged(house, spans)
        running.inbox.wake()
        assert_all_is_seen(house, running, spans, deliveries)
    assert {label.title for label in house.issue.labels} >= {"status::new", "hold::open"}


def test_a_restart_between_letterbox_and_worker_keeps_the_link(house: Town) -> None:
    before, after = Spans(), Spans()
    with idle_workers(), service(house, before):
        deliveries = dragged(house, before)
        assert before.named(RUN) == []
    with service(house, after) as (_, running):
        assert_all_is_seen(house, running, after, deliveries)
