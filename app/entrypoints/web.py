"""The service as a web application: the letterbox, the health pages, and the workers that live as long as it does."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from app import bootstrap
from app.bootstrap import Service
from app.domain.inbox import InboxRules
from app.domain.webhook_signature import WebhookKeys
from app.entrypoints.health import Readiness, health_router
from app.entrypoints.webhook import IntakeCounters, webhook_router
from app.entrypoints.worker import WorkerPool
from app.gateways.config_load import Configuration
from app.settings import Settings

FINISH_WITHIN = timedelta(seconds=30)
"""How long a stop waits for the runs at hand; a run that is cut off is done again after the next start."""

log = logging.getLogger("sounding_board")


def create_web(settings: Settings, configured: Configuration, opened: Service | None = None) -> FastAPI:
    """The application. Everything is opened when it starts, unless it is `opened` before, and closed when it stops."""
    keys = bootstrap.letterbox_keys(settings)
    inbox_rules = bootstrap.inbox_rules(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = opened or bootstrap.service(settings, configured, inbox_rules)
        workers = workers_of(service, inbox_rules)
        app.state.service = service
        _open(app, service, workers, keys)
        workers.start()
        log.info("ready: %d workers, mode paused: %s", settings.workers, settings.paused)
        try:
            yield
        finally:
            workers.stop(FINISH_WITHIN)
            service.close()

    return FastAPI(title="Sounding Board", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)


def workers_of(service: Service, inbox_rules: InboxRules) -> WorkerPool:
    """The threads that attend to what the service's inbox says is due; not started yet."""
    threads = service.settings.workers
    return WorkerPool(service.inbox, service.run, service.now, log, inbox_rules.run_limit, threads, service.tidy)


def _open(app: FastAPI, service: Service, workers: WorkerPool, keys: WebhookKeys) -> None:
    counters = IntakeCounters()
    holds_requests = service.configured.program.holds_requests
    app.include_router(webhook_router(keys, service.accept, bootstrap.utc_now, holds_requests, log, counters))
    checks = {"inbox": service.inbox.check, "workers": workers.check}
    app.include_router(health_router(Readiness(checks, bootstrap.utc_now, log)))
