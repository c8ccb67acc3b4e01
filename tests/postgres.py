"""A PostgreSQL of the tests' own: started from what the machine has, on loopback, and stopped by its number."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

PLACES = "/usr/lib/postgresql/*/bin"
NOBODY_SPECIAL = "postgres"
"""PostgreSQL refuses to run as root, so where the tests do, it runs as this user, whom its package makes."""
PATIENCE = 60.0
PASSWORD = "a-password-that-nobody-may-read"
MISSING = "PostgreSQL is missing: apt-get install postgresql"


def programs() -> Path | None:
    """Where initdb and postgres are, the newest first."""
    beside = shutil.which("initdb")
    if beside and (Path(beside).parent / "postgres").exists():
        return Path(beside).parent
    found = sorted(Path("/").glob(f"{PLACES[1:]}/initdb"), key=lambda each: int(each.parts[-3].split(".")[0]))
    return found[-1].parent if found else None


def _user() -> dict[str, object]:
    """What makes a process run as a plain user, for whoever is root."""
    if os.geteuid() != 0:
        return {}
    try:
        found = pwd.getpwnam(NOBODY_SPECIAL)
    except KeyError:
        pytest.skip(MISSING)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


@dataclass(slots=True)
class Server:
    """One PostgreSQL, which can be stopped, killed and started again on the same port."""

    programs: Path
    folder: Path
    port: int
    durable: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        command += ["-h", "127.0.0.1", "-k", "", "-c", f"fsync={'on' if self.durable else 'off'}"]
        command += ["-c", "max_connections=60", "-c", "shared_buffers=64MB", "-c", "logging_collector=off"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                **_user(),  # type: ignore[call-overload]
            )
        self.until_it_answers()

    def until_it_answers(self) -> None:
        """Wait until it takes connections."""
        pause, end = threading.Event(), time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                pause.wait(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT cuts all connections, SIGQUIT leaves everything as it is, as a crash does."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process = None

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Gone, and here again."""
        self.stop(how)
        self.start()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Inside, it does nothing and closes nothing, as on a machine that hangs."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        stopped = [self.process.pid, *map(int, children)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    def url(self, database: str, port: int | None = None) -> str:
        """The address of a database, with the password."""
        return f"postgresql://owner:{PASSWORD}@127.0.0.1:{port or self.port}/{database}"

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def made(*, durable: bool = False) -> Iterator[Server]:
    """A server in a folder of its own; both are gone afterwards."""
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="sounding-board-pg-"))
    try:
        password = folder / "password"
        password.write_text(PASSWORD)
        if user:
            for each in (folder, password):
                shutil.chown(each, NOBODY_SPECIAL)
        command = [str(found / "initdb"), "-D", str(folder / "data"), "-U", "owner", "--pwfile", str(password)]
        command += ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **user)  # type: ignore[call-overload]
        (folder / "log").touch()
        server = Server(found, folder, _free_port(), durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests that do not disturb it."""
    yield from made()


@pytest.fixture
def database(postgres: Server) -> str:
    """The address of an empty database."""
    return postgres.database()


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server that a test may stop and kill."""
    yield from made()
