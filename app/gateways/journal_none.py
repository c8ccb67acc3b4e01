"""A journal that keeps nothing, for commands that only show: they need no data directory and leave nothing behind."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.issue import Ref
from app.domain.journal import Entry


class NoJournal:
    """Implements `app.services.ports.Journal`."""

    def record(self, entries: Sequence[Entry]) -> None:
        """Forget them."""

    def moves_by(self, username: str, since: datetime, until: datetime) -> int:  # noqa: ARG002 - the port's names
        """None that we know of."""
        return 0

    def unspoken(self, username: str, since: datetime) -> tuple[Ref, ...]:  # noqa: ARG002 - the port's names
        """None that we know of."""
        return ()

    def reminded(self, username: str, since: datetime, but: Ref) -> bool:  # noqa: ARG002 - the port's names
        """Not that we know of."""
        return False
