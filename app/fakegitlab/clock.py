"""The world's time: running, stopped, or moved on by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class Clock:
    """A clock over a source of time (aware); `advance` moves it, `freeze` stops it, `resume` lets it run on."""

    def __init__(self, source: Callable[[], datetime] = real_clock) -> None:
        self._source = source
        self.ahead = timedelta()
        self.stopped: datetime | None = None

    def __call__(self) -> datetime:
        """What it shows."""
        return self.stopped or self._source() + self.ahead

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self.stopped is not None

    def freeze(self, at: datetime | None = None) -> None:
        """Stop, now or at an aware instant."""
        self.stopped = at or self()

    def resume(self) -> None:
        """Run on from what it shows."""
        if self.stopped is not None:
            self.ahead, self.stopped = self.stopped - self._source(), None

    def advance(self, step: timedelta) -> None:
        """Move on (or back) by a step."""
        if self.stopped is None:
            self.ahead += step
        else:
            self.stopped += step

    def set(self, at: datetime) -> None:
        """Show this instant; run on from it unless frozen."""
        self.advance(at - self())

    def restore(self, ahead: float, stopped: datetime | None) -> None:
        """As a saved clock: `ahead` seconds before its source, or stopped."""
        self.ahead, self.stopped = timedelta(seconds=ahead), stopped
