"""Joins what keeps the inbox and the journal: files of this machine, or a PostgreSQL database where one is set.

PostgreSQL's client is loaded only where it is used: it takes longer than most commands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from app.domain.failure import Permanent
from app.domain.inbox import Claim, Counts, DeadLetter, InboxRules, Moved, Waiting
from app.domain.issue import Ref
from app.domain.journal import Entry
from app.gateways import inbox_view
from app.gateways.gitlab_budget import Budget
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.inbox_view import InboxView
from app.gateways.journal_sqlite import SqliteJournal
from app.services.inbox_port import Inbox
from app.services.ports import Journal
from app.settings import KeptSettings, SettingsInvalid

INBOX, JOURNAL = "inbox.sqlite3", "journal.sqlite3"


class KeptJournal(Journal, Protocol):
    """A journal that can be read and grows old."""

    def lines(self, ref: Ref, limit: int) -> tuple[Entry, ...]:
        """What was decided and written about an issue, newest first."""
        ...

    def prune(self, now: datetime, older_than: timedelta) -> int:
        """Forget lines older than an age; how many."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class View(Protocol):
    """The listing half of an inbox."""

    def counts(self) -> Counts:
        """How many wait, run and are dead."""
        ...

    def waiting(self, limit: int) -> tuple[Waiting, ...]:
        """Those that wait, next ones first."""
        ...

    def running(self) -> tuple[Claim, ...]:
        """Those being worked on."""
        ...

    def dead(self, limit: int) -> tuple[DeadLetter, ...]:
        """Dead letters, newest first."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def inbox(settings: KeptSettings, rules: InboxRules) -> Inbox:
    """The inbox to take in and work with. Raises Temporary, Permanent."""
    if settings.database is None:
        return SqliteInbox(_folder(settings) / INBOX, rules)
    from app.gateways.inbox_postgres import PostgresInbox

    return PostgresInbox(settings.database, rules)


def journal(settings: KeptSettings) -> KeptJournal:
    """The journal to write to. Raises Temporary, Permanent."""
    if settings.database is None:
        return SqliteJournal(_folder(settings) / JOURNAL)
    from app.gateways.journal_postgres import PostgresJournal

    return PostgresJournal(settings.database)


@contextmanager
def budget(settings: KeptSettings) -> Iterator[Budget | None]:
    """The budget of calls that all who use the database share; None for one of this process."""
    if settings.database is None:
        yield None
        return
    from app.gateways.gitlab_budget_shared import SharedBudget

    shared = SharedBudget(settings.database)
    try:
        yield shared
    finally:
        shared.close()


def inbox_beside(settings: KeptSettings) -> View:
    """The inbox to look at, whether the service runs or not. Raises Temporary, Permanent."""
    if settings.database is None:
        return InboxView.beside(settings.data_dir / INBOX)
    from app.gateways.inbox_postgres_view import PostgresView

    return PostgresView.beside(settings.database)


def retry_beside(settings: KeptSettings, key: str, now: datetime) -> bool:
    """Let a dead subject run again, whether the service runs or not. False if it is not dead."""
    if settings.database is None:
        return inbox_view.retry_beside(settings.data_dir / INBOX, key, now)
    from app.gateways import inbox_postgres_view

    return inbox_postgres_view.retry_beside(settings.database, key, now)


def retry_all_beside(settings: KeptSettings, now: datetime) -> int:
    """Let all dead subjects run again, whether the service runs or not; how many there were."""
    if settings.database is None:
        return inbox_view.retry_all_beside(settings.data_dir / INBOX, now)
    from app.gateways import inbox_postgres_view

    return inbox_postgres_view.retry_all_beside(settings.database, now)


def journal_beside(settings: KeptSettings) -> KeptJournal:
    """The journal to look at, whether the service runs or not. Raises Temporary, Permanent."""
    if settings.database is None:
        return SqliteJournal.beside(settings.data_dir / JOURNAL)
    from app.gateways.journal_postgres import PostgresJournal

    return PostgresJournal.beside(settings.database)


def move(settings: KeptSettings, now: datetime) -> Moved:
    """Bring what the files keep to the database. Raises SettingsInvalid where none is set; Temporary, Permanent."""
    if settings.database is None:
        raise SettingsInvalid("SOUNDING_BOARD_DATABASE_URL is not set: the address of the database to move to.")
    from app.gateways import move_to_postgres

    inbox, journal = settings.data_dir / INBOX, settings.data_dir / JOURNAL
    return move_to_postgres.move(inbox, journal, settings.database, now)


def _folder(settings: KeptSettings) -> Path:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Permanent(f"cannot use {settings.data_dir}: {error.strerror}") from error
    return settings.data_dir
