"""Logs as JSON lines that name the deliveries and subject at hand, and in which known secrets cannot appear."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TextIO
from urllib.parse import quote

SECRET = "[secret]"  # noqa: S105
SHORTEST_SECRET = 6
_CONTEXT: ContextVar[Mapping[str, object]] = ContextVar("log_context", default=MappingProxyType({}))


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Put these fields into every line logged inside, for instance `deliveries` and `subject`."""
    token = _CONTEXT.set({**_CONTEXT.get(), **fields})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


class Redactor:
    """Takes known secrets out of text, also where they are quoted (URL, JSON, Python) or lack their `whsec_`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Secrets shorter than six characters are not looked for: they would blank out innocent words."""
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = sorted((form for form in forms if len(form) >= SHORTEST_SECRET), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without them."""
        for form in self._forms:
            text = text.replace(form, SECRET)
        return text


def _forms(secret: str) -> tuple[str, ...]:
    in_json = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]
    return secret, secret.removeprefix("whsec_"), quote(secret, safe=""), *in_json, repr(secret)[1:-1]


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, the context's fields, and the traceback if there is one."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line, redacted before it is quoted as JSON, so that quoting cannot hide a secret."""
        fields: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_CONTEXT.get(),
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps({name: self._clean(value) for name, value in fields.items()}, ensure_ascii=False)

    def _clean(self, value: object) -> object:
        match value:
            case None | bool() | int() | float():
                return value
            case list() | tuple():
                return [self._clean(each) for each in value]
            case _:
                return self._redact(str(value))


def json_handler(stream: TextIO, secrets: Iterable[str]) -> logging.Handler:
    """A handler that writes such lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(Redactor(secrets)))
    return handler


def set_up_logging(stream: TextIO, level: str, secrets: Iterable[str]) -> None:
    """Send every logger of the process to one JSON stream; uvicorn's too. Call once, first thing."""
    root = logging.getLogger()
    root.handlers[:] = [json_handler(stream, secrets)]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    # They name every call to GitLab, whose addresses may hold what people typed.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
