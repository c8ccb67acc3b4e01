"""Whatever goes wrong, no secret is in a log, a file of ours, a note, an exception or an answer (levels: all)."""

import io
import itertools
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response

from app import bootstrap
from app.bootstrap import kept
from app.domain.failure import Permanent, Temporary
from app.domain.inbox import Arrival, InboxRules
from app.domain.issue import Ref
from app.domain.subject import Request as Card
from app.domain.webhook_signature import signature, webhook_keys
from app.entrypoints.logging_setup import json_handler
from app.entrypoints.serving import Serving
from app.entrypoints.web import create_web
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab, people
from app.gateways import inbox_postgres
from app.settings import OperatorSettings, Settings, SettingsInvalid, read_settings
from tests.chaos.installation import port_for, until
from tests.commands.terminal import Terminal
from tests.deploy.parts import SECRETS
from tests.intake.letters import PAYLOADS
from tests.scenarios.living import GAPS, PROJECT, READY, enforced, peopled
from tests.security.canaries import CANARIES, SIGNING, leaked, leaked_into, set_as
from tests.telemetry.watched import Spans

LIBRARIES = ("httpx", "httpcore", "uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "psycopg", "gitlab")
DELIVERIES = itertools.count(1)


def test_every_secret_setting_has_its_canary() -> None:
    assert set(CANARIES) == SECRETS


@contextmanager
def everything_logged(settings: Settings) -> Iterator[io.StringIO]:
    """What the process logs through the service's own handler, at the lowest level of all that log anything."""
    heard, root = io.StringIO(), logging.getLogger()
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).propagate) for name in LIBRARIES}
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [json_handler(heard, settings.all_secrets())]
    root.setLevel(logging.DEBUG)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).propagate = True
    try:
        yield heard
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, (lowest, propagate) in before.items():
            logging.getLogger(name).setLevel(lowest)
            logging.getLogger(name).propagate = propagate


def told(url: str, data: Path, **more: Any) -> Settings:
    """Settings with every canary, but for the database."""
    given: dict[str, Any] = set_as(set(CANARIES) - {"database_url"})
    given |= {"gitlab_url": url, "config_dir": bootstrap.SHIPPED, "data_dir": data, "quiet_seconds": 0}
    return Settings(**{**given, "metrics_port": port_for(str(data)), **more})


def shown(body: bytes, right: bool = True) -> dict[str, str]:
    """The headers of a delivery that shows both secrets, or of one that shows the wrong ones."""
    name, stamp = f"delivery-{next(DELIVERIES)}", str(int(bootstrap.utc_now().timestamp()))
    key = SIGNING[1] if right else b"x" * 32
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(key, f"{name}.{stamp}.", body).decode(),
        "X-Gitlab-Token": CANARIES["webhook_secret"][1] if right else "wrong",
    }


@dataclass(slots=True)
class Repeater:
    """Stands where GitLab should and repeats in its answers what it was sent, the token too, in every way it can."""

    web: FastAPI = field(default_factory=FastAPI)
    asked: int = 0

    def __post_init__(self) -> None:
        self.web.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])(self.answer)

    async def answer(self, request: Request) -> Response:
        """One of many kinds of trouble, in turn."""
        statuses = (401, 403, 404, 400, 409, 422, 500, 502, 418, 302, 200, 200)
        status, self.asked = statuses[self.asked % len(statuses)], self.asked + 1
        token = request.headers.get("PRIVATE-TOKEN", "")
        kind = "text/html" if self.asked % 12 == 0 else "application/json"
        body = f'{{"message": "you sent {token}", "error": ["{token}"]}}'
        where = {"Location": f"http://127.0.0.1:9/{token}", "X-Echo": token}
        return Response(body, status, where if status == 302 else {"X-Echo": token}, media_type=kind)


