"""Processes that call GitLab in turns: between any two calls of one, the test lets the other go on."""

import threading
from collections.abc import Callable, Iterable, Mapping

import httpx

PATIENCE = 60.0


class Runner:
    """One process. It stops before each of its calls until it is given a turn."""

    def __init__(self, act: Callable[[], object], client: httpx.Client | None) -> None:
        self._act, self._client = act, client
        self._go, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.over = False
        self.failure: Exception | None = None

    def turn(self) -> None:
        """Go on to just before the next call, or to the end."""
        self._stopped.clear()
        self._go.set()
        if not self._thread.ident:
            self._thread.start()
        assert self._stopped.wait(PATIENCE), "a process does not come to its next call"

    def end(self) -> None:
        """Let go of its thread."""
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        if self._client:
            self._client.event_hooks = {"request": [self._before_call]}
        self._go.clear()
        try:
            self._act()
        except Exception as failure:  # noqa: BLE001 - the test looks at it
            self.failure = failure
        finally:
            if self._client:
                self._client.event_hooks = {}
            self.over = True
            self._stopped.set()

    def _before_call(self, _request: httpx.Request) -> None:
        self._stopped.set()
        assert self._go.wait(PATIENCE), "the test gives no more turns"
        self._go.clear()


def in_turns(runners: Mapping[str, Runner], order: Iterable[str]) -> list[Exception]:
    """Play until all are over, in this order as long as it lasts, then one after the other; what failed."""
    for name in order:
        if not runners[name].over:
            runners[name].turn()
    for runner in runners.values():
        while not runner.over:
            runner.turn()
        runner.end()
    return [runner.failure for runner in runners.values() if runner.failure]
