"""Several replicas draw from one budget: together they stay where one stays alone."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from app.domain.failure import Temporary
from app.gateways import gitlab_budget_shared
from app.gateways.gitlab_budget import Budget, in_background
from app.gateways.gitlab_budget_shared import TURN, SharedBudget
from app.gateways.postgres_schema import bring_forward
from tests.postgres import Server

NOON = 1_789_000_000.0
NOW = "extract(epoch FROM clock_timestamp())::float8"


@dataclass
class Clock:
    """One time for all, in seconds, the database's too; who sleeps moves it."""

    now: float = NOON
    slept: list[float] = field(default_factory=list)
    database: str | None = None

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        self.tell()

    def tell(self) -> None:
        if self.database:
            with psycopg.connect(self.database) as connection:
                connection.execute("UPDATE sounding_board.test_clock SET at = %s", (self.now,))


@pytest.fixture
def clock() -> Clock:
    return Clock()


Start = Callable[[], SharedBudget]


@pytest.fixture
def start(database: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts replicas; ten calls at once, one a second, two notes at once, three kept for people."""
    bring_forward(database)
    clock.database = database
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE sounding_board.test_clock AS SELECT %s::float8 AS at", (NOON,))
    assert NOW in TURN
    monkeypatch.setattr(gitlab_budget_shared, "TURN", TURN.replace(NOW, "(SELECT at FROM test_clock)"))
    opened: list[SharedBudget] = []

    def one() -> SharedBudget:
        limits = {
            "rate": 1.0,
            "burst": 10.0,
            "reserve": 3.0,
            "notes_per_minute": 60.0,
            "notes_burst": 2.0,
            "patience": 2.0,
        }
        opened.append(SharedBudget(database, clock, sleep=clock.sleep, **limits))
        return opened[-1]

    yield one
    for budget in opened:
        budget.close()


def test_replicas_share_the_first_burst_and_then_take_turns(start: Start, clock: Clock) -> None:
    one, two = start(), start()
    for _ in range(5):
        one.take()
        two.take()
    assert clock.slept == []
    one.take()
    two.take()
    assert clock.slept == pytest.approx([1.0, 1.0])


def test_notes_are_counted_over_all_replicas(start: Start, clock: Clock) -> None:
    one, two = start(), start()
    one.take(note=True)
    two.take(note=True)
    one.take(note=True)
    assert clock.slept == pytest.approx([1.0])


def test_a_turn_too_far_off_is_refused_and_costs_nothing(start: Start, clock: Clock) -> None:
    one, two = start(), start()
    for _ in range(14):
        one.take()
    assert clock.slept == pytest.approx([1.0] * 4)
    with in_background(), pytest.raises(Temporary) as refusal:
        two.take()
    assert str(refusal.value) == "Our own limit on calls to GitLab is reached; the next turn is in 4 s."
    two.take()
    assert clock.slept == pytest.approx([1.0] * 5)


def test_what_gitlab_told_one_replica_all_heed(start: Start) -> None:
    one, two = start(), start()
    one.heed(429, {}, 60.0)
    two.take()
    with in_background(), pytest.raises(Temporary):
        two.take()


def test_a_replica_that_starts_finds_the_budget_as_it_is(start: Start, clock: Clock) -> None:
    one = start()
    for _ in range(10):
        one.take()
    start().take()
    assert clock.slept == pytest.approx([1.0])


def test_without_the_database_it_goes_on_alone(own_postgres: Server, clock: Clock) -> None:
    url = own_postgres.database()
    bring_forward(url)
    budget = SharedBudget(url, clock, sleep=clock.sleep, rate=1.0, burst=2.0, reserve=0.0)
    budget.take()
    own_postgres.stop()
    budget.take()
    assert clock.slept == []
    budget.take()
    assert clock.slept == pytest.approx([1.0])
    own_postgres.start()
    clock.now += 5
    budget.take()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM sounding_board.budget").fetchone() == (1,)
    budget.close()


def test_a_crash_of_the_database_forgets_the_levels_and_nothing_else(start: Start, database: str) -> None:
    one = start()
    one.take()
    with psycopg.connect(database) as connection:
        connection.execute("TRUNCATE sounding_board.budget")
    one.take()
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT round(calls) FROM sounding_board.budget").fetchone() == (8,)


@pytest.mark.parametrize("ahead", [30.0, 120.0, 3600.0])
def test_a_job_whose_clock_is_wrong_holds_nobody_up(
    database: str, monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    """Neither a job of today nor what one left behind whose time was its own machine's."""
    bring_forward(database)
    slept: list[float] = []
    service = SharedBudget(database, sleep=slept.append)
    real = time.time
    with monkeypatch.context() as machine:
        machine.setattr(time, "time", lambda: real() + ahead)
        job = SharedBudget(database, lambda: time.monotonic() + ahead, sleep=slept.append)
        job.take()
        job.close()
    service.take()
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE sounding_board.budget SET calls_at = calls_at + 7200, rests_until = calls_at + 7200")
    service.take()
    service.close()
    assert slept == []


def test_a_clock_that_is_set_back_takes_no_turns_away(clock: Clock) -> None:
    budget = Budget(now=clock, sleep=clock.sleep, rate=1.0, burst=3.0, reserve=0.0)
    budget.take()
    clock.now -= 3600
    budget.take()
    budget.take()
    assert clock.slept == []
