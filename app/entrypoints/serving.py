"""A web application served from a thread of this process: for the demo and for the tests."""

import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI


class Serving:
    """Serves an application on loopback while the context is open. `port` 0 takes any free one."""

    def __init__(self, web: FastAPI, port: int = 0) -> None:
        # The protocol is named, else asyncio leaves out TCP_NODELAY and each answer waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._server = uvicorn.Server(
            uvicorn.Config(web, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=30)
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="serving")

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                self._socket.close()
                raise RuntimeError("the service did not start; the log says why")
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
