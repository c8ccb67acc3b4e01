"""What commands that serve nothing have of OpenTelemetry: the exporters, and one span around a job."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from app.gateways.traces import Traces


def set_exporters_up() -> None:
    """As FastAPI does for `serve`, where the environment asks for it; the end of the process sends what is left."""
    if os.environ.get("FASTAPI_OTEL_AUTO_CONFIGURE", "").lower() == "true":
        # Loaded only where it is used: it takes longer than most commands.
        from app.entrypoints.telemetry import exporters_from_environment

        exporters_from_environment()


@contextmanager
def traced_job(name: str) -> Iterator[None]:
    """A trace around a command, with each call to GitLab in it."""
    set_exporters_up()
    with Traces().job(name):
        yield
