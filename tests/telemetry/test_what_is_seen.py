"""What leaves the house in spans: no words of people, nothing a stranger chose, and of failures their kind alone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from opentelemetry.trace import StatusCode

from app.bootstrap import utc_now
from app.bootstrap.kept import INBOX
from app.domain.failure import Temporary
from app.domain.inbox import Arrival, Claim
from app.domain.issue import Ref
from app.domain.subject import Priority, Subject, TokenExpiry, Watch
from app.domain.subject import Request as Card
from app.domain.webhook_signature import signature, webhook_keys
from app.entrypoints.webhook import PATH
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.traces import Traces, route
from app.services.attend import Attend
from tests.chaos.installation import until
from tests.intake.letters import PAYLOADS
from tests.scenarios.living import COMPLETE, PROJECT, SIGNING_TOKEN
from tests.telemetry.watched import RUN, TITLE, Spans, Town, at_rest, idle_workers, linked, own, service, town

CUSTOMER, SUM = "Beeblebrox Industries", "4,242,000"
CHOSEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""A trace that a stranger would like to be ours."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Town]:
    """A town whose service keeps its inbox in a file."""
    with town(tmp_path) as found:
        yield found


@pytest.fixture
def spans() -> Spans:
    """Nothing seen so far."""
    return Spans()


def signed(body: bytes, **more: str) -> dict[str, str]:
    """The headers of a delivery."""
    stamp = str(int(utc_now().timestamp()))
    proof = signature(webhook_keys([SIGNING_TOKEN], []).signing[0], f"one.{stamp}.", body).decode()
    return {"webhook-id": "one", "webhook-timestamp": stamp, "webhook-signature": proof, **more}


def kept(house: Town) -> list[str | None]:
    """The traces that the service keeps."""
    with closing(sqlite3.connect(house.settings.data_dir / INBOX)) as file:
        return [row[0] for row in file.execute("SELECT trace FROM delivery")]


def test_no_title_no_name_and_no_amount_is_in_any_span(house: Town, spans: Spans) -> None:
    world, jane = house.world, house.world.user("sa.jane")
    with service(house, spans) as (_, running):
        text = COMPLETE.replace("unknown, the account team is asking", f"{SUM} USD, {CUSTOMER}")
        world.update_issue(jane, house.issue, description=text)
        world.add_note(jane, house.issue, f"+1 customer: {CUSTOMER} | blocker | {SUM} USD")
        house.drags_out_of_closed("sa.omar", "status::accepted")
        world.add_note(world.user("sa.omar"), house.issue, f"@sounding-board override {CUSTOMER} pays {SUM}")
        at_rest(house, running)
        until(lambda: len(spans.named(RUN)) >= 1, "a run seen")
    seen = spans.text()
    assert PROJECT in seen
    people = {word for person in (jane, world.user("sa.omar")) for word in (person.name, person.username)}
    assert [word for word in (TITLE, CUSTOMER, SUM, "status::accepted", *people) if word in seen] == []
    assert [span.events for span in spans.all() if span.events] == []


def test_a_stranger_chooses_no_trace_and_puts_nothing_into_it(house: Town, spans: Spans) -> None:
    body = PAYLOADS["issue_open_by_sa"]
    theirs = {"traceparent": CHOSEN, "tracestate": "theirs=1", "baggage": "customer=Zaphod"}
    with idle_workers(), service(house, spans) as (url, _):
        refused = httpx.post(f"{url}{PATH}?name=Zaphod", content=body, headers=theirs)
        taken = httpx.post(f"{url}{PATH}?name=Zaphod", content=body, headers=signed(body, **theirs))
        assert (refused.status_code, taken.json()) == (401, {"accepted": True})
        until(lambda: len(spans.all()) == 2, "both seen")
        ours = own(spans.all()[1])
        assert kept(house) == [f"00-{ours.trace_id:032x}-{ours.span_id:016x}-{ours.trace_flags:02x}"]
    assert [span.parent for span in spans.all()] == [None, None]
    assert [word for word in (CHOSEN.split("-")[1], "theirs", "Zaphod") if word in spans.text()] == []
    assert spans.all()[1].attributes == {
        "url.scheme": "http",
        "http.request.method": "POST",
        "network.protocol.version": "1.1",
        "server.address": "127.0.0.1",
        "server.port": int(url.rpartition(":")[2]),
        "url.path": PATH,
        "http.route": PATH,
        "http.response.status_code": 200,
    }


def test_only_deliveries_are_seen_of_what_comes_in(house: Town, spans: Spans) -> None:
    with service(house, spans) as (url, _):
        answers = [httpx.get(f"{url}{path}") for path in ("/healthz", "/readyz", PATH, "/glpat-of-somebody")]
        assert [answer.status_code for answer in answers] == [200, 200, 405, 404]
    assert spans.all() == ()


def test_a_call_that_fails_and_one_that_is_sent_again_are_told_by_kind(house: Town, spans: Spans) -> None:
    house.world.faults.lose_answer(methods=("GET",), path=r"/issues/\d+$")
    house.world.faults.server_error(502, methods=("GET",), path=r"/notes$")
    with service(house, spans) as (_, running):
        running.inbox.put(Arrival(Card(Ref(PROJECT, house.issue.iid))), utc_now())
        until(lambda: len(spans.named(RUN)) == 1, "a run seen")
    run = spans.named(RUN)[0]
    assert (run.attributes or {})["sounding_board.outcome"] == "retry"
    assert (run.attributes or {})["error.type"] == "Temporary"
    assert (run.status.status_code, run.status.description) == (StatusCode.ERROR, None)
    lost, again = [span.attributes or {} for span in spans.named("GET /projects/{id}/issues/{id}")]
    assert (lost["error.type"], lost.get("http.response.status_code")) == ("RemoteProtocolError", None)
    assert (again["http.request.resend_count"], again["http.response.status_code"]) == (1, 200)
    notes = spans.named("GET /projects/{id}/issues/{id}/notes")[0]
    assert ((notes.attributes or {})["error.type"], notes.status.status_code) == ("502", StatusCode.ERROR)


def test_what_nobody_foresaw_is_told_by_type(house: Town, spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise LookupError(f"{CUSTOMER} pays {SUM}")

    monkeypatch.setattr(Attend, "__call__", crash)
    with service(house, spans) as (_, running):
        running.inbox.put(Arrival(Card(Ref(PROJECT, house.issue.iid))), utc_now())
        until(lambda: len(spans.named(RUN)) == 1, "a run seen")
    run = spans.named(RUN)[0]
    assert (run.attributes or {})["error.type"] == "LookupError"
    assert [word for word in (CUSTOMER, SUM, "Traceback") if word in spans.text()] == []


def test_where_nobody_records_nothing_is_kept_nor_asked_for(
    house: Town, spans: Spans, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(SqliteInbox, "traces", lambda _inbox, deliveries: asked.append(deliveries))
    with service(house, spans, Traces()) as (_, running):
        house.drags_out_of_closed("sa.omar", "status::accepted")
        at_rest(house, running)
    assert kept(house) == [None] * len(kept(house))
    assert len(kept(house)) >= 2
    assert (asked, spans.all()) == ([], ())
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == []


def claimed(subject: Subject, *deliveries: str) -> Claim:
    """The right to run it."""
    return Claim(subject, Priority.PERSON, 1, 1, utc_now() + timedelta(minutes=1), deliveries)


def test_what_is_no_trace_is_passed_over(spans: Spans) -> None:
    several = ["", "nonsense", f"00-{0:032x}-{1:016x}-01", f"ff{CHOSEN[2:]}", f"{CHOSEN}\n{CHOSEN}", CHOSEN, "00-é-1"]
    with spans.traces().run(claimed(Watch()), lambda _: several) as ended:
        ended("done")
    assert linked(spans.all()[0]) == {(int(CHOSEN.split("-")[1], 16), int(CHOSEN.split("-")[2], 16))}


def test_a_run_goes_on_where_its_traces_cannot_be_read(
    house: Town, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> tuple[str, ...]:
        raise Temporary("inbox.sqlite3: the disk does not take or give data")

    monkeypatch.setattr(SqliteInbox, "traces", away)
    with service(house, spans) as (_, running):
        house.drags_out_of_closed("sa.omar", "status::accepted")
        at_rest(house, running)
        until(lambda: bool(spans.named(RUN)), "a run seen")
    assert linked(spans.named(RUN)[0]) == set()
    assert "hold::open" in {label.title for label in house.issue.labels}


def test_a_token_is_told_without_the_name_that_people_gave_it(spans: Spans) -> None:
    with spans.traces().run(claimed(TokenExpiry("sme", True, 7, date(2026, 9, 14), "Zaphod's"), "d"), list) as ended:
        ended("dead")
    assert [span.name for span in spans.all()] == ["run token-expiry"]
    assert spans.all()[0].attributes == {
        "sounding_board.where": "sme",
        "sounding_board.deliveries": 1,
        "sounding_board.attempt": 1,
        "sounding_board.outcome": "dead",
    }


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/api/v4/projects/sme%2Ffeedback/issues/17?search=Zaphod", "/projects/{id}/issues/{id}"),
        ("/gitlab/api/v4/projects/Zaphod/repository/branches/x", "/projects/{id}/repository/branches/{id}"),
        ("/api/v4/projects/1/repository/files/Zaphod.md/raw?ref=x", "/projects/{id}/repository/files/{id}/raw"),
        ("/elsewhere/Zaphod", "/{id}/{id}"),
        ("", "/{id}"),
    ],
)
def test_an_address_is_told_by_its_form(path: str, told: str) -> None:
    assert route(httpx.URL(f"https://gitlab.example{path}")) == told
