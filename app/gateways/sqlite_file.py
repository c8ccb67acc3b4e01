"""Opens the SQLite files of the service: locking, schema versions, transactions, and errors in our own words."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from app.domain.failure import Permanent, Temporary

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BUSY_SECONDS = 5.0
RETRY_SECONDS = 30.0

PASSING = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk does not take or give data",
    sqlite3.SQLITE_READONLY: "the file is read-only",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_BUSY: "another process is writing to the file for too long",
    sqlite3.SQLITE_LOCKED: "another process is writing to the file for too long",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_PROTOCOL: "another process is writing to the file for too long",
}


class FileLock:
    """An advisory lock beside a file, freed by the kernel when its holder dies, however it dies."""

    def __init__(self, path: Path, *, wait: bool) -> None:
        """Take it. Raises Permanent, in words, if another process holds it (unless told to wait)."""
        self._fd = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._fd, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise Permanent(
                f"{path} is already in use by another process (number {holder}). "
                "Stop that one first, or give this one a file of its own."
            ) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def free(self) -> None:
        """Let it go."""
        os.close(self._fd)


class OpenedFile:
    """A file that is open, and its name: a folder that is deleted or restored takes the name away, and what is written
    after that is in no folder.
    """

    def __init__(self, path: Path) -> None:
        """Just opened."""
        self._path, self._opened = path, _identity(path)

    def check(self) -> None:
        """Raises Temporary where the name leads to nothing, or to another file. One call of the system."""
        found = _identity(self._path)
        if found != self._opened:
            what = "is gone" if found is None else "is another file than the one that was opened"
            raise Temporary(f"{self._path} {what}; start the service again, then sweep", retry_after=RETRY_SECONDS)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def lock_file(path: Path, *, wait: bool) -> FileLock:
    """Make the folder if need be and take the file's lock. Raises Permanent."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(path, wait=wait)
    except OSError as error:
        raise Permanent(f"cannot use {path}: {error.strerror}") from error


def connect(path: Path, synchronous: Literal["FULL", "NORMAL"], *, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode; transactions are begun by hand. Raises Temporary, Permanent."""
    if read_only and not path.exists():
        raise Permanent(f"{path} does not exist: nothing has run with this data directory yet, or it is another one.")
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    if not read_only:
        _make_private(path)
    with translated(path):
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        if not read_only:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection


def _make_private(path: Path) -> None:
    """A new file is its owner's alone, and SQLite gives its side files the same rights; who may not, hears it below."""
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Sequence[str]]) -> None:
    """Bring the schema forward, one step per entry of `migrations`. Raises Permanent for a file from the future."""
    with translated(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(migrations):
                raise Permanent(f"{path} was written by a newer version of this program (schema {version})")
            for step in migrations[version:]:
                for statement in step:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version={len(migrations)}")
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise


@contextmanager
def transaction(connection: sqlite3.Connection, turn: threading.Lock, path: Path) -> Iterator[None]:
    """One short writing transaction, in turn with the process' other writers. Raises Temporary, Permanent."""
    with turn, translated(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours: what may pass is Temporary, a broken file is Permanent."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in PASSING:
            raise Temporary(f"{path.name}: {PASSING[code]}", retry_after=RETRY_SECONDS) from error
        raise Permanent(f"{path.name}: {error}") from error


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - EPOCH) // MICROSECOND


def instant(micros_since_epoch: int) -> datetime:
    """The instant of `micros`, in UTC."""
    return EPOCH + timedelta(microseconds=micros_since_epoch)
