"""When GitLab is down: nobody calls it for a while, then one asks whether it is back, then all go on, slowly at first.

Without it every card that waits would go on knocking at a GitLab that cannot answer, and all of them, of all
replicas, would be at its door the moment it opens.
"""

import random
import threading
import time
from collections.abc import Callable
from enum import StrEnum

from app.domain.failure import Temporary

FAILURES = 5
"""So many calls in a row without an answer: one that is lost, or one page that GitLab stumbles over, is no outage."""
FIRST_REST, LONGEST_REST = 2.0, 60.0
"""Seconds. Each rest is twice as long as the one before, and up to a half longer by chance, so that replicas part."""
PROBE_LASTS = 60.0
"""Seconds; an answer may take less than half as long. Of a probe that was cut off nobody says how it ended."""


class State(StrEnum):
    """CLOSED: calls go out. OPEN: none does. PROBING: one is out to see whether GitLab is back."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Circuit:
    """Every call asks `enter` first, and says afterwards whether GitLab `answered` or was `silent`.

    Safe across threads. `now` is in seconds; `chance` gives a number from 0 to 1.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        failures: int = FAILURES,
    ) -> None:
        self._now, self._chance, self._failures = now, chance, failures
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._rests = 0
        self._until = 0.0
        self._probe_ends: float | None = None
        self.opened = 0

    @property
    def state(self) -> State:
        """How it stands."""
        with self._lock:
            if self._probing():
                return State.PROBING
            return State.OPEN if self._rests else State.CLOSED

    def enter(self) -> None:
        """Return where a call may go out. Raises Temporary where GitLab is left alone for now."""
        with self._lock:
            if not self._rests:
                return
            left = self._until - self._now()
            if self._probing() or left > 0:
                wait = max(left, FIRST_REST) * (1 + self._chance())
                raise Temporary(f"GitLab has not answered lately, so it is left alone; next try in {wait:.0f} s.", wait)
            self._probe_ends = self._now() + PROBE_LASTS

    def leave(self) -> None:
        """The call that was let in was not made after all, or broken off on our side: it says nothing of GitLab."""
        with self._lock:
            self._probe_ends = None

    def answered(self) -> bool:
        """GitLab answered, whatever it said. True where it had been down."""
        with self._lock:
            was_down, self._in_a_row, self._rests, self._probe_ends = self._rests > 0, 0, 0, None
            return was_down

    def silent(self) -> None:
        """No answer came, or only that GitLab is in trouble."""
        with self._lock:
            self._in_a_row += 1
            late = self._rests > 0 and not self._probing()
            if late or self._in_a_row < self._failures:
                return
            self.opened += self._rests == 0
            self._probe_ends = None
            rest = min(FIRST_REST * 2.0**self._rests, LONGEST_REST)
            self._rests = min(self._rests + 1, 20)
            self._until = self._now() + rest * (1 + self._chance() / 2)

    def _probing(self) -> bool:
        return self._probe_ends is not None and self._now() < self._probe_ends
