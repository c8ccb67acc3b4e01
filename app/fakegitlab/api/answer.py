"""What goes back to the caller: a status, JSON bytes, and headers."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Headers = list[tuple[bytes, bytes]]
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True)
class Answer:
    """One HTTP answer; `headers` beside the content type and the rate-limit headers every answer has."""

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=list)
    content_type: bytes = b"application/json"


class Later(Answer):
    """An answer that has to wait for another server: `finish` makes it, outside of the world's lock."""

    __slots__ = ("finish",)

    def __init__(self, finish: Callable[[], Answer]) -> None:
        super().__init__(202)
        self.finish = finish


def encode(value: object) -> bytes:
    """Compact JSON in UTF-8."""
    return _WRITER.encode(value).encode()


def ok(value: object, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, encode(value))


def created(value: object) -> Answer:
    """201 with the new thing."""
    return ok(value, 201)


def empty() -> Answer:
    """204."""
    return Answer(204)


def joined(fragments: Iterable[bytes], headers: Headers) -> Answer:
    """A JSON array of values that are JSON already."""
    return Answer(200, b"[" + b",".join(fragments) + b"]", headers)
