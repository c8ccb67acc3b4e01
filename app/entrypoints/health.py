"""`/healthz`: the process answers. `/readyz`: deliveries can be taken in and the workers live, no more: whether GitLab
accepts us is asked by `check --online`. Neither tells strangers why not.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.domain.failure import Permanent, Temporary
from app.entrypoints.trouble import Trouble

REMEMBERED = timedelta(seconds=1)
"""So that asking often costs no disk writes."""

LONGEST_CHECK = 2.0
"""Seconds. A database that stands still must not hold up all who ask."""

Check = Callable[[], None]
"""Returns if all is well; raises Temporary or Permanent if not."""


class Readiness:
    """Asks the checks, at most once a second."""

    def __init__(self, checks: Mapping[str, Check], clock: Callable[[], datetime], log: logging.Logger) -> None:
        self._checks, self._clock = checks, clock
        self._troubles = {name: Trouble(log, f"ready again, {name}: after %d failures") for name in checks}
        self._lock = threading.Lock()
        self._asking = ""
        self._asked_at: datetime | None = None
        self._failing: tuple[str, ...] = ()

    def failing(self) -> tuple[str, ...]:
        """The names of the checks that fail. A check that another caller has been waiting for this long fails."""
        if not self._lock.acquire(timeout=LONGEST_CHECK):
            return (self._asking,)
        try:
            if self._asked_at is None or abs(self._clock() - self._asked_at) >= REMEMBERED:
                self._failing = tuple(name for name, check in self._checks.items() if not self._passes(name, check))
                self._asked_at = self._clock()
            return self._failing
        finally:
            self._lock.release()

    def _passes(self, name: str, check: Check) -> bool:
        self._asking = name
        try:
            check()
        except (Temporary, Permanent) as failure:
            self._troubles[name].met(f"not ready, {name}: {failure}")
            return False
        self._troubles[name].passed()
        return True


def health_router(readiness: Readiness, degraded: Callable[[], tuple[str, ...]] = tuple) -> APIRouter:
    """The two addresses; `/readyz` answers 503 with the names of what fails, and names what only goes on as before."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"alive": True})

    @router.get("/readyz", responses={503: {"description": "not ready; the names of what fails"}})
    def readyz() -> JSONResponse:
        failing, old = readiness.failing(), degraded()
        said = {"ready": not failing, "failing": failing} | ({"degraded": old} if old else {})
        return JSONResponse(said, status_code=503 if failing else 200)

    return router
