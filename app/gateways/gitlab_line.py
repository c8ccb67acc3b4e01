"""The line to GitLab that all calls of a process share: how many may go out, whether any may, and how many did."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.domain.failure import Temporary
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_circuit import Circuit

TROUBLE = 500
NOT_KNOWN = 501
"""GitLab answers so to an address that it does not have: it is well."""


@dataclass(slots=True)
class Traffic:
    """Calls so far, by kind (read, write, note) and what came of them: a class of statuses such as 2xx, or none."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    remaining: int | None = None
    """What GitLab said last of how many calls are left to our token in this minute."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, kind: str, outcome: str, headers: Mapping[str, str]) -> None:
        """One more."""
        left = headers.get("RateLimit-Remaining", "")
        with self._lock:
            self.calls[kind, outcome] += 1
            if left.isdecimal():
                self.remaining = int(left)

    def so_far(self) -> dict[tuple[str, str], int]:
        """A copy."""
        with self._lock:
            return dict(self.calls)


@dataclass(slots=True)
class Line:
    """Budget, circuit and count of one connection."""

    budget: Budget
    circuit: Circuit = field(default_factory=Circuit)
    traffic: Traffic = field(default_factory=Traffic)
    held: Callable[[], bool] = lambda: True
    """Whether what this process works on is still its own. If not, another may be at it, and no call goes out."""

    def enter(self, kind: str) -> None:
        """Wait for a call's turn. Raises Temporary where it is too far off, GitLab is down, or the work not ours."""
        self.circuit.enter()
        try:
            self.budget.take(note=kind == "note")
            if not self.held():
                raise Temporary("the run was cut off: its database was silent for too long")
        except BaseException:
            self.circuit.leave()
            raise

    def broke(self, kind: str) -> None:
        """The call got no answer."""
        self.traffic.count(kind, "none", {})
        self.circuit.silent()

    def gave_up(self) -> None:
        """The call ended on our side, before there could be an answer."""
        self.circuit.leave()

    def heed(self, kind: str, status: int, headers: Mapping[str, str], retry_after: float | None) -> None:
        """Learn from an answer. After an outage the first burst is not to be had again: calls come at the rate."""
        self.traffic.count(kind, "429" if status == 429 else f"{status // 100}xx", headers)
        self.budget.heed(status, headers, retry_after)
        if status >= TROUBLE and status != NOT_KNOWN:
            self.circuit.silent()
        elif self.circuit.answered():
            self.budget.begin_slowly()
