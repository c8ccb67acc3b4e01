"""GitLab is down and comes back: nobody hammers it, one asks, and then all go on at a walk."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
import respx

from app.domain.failure import Temporary
from app.entrypoints.run_limit import RunTookTooLong
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_circuit import Circuit, State
from app.gateways.gitlab_connect import GitLab, connect
from tests.gateways.gitlab_wire import NOON, TOKEN, URL

USER = {"id": 7, "username": "bot"}


@dataclass
class Clock:
    """Time that passes only when told, or by sleeping."""

    now: float = 1000.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def circuit(clock: Clock, chance: float = 0.0) -> Circuit:
    return Circuit(now=lambda: clock.now, chance=lambda: chance)


def fails(circuit: Circuit, times: int) -> None:
    for _ in range(times):
        circuit.enter()
        circuit.silent()


def stands(circuit: Circuit) -> State:
    return circuit.state


def refused(circuit: Circuit) -> Temporary:
    with pytest.raises(Temporary) as told:
        circuit.enter()
    return told.value


def test_a_few_lost_calls_are_no_outage_and_an_answer_between_begins_the_count_anew() -> None:
    door = circuit(Clock())
    fails(door, 4)
    assert door.answered() is False
    fails(door, 4)
    assert stands(door) is State.CLOSED


def test_after_five_in_a_row_nobody_calls_and_everybody_is_told_when_to_come_again() -> None:
    door = circuit(Clock())
    fails(door, 5)
    assert stands(door) is State.OPEN
    told = refused(door)
    assert str(told) == "GitLab has not answered lately, so it is left alone; next try in 2 s."
    assert told.retry_after == 2


def test_one_asks_whether_it_is_back_while_the_others_wait() -> None:
    clock = Clock()
    door = circuit(clock)
    fails(door, 5)
    clock.now += 2
    door.enter()
    assert stands(door) is State.PROBING
    refused(door)
    assert door.answered() is True
    assert stands(door) is State.CLOSED
    door.enter()
    door.enter()


def test_each_rest_is_twice_the_last_and_never_longer_than_a_minute() -> None:
    clock = Clock()
    door = circuit(clock)
    fails(door, 5)
    rests = []
    for _ in range(8):
        rests.append(refused(door).retry_after)
        clock.now += rests[-1] or 0
        door.enter()
        door.silent()
    assert rests == [2, 4, 8, 16, 32, 60, 60, 60]
    assert door.opened == 1, "one outage, however long"


def test_chance_parts_the_replicas_and_those_who_wait() -> None:
    clock = Clock()
    early, late = circuit(clock, 0.0), circuit(clock, 1.0)
    fails(early, 5)
    fails(late, 5)
    clock.now += 2
    early.enter()
    assert refused(late).retry_after == pytest.approx(4.0), (
        "its rest is 3 s, and whoever waits comes at some time after"
    )


def test_a_call_from_before_the_outage_that_ends_late_makes_it_no_longer() -> None:
    clock = Clock()
    door = circuit(clock)
    fails(door, 5)
    door.silent()
    clock.now += 2
    door.enter()


def test_a_probe_that_was_not_sent_after_all_leaves_its_place_to_another() -> None:
    clock = Clock()
    door = circuit(clock)
    fails(door, 5)
    clock.now += 2
    door.enter()
    door.leave()
    door.enter()
    assert stands(door) is State.PROBING


def test_a_probe_of_which_nobody_says_how_it_ended_is_over_after_a_minute() -> None:
    clock = Clock()
    door = circuit(clock)
    fails(door, 5)
    clock.now += 2
    door.enter()
    clock.now += 59
    refused(door)
    clock.now += 1
    assert stands(door) is State.OPEN
    door.enter()
    assert stands(door) is State.PROBING


def test_of_many_threads_that_come_at_once_one_probes() -> None:
    clock = Clock()
    door = circuit(clock)
    fails(door, 5)
    clock.now += 2
    ready, through = threading.Barrier(16), []

    def comes() -> None:
        ready.wait(10)
        try:
            door.enter()
        except Temporary:
            return
        through.append(1)

    crowd = [threading.Thread(target=comes) for _ in range(16)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(10)
    assert through == [1]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gitlab(clock: Clock) -> Iterator[GitLab]:
    budget = Budget(now=lambda: clock.now, sleep=clock.sleep)
    with connect(URL, TOKEN, budget, clock=lambda: NOON) as doors:
        doors.line.circuit = circuit(clock)
        yield doors


def asks(gitlab: GitLab, times: int) -> int:
    """Ask who we are so often; how many of these came to nothing."""
    failed = 0
    for _ in range(times):
        try:
            gitlab.about.whoami()
        except Temporary:
            failed += 1
    return failed


@pytest.mark.parametrize(
    "down", [lambda _: httpx.Response(503), lambda _: httpx.Response(500), httpx.ConnectError("refused")]
)
def test_an_outage_costs_gitlab_five_calls_and_not_fifty(
    gitlab: GitLab, clock: Clock, down: Callable[[httpx.Request], httpx.Response]
) -> None:
    with respx.mock(assert_all_called=False) as wire:
        route = wire.get(f"{URL}/api/v4/user").mock(side_effect=down)
        assert asks(gitlab, 50) == 50
        assert len(route.calls) == 5
        clock.now += 2
        route.mock(return_value=httpx.Response(200, json=USER))
        back = clock.now
        assert asks(gitlab, 50) == 0
        assert clock.now - back == pytest.approx(4.9), "ten a second, though there had been room for a burst of 150"


@pytest.mark.parametrize("end", [RunTookTooLong, RuntimeError("the client has been closed")])
def test_a_probe_that_is_broken_off_on_our_side_leaves_its_place_to_another(
    gitlab: GitLab, clock: Clock, end: BaseException | type[BaseException]
) -> None:
    def cut_off(_: httpx.Request) -> httpx.Response:
        raise end

    with respx.mock(assert_all_called=False) as wire:
        route = wire.get(f"{URL}/api/v4/user").respond(503)
        asks(gitlab, 5)
        clock.now += 2
        route.mock(side_effect=cut_off)
        with pytest.raises((RunTookTooLong, RuntimeError)):
            gitlab.about.whoami()
        assert stands(gitlab.line.circuit) is State.OPEN
        route.mock(return_value=httpx.Response(200, json=USER))
        assert asks(gitlab, 1) == 0
    assert stands(gitlab.line.circuit) is State.CLOSED


def test_what_gitlab_refuses_is_an_answer(gitlab: GitLab) -> None:
    with respx.mock() as wire:
        wire.get(f"{URL}/api/v4/user").respond(429, headers={"RateLimit-Remaining": "0"})
        assert asks(gitlab, 10) == 10
    assert stands(gitlab.line.circuit) is State.CLOSED
    assert gitlab.line.traffic.so_far() == {("read", "429"): 10}
    assert gitlab.line.traffic.remaining == 0


def test_who_no_longer_holds_what_it_works_on_calls_nobody(gitlab: GitLab) -> None:
    """A process that was frozen, and goes on in the middle of a run that another has taken over."""
    gitlab.line.held = lambda: False
    with respx.mock, pytest.raises(Temporary) as told:
        gitlab.about.whoami()
    assert str(told.value) == "the run was cut off: its database was silent for too long"
    assert gitlab.line.circuit.state is State.CLOSED
