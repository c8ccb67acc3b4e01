"""A service of letterbox, inbox and workers whose runs write down that they ended; made to be killed.

`python -m tests.worker.service_to_kill FD FOLDER`, FD being a listening socket it inherits.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from app.domain.inbox import InboxRules
from app.domain.subject import Subject
from app.domain.webhook_signature import webhook_keys
from app.entrypoints.webhook import IntakeCounters, webhook_router
from app.entrypoints.worker import WorkerPool
from app.gateways.inbox_sqlite import SqliteInbox


def service(folder: Path) -> FastAPI:
    record = os.open(folder / "runs.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    inbox = SqliteInbox(folder / "inbox.sqlite3", InboxRules(quiet=timedelta(milliseconds=5)))

    def now() -> datetime:
        return datetime.now(UTC)

    def run(subject: Subject, deliveries: tuple[str, ...]) -> None:
        threading.Event().wait(0.003)
        os.write(record, (json.dumps([subject.key, deliveries]) + "\n").encode())

    log = logging.getLogger("service")
    pool = WorkerPool(inbox, run, now, log, timedelta(minutes=10))

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        pool.start()
        yield
        pool.stop()
        inbox.close()

    app = FastAPI(lifespan=life)
    keys = webhook_keys([], ["the-secret"])
    app.include_router(webhook_router(keys, inbox.accept, now, lambda _: True, log, IntakeCounters()))
    return app


if __name__ == "__main__":
    uvicorn.run(service(Path(sys.argv[2])), fd=int(sys.argv[1]), log_level="error", access_log=False)
