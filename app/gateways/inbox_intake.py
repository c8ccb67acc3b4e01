"""Group commit: one thread writes all arrivals that wait for it in one transaction, and answers them together.

One commit costs one disk flush, however many arrivals it holds; at a commit for each, intake is half as fast.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field

from app.domain.failure import Permanent, Temporary
from app.domain.inbox import Receipt
from app.domain.intake import Batch, Wish

OLDEST = 10.0
"""Seconds. GitLab gives up on a delivery after ten (CONTRACT 1, Delivery), and counts it as failed."""
RETRY_AFTER = 30.0

Answer = Receipt | Temporary | Permanent
Store = Callable[[Batch], Sequence[Receipt]]
"""Writes a batch durably; a place for None is answered with ACCEPTED."""


@dataclass(slots=True)
class _Put:
    wish: Wish | None
    reply: "asyncio.Future[Receipt] | Future[Receipt]"
    loop: asyncio.AbstractEventLoop | None
    handed_in: float
    answer: Answer = field(default=Receipt.ACCEPTED)

    def tell(self) -> None:
        if self.reply.done():
            return
        if isinstance(self.answer, Receipt):
            self.reply.set_result(self.answer)
        else:
            self.reply.set_exception(self.answer)


class Intake:
    """A queue in memory before the disk; nobody is answered before their batch is committed."""

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is in seconds."""
        self._store, self._now = store, now
        self._queue: list[_Put] = []
        self._bell = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._write_until_closed, name="inbox-intake", daemon=True)
        self._thread.start()

    async def accept(self, wish: Wish) -> Receipt:
        """Hand in an arrival and wait for its commit without holding up the event loop."""
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Receipt] = loop.create_future()
        self._hand_in(_Put(wish, reply, loop, self._now()))
        return await reply

    def put(self, wish: Wish | None) -> Receipt:
        """Hand in an arrival and wait for its commit."""
        reply: Future[Receipt] = Future()
        self._hand_in(_Put(wish, reply, None, self._now()))
        return reply.result()

    def close(self) -> None:
        """Write what was handed in, then end."""
        with self._bell:
            self._closed = True
            self._bell.notify()
        self._thread.join()

    def _hand_in(self, put: _Put) -> None:
        with self._bell:
            if self._closed:
                raise Temporary("the inbox is closed", retry_after=RETRY_AFTER)
            self._queue.append(put)
            self._bell.notify()

    def _write_until_closed(self) -> None:
        batch: list[_Put] = []
        try:
            while batch := self._next_batch():
                if waited_for := self._still_waited_for(batch):
                    self._write(waited_for)
        finally:
            with self._bell:
                self._closed = True
                left = [*batch, *self._queue]
            _tell(left, Temporary("the inbox has stopped taking things in", retry_after=RETRY_AFTER))

    def _next_batch(self) -> list[_Put]:
        with self._bell:
            while not self._queue and not self._closed:
                self._bell.wait()
            batch, self._queue = self._queue, []
            return batch

    def _still_waited_for(self, batch: list[_Put]) -> list[_Put]:
        """Those whose senders have not given up yet; the others are told so."""
        oldest = self._now() - OLDEST
        _tell([put for put in batch if put.handed_in < oldest], Temporary("it took too long to keep it", RETRY_AFTER))
        return [put for put in batch if put.handed_in >= oldest]

    def _write(self, batch: list[_Put]) -> None:
        try:
            receipts = self._store([put.wish for put in batch])
        except (Temporary, Permanent) as failure:
            _tell(batch, failure)
            return
        for put, receipt in zip(batch, receipts, strict=True):
            put.answer = receipt
        _tell(batch)


def _tell(puts: Sequence[_Put], failure: Temporary | Permanent | None = None) -> None:
    """Answer; one call into each event loop for all of its waiting requests."""
    loops: dict[asyncio.AbstractEventLoop, list[_Put]] = {}
    for put in puts:
        put.answer = failure or put.answer
        if put.loop is None:
            put.tell()
        else:
            loops.setdefault(put.loop, []).append(put)
    for loop, waiting in loops.items():
        # A loop that has been closed has nobody left to be told.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell_all, waiting)


def _tell_all(puts: Sequence[_Put]) -> None:
    for put in puts:
        put.tell()
