"""Runs what the inbox says is due: a few threads, one subject each, and the program's one broad `except`."""

import logging
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from app.domain.failure import NotOurTurn, Permanent, Temporary
from app.domain.inbox import Claim, Failure, Fate
from app.domain.subject import Subject
from app.entrypoints.logging_setup import log_context
from app.entrypoints.run_limit import RunLimit, RunTookTooLong
from app.entrypoints.trouble import Trouble
from app.services.inbox_port import Inbox

T = TypeVar("T")
How = TypeVar("How", bound=str)

LONGEST_WAIT = timedelta(seconds=1)
"""Another process (a retry by hand) cannot wake us, so look this often."""
TIDY_EVERY = timedelta(hours=1)
LEAD_AGAIN = timedelta(minutes=1)
"""So soon it is asked again who tidies: whoever did may have died."""
LONGEST_REASON = 500
DONE = "done"
KEPT = "the end of the run is kept, after %d failures"
OVER = "the inbox can be worked on again, after %d failures"
WAITS = "waits"
"""How a run ended that comes again when our own limit on calls to GitLab lets it."""
UNKEPT = "unkept"
"""How a run ended whose end could not be kept."""

Ended = Callable[[str], object]
Traced = Callable[[Claim], AbstractContextManager[Ended]]
"""What a run is done inside of, for whoever watches it; in the end it is told how it ended."""
Run = Callable[[Subject, tuple[str, ...]], datetime | None]
"""Looks at a subject because of these deliveries; returns when to look again. Raises Temporary, Permanent."""


def _unwatched(_claim: Claim) -> AbstractContextManager[Ended]:
    return nullcontext(lambda _outcome: None)


