"""How much more do two replicas do than one? `python -m bench.replicas`

The same cards are to be looked at, GitLab takes 50 ms for each answer, and PostgreSQL holds the inbox. Target: two
replicas finish at least 1.6 times the work of one. The cards need fewer calls than the budget lets out at once: what is
measured is the replicas, not the limit that they share.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg

from app import bootstrap
from app.bootstrap import kept
from app.domain.inbox import Arrival, InboxRules
from app.domain.issue import Ref
from app.domain.subject import Request
from app.fakegitlab import FakeGitLab, World
from app.gateways.inbox_postgres import PostgresInbox
from tests.chaos.installation import Installation, installation, until
from tests.postgres import MISSING, made, programs
from tests.scenarios.living import COMPLETE, enforced, peopled

CARDS = 14
LATENCY = 0.05
WORKERS = 1
LEAST = 1.6


@contextmanager
def town(folder: Path, database: str) -> Iterator[tuple[World, Installation, list[Ref]]]:
    """A slow GitLab with cards that have been settled, and an installation for it."""
    world, project, _ = peopled(enforced())
    asker = world.user("sa.jane")
    filed = world.now() - timedelta(minutes=30)
    cards = [
        world.create_issue(asker, project, f"Card {number}", description=COMPLETE, created_at=filed)
        for number in range(CARDS)
    ]
    with FakeGitLab(world, deliver=False) as gitlab, ExitStack() as opened:
        place = opened.enter_context(installation(folder, gitlab.url, world.user("sounding-board").token))
        place.environment = {
            **place.environment,
            "SOUNDING_BOARD_DATABASE_URL": database,
            "SOUNDING_BOARD_WORKERS": str(WORKERS),
        }
        yield world, place, [Ref(card.project.full_path, card.iid) for card in cards]


def alive(database: str) -> int:
    """How many replicas there are."""
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM sounding_board.holder").fetchone()
    return int(row[0]) if row else 0


def idle(view: kept.View) -> bool:
    """Whether nothing runs, and nothing waits but timers for later."""
    soon = bootstrap.utc_now() + timedelta(seconds=5)
    return all(place.due > soon for place in view.waiting(2 * CARDS)) and not view.counts().running


def seconds(replicas: int, place: Installation, cards: list[Ref]) -> float:
    """How long so many replicas, started anew, take for the cards."""
    database = place.environment["SOUNDING_BOARD_DATABASE_URL"]
    with closing(PostgresInbox(database, InboxRules())):
        pass
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM sounding_board.budget")
    started = [place.run("worker") for _ in range(replicas)]
    until(lambda: alive(database) == replicas, "all are there")
    pause = threading.Event()
    with closing(PostgresInbox(database, InboxRules())) as inbox, closing(kept.inbox_beside(place.settings())) as view:
        # The first look asks GitLab who we are; that is not what is measured.
        for ref in cards[:replicas]:
            inbox.put(Arrival(Request(ref), not_before=bootstrap.utc_now()), bootstrap.utc_now())
        until(lambda: idle(view), "they are warm")
        began = time.monotonic()
        for ref in cards:
            inbox.put(Arrival(Request(ref), not_before=bootstrap.utc_now()), bootstrap.utc_now())
        while not idle(view):
            pause.wait(0.005)
        took = time.monotonic() - began
    for process in started:
        process.popen.terminate()
        process.ends()
    return took


def main() -> int:
    """Print the numbers and the ratio; 1 where the target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    if programs() is None:
        sys.stdout.write(f"{MISSING}\n")
        return 0
    times: dict[int, list[float]] = {1: [], 2: []}
    with (
        tempfile.TemporaryDirectory() as folder,
        contextmanager(made)(durable=True) as postgres,
        town(Path(folder), postgres.database()) as (world, place, cards),
    ):
        seconds(1, place, cards)
        world.faults.latency = LATENCY
        for _ in range(chosen.rounds):
            for replicas, into in times.items():
                before = len(world.calls)
                into.append(seconds(replicas, place, cards))
                calls = len(world.calls) - before
                sys.stdout.write(f"{replicas} replicas: {CARDS} cards, {calls} calls, {into[-1]:5.2f} s\n")
    ratio = statistics.median(times[1]) / statistics.median(times[2])
    sys.stdout.write(f"  ratio: {ratio:.2f} x the work of one (at least {LEAST})\n")
    return 0 if ratio >= LEAST else 1


if __name__ == "__main__":
    raise SystemExit(main())
