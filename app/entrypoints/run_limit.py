"""Cuts off a run that takes too long, so that it ends before its lease does (and two never run on one subject)."""

import ctypes
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

STEPS = 100
"""After so many steps of its own a thread has long seen what was sent to it; it looks at each turn of a loop."""


class RunTookTooLong(BaseException):
    """The run was cut off in the middle, as a killed process would be; nothing acknowledged is lost by that.

    Not an Exception, so that nobody on the way who forgives errors swallows it.
    """


class RunLimit:
    """One guard thread for all runs. A run blocked outside Python is cut off when it comes back (HTTP has timeouts)."""

    def __init__(self, limit: timedelta, held: Callable[[], bool]) -> None:
        """`held`: whether the subjects at hand are still ours. When they are not, all runs are cut off at once."""
        self._limit, self._held = limit.total_seconds(), held
        self._ends: dict[int, float] = {}
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._guard = threading.Thread(target=self._keep_watch, name="run-limit", daemon=True)
        self._guard.start()

    @contextmanager
    def over(self) -> Iterator[None]:
        """What is done inside, in this thread, gets RunTookTooLong when the limit is over."""
        thread = threading.get_ident()
        with self._lock:
            self._ends[thread] = time.monotonic() + self._limit
        try:
            yield
        except RunTookTooLong:
            self._ends.pop(thread, None)
            raise
        except BaseException:
            self._over(thread)
            raise
        self._over(thread)

    def _over(self, thread: int) -> None:
        """The run has ended. What was sent to it just then is raised here, and nowhere else.

        It could be taken back, but in CPython 3.11 that slows every later step of the process, and whoever profiles or
        traces it then waits for ever.
        """
        try:
            with self._lock:
                sent = self._ends.pop(thread, None) is None
            for _ in range(STEPS if sent else 0):
                pass
        except RunTookTooLong:
            return

    def close(self) -> None:
        """End the guard."""
        self._closed.set()
        self._guard.join()

    def _keep_watch(self) -> None:
        while not self._closed.wait(min(1.0, self._limit / 10)):
            self._cut_off(time.monotonic() if self._held() else math.inf)

    def _cut_off(self, now: float) -> None:
        with self._lock:
            for thread in [thread for thread, end in self._ends.items() if end <= now]:
                del self._ends[thread]
                _raise_in(thread, RunTookTooLong)


def _raise_in(thread: int, error: type[BaseException]) -> None:
    """Have another thread raise `error` at its next step in Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
