"""How often we may call GitLab: less than its limits by design, people before sweeps, never a long sleep."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from app.domain.failure import NotOurTurn
from app.domain.installation import CALLS_A_MINUTE
from app.domain.provision import ISSUES_A_MINUTE

LONGEST_PAUSE = 3600.0
"""Seconds. GitLab, or a proxy before it, may ask for more; nobody is served by believing it longer."""

_in_background: ContextVar[bool] = ContextVar("in_background", default=False)
_in_bulk: ContextVar[bool] = ContextVar("in_bulk", default=False)


@contextmanager
def in_background() -> Iterator[None]:
    """Calls made inside give way to people: for sweeps, listings, reports. Applies to the current thread only."""
    token = _in_background.set(True)
    try:
        yield
    finally:
        _in_background.reset(token)


@contextmanager
def in_bulk() -> Iterator[None]:
    """Each call made inside changes one of many issues: for relabelling. Applies to the current thread only."""
    token = _in_bulk.set(True)
    try:
        yield
    finally:
        _in_bulk.reset(token)


class _Bucket:
    """A token bucket that lets itself be drawn below zero: who draws waits the debt off, first come, first served."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst, self._tokens, self._at = rate, burst, burst, now

    def wait(self, now: float, reserve: float = 0.0) -> float:
        """Seconds until one token above the reserve would be there."""
        self._tokens = self.left(now)
        self._at = now
        return max(0.0, (1.0 + reserve - self._tokens) / self._rate)

    def draw(self) -> None:
        self._tokens -= 1.0

    def left(self, now: float) -> float:
        """A clock that is set back takes nothing away."""
        return min(self._burst, self._tokens + max(0.0, now - self._at) * self._rate)

    def empty(self, now: float) -> None:
        self._tokens, self._at = min(self._tokens, 0.0), now


class Budget:
    """One budget for the whole process: every call passes `take`, every answer passes `heed`. Safe across threads.

    `rate` is in calls a second, after a first `burst`; `reserve` calls of the burst are kept for people. The defaults
    make at most 150 + 600 calls in the busiest minute, where GitLab.com allows 2,000, and at most 10 + 40 notes, where
    it allows 60 without saying so in any header (CONTRACT 3). Changes `in_bulk` stay below the webhook events that a
    whole namespace shares, of which GitLab drops what exceeds 500 a minute on the Free tier (CONTRACT 1). `now` and
    `sleep` are in seconds; `clock` is Unix time.
    """

    def __init__(
        self,
        rate: float = CALLS_A_MINUTE / 60,
        burst: float = 150.0,
        reserve: float = 30.0,
        notes_per_minute: float = 40.0,
        notes_burst: float = 10.0,
        bulk_per_minute: float = ISSUES_A_MINUTE,
        bulk_burst: float = 10.0,
        patience: float = 5.0,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._now, self._sleep, self._clock = now, sleep, clock
        self._reserve, self._patience = reserve, patience
        self._lock = threading.Lock()
        self._calls = _Bucket(rate, burst, now())
        self._notes = _Bucket(notes_per_minute / 60.0, notes_burst, now())
        self._bulk = _Bucket(bulk_per_minute / 60.0, bulk_burst, now())
        self._background_rests_until = 0.0

    def take(self, note: bool = False) -> None:
        """Wait for one call's turn; `note` says that it posts one. Raises NotOurTurn when the turn is too far off."""
        pause = self._turn(_in_background.get(), _in_bulk.get(), note)
        if pause > 0:
            self._sleep(pause)

    def heed(self, status: int, headers: Mapping[str, str], retry_after: float | None) -> None:
        """Learn from an answer: while GitLab says that little is left, only people's calls go out (CONTRACT 3)."""
        if status == 429:
            self._rest(retry_after if retry_after is not None else self._patience)
            return
        remaining, reset = headers.get("RateLimit-Remaining", ""), headers.get("RateLimit-Reset", "")
        if remaining.isdecimal() and reset.isdecimal() and int(remaining) <= self._reserve:
            self._rest(float(reset) - self._clock())

    def begin_slowly(self) -> None:
        """Calls come one by one from now on, without a first burst: GitLab was down, and much has gathered."""
        with self._lock:
            self._calls.empty(self._now())

    def left(self) -> float:
        """How many calls may go out at once; below zero where others wait for theirs."""
        with self._lock:
            return self._calls.left(self._now())

    def _rest(self, seconds: float) -> None:
        with self._lock:
            until = self._now() + min(max(0.0, seconds), LONGEST_PAUSE)
            self._background_rests_until = max(self._background_rests_until, until)

    def _turn(self, background: bool, bulk: bool, note: bool) -> float:
        with self._lock:
            now = self._now()
            pause = self._calls.wait(now, self._reserve if background else 0.0)
            if note:
                pause = max(pause, self._notes.wait(now))
            if bulk:
                pause = max(pause, self._bulk.wait(now))
            if background:
                pause = max(pause, self._background_rests_until - now)
            if pause > self._patience:
                told = f"Our own limit on calls to GitLab is reached; the next turn is in {pause:.0f} s."
                raise NotOurTurn(told, retry_after=pause)
            self._calls.draw()
            if note:
                self._notes.draw()
            if bulk:
                self._bulk.draw()
            return pause