def faults(url: str, body: bytes) -> Iterator[httpx.Response]:
    """What strangers and a broken sender ask of the service."""
    with httpx.Client(base_url=url) as client:
        yield client.post(PATH, content=body, headers=shown(body))
        yield client.post(PATH, content=body, headers=shown(body, right=False))
        yield client.post(PATH, content=body, headers={**shown(body), "webhook-timestamp": "1"})
        yield client.post(PATH, content=b"{" * 5000, headers=shown(b"{" * 5000))
        yield client.post(PATH, content=body, headers={**shown(body), "Content-Encoding": "gzip"})
        yield client.get(PATH, params={"token": CANARIES["webhook_secret"][0]})
        yield client.get(f"/{CANARIES['gitlab_token'][0]}")
        yield client.get("/healthz")
        yield client.get("/readyz")


def test_a_gitlab_that_repeats_our_token_gets_it_nowhere(tmp_path: Path) -> None:
    data = tmp_path / "data"
    repeater, spans = Repeater(), Spans()
    with Serving(repeater.web) as gitlab:
        settings = told(gitlab.url, data)
        with everything_logged(settings) as heard:
            web = create_web(settings, enforced(), traces=spans.traces())
            with Serving(web) as serving:
                answers = [*faults(serving.url, PAYLOADS["issue_open_by_sa"])]
                service: bootstrap.Service = web.state.service
                for number in range(24):
                    service.inbox.put(Arrival(Card(Ref(PROJECT, number + 1))), bootstrap.utc_now())
                    service.inbox.wake()
                until(lambda: repeater.asked >= 2, "GitLab asked")
                figures = httpx.get(f"http://127.0.0.1:{settings.metrics_port}/metrics")
                reasons = " ".join(str(each) for each in (*service.inbox.waiting(99), *service.inbox.dead(99)))
    assert {answer.status_code for answer in answers} == {200, 401, 404, 405, 415}
    assert figures.status_code == 200
    assert spans.all()
    seen = [figures.text, reasons, spans.text(), *(f"{answer.headers} {answer.text}" for answer in answers)]
    assert [leaked(text.encode()) for text in seen] == [set()] * len(seen)
    assert "sounding_board" in heard.getvalue()
    assert leaked(heard.getvalue().encode()) == set()
    assert leaked_into(data) == {}


def test_a_run_that_fails_in_a_way_nobody_foresaw_tells_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    settings = told("http://127.0.0.1:9", data)
    everything = " ".join(secret for name in CANARIES for secret in CANARIES[name] if name != "database_url")

    def crash(service: Any, subject: Any, deliveries: Any) -> None:
        try:
            raise ValueError(everything)
        except ValueError as problem:
            raise RuntimeError(f"{subject} {everything!r}") from problem

    with everything_logged(settings) as heard:
        opened = bootstrap.service(settings, enforced(), InboxRules(quiet=timedelta(0), attempts=1))
        monkeypatch.setattr(bootstrap.Service, "run", crash)
        with Serving(create_web(settings, enforced(), opened)):
            opened.inbox.put(Arrival(Card(Ref(PROJECT, 1))), bootstrap.utc_now())
            until(lambda: "nobody foresaw" in heard.getvalue(), "the crash logged")
    assert "RuntimeError: Request(" in heard.getvalue()
    assert heard.getvalue().count("[secret]") >= 10
    assert leaked(heard.getvalue().encode()) == set()
    assert leaked_into(data) == {}


def test_a_board_at_work_holds_no_secret_in_notes_journal_and_inbox(tmp_path: Path) -> None:
    configured = enforced()
    (world, project, _), spans = peopled(configured), Spans()
    bot, jane = world.user("sounding-board"), world.user("sa.jane")
    with FakeGitLab(world) as gitlab:
        people.add_token(world, bot, CANARIES["gitlab_token"][0])
        settings = told(gitlab.url, tmp_path / "data")
        with everything_logged(settings) as heard:
            web = create_web(settings, configured, traces=spans.traces())
            with Serving(web) as serving:
                both = CANARIES["webhook_secret"][0], CANARIES["webhook_signing_token"][0]
                world.add_hook(world.root, project, serving.url + PATH, *both)
                asked = world.create_issue(jane, project, "Exports", description=GAPS)
                moved = world.create_issue(jane, project, "Imports", description=READY)
                world.update_issue(jane, moved, add_labels=["status::resolved"])
                world.add_note(jane, moved, "@sounding-board why")
                until(lambda: gitlab.settle(0) and web.state.service.idle(), "the board at rest")
            lines = [line for issue in (asked, moved) for line in journal_of(settings, issue.iid)]
        said = [note.body for issue in (asked, moved) for note in issue.notes if note.author is bot]
    assert len(said) >= 2
    assert lines
    assert spans.all()
    told_of = (*said, *lines, spans.text())
    assert [leaked(text.encode()) for text in told_of] == [set()] * len(told_of)
    assert leaked(heard.getvalue().encode()) == set()
    assert leaked_into(tmp_path) == {}


