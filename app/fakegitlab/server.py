"""The running stand-in: a server thread on loopback, and the courier."""

import socket
import threading
from asyncio import Transport
from types import TracebackType
from typing import Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.fakegitlab.courier import Courier
from app.fakegitlab.web import create_app
from app.fakegitlab.world import World

STARTUP_SECONDS = 20.0


class DroppableProtocol(H11Protocol):
    """HTTP/1.1 that lets the application break the connection, for faults."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Hand the transport to the application through the request's state."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """Says when it listens, and ends open event streams before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config, world: World) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._world = world

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then the rest."""
        self._world.changes.close()
        await super().shutdown(sockets)


class FakeGitLab:
    """`with FakeGitLab(world) as gitlab:` serves on loopback; `port` 0 picks a free one.

    With `deliver=False` nothing leaves the outbox by itself: the test plays the courier.
    """

    def __init__(self, world: World, port: int = 0, deliver: bool = True) -> None:
        self.world = world
        self._socket = _listening(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(world),
            http=DroppableProtocol,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=3,
        )
        self._server = _Server(config, world)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="fakegitlab", daemon=True)
        self._courier = Courier(world) if deliver else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Serve from now on; the world's links lead here."""
        with self.world.lock:
            self.world.base_url = self.url
            self.world.renamed()
        self._thread.start()
        if not self._server.ready.wait(STARTUP_SECONDS):
            raise TimeoutError("the stand-in did not start")
        if self._courier:
            self._courier.start()

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until every delivery was answered; False if `timeout` seconds were not enough."""
        return self.world.outbox.settle(timeout)

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        self._thread.join()

    def stop(self) -> None:
        """Stop serving and sending; open event streams end at once."""
        if self._courier:
            self._courier.stop()
        self._server.should_exit = True
        self._thread.join(STARTUP_SECONDS)
        self._socket.close()


def _listening(port: int) -> socket.socket:
    """A loopback socket. The protocol is named, else asyncio leaves out TCP_NODELAY and each answer waits 40 ms."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(1024)
    except OSError:
        listening.close()
        raise
    return listening
