"""Bodies of deliveries that show the right secret: each is taken in or thanked for, none makes a trace of an error."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.entrypoints.webhook import PATH
from app.entrypoints.webhook_events import Ignored
from tests.fuzz.cases import BODIES
from tests.intake.letters import PAYLOADS, Post, headers

ANSWERS = [{"accepted": True}, *({"ignored": reason} for reason in Ignored)]
TEXT = st.text(max_size=12) | st.sampled_from(
    ["\ud800", "\x00", "\u202e", "../..", "a/b", "issue", "Issue", "9" * 5000]
)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from([2**53, 2**64, -1, 0, 1e400])
ANY_JSON = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))
UNREADABLE = [b"", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"NaN", b'"\\ud800"']
DEEP = [b"[" * 100_000, b'{"a":' * 100_000, b"1" * 100_000]
RAW = st.binary(max_size=60) | st.sampled_from([*UNREADABLE, *DEEP])


def places(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value of a body stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(place for key, each in inner for place in places(each, (*so_far, key)))]


@st.composite
def altered(draw: st.DrawFn) -> bytes:
    """A real delivery with a few values that are others, gone or named otherwise."""
    body = json.loads(PAYLOADS[draw(st.sampled_from(sorted(PAYLOADS)))])
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(places(body)[1:]))
        holder = body
        for key in above:
            holder = holder[key]
        if isinstance(holder, dict) and draw(st.integers(0, 3)) == 0:
            holder[draw(TEXT)] = holder.pop(last)
        else:
            holder[last] = draw(ANY_JSON)
        if not body or not places(body)[1:]:
            break
    return json.dumps(body).encode()


BODY = altered() | ANY_JSON.map(lambda value: json.dumps(value).encode()) | RAW


def every_body_is_answered_cleanly(*, soak: bool) -> None:
    """As many as are stated, in one event loop."""
    post = Post()
    loop = asyncio.new_event_loop()
    client = httpx.AsyncClient(transport=httpx.ASGITransport(post.app), base_url="http://here")

    @BODIES.settings(soak=soak)
    @given(BODY)
    def one(body: bytes) -> None:
        post.arrivals.clear()
        answer = loop.run_until_complete(client.post(PATH, content=body, headers=headers(body)))
        assert answer.status_code == 200
        assert answer.json() in ANSWERS
        assert all(arrival.subject.key.isprintable() and len(arrival.subject.key) < 1500 for arrival in post.arrivals)

    try:
        one()
    finally:
        loop.run_until_complete(client.aclose())
        loop.close()


def test_every_body_is_answered_cleanly() -> None:
    every_body_is_answered_cleanly(soak=False)


@pytest.mark.soak
def test_every_body_is_answered_cleanly_for_long() -> None:
    every_body_is_answered_cleanly(soak=True)


def test_the_bodies_are_not_all_nonsense() -> None:
    """Unaltered, the deliveries that these are made from are taken in."""
    post = Post()
    answers = [post.send(body)[1] for body in PAYLOADS.values()]
    assert answers.count({"accepted": True}) > len(answers) / 2
