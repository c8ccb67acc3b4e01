"""The GitLab of the listing bench, in a process of its own: `python -m bench.listing_server ISSUES LATENCY_MS`.

Prints its address, serves until its standard input ends. Creation times come in bursts, as imports and workshops do.
"""

import random
import sys
from datetime import UTC, datetime, timedelta

from app.fakegitlab import FakeGitLab, World

TOKEN = "listing-bench"  # noqa: S105 - opens nothing
PROJECT = "bench/feedback"


def seeded(issues: int) -> World:
    """A project with that many issues over about two years, a tenth of the numbers missing."""
    world = World(root_token=TOKEN)
    dice = random.Random(1)  # noqa: S311 - repeatable, not secret
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    with world.silently():
        project = world.add_project(world.add_group("bench"), "feedback")
        for number in range(issues + issues // 9):
            moment += timedelta(seconds=dice.choice((0.0, 0.5, 90.0, 9000.0)))
            with world.at(moment):
                issue = world.create_issue(world.root, project, f"Request {number}", description="Please. " * 60)
                if number % 10 == 9:
                    world.delete_issue(world.root, issue)
    return world


def main() -> None:
    """Serve."""
    world = seeded(int(sys.argv[1]))
    world.faults.latency = int(sys.argv[2]) / 1000
    with FakeGitLab(world, port=0, deliver=False) as gitlab:
        sys.stdout.write(f"{gitlab.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
