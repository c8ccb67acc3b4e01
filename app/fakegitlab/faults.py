"""Faults on demand: what a network and a busy GitLab do to a client, chosen by a test or a person."""

import random
import re
import threading
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["rate_limit", "server_error", "hang", "late", "lose_answer", "drop_fields"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong: `count` times (None: for ever), each time with `probability`."""

    kind: Kind
    count: int | None = None
    probability: float = 1.0
    methods: tuple[str, ...] = ()
    path: str = ""
    status: int = 503
    retry_after: int = 1
    seconds: float = 0.0
    fields: tuple[str, ...] = ()

    def fits(self, method: str, path: str) -> bool:
        """Whether this request is one it may strike; `path` is a regular expression searched in the request path."""
        return (not self.methods or method in self.methods) and re.search(self.path, path) is not None


class Faults:
    """The list of faults in force. `latency` is in seconds per request; `hook_outage` loses deliveries."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self.latency = 0.0
        self.hook_outage = False

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force, behind those already there."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def rate_limit(
        self, retry_after: int = 1, count: int | None = 1, methods: tuple[str, ...] = (), path: str = ""
    ) -> None:
        """429 with `Retry-After` seconds and a plain-text body (CONTRACT 3, documented)."""
        self.add(Fault("rate_limit", count, methods=methods, path=path, retry_after=retry_after))

    def server_error(
        self, status: int = 503, count: int | None = 1, methods: tuple[str, ...] = (), path: str = ""
    ) -> None:
        """A 5xx before anything was done."""
        self.add(Fault("server_error", count, methods=methods, path=path, status=status))

    def hang(self, seconds: float, count: int | None = 1, methods: tuple[str, ...] = (), path: str = "") -> None:
        """Nothing is done and nothing comes for `seconds`; then the connection breaks."""
        self.add(Fault("hang", count, methods=methods, path=path, seconds=seconds))

    def late(self, seconds: float, count: int | None = 1, methods: tuple[str, ...] = (), path: str = "") -> None:
        """The request is carried out after `seconds`, whether or not anybody still waits for the answer."""
        self.add(Fault("late", count, methods=methods, path=path, seconds=seconds))

    def lose_answer(self, count: int | None = 1, methods: tuple[str, ...] = (), path: str = "") -> None:
        """The request is carried out, but the connection breaks before the answer."""
        self.add(Fault("lose_answer", count, methods=methods, path=path))

    def drop_fields(self, *fields: str, count: int | None = 1, path: str = "") -> None:
        """These parameters of a write are ignored without a word (CONTRACT 2, sure)."""
        self.add(Fault("drop_fields", count, methods=("POST", "PUT"), path=path, fields=fields))

    def clear(self) -> None:
        """All well again."""
        with self._lock:
            self._faults.clear()
            self.latency = 0.0
            self.hook_outage = False

    def strike(self, method: str, path: str) -> Fault | None:
        """The first fault that hits this request, used up by one; None if none does."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if not fault.fits(method, path) or self._random.random() >= fault.probability:
                    continue
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self._faults.remove(fault)
                return fault
        return None
