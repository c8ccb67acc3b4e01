"""Asks a running service how it is, at its own address."""

import httpx
from pydantic import BaseModel, ValidationError

from app.domain.failure import Temporary

PATIENCE = 5.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not to listen on, but to ask where that is done


class Pulse(BaseModel):
    """What `/readyz` says: what keeps the service from working, and what only goes on as before."""

    ready: bool
    failing: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()


def pulse(host: str, port: int) -> Pulse:
    """Ask. Raises Temporary where nobody answers, or somebody else."""
    asked = EVERYWHERE.get(host, host)
    url = httpx.URL(scheme="http", host=asked, port=port, path="/readyz")
    try:
        return Pulse.model_validate_json(httpx.get(url, timeout=PATIENCE, trust_env=False).content)
    except httpx.HTTPError as error:
        raise Temporary(f"No service answers at {asked}:{port} ({type(error).__name__}).") from None
    except ValidationError:
        raise Temporary(f"What answers at {asked}:{port} is not this service.") from None