def journal_of(settings: Settings, iid: int) -> list[str]:
    """What the journal has on an issue."""
    opened = kept.journal_beside(settings)
    try:
        return [str(entry) for entry in opened.lines(Ref(PROJECT, iid), 100)]
    finally:
        opened.close()


def test_a_database_that_cannot_be_reached_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_postgres.PostgresInbox.__init__, "__defaults__", (0.0,))
    settings = told("http://127.0.0.1:9", tmp_path, **set_as(["database_url"]))
    with everything_logged(settings) as heard, pytest.raises((Temporary, Permanent)) as failed:
        bootstrap.service(settings, enforced(), InboxRules())
    chain = "".join(traceback.format_exception(failed.value))
    assert leaked(chain.encode()) == set()
    assert leaked(heard.getvalue().encode()) == set()


@pytest.mark.parametrize("name", sorted(CANARIES))
def test_a_secret_that_cannot_be_used_is_named_and_not_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, value in {**set_as(CANARIES), "gitlab_url": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(f"SOUNDING_BOARD_{setting.upper()}", value)
    wrong = {"database_url": f"mysql://{CANARIES[name][0]}", "signing_key": "", "webhook_signing_token": ""}
    monkeypatch.setenv(f"SOUNDING_BOARD_{name.upper()}", wrong.get(name, f"{CANARIES[name][0]} \u2028\n é"))
    if name == "webhook_secret":
        monkeypatch.setenv("SOUNDING_BOARD_WEBHOOK_SECRET", f"{CANARIES[name][0]},short")
    with pytest.raises(SettingsInvalid) as refused:
        read_settings(Settings)
    chain = "".join(traceback.format_exception(refused.value))
    assert f"SOUNDING_BOARD_{name.upper()} is" in chain
    assert leaked(chain.encode()) == set()


def test_no_value_that_holds_secrets_shows_them_when_it_is_printed(tmp_path: Path) -> None:
    settings = told("http://127.0.0.1:9", tmp_path, **set_as(["database_url"]))
    operator = OperatorSettings(gitlab_url="http://127.0.0.1:9", **set_as(["operator_token"]))  # type: ignore[arg-type]
    keys = webhook_keys(CANARIES["webhook_signing_token"], CANARIES["webhook_secret"])
    with bootstrap.gitlab(settings) as doors:
        printed = [repr(each) + str(each) for each in (settings, operator, keys, doors, doors.reader, doors.client)]
    printed += [settings.model_dump_json(), operator.model_dump_json()]
    assert [leaked(text.encode()) for text in printed] == [set()] * len(printed)


COMMANDS = [
    ("check", "--online"),
    ("plan",),
    ("apply",),
    ("sweep",),
    ("sweep", "--apply"),
    ("score",),
    ("explain", f"{PROJECT}#1"),
    ("inbox",),
    ("journal", f"{PROJECT}#1"),
    ("status",),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_tells_a_secret_when_gitlab_repeats_it(
    words: tuple[str, ...], terminal: Terminal, tmp_path: Path
) -> None:
    """Twelve kinds of trouble each; every command starts with another one."""
    repeater = Repeater(asked=COMMANDS.index(words))
    with Serving(repeater.web) as gitlab:
        given = {**set_as(set(CANARIES) - {"database_url"}), "gitlab_url": gitlab.url}
        terminal.sets(**given, config_dir=bootstrap.SHIPPED, data_dir=tmp_path / "data")
        said = [terminal(*words) for _ in range(3)]
    assert [leaked(f"{each.out} {each.err}".encode()) for each in said] == [set()] * 3
    assert leaked_into(tmp_path) == {}
