"""A load generator on raw sockets: keep-alive HTTP/1.1, one request at a time on each connection."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Round:
    """What one round measured: requests per second, and latencies in seconds, sorted."""

    per_second: float
    latencies: tuple[float, ...]

    def percentile(self, percent: float) -> float:
        """The latency, in seconds, that this share of requests did not exceed."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))]


async def fire(port: int, requests: Callable[[], bytes], connections: int, seconds: float) -> Round:
    """Keep all connections busy for a while. Raises RuntimeError at the first answer that is not 200."""
    start = time.perf_counter()
    each = await asyncio.gather(*(_one(port, requests, start + seconds) for _ in range(connections)))
    took = time.perf_counter() - start
    latencies = sorted(latency for one in each for latency in one)
    return Round(len(latencies) / took, tuple(latencies))


async def _one(port: int, requests: Callable[[], bytes], until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    latencies = []
    while (begin := time.perf_counter()) < until:
        writer.write(requests())
        await _answer(reader)
        latencies.append(time.perf_counter() - begin)
    writer.close()
    await writer.wait_closed()
    return latencies


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(head.decode("latin-1"))
    length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
    await reader.readexactly(int(length))
