"""`sounding-board` as it is, but that each run's begin and end are written down, and that it waits less for others.

`python -m tests.chaos.watched serve …`; RUNS_FILE names the file, CLOCK_AHEAD by how many seconds this process's clock
is wrong.
"""

import json
import os
import threading
import time
from datetime import datetime, timedelta, tzinfo

from app import bootstrap
from app.bootstrap import Service
from app.domain.inbox import InboxRules
from app.domain.subject import Subject
from app.entrypoints.cli import main
from app.gateways import postgres_pulse
from app.gateways.gitlab_line import Line
from app.settings import Settings

SILENT = timedelta(seconds=9)
RUNS, AHEAD, PATIENCE = "RUNS_FILE", "CLOCK_AHEAD", "SILENT_SECONDS"


def hurried(settings: Settings) -> InboxRules:
    """Less patience than a service has; how its parts relate is the same."""
    silent = timedelta(seconds=float(os.environ.get(PATIENCE, SILENT.total_seconds())))
    return InboxRules(
        quiet=timedelta(0), silent=silent, first_retry=timedelta(seconds=0.5), longest_retry=timedelta(seconds=3)
    )


def set_clock(ahead: timedelta) -> None:
    """This machine's clock, where it is compared with the database's."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead

    for module in (bootstrap, postgres_pulse):
        vars(module)["datetime"] = Wrong


def watched() -> None:
    """Put the window in."""
    record, plain = os.open(os.environ[RUNS], os.O_WRONLY | os.O_CREAT | os.O_APPEND), Service.run
    enter = Line.enter

    def note(what: str, key: str) -> None:
        line = [time.monotonic(), os.getpid(), threading.get_ident(), what, key]
        os.write(record, (json.dumps(line) + "\n").encode())

    def run(self: Service, subject: Subject, deliveries: tuple[str, ...]) -> datetime | None:
        note("began", subject.key)
        try:
            return plain(self, subject, deliveries)
        finally:
            note("ended", subject.key)

    def call(self: Line, kind: str) -> None:
        enter(self, kind)
        note("called", kind)

    Service.run = run  # type: ignore[method-assign]
    Line.enter = call  # type: ignore[method-assign]
    set_clock(timedelta(seconds=float(os.environ.get(AHEAD, 0))))
    bootstrap.inbox_rules = hurried


if __name__ == "__main__":
    watched()
    main()
