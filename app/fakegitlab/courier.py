"""Carries deliveries from the outbox to their hooks over real HTTP, several at a time (CONTRACT 1)."""

import threading

import httpx

from app.fakegitlab.hooks import fared
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.world import World

TIMEOUT_SECONDS = 10.0
CARRIERS = 4


class Courier:
    """A few threads that send; with several at work, no order is promised. No redelivery either."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)
        self._threads = [
            threading.Thread(target=self._carry, name=f"courier-{n}", daemon=True) for n in range(CARRIERS)
        ]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is under way; what waits is not sent."""
        self._world.outbox.close()
        for thread in self._threads:
            thread.join(TIMEOUT_SECONDS + 1)
        self._client.close()

    def _carry(self) -> None:
        while (delivery := self._world.outbox.take()) is not None:
            try:
                self._send(delivery)
            finally:
                self._world.outbox.done()

    def _send(self, delivery: Delivery) -> None:
        status, error = None, None
        try:
            answer = self._client.post(delivery.url, content=delivery.body, headers=delivery.headers)
            status = answer.status_code
        except httpx.HTTPError as failure:
            error = repr(failure)
        with self._world.lock:
            fared(self._world, delivery, status, error)
