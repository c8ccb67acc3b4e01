"""The service as operators run it: the real command in a process of its own, with a folder of its own configuration."""

import http.client
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from app import bootstrap
from app.entrypoints.webhook import PATH
from app.fakegitlab.outbox import Delivery
from app.settings import Settings
from tests.scenarios.living import SIGNING_KEY, SIGNING_TOKEN

COMMAND = [sys.executable, "-c", "from app.entrypoints.cli import main; main()"]
LOOPBACK = "127.0.0.1"
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})
BELOW_EPHEMERAL = range(18_000, 32_000)
"""Nobody is given these by chance, so that nothing takes the service's port while it is down, a sender's own end least
of all (on loopback, connecting to a port nobody listens on may connect to itself)."""
PATIENCE = 60.0


def port_for(name: str) -> int:
    """A port that nobody listens on; runs of the tests beside each other begin to look at different places."""
    start = (os.getpid() * 37 + sum(name.encode())) % len(BELOW_EPHEMERAL)
    for step in range(len(BELOW_EPHEMERAL)):
        port = BELOW_EPHEMERAL[(start + step) % len(BELOW_EPHEMERAL)]
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if attempt.connect_ex((LOOPBACK, port)) == 0:
                continue
        with socket.socket() as attempt:
            try:
                attempt.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def enforcing(folder: Path) -> Path:
    """The shipped configuration in `folder`, in force since an hour ago."""
    folder.mkdir()
    shipped = (bootstrap.SHIPPED / "label_taxonomy.yml").read_text()
    since = bootstrap.utc_now() - timedelta(hours=1)
    text = re.sub(r"mode: observe\b", "mode: enforce", shipped)
    text = re.sub(r"effective_from: \S+", f"effective_from: {since:%Y-%m-%dT%H:%M:%SZ}", text, count=1)
    (folder / "label_taxonomy.yml").write_text(text)
    (folder / "program.yml").write_bytes((bootstrap.SHIPPED / "program.yml").read_bytes())
    return folder


def until(come: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
    """Wait until it has come about."""
    pause, end = threading.Event(), time.monotonic() + within
    while not come():
        assert time.monotonic() < end, f"{what}: not within {within:g} seconds"
        pause.wait(0.02)


@dataclass(slots=True)
class Process:
    """One run of a command, with the lines it wrote to stderr."""

    popen: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    _reader: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stderr
        for line in self.popen.stderr:
            self.lines.append(line.rstrip("\n"))

    @property
    def pid(self) -> int:
        """Its number."""
        return self.popen.pid

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        return self.popen.poll() is None

    def ends(self, within: float = PATIENCE) -> int:
        """Wait for its end; the exit code."""
        code = self.popen.wait(within)
        self._reader.join(within)
        return code

    def limit_files(self, size: int) -> None:
        """From now on it cannot write beyond this many bytes into any file, as on a full disk."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def remove(self) -> None:
        """Whatever became of the test, nothing is left behind."""
        if self.lives:
            self.popen.kill()
        self.ends()
        assert self.popen.stderr
        self.popen.stderr.close()


@dataclass(slots=True)
class Installation:
    """Settings, configuration and data of one service, and the processes started for it."""

    folder: Path
    port: int
    environment: Mapping[str, str]
    command: list[str] = field(default_factory=lambda: COMMAND)
    processes: list[Process] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the service listens."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def data(self) -> Path:
        """Where the service keeps its inbox and journal."""
        return self.folder / "var"

    def settings(self, **more: object) -> Settings:
        """The same settings for a look from beside."""
        given = {key.removeprefix("SOUNDING_BOARD_").lower(): value for key, value in self.environment.items()}
        return Settings(**{**given, **more})  # type: ignore[arg-type]

    def run(
        self, *words: str, preexec: Callable[[], None] | None = None, environment: Mapping[str, str] = NOTHING_MORE
    ) -> Process:
        """Start `sounding-board` with these words."""
        beyond = {key: value for key, value in os.environ.items() if not key.startswith("SOUNDING_BOARD_")}
        process = Process(
            subprocess.Popen(
                [*self.command, *words],
                env={**beyond, **self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                cwd=bootstrap.SHIPPED,
                preexec_fn=preexec,
            )
        )
        self.processes.append(process)
        return process

    def serve(self) -> Process:
        """Start the service and wait until it answers."""
        process = self.run("serve", "--port", str(self.port))
        until(lambda: not process.lives or self.get("/healthz")[0] == 200, "the service answers")
        assert process.lives, "\n".join(process.lines)
        return process

    def get(self, path: str) -> tuple[int | None, str]:
        """Ask the service; None where nobody answers."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return None, ""
        finally:
            connection.close()

    def post(self, delivery: Delivery) -> int:
        """Deliver an event as GitLab does; the status of the answer."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            connection.request("POST", PATH, delivery.body, delivery.headers)
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def installation(folder: Path, gitlab_url: str, token: str) -> Iterator[Installation]:
    """A folder with all a service needs. On the way out every process started for it is gone."""
    environment = {
        "SOUNDING_BOARD_GITLAB_URL": gitlab_url,
        "SOUNDING_BOARD_GITLAB_TOKEN": token,
        "SOUNDING_BOARD_SIGNING_KEY": SIGNING_KEY,
        "SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN": SIGNING_TOKEN,
        "SOUNDING_BOARD_CONFIG_DIR": str(enforcing(folder / "program")),
        "SOUNDING_BOARD_DATA_DIR": str(folder / "var"),
        "SOUNDING_BOARD_QUIET_SECONDS": "0",
    }
    found = Installation(folder, port_for(str(folder)), environment)
    try:
        yield found
    finally:
        for process in found.processes:
            process.remove()
