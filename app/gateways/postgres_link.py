"""Speaks to PostgreSQL: one connection for one purpose, opened anew when it broke, and errors in our own words."""

import math
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import zip_longest
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from app.domain.failure import Left, Permanent, Temporary

T = TypeVar("T")
Row = dict[str, Any]

RETRY_SECONDS = 30.0
CONNECT_SECONDS = 5
DEADLINE = 9.0
"""Seconds. A server that stands still keeps its connections alive and says nothing; PostgreSQL's own limit on a
statement (8 s) comes first where it can.
"""
PAUSE = 0.1
USUAL_PORT = 5432
SCHEMA = "sounding_board"
SESSION = (
    f"SET search_path TO {SCHEMA}; SET TimeZone TO 'UTC'; SET statement_timeout TO '8s'; SET lock_timeout TO '4s';"
    " SET idle_in_transaction_session_timeout TO '15s'; SET default_transaction_isolation TO 'read committed';"
    " SET synchronous_commit TO on"
)
"""A replica that is stopped in the middle of a transaction must not hold its rows for ever; and what is acknowledged
is on disk, also where the server is set up to be quicker than that.
"""
NETWORK: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 6000,
}
"""A cut cable says nothing: after about ten seconds of silence it counts as one."""

PASSING = {
    "53100": "its disk is full",
    "53200": "it has not enough memory",
    "53300": "it has no free connections",
    "25006": "it is read-only",
    "57014": "it took too long to answer",
    "55P03": "another connection holds the rows for too long",
    "40P01": "two writers stood in each other's way",
    "40001": "two writers stood in each other's way",
    "25P03": "it was kept waiting in the middle of a transaction for too long",
}
BROKEN = ("08", "57P")
"""Classes of SQLSTATE: the connection, or the whole server, is going or gone."""


class Connection(psycopg.Connection[Row]):
    """A connection that need not be waited for longer than is left of `within`."""

    _ends = math.inf

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What is done inside raises OperationalError when the time is over; the connection is of no use then."""
        self._ends = time.monotonic() + seconds
        try:
            yield
        finally:
            self._ends = math.inf

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        """Where psycopg waits for the server, whatever was asked."""
        return super().wait(self._hurried(gen), *args, **kwargs)

    def _hurried(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        """psycopg wakes what waits now and then, also where nothing came."""
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() >= self._ends:
                    raise psycopg.OperationalError(f"FATAL:  {SILENCE}")
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


Work = Callable[[Connection], T]
SILENCE = "it does not answer"
UNREACHED = "it cannot be reached"
GOING = ("the database system is", "terminating connection")
"""What a server says that stops, starts or has crashed: for us it is away, however far it has come with that."""


class Link:
    """One connection, opened when it is first needed. Safe across threads, one at a time."""

    def __init__(self, url: str, purpose: str, patience: float = 0.0, deadline: float = DEADLINE) -> None:
        """`patience`: for how many seconds work is tried again when the connection breaks, as in a restart.
        `deadline`: how many seconds one try may take.
        """
        self._url, self._purpose, self._patience, self._deadline = url, purpose, patience, deadline
        self._one_at_a_time = threading.Lock()
        self._connection: Connection | None = None
        self._down = False

    def do(self, work: Work[T], *, repeatable: bool = True) -> T:
        """Do this in one transaction. Raises Temporary, Permanent.

        What is `repeatable` is done again also where the answer to the commit was lost, so that it may be done twice.
        """
        with self._one_at_a_time:
            end = time.monotonic() + (0.0 if self._down else self._patience)
            while True:
                try:
                    return self._once(work)
                except Temporary as failure:
                    unknown = failure.left is Left.UNKNOWN and not repeatable
                    if unknown or not self._broken() or time.monotonic() >= end:
                        self._down = self._broken()
                        raise
                time.sleep(PAUSE)

    def close(self) -> None:
        """Let go of the connection."""
        with self._one_at_a_time:
            self._drop()

    def _once(self, work: Work[T]) -> T:
        committing = False
        try:
            with translated():
                connection = self._opened()
                with connection.within(self._deadline):
                    connection.execute("BEGIN")
                    done = work(connection)
                    committing = True
                    connection.execute("COMMIT")
        except Temporary as failure:
            self._drop()
            if committing:
                raise Temporary(str(failure), failure.retry_after, Left.UNKNOWN) from failure
            raise
        except BaseException:
            self._drop()
            raise
        self._down = False
        return done

    def _opened(self) -> Connection:
        if self._connection is None:
            self._connection = open_connection(self._url, self._purpose)
        return self._connection

    def _broken(self) -> bool:
        return self._connection is None

    def _drop(self) -> None:
        """Whatever went wrong, a fresh connection knows nothing of it."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


def whereabouts(url: str) -> str:
    """Host, port and database of an address, for people; never who asks, nor the password."""
    try:
        said = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "an address that cannot be read"
    hosts = str(said.get("host") or said.get("hostaddr") or "this machine").split(",")
    ports = str(said.get("port") or USUAL_PORT).split(",")
    doors = (f"{host}:{port or USUAL_PORT}" for host, port in zip_longest(hosts, ports, fillvalue=ports[-1]))
    return f"{','.join(doors)}/{said.get('dbname') or ''}"


def open_connection(url: str, purpose: str) -> Connection:
    """A connection whose transactions are begun by hand. Raises psycopg's errors."""
    connection = Connection.connect(
        url,
        autocommit=True,
        row_factory=dict_row,
        connect_timeout=CONNECT_SECONDS,
        application_name=f"sounding-board {purpose}",
        **NETWORK,
    )
    try:
        with connection.within(CONNECT_SECONDS):
            connection.execute(SESSION)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """PostgreSQL's errors as ours, without any text that could hold the address: a password is part of it."""
    try:
        yield
    except errors.UndefinedTable as error:
        raise Permanent(
            "PostgreSQL: nothing has run with this database yet, or it is another one (SOUNDING_BOARD_DATABASE_URL)."
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Temporary(f"PostgreSQL: {_told(error)}", retry_after=RETRY_SECONDS) from error
    except psycopg.Error as error:
        if error.sqlstate in PASSING:
            raise Temporary(f"PostgreSQL: {PASSING[error.sqlstate]}", retry_after=RETRY_SECONDS) from error
        raise Permanent(f"PostgreSQL: {_refused(error)}") from error


def _told(error: psycopg.Error) -> str:
    state = error.sqlstate or ""
    if state in PASSING:
        return PASSING[state]
    if state.startswith(BROKEN):
        return UNREACHED
    if state:
        return _refused(error)
    said = re.search(r"FATAL:\s+(.+)", str(error))
    return said.group(1).strip() if said and not said.group(1).startswith(GOING) else UNREACHED


def _refused(error: psycopg.Error) -> str:
    if error.sqlstate is None and isinstance(error, psycopg.ProgrammingError):
        return "the address cannot be read"
    return error.diag.message_primary or f"it cannot do this ({type(error).__name__})"