class WorkerPool:
    """Threads that take turns at watching the inbox; whoever finds work hands the watch on and does it."""

    def __init__(
        self,
        inbox: Inbox,
        run: Run,
        clock: Callable[[], datetime],
        log: logging.Logger,
        run_limit: timedelta,
        threads: int = 4,
        tidy: Callable[[datetime], object] | None = None,
        traced: Traced = _unwatched,
    ) -> None:
        """`tidy` is done now and then by an idle thread of the replica that leads; by default the inbox forgets old
        deliveries.
        """
        self._traced = traced
        self._inbox, self._run, self._clock, self._log = inbox, run, clock, log
        self._limit = RunLimit(run_limit, inbox.held)
        self._trouble = Trouble(log, OVER)
        self._watch, self._stopping = threading.Lock(), threading.Event()
        self._tidy, self._tidy_at = tidy or inbox.tidy, datetime.min.replace(tzinfo=UTC)
        self._counting, self._outcomes = threading.Lock(), Counter[str]()
        self._threads = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: timedelta | None = None) -> bool:
        """Take nothing new, finish what is held. False if a run is still going on after the timeout."""
        self._stopping.set()
        self._inbox.wake()
        deadline = None if timeout is None else self._clock() + timeout
        for thread in self._threads:
            thread.join(None if deadline is None else max(0.0, (deadline - self._clock()).total_seconds()))
        if self.alive:
            return False
        self._limit.close()
        return True

    @property
    def alive(self) -> int:
        """How many threads live."""
        return sum(thread.is_alive() for thread in self._threads)

    def outcomes(self) -> dict[str, int]:
        """How many runs ended how since the start: done, waiting for a turn, or with a fate of a failed one."""
        with self._counting:
            return {name: self._outcomes[name] for name in (DONE, WAITS, *Fate)}

    def check(self) -> None:
        """Raise Temporary unless all threads live."""
        if self.alive < len(self._threads):
            raise Temporary(f"only {self.alive} of {len(self._threads)} workers are alive")

    def _work(self) -> None:
        """Whatever happens, a thread ends only when it is time to stop."""
        while not self._stopping.is_set():
            if isinstance(self._watched(self._work_until_stopped, "a worker stumbled and goes on"), Failure):
                self._stopping.wait(LONGEST_WAIT.total_seconds())

    def _work_until_stopped(self) -> None:
        while (claim := self._next()) is not None:
            with log_context(subject=claim.subject.key, deliveries=claim.deliveries), self._traced(claim) as ended:
                ended(self._carry_out(claim))

    def _next(self) -> Claim | None:
        """The next claim; None when it is time to stop."""
        with self._watch:
            while not self._stopping.is_set():
                try:
                    claim, pause = self._claim_or_pause()
                    self._trouble.passed()
                    if claim:
                        return claim
                except (Temporary, Permanent) as failure:
                    self._trouble.met(f"the inbox cannot be worked on: {failure}")
                    pause = LONGEST_WAIT
                self._inbox.wait(pause)
            return None

    def _claim_or_pause(self) -> tuple[Claim | None, timedelta]:
        if claim := self._inbox.claim(self._clock()):
            return claim, timedelta(0)
        self._tidy_now_and_then()
        return None, self._until_next_due()

    def _until_next_due(self) -> timedelta:
        due = self._inbox.next_due()
        return LONGEST_WAIT if due is None else max(timedelta(0), min(due - self._clock(), LONGEST_WAIT))

    def _tidy_now_and_then(self) -> None:
        now = self._clock()
        if now >= self._tidy_at:
            self._tidy_at = now + LEAD_AGAIN
            if self._inbox.leads():
                self._tidy(now)
                self._tidy_at = now + TIDY_EVERY

    def _carry_out(self, claim: Claim) -> str:
        """Run it, and keep how that ended."""
        outcome, trouble = self._outcome(claim), Trouble(self._log, KEPT)
        while True:
            try:
                marked = self._mark(claim, outcome)
                trouble.passed()
                return marked
            except (Temporary, Permanent) as failure:
                # A full disk. The subject can have no other run while its claim stands, so its end is tried again.
                trouble.met(f"the end of a run cannot be kept, it is tried again: {failure}")
                if self._clock() >= claim.lease_until or self._stopping.wait(LONGEST_WAIT.total_seconds()):
                    return UNKEPT

    def _mark(self, claim: Claim, outcome: Failure | datetime | None) -> str:
        """Keep it; what became of it."""
        if isinstance(outcome, Failure):
            fate = self._inbox.fail(claim, outcome, self._clock())
            if outcome.waits and fate is Fate.RETRY:
                self._log.info("waits for its turn: %s", outcome.reason)
                return self._counted(WAITS)
            self._counted(fate)
            self._report(claim, outcome, fate)
            return fate
        if not self._inbox.settle(claim, self._clock(), outcome):
            self._log.error("the run ended after its lease: another may have run beside it")
            return self._counted(Fate.LOST)
        self._counted(DONE)
        self._log.info("looked at; the journal has what was made of it")
        return DONE

    def _counted(self, outcome: How) -> How:
        with self._counting:
            self._outcomes[outcome] += 1
        return outcome

    def _outcome(self, claim: Claim) -> Failure | datetime | None:
        """When to look again, or why the run failed."""
        try:
            with self._limit.over():
                run = partial(self._run, claim.subject, claim.deliveries)
                return self._watched(run, "a run failed in a way nobody foresaw")
        except Temporary as failure:
            waits = isinstance(failure, NotOurTurn)
            return Failure(str(failure)[:LONGEST_REASON], failure.retry_after, passing=True, waits=waits)
        except Permanent as failure:
            return Failure(str(failure)[:LONGEST_REASON], final=True)
        except RunTookTooLong:
            if not self._inbox.held():
                return Failure("the run was cut off: its database was silent for too long", passing=True)
            return Failure("the run took too long and was cut off")

    def _watched(self, act: Callable[[], T], told: str) -> T | Failure:
        try:
            return act()
        except (Temporary, Permanent):
            raise
        except Exception as error:  # noqa: BLE001 - the one place: record and go on
            self._log.exception(told)
            return Failure(_short(error))

    def _report(self, claim: Claim, failure: Failure, fate: Fate) -> None:
        match fate:
            case Fate.RETRY:
                self._log.warning("attempt %d failed, to be tried again: %s", claim.attempt, failure.reason)
            case Fate.DEAD:
                self._log.error("given up after attempt %d: %s", claim.attempt, failure.reason)
            case Fate.LOST:
                self._log.error("the run failed after its lease had ended: %s", failure.reason)


def _short(error: Exception) -> str:
    """Kind and place of an unforeseen error: its message may hold what people typed, so that stays in the log."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"unforeseen {type(error).__name__}{place} (the log has the traceback)"
