"""Webhooks that cause webhooks (CONTRACT 1; lib/gitlab/web_hooks/recursion_detection.rb, sure).

A call that carries the `X-Gitlab-Event-UUID` of a delivery passes it on: a hook that is in that chain already is not
told again, and nobody is once a hundred hooks are in it. A chain is forgotten after half an hour without a member.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from app.fakegitlab.model import Hook

LONGEST = 100
FORGOTTEN_AFTER = timedelta(minutes=30)


class Chains:
    """Which hooks were told on behalf of which event; `current` is the chain of the call being served."""

    def __init__(self) -> None:
        self.current: str | None = None
        self._told: dict[str, tuple[datetime, set[int]]] = {}

    def join(self, hook: Hook, now: datetime) -> str | None:
        """The UUID that this hook's delivery carries, which makes it a member; None if it is blocked."""
        chain = self.current or str(uuid.uuid4())
        until, members = self._told.get(chain, (now, set()))
        if until < now:
            members = set()
        if self.current and (hook.id in members or len(members) >= LONGEST):
            return None
        self._told[chain] = (now + FORGOTTEN_AFTER, members | {hook.id})
        if len(self._told) % 1000 == 0:
            self._told = {name: kept for name, kept in self._told.items() if kept[0] >= now}
        return chain


@contextmanager
def caused_by(chains: Chains, chain: str | None) -> Iterator[None]:
    """Let what happens inside belong to this chain, if one is named."""
    before, chains.current = chains.current, chain or None
    try:
        yield
    finally:
        chains.current = before
