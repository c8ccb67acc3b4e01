"""What a replica claimed and has not ended yet, for all that it knows."""

import time
from collections.abc import Callable
from datetime import timedelta


class Held:
    """Tokens of claims, each with the number that its replica went by when it claimed. Safe across threads."""

    def __init__(self, lease: timedelta, now: Callable[[], float] = time.monotonic) -> None:
        """A claim is nobody's any more when its `lease` is over, whatever became of its run. `now` is in seconds."""
        self._lease, self._now = lease.total_seconds(), now
        self._claims: dict[int, tuple[int, float]] = {}

    def add(self, token: int, holder: int) -> None:
        """It is claimed."""
        self._claims[token] = holder, self._now() + self._lease

    def discard(self, token: int) -> None:
        """It is over."""
        self._claims.pop(token, None)

    def tokens(self) -> list[int]:
        """All of them."""
        return sorted(self._claims.copy())

    def of_others(self, holder: int) -> bool:
        """Whether there are any from before the replica went by this number: others may have taken these over."""
        now = self._now()
        return any(by != holder and now < end for by, end in self._claims.copy().values())
