"""Takes a changed configuration without a restart: looked at every few seconds, and at once on SIGHUP.

What cannot be used changes nothing: the last good configuration stays in force, and the log, `/readyz`, `/metrics` and
the operator issue say so until it is mended.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from app.bootstrap.renewal import Renewal
from app.domain.failure import Permanent, Temporary
from app.gateways.config_errors import ConfigInvalid

LOOKS_EVERY = timedelta(seconds=10)


class Reloader:
    """A thread that looks. A file is taken when two looks in a row found the same, so never half written."""

    def __init__(self, renewal: Renewal, log: logging.Logger, every: timedelta = LOOKS_EVERY) -> None:
        self._renewal, self._log, self._every = renewal, log, every
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="reload", daemon=True)
        self._seen = self._tried = renewal.fingerprint()
        self._untold: Callable[[], None] | None = None
        self.rejected = False

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def now(self) -> None:
        """Look at once; safe in a signal's handler."""
        self._wake.set()

    def stop(self) -> None:
        """End, after what is at hand."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._stopping.is_set():
            hurried = self._wake.wait(self._every.total_seconds())
            self._wake.clear()
            if not self._stopping.is_set():
                self.look(hurried=hurried)

    def look(self, *, hurried: bool = False) -> None:
        """Look once; take what changed where it stands still, or at once where somebody is in a hurry."""
        found = self._renewal.fingerprint()
        steady, self._seen = found == self._seen, found
        if found != self._tried and (steady or hurried):
            self._tried = found
            self._take(found)
        self._tell()

    def _take(self, fingerprint: str) -> None:
        try:
            self._renewal.renew()
        except ConfigInvalid as invalid:
            self.rejected = True
            self._log.error("the changed configuration cannot be used, the last good one stays in force:\n%s", invalid)
            self._untold = partial(self._renewal.tell_rejected, fingerprint, invalid)
        else:
            self.rejected = False
            self._log.warning("the configuration has changed and is in force from now on")
            self._untold = self._renewal.tell_accepted

    def _tell(self) -> None:
        """Tell the operator issue; where GitLab is down, at one of the next looks."""
        if self._untold is None:
            return
        try:
            self._untold()
        except Temporary as problem:
            self._log.warning("the operator issue could not be told of the configuration yet: %s", problem)
            return
        except Permanent as problem:
            self._log.error("the operator issue cannot be told of the configuration: %s", problem)
        self._untold = None
