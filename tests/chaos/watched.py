"""`sounding-board` as it is, but that each run's begin and end are written down, and that it waits less for others.

`python -m tests.chaos.watched serve …`; RUNS_FILE names the file.
"""

import json
import os
import threading
import time
from datetime import datetime, timedelta

from app import bootstrap
from app.bootstrap import Service
from app.domain.inbox import InboxRules
from app.domain.subject import Subject
from app.entrypoints.cli import main
from app.settings import Settings

SILENT = timedelta(seconds=9)
RUNS = "RUNS_FILE"


def hurried(settings: Settings) -> InboxRules:
    """Less patience than a service has; how its parts relate is the same."""
    return InboxRules(
        quiet=timedelta(0), silent=SILENT, first_retry=timedelta(seconds=0.5), longest_retry=timedelta(seconds=3)
    )


def watched() -> None:
    """Put the window in."""
    record, plain = os.open(os.environ[RUNS], os.O_WRONLY | os.O_CREAT | os.O_APPEND), Service.run

    def note(what: str, subject: Subject) -> None:
        line = [time.monotonic(), os.getpid(), threading.get_ident(), what, subject.key]
        os.write(record, (json.dumps(line) + "\n").encode())

    def run(self: Service, subject: Subject, deliveries: tuple[str, ...]) -> datetime | None:
        note("began", subject)
        try:
            return plain(self, subject, deliveries)
        finally:
            note("ended", subject)

    Service.run = run  # type: ignore[method-assign]
    bootstrap.inbox_rules = hurried


if __name__ == "__main__":
    watched()
    main()
