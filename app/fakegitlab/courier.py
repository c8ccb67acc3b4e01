"""Carries deliveries from the outbox to their hooks over real HTTP, several at a time (CONTRACT 1, sure)."""

import threading
import time

import httpx

from app.fakegitlab.deliveries import fared
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.world import World

TIMEOUT_SECONDS = 10.0
CARRIERS = 4
KEPT_BODY = 8192
KEPT_HEADERS = 50
KEPT_HEADER = 1024


class Courier:
    """A few threads that send; with several at work, no order is promised. No redelivery either."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._client = opened()
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
                send(self._world, self._client, delivery)
            finally:
                self._world.outbox.done()


def opened() -> httpx.Client:
    """A client as GitLab's: ten seconds, no redirections."""
    return httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False)


def send(world: World, client: httpx.Client, delivery: Delivery) -> None:
    """One attempt; what came of it is counted. The caller does not hold the world's lock."""
    status, error, began = None, None, time.perf_counter()
    try:
        headers = [(name.encode(), value.encode()) for name, value in delivery.headers.items()]
        answer = client.post(delivery.url, content=delivery.body, headers=headers)
        status = answer.status_code
        delivery.answer_body = answer.text[:KEPT_BODY]
        kept = list(answer.headers.items())[:KEPT_HEADERS]
        delivery.answer_headers = {name.title(): value[:KEPT_HEADER] for name, value in kept}
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        error = str(failure) or repr(failure)
    delivery.seconds = time.perf_counter() - began
    with world.lock:
        fared(world, delivery, status, error)
