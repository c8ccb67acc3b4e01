"""The two servers of the intake bench: ours, and a bare FastAPI endpoint that only parses the JSON.

Started as `python -m bench.intake_servers ours|postgres|bare FD PLACE`: FD is a listening socket it inherits, PLACE a
folder or the address of a database.
"""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request

from app.domain.inbox import Arrival, InboxRules, Receipt
from app.domain.subject import Subject
from app.domain.webhook_signature import webhook_keys
from app.entrypoints.telemetry import Watched
from app.entrypoints.webhook import IntakeCounters, webhook_router
from app.entrypoints.worker import WorkerPool
from app.gateways.inbox_postgres import PostgresInbox
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.traces import Traces
from app.services.inbox_port import Inbox

TOKEN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # noqa: S105 - of the published test vectors


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing(_subject: Subject, _deliveries: tuple[str, ...]) -> datetime | None:
    return None


def on_sqlite(folder: str) -> FastAPI:
    """Ours, with a file in this folder."""
    return ours(SqliteInbox(Path(folder) / "inbox.sqlite3", InboxRules()))


def on_postgres(url: str) -> FastAPI:
    """Ours, with tables in this database."""
    return ours(PostgresInbox(url, InboxRules()))


def ours(inbox: Inbox) -> FastAPI:
    """Letterbox, inbox and workers in one process, as in production; the runs do nothing."""
    pool = WorkerPool(inbox, _nothing, _now, logging.getLogger("bench"), timedelta(minutes=10))

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        pool.start()
        yield
        pool.stop()
        inbox.close()

    async def accept(arrival: Arrival, now: datetime) -> Receipt:
        return await inbox.accept(replace(arrival, trace=traces.carried()), now)

    traces, keys, log = Traces(), webhook_keys([TOKEN], []), logging.getLogger("bench")
    app = Watched(traces, life)
    app.include_router(webhook_router(keys, accept, _now, lambda _: True, log, IntakeCounters()))
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
    made = bare() if kind == "bare" else {"ours": on_sqlite, "postgres": on_postgres}[kind](place)
    uvicorn.run(made, fd=int(descriptor), log_level="warning", access_log=False)
