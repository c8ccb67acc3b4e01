"""How fast is intake, compared with a bare endpoint in the same minutes? `python -m bench.intake`

Target: at least 0.6 of its requests per second, p99 at most 3 times its p99 (32 connections, 4.6 KB issue payload). On
PostgreSQL, started here where it is installed and flushing to disk: more than GitLab.com sends to one namespace.
"""

import argparse
import asyncio
import itertools
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from app.domain.webhook_signature import signature, webhook_keys
from bench.intake_servers import TOKEN
from bench.load import Round, fire
from tests.postgres import MISSING, made, programs

CONNECTIONS = 32
PAYLOAD_BYTES = 4_600
ISSUES = 500
LEAST_THROUGHPUT = 0.6
MOST_P99 = 3.0
MOST_OF_GITLAB = 217
"""Deliveries a second: 13,000 a minute, the most that GitLab.com sends to one namespace (CONTRACT 1)."""


def bodies() -> list[bytes]:
    """One issue payload of 4.6 KB for each of several issues."""
    return [_body(iid) for iid in range(1, ISSUES + 1)]


def _body(iid: int) -> bytes:
    label = {"id": 1001, "title": "status::new", "color": "#428bca", "type": "GroupLabel", "group_id": 77}
    payload = {
        "object_kind": "issue",
        "event_type": "issue",
        "user": {"id": 101, "name": "Sam Expert", "username": "sam.expert"},
        "project": {"id": 4200, "name": "Customer Feedback", "path_with_namespace": "sme/customer-feedback"},
        "object_attributes": {"id": 5500 + iid, "iid": iid, "type": "Issue", "action": "update", "labels": [label] * 8},
        "changes": {"labels": {"previous": [label] * 8, "current": [label] * 8}},
    }
    missing = PAYLOAD_BYTES - len(json.dumps({**payload, "description": ""}))
    return json.dumps({**payload, "description": "x" * missing}).encode()


def requests() -> Callable[[], bytes]:
    """Signed requests, each with an id of its own."""
    (key,) = webhook_keys([TOKEN], []).signing
    numbers, payloads = itertools.count(time.time_ns()), itertools.cycle(bodies())

    def request() -> bytes:
        body, number, now = next(payloads), next(numbers), int(time.time())
        shown = signature(key, f"{number}.{now}.", body).decode()
        head = (
            "POST /webhooks/gitlab HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"User-Agent: GitLab/19.4.0-ee\r\nX-Gitlab-Event: Issue Hook\r\nIdempotency-Key: {number}\r\n"
            f"webhook-id: {number}\r\nwebhook-timestamp: {now}\r\nwebhook-signature: {shown}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return request


NAMES = {"ours": "intake", "bare": "bare", "postgres": "postgres"}


@contextmanager
def server(kind: str, place: str) -> Iterator[int]:
    """A server process on a port of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        command = [sys.executable, "-m", "bench.intake_servers", kind, str(listener.fileno()), place]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()])  # noqa: S603
        try:
            yield listener.getsockname()[1]
        finally:
            process.terminate()
            process.wait(10)


def measure(rounds: int, seconds: float, database: str | None) -> dict[str, list[Round]]:
    """Rounds of each kind of server in turns, after a warm-up of each."""
    request = requests()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        places = {"ours": folder, "bare": "", **({"postgres": database} if database else {})}
        ports = {kind: opened.enter_context(server(kind, place)) for kind, place in places.items()}
        results: dict[str, list[Round]] = {kind: [] for kind in places}
        for number in range(rounds + 1):
            for kind, port in ports.items():
                measured = asyncio.run(fire(port, request, CONNECTIONS, seconds if number else 1.0))
                if number:
                    results[kind].append(measured)
        return results


@contextmanager
def _database() -> Iterator[str | None]:
    """A PostgreSQL that flushes to disk, for as long as the bench lasts."""
    if programs() is None:
        sys.stdout.write(f"{MISSING}\n")
        yield None
        return
    with contextmanager(made)(durable=True) as postgres:
        yield postgres.database()


def main() -> int:
    """Print the numbers and the ratios; 1 where a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3.0)
    chosen = options.parse_args()
    with _database() as database:
        measured = measure(chosen.rounds, chosen.seconds, database)
    passed = [_told(kind, rounds, measured["bare"]) for kind, rounds in measured.items()]
    return 0 if all(passed) else 1


def _told(kind: str, rounds: list[Round], bare: list[Round]) -> bool:
    """Print one line of numbers and one of ratios; whether the targets are met."""
    per_second = _median(rounds, lambda each: each.per_second)
    p99 = _median(rounds, lambda each: each.percentile(99))
    sys.stdout.write(
        f"{NAMES[kind]:>9}: {per_second:7.0f} requests/s"
        f"   p50 {_median(rounds, lambda each: each.percentile(50)) * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms\n"
    )
    if kind == "bare":
        return True
    throughput = per_second / _median(bare, lambda each: each.per_second)
    slower = p99 / _median(bare, lambda each: each.percentile(99))
    if kind == "postgres":
        sys.stdout.write(
            f"  ratio: {throughput:.2f} of the throughput, {slower:.2f} x p99; at least {MOST_OF_GITLAB}/s\n"
        )
        return per_second > MOST_OF_GITLAB
    sys.stdout.write(
        f"  ratio: {throughput:.2f} of the throughput (at least {LEAST_THROUGHPUT}),"
        f" {slower:.2f} x p99 (at most {MOST_P99})\n"
    )
    return throughput >= LEAST_THROUGHPUT and slower <= MOST_P99


def _median(rounds: list[Round], of: Callable[[Round], float]) -> float:
    return statistics.median(of(each) for each in rounds)


if __name__ == "__main__":
    raise SystemExit(main())
