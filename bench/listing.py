"""How fast is a full listing, beside python-gitlab's own iterator on the same server? `python -m bench.listing`

Target: 10,000 issues at 50 ms latency at least 5 times faster than the iterator, with at most 114 calls (two to look, a
hundred pages, one part-filled page for each window and the last).
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import gitlab

from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import connect
from bench.listing_server import PROJECT, TOKEN

LEAST_RATIO = 5.0
MOST_CALLS = 114


class Counted(Budget):
    """The budget of the product, untouched, which counts."""

    calls = 0

    def take(self, note: bool = False) -> None:
        """One call more."""
        self.calls += 1
        super().take(note)


@contextmanager
def server(issues: int, latency: int) -> Iterator[str]:
    """The stand-in in its own process, seeded; its address."""
    command = [sys.executable, "-m", "bench.listing_server", str(issues), str(latency)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        yield (process.stdout.readline() if process.stdout else "").strip()
    finally:
        process.communicate(timeout=20)


def ours(url: str) -> tuple[float, int, int]:
    """Seconds, issues and calls of one listing."""
    budget = Counted()
    with connect(url, TOKEN, budget) as doors:
        start = time.perf_counter()
        found = doors.lister.all_issues(PROJECT)
        return time.perf_counter() - start, len(found), budget.calls


def theirs(url: str) -> tuple[float, int]:
    """Seconds and issues of one listing as python-gitlab does it."""
    with gitlab.Gitlab(url, private_token=TOKEN) as client:
        project = client.projects.get(PROJECT, lazy=True)
        start = time.perf_counter()
        count = sum(1 for _ in project.issues.list(iterator=True, per_page=100))
        return time.perf_counter() - start, count


def main() -> int:
    """Print the numbers and the ratio; 1 where a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--issues", type=int, default=10_000)
    options.add_argument("--latency", type=int, default=50, help="milliseconds")
    chosen = options.parse_args()
    with server(chosen.issues, chosen.latency) as url:
        rounds = [(ours(url), theirs(url)) for _ in range(chosen.rounds)]
    (_, found, calls), (_, theirs_found) = rounds[-1]
    fast = statistics.median(mine for (mine, _, _), _ in rounds)
    slow = statistics.median(yours for _, (yours, _) in rounds)
    sys.stdout.write(
        f"  listing {found} issues at {chosen.latency} ms: {fast:.2f} s in {calls} calls\n"
        f"  python-gitlab's iterator: {theirs_found} issues, {slow:.2f} s\n"
        f"    ratio: {slow / fast:.1f} times faster (at least {LEAST_RATIO})\n"
    )
    whole = found == theirs_found == chosen.issues
    return 0 if whole and slow / fast >= LEAST_RATIO and calls <= MOST_CALLS else 1


if __name__ == "__main__":
    raise SystemExit(main())
