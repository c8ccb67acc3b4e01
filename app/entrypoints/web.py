"""The service as a web application: the letterbox, the health pages, and the workers that live as long as it does."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from app import bootstrap
from app.bootstrap import Service
from app.bootstrap.renewal import Renewal
from app.bootstrap.traced import linked
from app.domain.inbox import InboxRules
from app.domain.webhook_signature import WebhookKeys
from app.entrypoints.health import Readiness, health_router
from app.entrypoints.reload import Reloader
from app.entrypoints.telemetry import Watched
from app.entrypoints.webhook import IntakeCounters, webhook_router
from app.entrypoints.worker import WorkerPool
from app.gateways.config_load import Configuration
from app.gateways.traces import Traces
from app.settings import Settings

FINISH_WITHIN = timedelta(seconds=30)
"""How long a stop waits for the runs at hand; a run that is cut off is done again after the next start."""

log = logging.getLogger("sounding_board")


def create_web(
    settings: Settings, configured: Configuration, opened: Service | None = None, traces: Traces | None = None
) -> FastAPI:
    """The application. Everything is opened when it starts, unless it is `opened` before, and closed when it stops."""
    traces = opened.traces if opened else traces or Traces()
    keys = bootstrap.letterbox_keys(settings)
    inbox_rules = bootstrap.inbox_rules(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = opened or bootstrap.service(settings, configured, inbox_rules, traces)
        workers, reloader = workers_of(service, inbox_rules), reloader_of(service)
        app.state.service, app.state.reloader = service, reloader
        counters = IntakeCounters()
        _open(app, service, workers, keys, counters, reloader)
        with closing(service), watched(service, workers, reloader, counters):
            workers.start()
            log.info("ready: %d workers, mode paused: %s", settings.workers, settings.paused)
            try:
                yield
            finally:
                workers.stop(FINISH_WITHIN)

    return Watched(traces, lifespan)


def workers_of(service: Service, inbox_rules: InboxRules) -> WorkerPool:
    """The threads that attend to what the service's inbox says is due; not started yet."""
    threads = service.settings.workers
    limit, tidy, traced = inbox_rules.run_limit, service.tidy, partial(linked, service)
    return WorkerPool(service.inbox, service.run, service.now, log, limit, threads, tidy, traced)


def reload_now(web: FastAPI) -> None:
    """Look at the configuration at once; before the start is over it has only just been read."""
    reloader: Reloader | None = getattr(web.state, "reloader", None)
    if reloader:
        reloader.now()


def reloader_of(service: Service) -> Reloader:
    """What keeps the service's configuration fresh; not started yet."""
    return Reloader(Renewal(service), log)


@contextmanager
def watched(
    service: Service, workers: WorkerPool, reloader: Reloader, counters: IntakeCounters | None = None
) -> Iterator[None]:
    """While the context is open, the configuration is kept fresh, and figures are shown where that is set."""
    settings = service.settings
    with ExitStack() as shown:
        if settings.metrics_port is not None:
            # Loaded only where it is used: it takes longer than most of the start.
            from app.entrypoints.metrics import Figures, metrics_served

            figures = Figures(service, workers, reloader, counters)
            shown.enter_context(metrics_served(figures, settings.metrics_host, settings.metrics_port))
        reloader.start()
        try:
            yield
        finally:
            reloader.stop()


def _open(
    app: FastAPI,
    service: Service,
    workers: WorkerPool,
    keys: WebhookKeys,
    counters: IntakeCounters,
    reloader: Reloader,
) -> None:
    router = webhook_router(keys, service.accept, bootstrap.utc_now, service.holds_requests, log, counters)
    app.include_router(router)
    checks = {"inbox": service.inbox.check, "workers": workers.check}
    readiness = Readiness(checks, bootstrap.utc_now, log)
    app.include_router(health_router(readiness, lambda: ("configuration",) if reloader.rejected else ()))
