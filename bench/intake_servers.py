"""The two servers of the intake bench: ours, and a bare FastAPI endpoint that only parses the JSON.

Started as `python -m bench.intake_servers ours|bare FD FOLDER`; FD is a listening socket it inherits.
"""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request

from app.domain.inbox import InboxRules
from app.domain.subject import Subject
from app.domain.webhook_signature import webhook_keys
from app.entrypoints.webhook import IntakeCounters, webhook_router
from app.entrypoints.worker import WorkerPool
from app.gateways.inbox_sqlite import SqliteInbox

TOKEN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # noqa: S105 - of the published test vectors


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing(_subject: Subject, _deliveries: tuple[str, ...]) -> datetime | None:
    return None


def ours(folder: Path) -> FastAPI:
    """Letterbox, inbox and workers in one process, as in production; the runs do nothing."""
    rules = InboxRules()
    inbox = SqliteInbox(folder / "inbox.sqlite3", rules)
    pool = WorkerPool(inbox, _nothing, _now, logging.getLogger("bench"), timedelta(minutes=10))

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        pool.start()
        yield
        pool.stop()
        inbox.close()

    app = FastAPI(lifespan=life)
    keys = webhook_keys([TOKEN], [])
    log = logging.getLogger("bench")
    app.include_router(webhook_router(keys, inbox.accept, _now, lambda _: True, log, IntakeCounters()))
    return app


def bare() -> FastAPI:
    """What intake is compared with."""
    app = FastAPI()

    @app.post("/webhooks/gitlab")
    async def receive(request: Request) -> dict[str, bool]:
        await request.json()
        return {"accepted": True}

    return app


if __name__ == "__main__":
    kind, descriptor, place = sys.argv[1:]
    made = ours(Path(place)) if kind == "ours" else bare()
    uvicorn.run(made, fd=int(descriptor), log_level="warning", access_log=False)
