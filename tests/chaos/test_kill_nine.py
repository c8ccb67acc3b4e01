"""The whole service is killed again and again while people work: what was acknowledged is done, and said once."""

import json
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from app import bootstrap
from app.bootstrap import Rules, kept
from app.domain.plan import Action
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Hook, Issue
from tests.chaos.crowd import Crowd
from tests.chaos.evidence import Carrier, Sent, Witness, last_read, left_to_do, summaries, topics
from tests.chaos.installation import Installation, Process, installation, until
from tests.scenarios.living import SIGNING_TOKEN, enforced, peopled

PACE = 0.1
"""Seconds between two deeds: what one service may ask of GitLab in the time (its own budget) is enough for them."""
SETTLED_WITHIN = 120.0
SOON = timedelta(seconds=10)
WRITES, ALL = ("POST", "PUT"), ("GET", "POST", "PUT", "DELETE")


@dataclass(slots=True)
class Ordeal:
    """The service, the people, the carrier between GitLab and the service, and the witness who kills."""

    world: World
    hook: Hook
    place: Installation
    carrier: Carrier
    witness: Witness
    crowd: Crowd
    chance: random.Random
    service: Process

    def round(self) -> None:
        """People act until the service is killed in the middle of something, or a little longer; another starts."""
        methods, most = self.chance.choice(((WRITES, 12), (ALL, 60)))
        self.witness.kills(self.service.pid, self.chance.randint(1, most), methods)
        self._act_while(lambda: self.service.lives)
        assert self.service.ends() == -9
        for _ in range(self.chance.choice((0, 0, 3))):
            self.crowd.acts()
        self.service = self.place.serve()
        until(self._settled, "everything is settled", SETTLED_WITHIN)

    def _act_while(self, lives: Callable[[], bool]) -> None:
        pause, deeds = threading.Event(), 0
        while lives():
            self.crowd.acts()
            deeds += 1
            assert deeds < 600, "the service was not killed"
            pause.wait(PACE)

    def _settled(self) -> bool:
        before = len(self.witness)
        return (
            self.world.outbox.settle(0) and self._idle() and self.world.outbox.settle(0) and len(self.witness) == before
        )

    def _idle(self) -> bool:
        """Nothing runs, nothing is to be tried again, and nothing waits but timers for later."""
        with closing(kept.inbox_beside(self.place.settings())) as inbox:
            # A card may leave one list for the other between two looks: none runs before, and none after.
            before, waiting, after = inbox.counts(), inbox.waiting(1000), inbox.counts()
        later = bootstrap.utc_now() + SOON
        idle = all(place.reason is None and place.due > later for place in waiting)
        return idle and not before.running and not after.running

    @property
    def operator_issue(self) -> Issue:
        """Where the bot writes to the people who run it: the project's first."""
        return next(issue for issue in self.world.issues.values() if issue.iid == 1)

    def sent_about(self, issue: Issue) -> list[Sent]:
        """All deliveries about an issue, in the order in which they were emitted."""
        emitted = {delivery: number for number, delivery in enumerate(self.hook.recent)}
        return sorted((s for s in self.carrier.sent if _iid(s) == issue.iid), key=lambda s: emitted[s.delivery])


def _iid(sent: Sent) -> int:
    told = json.loads(sent.delivery.body)
    return int((told.get("issue") or told["object_attributes"])["iid"])


@contextmanager
def ordeal(folder: Path, seed: int) -> Iterator[Ordeal]:
    """Everything but the service itself is running; whatever happens, nothing keeps running."""
    world, project, board = peopled(enforced())
    chance, witness = random.Random(seed), Witness()
    world.calls = witness
    with FakeGitLab(world, deliver=False) as gitlab:
        carrier = Carrier(world)
        carrier.start()
        try:
            with installation(folder, gitlab.url, world.user("sounding-board").token) as place:
                hook = world.add_hook(world.root, project, place.url + PATH, signing_token=SIGNING_TOKEN)
                hook.recent = deque()
                crowd = Crowd(world, project, board, chance)
                yield Ordeal(world, hook, place, carrier, witness, crowd, chance, place.serve())
        finally:
            carrier.stop()


def killed_over_and_over(folder: Path, rounds: int, seed: int) -> None:
    with ordeal(folder, seed) as trial:
        with bootstrap.judging(trial.place.settings(data_dir=folder / "beside")) as rules:
            for _ in range(rounds):
                trial.round()
                promised = [issue for issue in trial.crowd.issues if each_acknowledged_led_to_a_run(trial, issue)]
                assert undone(trial, rules, promised) == {}
                assert nothing_was_doubled(trial)
            assert nothing_is_dead(trial)
            trial.service.popen.terminate()
            assert trial.service.ends() == 0
            swept = trial.place.run("sweep", "--apply")
            assert swept.ends() == 0, swept.lines
            assert undone(trial, rules, trial.crowd.issues) == {}
        assert nothing_was_doubled(trial)
        assert trial.world.unknown_calls == []
        # Else the test has shown nothing.
        assert {sent.acknowledged for sent in trial.carrier.sent} == {True, False}
        assert {call.method for call in trial.witness} >= {"GET", "POST", "PUT"}


def each_acknowledged_led_to_a_run(trial: Ordeal, issue: Issue) -> bool:
    """Each did. Whether the last one was acknowledged, so that nothing about this card is left to a sweep.

    Called when all is settled and before anybody else looks at the card, which would count as a run.
    """
    about, read = trial.sent_about(issue), last_read(trial.witness, issue)
    for sent in about:
        assert not sent.acknowledged or read >= sent.calls, (issue.iid, read, sent)
    return bool(about) and about[-1].acknowledged


def undone(trial: Ordeal, rules: Rules, issues: Iterable[Issue]) -> dict[int, tuple[Action, ...]]:
    """What is left to do, by issue."""
    told_of = summaries(trial.world, trial.operator_issue)
    return {issue.iid: left for issue in issues if (left := left_to_do(rules, issue, told_of))}


def nothing_is_dead(trial: Ordeal) -> bool:
    with closing(kept.inbox_beside(trial.place.settings())) as inbox:
        return inbox.dead(10) == ()


def nothing_was_doubled(trial: Ordeal) -> bool:
    """One note a topic; what was taken away had another note in its place."""
    issues = [trial.operator_issue, *trial.crowd.issues]
    return all(set(topics(trial.world, issue).values()) <= {1} for issue in issues)


def test_nothing_acknowledged_is_lost_and_nothing_doubled_in_three_kills(tmp_path: Path) -> None:
    killed_over_and_over(tmp_path, 3, seed=5)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_acknowledged_is_lost_and_nothing_doubled_in_twenty_kills(tmp_path: Path, seed: int) -> None:
    killed_over_and_over(tmp_path, 20, seed)
