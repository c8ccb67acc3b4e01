"""Deliveries as GitLab sends them, and a letterbox that keeps what it took in."""

import asyncio
import itertools
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.domain.failure import Permanent, Temporary
from app.domain.inbox import Arrival, Receipt
from app.domain.webhook_signature import WebhookKeys, signature, webhook_keys
from app.entrypoints.webhook import PATH, IntakeCounters, webhook_router

DATA = Path(__file__).parents[1] / "data" / "gitlab" / "webhooks"
VECTORS = json.loads((DATA / "signature_vectors.json").read_text())
SIGNING_TOKEN: str = VECTORS["signing_token"]
SIGNED = webhook_keys([SIGNING_TOKEN], [])
NOW = datetime.fromtimestamp(1757841327, UTC)
PAYLOADS = {path.stem: path.read_bytes() for path in sorted(DATA.glob("*/*.json"))}
PROJECTS = {"sme/customer-feedback", "flightjs/Flight", "gitlabhq/gitlab-test", "gitlab-org/gitlab-test"}

_numbers = itertools.count(1)


def headers(body: bytes, delivery: str | None = None, key: bytes = SIGNED.signing[0]) -> dict[str, str]:
    """The headers of a signed delivery; a new id each time unless one is given."""
    name, stamp = delivery or f"delivery-{next(_numbers)}", str(int(NOW.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/19.4.0-ee",
        "X-Gitlab-Event": "Issue Hook",
        "Idempotency-Key": name,
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(key, f"{name}.{stamp}.", body).decode(),
    }


@dataclass
class Post:
    """A service with a letterbox only: what arrived is kept in `arrivals`."""

    keys: WebhookKeys = SIGNED
    now: datetime = NOW
    arrivals: list[Arrival] = field(default_factory=list)
    counters: IntakeCounters = field(default_factory=IntakeCounters)
    trouble: Temporary | Permanent | None = None

    def __post_init__(self) -> None:
        self.app = FastAPI()
        log = logging.getLogger("tests.intake")
        self.app.include_router(
            webhook_router(self.keys, self.accept, lambda: self.now, PROJECTS.__contains__, log, self.counters)
        )

    async def accept(self, arrival: Arrival, now: datetime) -> Receipt:
        if self.trouble:
            raise self.trouble
        repeated = arrival.delivery in {each.delivery for each in self.arrivals}
        self.arrivals.append(arrival)
        return Receipt.REPEATED if repeated else Receipt.ACCEPTED

    def request(self, method: str, body: bytes = b"", shown: Mapping[str, str] | None = None) -> httpx.Response:
        """One HTTP request to the letterbox."""

        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://here") as client:
                return await client.request(method, PATH, content=body, headers=shown)

        return asyncio.run(ask())

    def send(self, body: bytes, shown: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Status and answer of a delivery; signed unless other headers are given."""
        answer = self.request("POST", body, headers(body) if shown is None else shown)
        return answer.status_code, answer.json() if answer.content else None
