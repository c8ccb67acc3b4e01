"""How often we call, with the clock in our hands."""

import threading
from dataclasses import dataclass, field

import httpx
import pytest

from app.domain.failure import Temporary
from app.domain.plan import PostNote
from app.gateways.gitlab_budget import Budget, in_background
from tests.gateways.gitlab_wire import ISSUE, REF, issue_body, ok, wired


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


def budget(clock: Clock, burst: float = 5, reserve: float = 2, notes_burst: float = 2) -> Budget:
    return Budget(
        rate=10,
        burst=burst,
        reserve=reserve,
        notes_per_minute=60,
        notes_burst=notes_burst,
        now=lambda: clock.now,
        sleep=clock.sleep,
        clock=lambda: clock.now,
    )


def test_after_the_burst_calls_come_at_the_rate() -> None:
    clock = Clock()
    calls = budget(clock)
    for _ in range(8):
        calls.take()
    assert clock.slept == [0.1, 0.1, 0.1]


def test_a_pause_fills_the_burst_again_but_not_more() -> None:
    clock = Clock()
    calls = budget(clock)
    for _ in range(5):
        calls.take()
    clock.now += 3600
    for _ in range(5):
        calls.take()
    assert clock.slept == []
    calls.take()
    assert clock.slept == [0.1]


def test_a_sweep_leaves_room_for_people() -> None:
    clock = Clock()
    calls = budget(clock)
    with in_background():
        for _ in range(4):
            calls.take()
    assert clock.slept == [0.1]
    calls.take()
    calls.take()
    assert clock.slept == [0.1]


def test_a_turn_too_far_off_is_raised_not_slept_and_costs_nothing() -> None:
    clock = Clock()
    impatient = Budget(rate=0.1, burst=1, now=lambda: clock.now, sleep=clock.sleep)
    impatient.take()
    for _ in range(2):
        with pytest.raises(Temporary) as caught:
            impatient.take()
        assert caught.value.retry_after == pytest.approx(10.0)
    assert str(caught.value) == "Our own limit on calls to GitLab is reached; the next turn is in 10 s."
    assert clock.slept == []


def test_notes_have_a_limit_of_their_own() -> None:
    clock = Clock()
    with wired(budget(clock, burst=100)) as (routes, gitlab):
        routes.get(ISSUE).mock(return_value=ok(issue_body()))
        routes.post(f"{ISSUE}/notes").mock(return_value=httpx.Response(201, json={"id": 1}))
        for _ in range(3):
            gitlab.writer.apply(REF, PostNote("move", "Hello"))
        assert clock.slept == [1.0]
        for _ in range(20):
            gitlab.reader.issue(REF)
        assert clock.slept == [1.0]


def test_the_defaults_stay_below_gitlab_com_in_the_busiest_minute() -> None:
    clock = Clock()
    calls = Budget(now=lambda: clock.now, sleep=clock.sleep)
    made = 0
    while clock.now < 1060:
        calls.take()
        made += 1
    assert made <= 751
    clock, made = Clock(), 0
    notes = Budget(now=lambda: clock.now, sleep=clock.sleep)
    while clock.now < 1060:
        notes.take(note=True)
        made += 1
    assert made <= 51


def test_when_gitlab_says_little_is_left_only_people_go_on() -> None:
    clock = Clock()
    with wired(budget(clock, burst=100, reserve=30)) as (routes, gitlab):
        told = {"RateLimit-Limit": "2000", "RateLimit-Remaining": "12", "RateLimit-Reset": "1040"}
        routes.get(ISSUE).mock(return_value=ok(issue_body(), **told))
        gitlab.reader.issue(REF)
        with in_background(), pytest.raises(Temporary) as caught:
            gitlab.reader.issue(REF)
        assert caught.value.retry_after == pytest.approx(40.0)
        gitlab.reader.issue(REF)
        clock.now = 1040
        routes.get(ISSUE).mock(return_value=ok(issue_body(), **{**told, "RateLimit-Remaining": "2000"}))
        with in_background():
            gitlab.reader.issue(REF)
    assert clock.slept == []


def test_after_a_429_the_sweep_rests_as_long_as_gitlab_asks_and_an_hour_at_most() -> None:
    clock = Clock()
    with wired(budget(clock, burst=100, reserve=0)) as (routes, gitlab):
        routes.get(ISSUE).mock(return_value=httpx.Response(429, headers={"Retry-After": "999999"}))
        with pytest.raises(Temporary):
            gitlab.reader.issue(REF)
        with in_background(), pytest.raises(Temporary) as caught:
            gitlab.reader.issue(REF)
        assert len(routes.calls) == 1
    assert caught.value.retry_after == pytest.approx(3600.0)


@pytest.mark.parametrize("headers", [{}, {"RateLimit-Remaining": "0"}, {"RateLimit-Remaining": "x"}])
def test_headers_that_say_nothing_change_nothing(headers: dict[str, str]) -> None:
    clock = Clock()
    with wired(budget(clock)) as (routes, gitlab):
        routes.get(ISSUE).mock(return_value=ok(issue_body(), **headers))
        gitlab.reader.issue(REF)
        with in_background():
            gitlab.reader.issue(REF)


def test_four_workers_together_keep_to_one_budget() -> None:
    waits: list[float] = []
    calls = Budget(rate=10, burst=40, reserve=0, now=lambda: 0.0, sleep=waits.append)

    def work() -> None:
        for _ in range(20):
            calls.take()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(round(wait, 6) for wait in waits) == [round(n / 10, 6) for n in range(1, 41)]
