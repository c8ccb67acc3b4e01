"""The worker, seen through a real inbox: what runs, what is tried again, and how it stops."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.failure import NotOurTurn, Permanent, Temporary
from app.domain.inbox import Arrival, Claim, Counts, InboxRules
from app.domain.issue import Ref
from app.domain.subject import Priority, Request, Subject
from app.entrypoints.worker import Run, WorkerPool
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.inbox_view import retry_beside

CARD = Request(Ref("sme/feedback", 17))
OTHER = Request(Ref("sme/feedback", 18))
T0 = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PATIENCE = 20.0


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Runs:
    """A run function that remembers, and that can be told what to do."""

    act: Run = field(default=lambda _subject, _deliveries: None)
    seen: list[tuple[Subject, tuple[str, ...]]] = field(default_factory=list)
    bell: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, subject: Subject, deliveries: tuple[str, ...]) -> datetime | None:
        with self.bell:
            self.seen.append((subject, deliveries))
            self.bell.notify_all()
        return self.act(subject, deliveries)

    def wait_for(self, number: int) -> None:
        with self.bell:
            assert self.bell.wait_for(lambda: len(self.seen) >= number, PATIENCE), self.seen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inbox.sqlite3"


@pytest.fixture
def inbox(path: Path) -> Iterator[SqliteInbox]:
    inbox = SqliteInbox(path, InboxRules(quiet=timedelta(0)))
    yield inbox
    inbox.close()


@contextmanager
def at_work(
    inbox: SqliteInbox, runs: Run, clock: Clock | None = None, threads: int = 4, limit: timedelta = timedelta(minutes=1)
) -> Iterator[WorkerPool]:
    pool = WorkerPool(inbox, runs, clock or Clock(), logging.getLogger("tests.worker"), limit, threads)
    pool.start()
    try:
        yield pool
    finally:
        assert pool.stop(timedelta(seconds=PATIENCE))


def until(done: Callable[[], bool]) -> None:
    """Look until it is so; fails after a while."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not done():
        assert time.monotonic() < end, "it did not come to that"
        pause.wait(0.005)


def empty(inbox: SqliteInbox) -> Callable[[], bool]:
    return lambda: inbox.counts() == Counts(0, 0, 0)


def test_an_event_is_run_with_the_deliveries_that_led_to_it(inbox: SqliteInbox) -> None:
    runs = Runs()
    with at_work(inbox, runs):
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        runs.wait_for(1)
        until(empty(inbox))
    assert runs.seen == [(CARD, ("d1",))]


