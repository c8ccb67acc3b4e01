"""How fast is intake, compared with a bare endpoint in the same minutes? `python -m bench.intake`

Target: at least 0.6 of its requests per second, p99 at most 3 times its p99 (32 connections, 4.6 KB issue payload).
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
from contextlib import contextmanager
from pathlib import Path

from app.domain.webhook_signature import signature, webhook_keys
from bench.intake_servers import TOKEN
from bench.load import Round, fire

CONNECTIONS = 32
PAYLOAD_BYTES = 4_600
ISSUES = 500
LEAST_THROUGHPUT = 0.6
MOST_P99 = 3.0


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


@contextmanager
def server(kind: str, folder: Path) -> Iterator[int]:
    """A server process on a port of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        command = [sys.executable, "-m", "bench.intake_servers", kind, str(listener.fileno()), str(folder)]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()])  # noqa: S603
        try:
            yield listener.getsockname()[1]
        finally:
            process.terminate()
            process.wait(10)


def measure(rounds: int, seconds: float) -> tuple[list[Round], list[Round]]:
    """Rounds of ours and of the bare endpoint in turns, after a warm-up of each."""
    request = requests()
    with tempfile.TemporaryDirectory() as folder, server("ours", Path(folder)) as ours, server("bare", Path()) as bare:
        results: tuple[list[Round], list[Round]] = ([], [])
        for number in range(rounds + 1):
            for port, into in zip((ours, bare), results, strict=True):
                measured = asyncio.run(fire(port, request, CONNECTIONS, seconds if number else 1.0))
                if number:
                    into.append(measured)
        return results


def main() -> int:
    """Print the numbers and the ratios; 1 where a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3.0)
    chosen = options.parse_args()
    ours, bare = measure(chosen.rounds, chosen.seconds)
    for name, rounds in (("intake", ours), ("bare", bare)):
        sys.stdout.write(
            f"{name:>7}: {_median(rounds, lambda each: each.per_second):7.0f} requests/s"
            f"   p50 {_median(rounds, lambda each: each.percentile(50)) * 1000:6.1f} ms"
            f"   p99 {_median(rounds, lambda each: each.percentile(99)) * 1000:6.1f} ms\n"
        )
    throughput = _median(ours, lambda each: each.per_second) / _median(bare, lambda each: each.per_second)
    p99 = _median(ours, lambda each: each.percentile(99)) / _median(bare, lambda each: each.percentile(99))
    sys.stdout.write(
        f"  ratio: {throughput:.2f} of the throughput (at least {LEAST_THROUGHPUT}),"
        f" {p99:.2f} x p99 (at most {MOST_P99})\n"
    )
    return 0 if throughput >= LEAST_THROUGHPUT and p99 <= MOST_P99 else 1


def _median(rounds: list[Round], of: Callable[[Round], float]) -> float:
    return statistics.median(of(each) for each in rounds)


if __name__ == "__main__":
    raise SystemExit(main())
