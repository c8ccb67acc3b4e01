"""Webhook deliveries waiting to be sent, and the signal that something changed (for the board page)."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from app.fakegitlab.model import Hook


@dataclass(slots=True, eq=False)
class Delivery:
    """One event on its way to one hook: exact headers and bytes; later what came back."""

    id: str
    hook: Hook
    event: str
    headers: dict[str, str]
    body: bytes
    status: int | None = None
    error: str | None = None
    attempts: list[int | None] = field(default_factory=list)
    number: int = 0
    at: datetime | None = None
    seconds: float = 0.0
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer_body: str = ""
    sent_to: str = ""

    @property
    def url(self) -> str:
        """Where it goes: the hook's address with its variables filled in."""
        return self.hook.interpolated_url

    @property
    def answered(self) -> bool:
        """2xx and 3xx count as success (CONTRACT 1, sure)."""
        return self.status is not None and 200 <= self.status < 400


class Outbox:
    """A thread-safe queue that knows when everything taken from it has been dealt with."""

    def __init__(self) -> None:
        self._waiting: deque[Delivery] = deque()
        self._changed = threading.Condition()
        self._in_flight = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Delivery]:
        with self._changed:
            return iter(list(self._waiting))

    def put(self, delivery: Delivery) -> None:
        """Let a delivery wait for the courier, or for a test."""
        with self._changed:
            self._waiting.append(delivery)
            self._changed.notify_all()

    def drain(self) -> list[Delivery]:
        """Take everything that waits: the test now plays the courier."""
        with self._changed:
            taken = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
            return taken

    def take(self) -> Delivery | None:
        """Wait for the next delivery; None once the outbox is closed. Answer each with `done`."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or self._closed)
            if self._closed:
                return None
            self._in_flight += 1
            return self._waiting.popleft()

    def done(self) -> None:
        """One delivery taken with `take` was answered or given up."""
        with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def settle(self, timeout: float) -> bool:
        """Wait until nothing waits and nothing is under way; False if `timeout` seconds were not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._in_flight, timeout)

    def close(self) -> None:
        """Release everybody who waits in `take`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Changes:
    """A counter that grows with every change to any issue, with a condition and listeners."""

    def __init__(self) -> None:
        self.version = 0
        self.closed = False
        self.condition = threading.Condition()
        self._recent: deque[tuple[int, int | None]] = deque(maxlen=1000)
        self._listeners: list[Callable[[], None]] = []

    def bump(self, issue_id: int | None = None) -> None:
        """Something about this issue (or, with None, about a board or label) is different now."""
        with self.condition:
            self.version += 1
            self._recent.append((self.version, issue_id))
            self.condition.notify_all()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def since(self, version: int) -> list[tuple[int, int | None]]:
        """The (version, issue id) pairs after `version`, oldest first; only the last thousand are kept."""
        with self.condition:
            return [change for change in self._recent if change[0] > version]

    def wait(self, version: int, timeout: float) -> int:
        """Wait until there is a newer version, the world closes, or `timeout` seconds passed; the version now."""
        deadline = time.monotonic() + timeout
        with self.condition:
            while self.version <= version and not self.closed:
                if not self.condition.wait(deadline - time.monotonic()):
                    break
            return self.version

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` (from any thread, quickly) on every change and at the end; returns how to stop."""
        with self.condition:
            self._listeners.append(listener)

        def stop() -> None:
            with self.condition:
                self._listeners.remove(listener)

        return stop

    def close(self) -> None:
        """The server is going down: streams must end."""
        with self.condition:
            self.closed = True
            self.condition.notify_all()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()
