"""A piece of network between a service and what it speaks to, which can be cut or fall silent."""

import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536
LOOPBACK = "127.0.0.1"


class Relay:
    """Takes connections on a port of its own and carries them to one of the targets that answers."""

    def __init__(self, targets: Callable[[], list[int]], chance: random.Random) -> None:
        self._targets, self._chance = targets, chance
        self._listener = socket.create_server((LOOPBACK, 0))
        self._flows, self._whole = threading.Event(), threading.Event()
        self._flows.set()
        self._whole.set()
        self._ends: set[socket.socket] = set()
        self._lock, self._closed = threading.Lock(), False
        self._threads = [threading.Thread(target=self._take, daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        """Where it takes connections."""
        return int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Every connection breaks, and no other is made."""
        self._whole.clear()
        self._hang_up()

    def freeze(self) -> None:
        """Nothing passes any more, and nobody is told."""
        self._flows.clear()

    def mend(self) -> None:
        """It is a network again; what was frozen is lost."""
        if not self._flows.is_set():
            self._hang_up()
        self._whole.set()
        self._flows.set()

    def close(self) -> None:
        """End it."""
        self._closed = True
        self._flows.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._hang_up()
        for thread in self._threads:
            thread.join(10)

    def _hang_up(self) -> None:
        with self._lock:
            for end in self._ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _take(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._flows.wait()
            far = self._connected() if self._whole.is_set() else None
            if far is None:
                near.close()
                continue
            with self._lock:
                self._ends |= {near, far}
            pair = (near, far), (far, near)
            left = [2]
            for source, sink in pair:
                thread = threading.Thread(target=self._carry, args=(source, sink, left), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _connected(self) -> socket.socket | None:
        ports = self._targets()
        self._chance.shuffle(ports)
        for port in ports:
            with suppress(OSError):
                return socket.create_connection((LOOPBACK, port), timeout=None)
        return None

    def _carry(self, source: socket.socket, sink: socket.socket, left: list[int]) -> None:
        with suppress(OSError):
            while some := source.recv(CHUNK):
                self._flows.wait()
                sink.sendall(some)
        with self._lock:
            left[0] -= 1
            for end in (source, sink):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            if not left[0]:
                for end in (source, sink):
                    end.close()
                    self._ends.discard(end)


@contextmanager
def relay(targets: Callable[[], list[int]], chance: random.Random) -> Iterator[Relay]:
    """One that is closed on the way out."""
    opened = Relay(targets, chance)
    try:
        yield opened
    finally:
        opened.close()
