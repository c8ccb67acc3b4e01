"""Is the stand-in for GitLab fast enough not to be what a benchmark measures? `python -m bench.standin`

Targets: 1,500 simple reads a second over HTTP from another process; 10,000 issues made in less than 3 seconds.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.fakegitlab import World
from bench.listing_server import TOKEN
from bench.load import fire

LEAST_READS = 1500
MOST_SECONDS = 3.0
CONNECTIONS = 8
PATHS = ("/api/v4/projects/1/issues/5", "/api/v4/user", "/api/v4/projects/bench%2Ffeedback")


@contextmanager
def server(issues: int) -> Iterator[int]:
    """The stand-in in its own process; its port."""
    command = [sys.executable, "-m", "bench.listing_server", str(issues), "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        address = process.stdout.readline().strip() if process.stdout else ""
        try:
            yield int(address.rsplit(":", 1)[1])
        finally:
            process.communicate(timeout=20)


def reads(port: int, path: str, seconds: float) -> float:
    """Requests a second for one path."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nPRIVATE-TOKEN: {TOKEN}\r\n\r\n".encode()
    return asyncio.run(fire(port, lambda: request, CONNECTIONS, seconds)).per_second


def seeding(issues: int) -> float:
    """Seconds to make that many issues with two labels each."""
    world = World()
    with world.silently():
        project = world.add_project(world.add_group("bench"), "feedback")
        for title in ("status::new", "area::ai"):
            world.create_label(world.root, project, title)
        start = time.perf_counter()
        for number in range(issues):
            world.create_issue(world.root, project, f"Request {number}", labels=["status::new", "area::ai"])
        return time.perf_counter() - start


def main() -> int:
    """Print the numbers; 1 where a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=1.0)
    options.add_argument("--issues", type=int, default=10_000)
    chosen = options.parse_args()
    good = True
    with server(100) as port:
        for path in PATHS:
            reads(port, path, chosen.seconds / 4)
            rate = max(reads(port, path, chosen.seconds) for _ in range(chosen.rounds))
            good = good and rate >= LEAST_READS
            sys.stdout.write(f"  stand-in, GET {path}: {rate:,.0f} a second (at least {LEAST_READS:,})\n")
    took = min(seeding(chosen.issues) for _ in range(chosen.rounds))
    good = good and took * 10_000 / chosen.issues <= MOST_SECONDS
    sys.stdout.write(
        f"  stand-in, {chosen.issues:,} issues made: {took:.2f} s (at most {MOST_SECONDS:g} s per 10,000)\n"
    )
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