def test_an_idle_worker_is_woken_by_a_put_not_by_its_next_look(
    inbox: SqliteInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.entrypoints.worker.LONGEST_WAIT", timedelta(hours=1))
    runs = Runs()
    with at_work(inbox, runs):
        for number in range(1, 6):
            inbox.put(Arrival(CARD), T0)
            runs.wait_for(number)
            until(empty(inbox))


def test_a_worker_sleeps_until_the_next_due_instant(inbox: SqliteInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.entrypoints.worker.LONGEST_WAIT", timedelta(hours=1))
    runs, start = Runs(), datetime.now(UTC)

    def now() -> datetime:
        return datetime.now(UTC)

    pool = WorkerPool(inbox, runs, now, logging.getLogger("tests.worker"), timedelta(minutes=1))
    pool.start()
    inbox.put(Arrival(CARD, not_before=start + timedelta(milliseconds=300)), start)
    runs.wait_for(1)
    assert now() - start >= timedelta(milliseconds=300)
    assert pool.stop()


def test_what_another_process_retried_is_found_by_the_next_look(inbox: SqliteInbox, path: Path) -> None:
    runs = Runs()

    def refuse_once(_subject: Subject, _deliveries: tuple[str, ...]) -> None:
        if len(runs.seen) == 1:
            raise Permanent("GitLab answered 403")

    runs.act = refuse_once
    with at_work(inbox, runs):
        inbox.put(Arrival(CARD), T0)
        until(lambda: inbox.counts().dead == 1)
        assert retry_beside(path, CARD.key, T0)
        runs.wait_for(2)
        until(empty(inbox))


def test_looking_again_is_kept(inbox: SqliteInbox) -> None:
    clock, runs = Clock(), Runs()
    runs.act = lambda _subject, _deliveries: T0 + 60 * SECOND if len(runs.seen) == 1 else None
    with at_work(inbox, runs, clock):
        inbox.put(Arrival(CARD), T0)
        until(lambda: inbox.next_due() == T0 + 60 * SECOND)
        clock.now = T0 + 60 * SECOND
        inbox.wake()
        runs.wait_for(2)
        until(empty(inbox))


def test_a_temporary_failure_is_tried_again_when_gitlab_asked(
    inbox: SqliteInbox, caplog: pytest.LogCaptureFixture
) -> None:
    clock, runs = Clock(), Runs()

    def fail_once(_subject: Subject, _deliveries: tuple[str, ...]) -> None:
        if len(runs.seen) == 1:
            raise Temporary("GitLab answered 429", retry_after=30)

    runs.act = fail_once
    with at_work(inbox, runs, clock):
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        until(lambda: inbox.next_due() == T0 + 30 * SECOND)
        clock.now = T0 + 30 * SECOND
        inbox.wake()
        until(empty(inbox))
    assert runs.seen == [(CARD, ("d1",))] * 2
    assert caplog.messages == ["attempt 1 failed, to be tried again: GitLab answered 429"]


def test_a_run_that_waits_for_our_own_limit_is_no_failure(inbox: SqliteInbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock, runs = Clock(), Runs()

    def wait_once(_subject: Subject, _deliveries: tuple[str, ...]) -> None:
        if len(runs.seen) == 1:
            raise NotOurTurn("Our own limit on calls to GitLab is reached; the next turn is in 5 s.", retry_after=5)

    runs.act = wait_once
    with at_work(inbox, runs, clock) as pool:
        inbox.put(Arrival(CARD), T0)
        until(lambda: inbox.next_due() == T0 + 5 * SECOND)
        clock.now = T0 + 5 * SECOND
        inbox.wake()
        until(lambda: pool.outcomes() == {"done": 1, "waits": 1, "retry": 0, "dead": 0, "lost": 0})
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "waits for its turn: Our own limit on calls to GitLab is reached; the next turn is in 5 s."),
        ("INFO", "looked at; the journal has what was made of it"),
    ]


def test_a_permanent_failure_becomes_a_dead_letter(inbox: SqliteInbox, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_subject: Subject, _deliveries: tuple[str, ...]) -> None:
        raise Permanent("GitLab answered 403: the bot may not write in sme/feedback")

    with at_work(inbox, Runs(refuse)):
        inbox.put(Arrival(CARD), T0)
        until(lambda: inbox.counts().dead == 1)
    assert inbox.dead(1)[0].reason == "GitLab answered 403: the bot may not write in sme/feedback"
    assert caplog.messages == ["given up after attempt 1: GitLab answered 403: the bot may not write in sme/feedback"]


def test_an_unforeseen_error_is_logged_whole_kept_short_and_tried_again(
    inbox: SqliteInbox, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_subject: Subject, _deliveries: tuple[str, ...]) -> None:
        raise KeyError("what a customer typed")

    with at_work(inbox, Runs(stumble)):
        inbox.put(Arrival(CARD), T0)
        inbox.put(Arrival(OTHER, Priority.TIMER), T0)
        until(lambda: [place.due for place in inbox.waiting(9)] == [T0 + 5 * SECOND] * 2)
    reason = inbox.waiting(1)[0].reason
    assert reason is not None
    assert reason.startswith("unforeseen KeyError at stumble, line ")
    assert reason.endswith(" (the log has the traceback)")
    assert "what a customer typed" in caplog.text
    assert "a run failed in a way nobody foresaw" in caplog.messages


def test_a_subject_is_never_run_twice_at_once_and_others_beside_it(inbox: SqliteInbox) -> None:
    gate, runs = threading.Event(), Runs()

    def hold(subject: Subject, _deliveries: tuple[str, ...]) -> None:
        if subject == CARD:
            assert gate.wait(PATIENCE)

    runs.act = hold
    with at_work(inbox, runs):
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        runs.wait_for(1)
        inbox.put(Arrival(CARD, delivery="d2"), T0)
        inbox.put(Arrival(OTHER), T0)
        runs.wait_for(2)
        assert [subject for subject, _ in runs.seen] == [CARD, OTHER]
        gate.set()
        runs.wait_for(3)
        until(empty(inbox))
    assert runs.seen[2] == (CARD, ("d2",))


def test_stopping_finishes_what_is_held_and_takes_nothing_new(inbox: SqliteInbox) -> None:
    gate, runs = threading.Event(), Runs()

    def hold(_subject: Subject, _deliveries: tuple[str, ...]) -> None:
        assert gate.wait(PATIENCE)

    runs.act = hold
    pool = WorkerPool(inbox, runs, Clock(), logging.getLogger("tests.worker"), timedelta(minutes=1), threads=2)
    pool.start()
    inbox.put(Arrival(CARD), T0)
    runs.wait_for(1)
    assert not pool.stop(timedelta(0))
    inbox.put(Arrival(OTHER), T0)
    gate.set()
    assert pool.stop()
    assert inbox.counts() == Counts(1, 0, 0)
    assert [subject for subject, _ in runs.seen] == [CARD]


def test_idle_workers_stop_at_once(inbox: SqliteInbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.entrypoints.worker.LONGEST_WAIT", timedelta(hours=1))
    pool = WorkerPool(inbox, Runs(), Clock(), logging.getLogger("tests.worker"), timedelta(minutes=1))
    pool.start()
    pool.check()
    assert pool.stop(timedelta(seconds=PATIENCE))
    with pytest.raises(Temporary) as said:
        pool.check()
    assert str(said.value) == "only 0 of 4 workers are alive"


def test_idle_workers_use_almost_no_processor_time(inbox: SqliteInbox) -> None:
    """Two seconds of idling by four threads, in CPU time of this process."""
    pause = threading.Event()
    with at_work(inbox, Runs()):
        pause.wait(0.2)
        before = time.process_time()
        pause.wait(2)
        used = time.process_time() - before
    assert used < 0.02


def test_a_run_that_takes_too_long_is_cut_off_before_its_lease_ends(inbox: SqliteInbox) -> None:
    runs = Runs()

    def never_end(_subject: Subject, _deliveries: tuple[str, ...]) -> None:
        pause = threading.Event()
        while len(runs.seen) == 1:
            with suppress(Exception):
                pause.wait(0.005)

    runs.act = never_end
    clock = Clock()
    with at_work(inbox, runs, clock, threads=1, limit=timedelta(milliseconds=200)):
        inbox.put(Arrival(CARD), T0)
        until(lambda: inbox.next_due() == T0 + 5 * SECOND)
        reason = inbox.waiting(1)[0].reason
        clock.now = T0 + 5 * SECOND
        inbox.wake()
        runs.wait_for(2)
        until(empty(inbox))
    assert reason == "the run took too long and was cut off"


class Broken(SqliteInbox):
    """An inbox whose disk fails for a while."""

    failing = False
    fails = 0

    def claim(self, now: datetime) -> None:
        self.fails -= 1
        if self.failing or self.fails >= 0:
            raise Temporary("inbox.sqlite3: the disk is full")
        return super().claim(now)  # type: ignore[return-value]


def test_a_failing_disk_does_not_end_the_workers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    inbox, runs = Broken(tmp_path / "other.sqlite3", InboxRules(quiet=timedelta(0))), Runs()
    with at_work(inbox, runs) as pool:
        inbox.failing = True
        inbox.put(Arrival(CARD), T0)
        until(lambda: bool(caplog.messages))
        pool.check()
        inbox.failing = False
        inbox.wake()
        runs.wait_for(1)
        until(empty(inbox))
    inbox.close()
    assert caplog.messages[0] == "the inbox cannot be worked on: inbox.sqlite3: the disk is full"
    assert re.fullmatch(r"the inbox can be worked on again, after \d+ failures", caplog.messages[-1])


def test_trouble_that_lasts_is_told_at_once_then_ever_more_rarely_and_when_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.entrypoints.worker.LONGEST_WAIT", timedelta(milliseconds=1))
    inbox = Broken(tmp_path / "other.sqlite3", InboxRules(quiet=timedelta(0)))
    inbox.fails = 9
    with at_work(inbox, Runs()):
        until(lambda: any("again" in message for message in caplog.messages))
    inbox.close()
    told = "the inbox cannot be worked on: inbox.sqlite3: the disk is full"
    assert caplog.messages == [
        told,
        *(f"{told} ({times} times so far)" for times in (2, 4, 8)),
        "the inbox can be worked on again, after 9 failures",
    ]


def test_delivery_ids_are_forgotten_while_the_service_runs(inbox: SqliteInbox) -> None:
    clock = Clock(T0 + timedelta(days=4))
    inbox.put(Arrival(CARD, delivery="d1"), T0)
    with at_work(inbox, Runs(), clock):
        until(lambda: inbox.counts().waiting == 0)
        until(lambda: inbox.tidy(clock.now) == 0)
    inbox.put(Arrival(CARD, delivery="d1"), clock.now)
    assert inbox.counts().waiting == 1


class Stumbling(SqliteInbox):
    """An inbox with something in it that nobody foresaw; and that leads only when told."""

    stumbles, asked, chosen = 0, 0, True

    def claim(self, now: datetime) -> Claim | None:
        if self.stumbles:
            self.stumbles -= 1
            raise ValueError("no subject has the key 'digest:weekly'")
        return super().claim(now)

    def leads(self) -> bool:
        self.asked += 1
        return self.chosen


@pytest.fixture
def stumbling(path: Path) -> Iterator[Stumbling]:
    inbox = Stumbling(path, InboxRules(quiet=timedelta(0)))
    yield inbox
    inbox.close()


def test_no_worker_ends_on_what_nobody_foresaw(
    stumbling: Stumbling, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.entrypoints.worker.LONGEST_WAIT", timedelta(milliseconds=20))
    runs = Runs()
    stumbling.stumbles = 6
    with at_work(stumbling, runs) as pool:
        until(lambda: stumbling.stumbles == 0)
        pool.check()
        stumbling.put(Arrival(CARD), T0)
        runs.wait_for(1)
    assert set(caplog.messages) - {"looked at; the journal has what was made of it"} == {
        "a worker stumbled and goes on"
    }


def test_who_does_not_lead_asks_again_in_a_minute_and_who_tidied_in_an_hour(stumbling: Stumbling) -> None:
    """The replica that led may have died; its successor must not wait an hour."""
    clock, tidied = Clock(), list[datetime]()
    stumbling.chosen = False
    log = logging.getLogger("tests.worker")
    pool = WorkerPool(stumbling, Runs(), clock, log, timedelta(minutes=1), 1, tidied.append)
    pool.start()
    until(lambda: stumbling.asked == 1)
    stumbling.chosen = True
    clock.now = T0 + 60 * SECOND
    stumbling.wake()
    until(lambda: tidied == [T0 + 60 * SECOND])
    clock.now += timedelta(minutes=59)
    stumbling.wake()
    stumbling.put(Arrival(CARD), clock.now)
    until(empty(stumbling))
    assert stumbling.asked == 2
    clock.now += timedelta(minutes=1)
    stumbling.wake()
    until(lambda: len(tidied) == 2)
    assert pool.stop(timedelta(seconds=PATIENCE))
