"""What GitLab's side knows afterwards: which deliveries were acknowledged, which calls were made, which notes stand."""

import os
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from app import bootstrap
from app.bootstrap import Rules
from app.domain.envelope import Place, unseal
from app.domain.issue import Ref
from app.domain.plan import Action, Say
from app.fakegitlab import World
from app.fakegitlab.courier import Courier, send
from app.fakegitlab.model import Issue
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.state import Call
from tests.scenarios.living import SIGNING_KEY

ISSUE = "/projects/:id/issues/:issue_iid"


class Witness(deque[Call]):
    """GitLab's list of the calls it served; on demand it kills who made them, before they hear the answer.

    `killed` is when each process was killed that way.
    """

    def __init__(self) -> None:
        super().__init__()
        self._victim, self._calls = 0, 0
        self._methods: tuple[str, ...] = ()
        self.killed: dict[int, float] = {}
        self.at_call: Callable[[Call], None] = lambda _call: None

    def kills(self, pid: int, after: int, methods: tuple[str, ...]) -> None:
        """Kill the process when this many more calls with these methods have been carried out."""
        self._victim, self._calls, self._methods = pid, after, methods

    def spares(self, pid: int) -> None:
        """The process is gone already, and somebody else may get its number."""
        if self._victim == pid:
            self._victim = 0

    def append(self, call: Call) -> None:
        """One call was carried out; its answer is not sent yet."""
        super().append(call)
        self.at_call(call)
        if self._victim and call.method in self._methods:
            self._calls -= 1
            if self._calls <= 0:
                os.kill(self._victim, signal.SIGKILL)
                self.killed[self._victim] = time.monotonic()
                self._victim = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery and what became of it; `calls` is how many calls had been served before it left."""

    delivery: Delivery
    acknowledged: bool
    calls: int


class Carrier(Courier):
    """A courier who keeps book, for a hook whose owner enables it again each time that GitLab disables it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.sent: list[Sent] = []

    def _carry(self) -> None:
        while (delivery := self._world.outbox.take()) is not None:
            try:
                with self._world.lock:
                    calls = len(self._world.calls)
                send(self._world, self._client, delivery)
                with self._world.lock:
                    self.sent.append(Sent(delivery, delivery.answered, calls))
                    delivery.hook.failures, delivery.hook.disabled_until = 0, None
            finally:
                self._world.outbox.done()


def path_of(issue: Issue) -> str:
    """The address of an issue as our client writes it."""
    return f"/projects/{issue.project.full_path.replace('/', '%2F')}/issues/{issue.iid}"


def last_read(calls: Iterable[Call], issue: Issue) -> int:
    """At which place among the calls the issue was read last; -1 for never."""
    wanted = path_of(issue)
    places = (n for n, call in enumerate(calls) if call.method == "GET" and call.path.lower() == wanted.lower())
    return max(places, default=-1)


def topics(world: World, issue: Issue) -> Counter[str]:
    """How many signed notes there are on each topic."""
    place = Place(world.base_url, issue.project.id, issue.iid)
    with world.lock:
        bodies = [note.body for note in issue.notes if not note.system]
    envelopes = (unseal(body, place, (SIGNING_KEY.encode(),)) for body in bodies)
    return Counter(envelope.topic for envelope in envelopes if envelope)


def left_to_do(rules: Rules, issue: Issue, told_of: Collection[str]) -> tuple[Action, ...]:
    """What the rules would still do about an issue; `told_of` are people whose many moves one summary tells of."""
    plan = rules.reconciler.plan(Ref(issue.project.full_path, issue.iid), bootstrap.utc_now()).plan
    return tuple(
        action
        for action in plan.actions
        if not (isinstance(action, Say) and action.topic == "move" and action.data["mover"] in told_of)
    )


def summaries(world: World, operator_issue: Issue) -> set[str]:
    """Whose moves came in such a burst that the operator issue has one summary of them (workflow 3.6)."""
    return {topic.removeprefix("burst ") for topic in topics(world, operator_issue) if topic.startswith("burst ")}
