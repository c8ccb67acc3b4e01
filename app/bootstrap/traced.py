"""Joins the spans of runs with the inbox, which keeps what they are linked with."""

import logging
from contextlib import AbstractContextManager

from app.bootstrap import Service
from app.domain.failure import Permanent, Temporary
from app.domain.inbox import Claim
from app.gateways.traces import Ended

log = logging.getLogger(__name__)


def linked(service: Service, claim: Claim) -> AbstractContextManager[Ended]:
    """What is done inside is one run, for whoever watches the service; it wants to be told how that ended."""

    def kept(deliveries: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return service.inbox.traces(deliveries)
        except (Temporary, Permanent) as failure:
            # Being watched must not keep us from the work.
            log.warning("a run is not linked with its deliveries: %s", failure)
            return ()

    return service.traces.run(claim, kept)
