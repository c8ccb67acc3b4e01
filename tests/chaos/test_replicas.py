"""Three services on one PostgreSQL, killed, cut off, their database restarted, while GitLab stumbles and people act."""

import json
import os
import random
import signal
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app import bootstrap
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab
from app.fakegitlab.state import Call
from tests.chaos.crowd import Crowd
from tests.chaos.evidence import Carrier, Witness, topics
from tests.chaos.installation import Installation, Process, installation, until
from tests.chaos.relay import Relay, relay
from tests.chaos.test_kill_nine import (
    ALL,
    PACE,
    WRITES,
    Ordeal,
    each_acknowledged_led_to_a_run,
    nothing_is_dead,
    nothing_was_doubled,
    undone,
)
from tests.chaos.watched import AHEAD, PATIENCE, RUNS, SILENT
from tests.postgres import Server
from tests.scenarios.living import PROJECT, READY, SIGNING_TOKEN, enforced, peopled

REPLICAS = 3
SETTLED_WITHIN = 240.0
WATCHED = [sys.executable, "-m", "tests.chaos.watched"]
DISTURBANCES = (("crash", "cut"), ("restart", "freeze"), ("stop",))
"""What happens together. Whoever is stopped stands still for so long that others take over what it was at."""
CLOCKS = (0, 100, -100)
"""By how many seconds each replica's clock is wrong; GitLab's deliveries are let in up to five minutes."""


@dataclass(slots=True)
class Replica:
    """One service, and its piece of network to the database."""

    place: Installation
    network: Relay
    process: Process


@dataclass(slots=True)
class Replicas(Ordeal):
    """The same ordeal for several services."""

    postgres: Server
    replicas: list[Replica]
    died: dict[int, float] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)
    rounds: int = 0

    def round(self) -> None:
        """People act; one service is killed in the middle of something, another at any time, the database disturbed."""
        what = DISTURBANCES[self.rounds % len(DISTURBANCES)]
        self.rounds += 1
        doomed, other, unlucky = self.chance.sample(self.replicas, REPLICAS)
        methods, most = self.chance.choice(((WRITES, 6), (ALL, 40)))
        self.witness.kills(doomed.process.pid, self.chance.randint(1, most), methods)
        self._stumbles()
        self._act(self.chance.randint(5, 15))
        for each in what:
            self._disturb(each, unlucky)
        self._act(self.chance.randint(5, 15))
        if self.chance.random() < 0.5:
            self._kill(other)
        self._act(self.chance.randint(3, 25))
        if "stop" in what:
            threading.Event().wait(SILENT.total_seconds() * 1.3)
            self.goes_on(unlucky.process.pid)
        unlucky.network.mend()
        self._kill(doomed)
        self.world.faults.clear()
        for replica in (doomed, other):
            if not replica.process.lives:
                replica.process = replica.place.serve()
        until(self._settled, f"everything is settled after {what}", SETTLED_WITHIN)

    def _stumbles(self) -> None:
        """GitLab has a bad minute; whatever hangs, hangs for less time than a silent service is given."""
        faults = self.world.faults
        faults.server_error(502, count=self.chance.randint(0, 3) + 1)
        faults.rate_limit(retry_after=1, count=self.chance.randint(0, 2) + 1)
        faults.hang(1.0, count=1, methods=("POST", "PUT"))
        faults.lose_answer(count=self.chance.randint(1, 3), methods=("POST", "PUT"))

    def _disturb(self, what: str, unlucky: Replica) -> None:
        match what:
            case "restart" | "crash":
                self.postgres.stop(signal.SIGINT if what == "restart" else signal.SIGQUIT)
                self._act(self.chance.randint(0, 10))
                self.postgres.start()
            case "cut":
                unlucky.network.cut()
            case "freeze":
                unlucky.network.freeze()
            case "stop":
                self.stands_still(unlucky.process.pid)

    def stands_still(self, pid: int) -> None:
        """Nothing of the process moves, and its connections stay."""
        self.stopped.add(pid)
        os.kill(pid, signal.SIGSTOP)

    def goes_on(self, pid: int) -> None:
        """As if no time had passed."""
        os.kill(pid, signal.SIGCONT)

    def _act(self, deeds: int) -> None:
        pause = threading.Event()
        for _ in range(deeds):
            self.crowd.acts()
            pause.wait(PACE)

    def _kill(self, replica: Replica) -> None:
        pid = replica.process.pid
        self.witness.spares(pid)
        if replica.process.lives:
            replica.process.popen.kill()
        assert replica.process.ends() == -9, "\n".join(replica.process.lines[-20:])
        # The witness may have killed it long ago, so that others have taken over since what it was at.
        self.died[pid] = self.witness.killed.get(pid, time.monotonic())


@contextmanager
def ordeal(folder: Path, seed: int, postgres: Server, silent: timedelta = SILENT) -> Iterator[Replicas]:
    """Everything is running; whatever happens, nothing keeps running."""
    world, project, board = peopled(enforced())
    chance, witness = random.Random(seed), Witness()
    world.calls = witness
    database = postgres.database()
    with FakeGitLab(world, deliver=False) as gitlab, ExitStack() as opened:
        carrier = Carrier(world)
        carrier.start()
        opened.callback(carrier.stop)
        replicas: list[Replica] = []
        for number in range(REPLICAS):
            network = opened.enter_context(relay(lambda: [postgres.port], chance))
            place = opened.enter_context(_place(folder, number, gitlab.url, world.user("sounding-board").token))
            through = postgres.url(database.rpartition("/")[2], network.port)
            place.environment = {
                **place.environment,
                "SOUNDING_BOARD_DATABASE_URL": through,
                RUNS: str(folder / "runs.jsonl"),
                AHEAD: str(CLOCKS[number]),
                PATIENCE: str(silent.total_seconds()),
            }
            replicas.append(Replica(place, network, place.serve()))
        front = opened.enter_context(relay(lambda: [each.place.port for each in replicas], chance))
        hook = world.add_hook(world.root, project, f"http://127.0.0.1:{front.port}{PATH}", signing_token=SIGNING_TOKEN)
        hook.recent = deque()
        crowd = Crowd(world, project, board, chance)
        place, process = replicas[0].place, replicas[0].process
        yield Replicas(world, hook, place, carrier, witness, crowd, chance, process, postgres, replicas)


