"""What is in a line of the log, and what never is."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from app.entrypoints.logging_setup import json_handler, log_context, set_up_logging

CANARIES = ['glpat-"canary"/Straße+1', "quo'ted\\\"canary", "whsec_AAECAwQFBgcICQoLDA0ODw==", "tøken-canary"]


class Log:
    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = json_handler(self.stream, CANARIES)
        self.logger = logging.getLogger("tests.logging")
        self.logger.propagate, self.logger.handlers = False, [self.handler]
        self.logger.setLevel(logging.INFO)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    yield log
    log.logger.handlers, log.logger.propagate = [], True


def test_a_line_names_the_deliveries_at_hand(log: Log) -> None:
    with log_context(subject="request:sme/feedback#17"), log_context(deliveries=("d1", "d2")):
        log.logger.info("looked at %s", "it")
    log.logger.warning("later")
    first, second = log.lines
    assert first.pop("at").endswith("+00:00")
    assert first == {
        "level": "info",
        "logger": "tests.logging",
        "message": "looked at it",
        "subject": "request:sme/feedback#17",
        "deliveries": ["d1", "d2"],
    }
    assert "deliveries" not in second


def test_a_traceback_is_one_line(log: Log) -> None:
    try:
        raise RuntimeError("no\nway")
    except RuntimeError:
        log.logger.exception("it failed")
    (line,) = log.lines
    assert line["traceback"].endswith("RuntimeError: no\nway")


@pytest.mark.parametrize("canary", [*CANARIES, "AAECAwQFBgcICQoLDA0ODw==", "glpat-%22canary%22%2FStra%C3%9Fe%2B1"])
def test_secrets_never_reach_the_log_however_they_come(log: Log, canary: str) -> None:
    with log_context(deliveries=[canary, None], subject={"token": canary}):
        log.logger.info("message with %s", canary)
        log.logger.info(canary)
        try:
            raise KeyError(canary)
        except KeyError:
            log.logger.exception("and a traceback")
    assert len(log.lines) == 3
    written = log.stream.getvalue()
    assert canary not in written
    assert json.dumps(canary)[1:-1] not in written
    assert log.lines[0]["message"] == "message with [secret]"
    assert log.lines[0]["deliveries"] == ["[secret]", None]


def test_all_loggers_speak_through_one_stream() -> None:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        set_up_logging(stream, "info", ["very-secret"])
        logging.getLogger("uvicorn.error").info("started with very-secret")
        logging.getLogger("httpx").info("HTTP Request: GET …")
    finally:
        root.handlers[:], root.level = kept, level
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "started with [secret]"
