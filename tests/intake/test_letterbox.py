"""The letterbox as senders meet it: rightful ones, strangers, and on a bad day."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.domain.failure import Permanent, Temporary
from app.domain.webhook_signature import webhook_keys
from app.entrypoints import webhook
from app.entrypoints.webhook import LARGE_BODY, LARGEST_BODY, PATH
from tests.intake.letters import PAYLOADS, SIGNING_TOKEN, Post, headers

BODY = PAYLOADS["issue_open_by_sa"]


async def converse(
    post: Post, shown: dict[str, str], chunks: AsyncIterator[bytes], *, more: bool = True
) -> tuple[int, int]:
    """Speak to the app below HTTP clients: the status, and how many chunks of the body it asked for."""
    asked = 0
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": await anext(chunks), "more_body": more}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in shown.items()],
    }
    await post.app(scope, receive, send)
    return sent[0]["status"], asked


async def endless() -> AsyncIterator[bytes]:
    for _ in range(60):
        yield b"x" * 1_000_000
    raise AssertionError("it read on and on")


async def silence() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


def test_a_stranger_is_turned_away_before_the_body_is_read() -> None:
    post = Post()
    assert asyncio.run(converse(post, {}, endless())) == (401, 0)
    token = Post(keys=webhook_keys([], ["right"]))
    assert asyncio.run(converse(token, {"X-Gitlab-Token": "wrong"}, endless())) == (401, 0)


def test_a_stranger_learns_nothing() -> None:
    answer = Post().request("POST", BODY)
    assert (answer.status_code, answer.content) == (401, b"")
    assert sorted(answer.headers) == ["connection", "content-length"]


def test_a_body_that_never_ends_is_cut_off() -> None:
    assert asyncio.run(converse(Post(), headers(BODY), endless())) == (413, 27)


def test_a_body_said_to_be_too_large_is_not_read() -> None:
    shown = {**headers(BODY), "Content-Length": str(LARGEST_BODY + 1)}
    assert asyncio.run(converse(Post(), shown, endless())) == (413, 0)


def test_a_body_that_does_not_come_is_not_waited_for_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.01)
    assert asyncio.run(converse(Post(), headers(BODY), silence())) == (408, 1)


def test_only_few_large_bodies_are_held_at_once_and_small_ones_always_pass() -> None:
    """A signature can only be judged when the body is there, so strangers could fill our memory."""
    post = Post()
    small = {**headers(BODY), "Content-Length": str(len(BODY))}
    large = {**headers(BODY), "Content-Length": str(LARGE_BODY + 1)}
    unknown = {**headers(BODY), "Transfer-Encoding": "chunked"}

    async def whole() -> AsyncIterator[bytes]:
        yield BODY
        raise AssertionError("it asked for more than was declared")

    async def crowd() -> list[int]:
        async with asyncio.TaskGroup() as group:
            waiting = [group.create_task(converse(post, shown, silence())) for shown in (large, unknown) * 2]
            await asyncio.sleep(0)
            answers = [await converse(post, shown, silence()) for shown in (large, unknown)]
            answers.append(await converse(post, small, whole(), more=False))
            for task in waiting:
                task.cancel()
        answers.append(await converse(post, {**unknown, "webhook-id": "later"}, whole(), more=False))
        return [status for status, _ in answers]

    assert asyncio.run(crowd()) == [503, 503, 200, 401]
    assert (post.counters.accepted, post.counters.unavailable) == (1, 2)


def test_whoever_finds_no_place_is_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "LARGE_AT_ONCE", 0)
    body = BODY + b" " * LARGE_BODY
    answer = Post().request("POST", body, headers(body))
    assert (answer.status_code, answer.content, answer.headers["Retry-After"]) == (503, b"", "30")


@pytest.mark.parametrize("encoding", ["gzip", "br", "x"])
def test_a_packed_body_is_refused(encoding: str) -> None:
    post = Post()
    refused = {"refused": "the body is packed (Content-Encoding); send it as it is"}
    assert post.send(BODY, {**headers(BODY), "Content-Encoding": encoding}) == (415, refused)
    assert post.send(BODY, {"Content-Encoding": encoding}) == (401, None)
    assert post.send(BODY, {**headers(BODY), "Content-Encoding": "identity"}) == (200, {"accepted": True})


def test_a_repeated_delivery_is_thanked_for() -> None:
    post = Post()
    assert post.send(BODY, headers(BODY, "d1")) == (200, {"accepted": True})
    assert post.send(BODY, headers(BODY, "d1")) == (200, {"ignored": "this delivery was taken in before"})


def test_a_project_and_a_group_hook_name_the_same_subject() -> None:
    post = Post()
    post.send(BODY, headers(BODY, "of-the-project"))
    post.send(BODY, headers(BODY, "of-the-group"))
    assert len({each.subject for each in post.arrivals}) == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"webhook-id": "a", "Idempotency-Key": "b"}, "a"),
        ({"Idempotency-Key": "b"}, "b"),
        ({}, None),
        ({"webhook-id": "x" * 201}, None),
        ({"webhook-id": "tab\there"}, None),
    ],
)
def test_the_delivery_id_is_kept_if_it_is_one(sent: dict[str, str], kept: str | None) -> None:
    post = Post(keys=webhook_keys([], ["token"]))
    assert post.send(BODY, {"X-Gitlab-Token": "token", **sent}) == (200, {"accepted": True})
    assert post.arrivals[0].delivery == kept


@contextmanager
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.clear()
    with caplog.at_level(logging.INFO, "tests.intake"):
        yield


@pytest.mark.parametrize("trouble", [Temporary("the disk is full"), Permanent("the file is broken")])
def test_what_cannot_be_kept_is_not_acknowledged(trouble: Any, caplog: pytest.LogCaptureFixture) -> None:
    post = Post(trouble=trouble)
    with heard(caplog):
        answer = post.request("POST", BODY, headers(BODY))
    assert (answer.status_code, answer.content, answer.headers["Retry-After"]) == (503, b"", "30")
    assert caplog.messages == [f"a delivery could not be kept; the next sweep will find what it was about: {trouble}"]
    post.trouble = None
    assert post.send(BODY) == (200, {"accepted": True})
    assert (post.counters.unavailable, post.counters.accepted) == (1, 1)


def test_a_database_that_is_away_does_not_fill_the_log_and_that_it_is_back_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    post = Post(trouble=Temporary("PostgreSQL: it cannot be reached"))
    lost = "a delivery could not be kept; the next sweep will find what it was about: PostgreSQL: it cannot be reached"
    with heard(caplog):
        for _ in range(9):
            assert post.send(BODY) == (503, None)
        post.trouble = None
        post.send(BODY)
        post.send(BODY)
    assert caplog.messages == [
        lost,
        *(f"{lost} ({times} times so far)" for times in (2, 4, 8)),
        "deliveries are kept again; of those before, 9 could not be: `sounding-board sweep --since 1h --apply` finds "
        "what they were about now, the nightly sweep does later",
    ]


def test_strangers_cannot_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    post = Post()
    with heard(caplog):
        for _ in range(100):
            post.send(BODY, {"X-Gitlab-Token": SIGNING_TOKEN})
    assert post.counters.refused == 100
    assert caplog.messages == [
        f"webhook deliveries refused so far, wrong or missing secret: {number}" for number in (1, 2, 4, 8, 16, 32, 64)
    ]


def test_other_methods_are_not_served() -> None:
    assert Post().request("GET").status_code == 405


def test_a_body_of_nothing_but_brackets_is_not_unfolded() -> None:
    """25 MiB of them would take 660 MB and hold up everybody for seconds; the next sweep finds what it was about."""
    body = b"[" + b"[]," * 1_000_000 + b"[]]"
    assert Post().send(body) == (200, {"ignored": "the body has more parts than any delivery"})
