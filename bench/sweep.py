"""What a sweep costs over 10,000 requests: `--since` with 50 changed, and a full pass. `python -m bench.sweep`

Target: `--since` takes at most 101 list calls and 2 calls for each changed request. The minutes of a full pass follow
from its calls and the rate budget, which is the bottleneck by design.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app import bootstrap
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Project
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import connect
from app.gateways.journal_sqlite import SqliteJournal
from app.services.sweep import Swept
from tests.scenarios.living import COMPLETE, enforced, peopled, settings_for

REQUESTS, CHANGED = 10_000, 50
MOST_LIST_CALLS = 101
CALLS_A_SECOND = 10.0
"""The rate of the default budget."""


def seed(world: World, project: Project) -> None:
    """Requests of the last year, every one in Reviewed; the last 50 changed within the hour."""
    author, now = world.user("sa.jane"), world.now()
    for number in range(REQUESTS):
        recent = number >= REQUESTS - CHANGED
        with world.at(now - (timedelta(minutes=5) if recent else timedelta(hours=9000 - number * 0.88))):
            labels = ["status::reviewed", "area::ai", "theme::ai::chat"]
            world.create_issue(author, project, f"Request {number}", description=COMPLETE, labels=list(labels))


def main() -> int:
    """Print the numbers; 1 where the target is missed."""
    configured = enforced()
    flow = replace(configured.taxonomy.workflow, effective_from=bootstrap.utc_now())
    configured = replace(configured, taxonomy=replace(configured.taxonomy, workflow=flow))
    world, project, _ = peopled(configured)
    with world.silently():
        seed(world, project)
    with FakeGitLab(world, deliver=False) as gitlab, tempfile.TemporaryDirectory() as kept:
        settings = settings_for(gitlab.url, world, Path(kept))
        journal = SqliteJournal(Path(kept) / "journal.sqlite3")
        roomy = Budget(rate=1e6, burst=1e6, reserve=0, notes_per_minute=1e6, notes_burst=1e6)
        with connect(gitlab.url, world.user("sounding-board").token, roomy) as doors:
            rules = bootstrap.rules(settings, configured, doors, journal)
            lists, reads = _count(world, lambda: rules.sweep.run(world.now(), world.now() - timedelta(hours=1), True))
            start = time.perf_counter()
            all_lists, all_reads = _count(world, lambda: rules.sweep.run(world.now(), None, True))
            took = time.perf_counter() - start
        journal.close()
    minutes = (all_lists + all_reads) / CALLS_A_SECOND / 60
    sys.stdout.write(
        f"  sweep --since, {CHANGED} of {REQUESTS} changed: {lists} list calls (at most {MOST_LIST_CALLS}), "
        f"{reads} reads (at most {2 * CHANGED})\n"
        f"  full pass: {all_lists} list calls, {all_reads} reads; {minutes:.0f} minutes within the rate budget, "
        f"{took:.0f} s without it\n"
    )
    return 0 if lists <= MOST_LIST_CALLS and reads <= 2 * CHANGED else 1


def _count(world: World, run: Callable[[], Swept]) -> tuple[int, int]:
    world.reset_calls()
    swept = run()
    if swept.failed:
        raise RuntimeError(f"{len(swept.failed)} requests failed: {swept.failed[0]}")
    kinds = Counter(call.path.endswith("/issues") for call in world.calls)
    return kinds[True], kinds[False]


if __name__ == "__main__":
    raise SystemExit(main())