@contextmanager
def _place(folder: Path, number: int, gitlab_url: str, token: str) -> Iterator[Installation]:
    own = folder / f"replica-{number}"
    own.mkdir()
    with installation(own, gitlab_url, token) as place:
        place.command = WATCHED
        yield place


def never_two_at_once(folder: Path, trial: Replicas) -> int:
    """No two runs of one subject ever met, in whatever process they were. How many subjects were taken over.

    A run that stood still is over with its last call to GitLab: what goes on after that changes nothing.
    """
    open_runs: dict[tuple[int, int], tuple[float, float, str]] = {}
    spans: defaultdict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for at, pid, thread, what, key in runs_in(folder):
        began, _, subject = open_runs.get((pid, thread), (at, at, key))
        match what:
            case "began":
                open_runs[pid, thread] = at, at, key
            case "called":
                open_runs[pid, thread] = began, at, subject
            case _:
                _, called, _ = open_runs.pop((pid, thread))
                spans[key].append((began, called if pid in trial.stopped else at, pid))
    # Calls outside of runs have no subject.
    left = {run: told for run, told in open_runs.items() if ":" in told[2]}
    for (pid, _), (began, called, key) in left.items():
        spans[key].append((began, called if pid in trial.stopped else trial.died[pid], pid))
    for key, runs in spans.items():
        runs.sort()
        for (_, ended, one), (began, _, other) in pairwise(runs):
            assert began >= ended, (key, one, other, ended - began)
    return sum(key in spans for _, _, key in left.values())


def runs_in(folder: Path) -> list[tuple[float, int, int, str, str]]:
    """What each process wrote down: when, process, thread, what, and of which subject."""
    return [tuple(json.loads(line)) for line in (folder / "runs.jsonl").read_text().splitlines()]


def survived(folder: Path, rounds: int, seed: int, postgres: Server) -> None:
    with ordeal(folder, seed, postgres) as trial:
        with bootstrap.judging(trial.place.settings()) as rules:
            for _ in range(rounds):
                trial.round()
                promised = [issue for issue in trial.crowd.issues if each_acknowledged_led_to_a_run(trial, issue)]
                assert undone(trial, rules, promised) == {}
                assert nothing_was_doubled(trial)
                never_two_at_once(folder, trial)
            assert nothing_is_dead(trial)
            for replica in trial.replicas:
                replica.process.popen.terminate()
                assert replica.process.ends() == 0
            swept = trial.place.run("sweep", "--apply")
            assert swept.ends() == 0, swept.lines
            assert undone(trial, rules, trial.crowd.issues) == {}
        assert nothing_was_doubled(trial)
        assert trial.world.unknown_calls == []
        # Else the test has shown nothing.
        assert never_two_at_once(folder, trial) > 0
        assert {sent.acknowledged for sent in trial.carrier.sent} >= {True}


def test_three_replicas_lose_and_double_nothing(tmp_path: Path, own_postgres: Server) -> None:
    survived(tmp_path, 2, 5, own_postgres)


def test_a_replica_that_stood_still_in_the_middle_of_a_run_writes_nothing_when_it_goes_on(
    tmp_path: Path, own_postgres: Server
) -> None:
    """Its machine slept, or was too busy; another replica has done meanwhile what it was at."""
    with ordeal(tmp_path, 7, own_postgres, timedelta(seconds=4)) as trial:
        held: list[int] = []

        def at_call(call: Call) -> None:
            """Whoever reads the card's labels' history is about to write."""
            if not held and call.method == "GET" and call.path.endswith("/resource_label_events"):
                _, pid, _, _, _ = next(run for run in reversed(runs_in(tmp_path)) if run[3] == "began")
                held.append(pid)
                trial.stands_still(pid)

        trial.witness.at_call = at_call
        omar, project = trial.world.user("sa.omar"), trial.world.project(PROJECT)
        issue = trial.world.create_issue(omar, project, "SCIM", description=READY, add_labels=["status::new"])
        trial.world.update_issue(omar, issue, add_labels=["status::accepted"])
        key = f"request:{PROJECT}#{issue.iid}"

        def taken_over() -> bool:
            runs = runs_in(tmp_path) if held else []
            return any(what == "ended" and of == key and pid not in held for _, pid, _, what, of in runs)

        until(taken_over, "another has done it", SETTLED_WITHIN)
        (pid,) = held
        frozen = next(each.process for each in trial.replicas if each.process.pid == pid)
        trial.goes_on(pid)
        until(lambda: any("the run was cut off" in line for line in frozen.lines), "it gives its run up", 60)
        until(trial._settled, "everything is settled", SETTLED_WITHIN)
        assert len(topics(trial.world, issue)) > 0
        assert nothing_was_doubled(trial)
        never_two_at_once(tmp_path, trial)
        for replica in trial.replicas:
            replica.process.popen.terminate()
            assert replica.process.ends() == 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1])
def test_three_replicas_lose_and_double_nothing_in_twenty_rounds(
    tmp_path: Path, own_postgres: Server, seed: int
) -> None:
    survived(tmp_path, 20, seed, own_postgres)
