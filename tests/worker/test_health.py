"""What an orchestrator sees of the service."""

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.domain.failure import Temporary
from app.entrypoints.health import Readiness, health_router


@dataclass
class Service:
    trouble: str | None = None
    asked: int = 0
    now: datetime = field(default=datetime(2026, 9, 14, tzinfo=UTC))

    def __post_init__(self) -> None:
        checks = {"inbox": self.check, "worker": lambda: None}
        self.app = FastAPI()
        self.app.include_router(health_router(Readiness(checks, lambda: self.now, logging.getLogger("tests.health"))))

    def check(self) -> None:
        self.asked += 1
        if self.trouble:
            raise Temporary(self.trouble)

    def get(self, path: str) -> tuple[int, Any]:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://here") as client:
                return await client.get(path)

        answer = asyncio.run(ask())
        return answer.status_code, answer.json()


def test_a_service_that_can_work_is_ready() -> None:
    assert Service().get("/healthz") == (200, {"alive": True})
    assert Service().get("/readyz") == (200, {"ready": True, "failing": []})


def test_a_service_that_cannot_says_what_to_strangers_and_why_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    service = Service("inbox.sqlite3: the disk is full")
    assert service.get("/readyz") == (503, {"ready": False, "failing": ["inbox"]})
    assert service.get("/healthz") == (200, {"alive": True})
    assert "not ready, inbox: inbox.sqlite3: the disk is full" in caplog.messages
    service.trouble, service.now = None, service.now + timedelta(seconds=1)
    assert service.get("/readyz")[0] == 200


def test_probes_while_a_database_is_away_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    service = Service("PostgreSQL: it cannot be reached")

    def probe() -> None:
        service.get("/readyz")
        service.now += timedelta(seconds=1)

    for _ in range(5):
        probe()
    service.trouble = "PostgreSQL: its disk is full"
    for _ in range(2):
        probe()
    service.trouble = None
    for _ in range(2):
        probe()
    away, full = "not ready, inbox: PostgreSQL: it cannot be reached", "not ready, inbox: PostgreSQL: its disk is full"
    assert caplog.messages == [
        away,
        f"{away} (2 times so far)",
        f"{away} (4 times so far)",
        f"{full} (6 times so far)",
        "ready again, inbox: after 7 failures",
    ]


def test_asking_often_costs_nothing() -> None:
    service = Service()
    for _ in range(5):
        service.get("/readyz")
    assert service.asked == 1


def test_a_check_that_hangs_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.entrypoints.health.LONGEST_CHECK", 0.02)
    at_it, over = threading.Event(), threading.Event()

    def hang() -> None:
        at_it.set()
        assert over.wait(20)

    readiness = Readiness({"inbox": hang}, lambda: datetime.now(UTC), logging.getLogger("tests.health"))
    first = threading.Thread(target=readiness.failing)
    first.start()
    assert at_it.wait(20)
    assert readiness.failing() == ("inbox",)
    over.set()
    first.join(20)
    assert readiness.failing() == ()
