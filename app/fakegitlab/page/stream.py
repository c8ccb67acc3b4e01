"""The page's live line: server-sent events about what changed in the world."""

import asyncio
import json
from collections.abc import AsyncIterator

from app.fakegitlab.outbox import Changes

HEARTBEAT_SECONDS = 15.0


async def changed_events(changes: Changes, since: int) -> AsyncIterator[str]:
    """`event: changed` for every change after `since`, at once; a comment line now and then; ends with the world.

    A version from the future comes from before the server was started again: then all is new.
    """
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    stop = changes.listen(wake)
    try:
        yield ": the board listens\n\n"
        if since > changes.version:
            yield _event(changes.version, None)
            since = changes.version
        while not changes.closed:
            woken.clear()
            for version, issue_id in changes.since(since):
                yield _event(version, issue_id)
                since = version
            if changes.closed or not await _woken(woken):
                yield ": still here\n\n"
    finally:
        stop()


async def _woken(event: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(event.wait(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return False
    return True


def _event(version: int, issue_id: int | None) -> str:
    return f"event: changed\ndata: {json.dumps({'version': version, 'issue_id': issue_id})}\n\n"
