"""Cuts off a run that takes too long, so that it ends before its lease does (and two never run on one subject)."""

import ctypes
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta


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
        finally:
            with self._lock:
                # Taken back only where it was sent: in CPython 3.11 taking back nothing slows every later step of the
                # process, and whoever profiles or traces it then waits for ever.
                if self._ends.pop(thread, None) is None:
                    _raise_in(thread, None)

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


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Have another thread raise `error` at its next step in Python; None takes back one not yet raised."""
    what = ctypes.py_object(error) if error else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)
