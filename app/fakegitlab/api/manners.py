"""What every answer carries beside its body: request id, caching, rate limits (CONTRACT 3; captures, sure).

`etag` and `cache-control` as Rack::ETag writes them: `max-age=0, private, must-revalidate` on 200 and 201,
`no-cache` on the rest (Rack::ETag, documented). `x-request-id` has the look of GitLab's ULIDs and counts up.
"""

import hashlib
import itertools
from datetime import timedelta
from email.utils import format_datetime

from app.fakegitlab.api.answer import Answer, Headers
from app.fakegitlab.limits import Counted, Limits
from app.fakegitlab.world import World

ALWAYS: Headers = [
    (b"vary", b"Origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
]
USUAL = Limits()
KEPT = (b"cache-control", b"max-age=0, private, must-revalidate")
NOT_KEPT = (b"cache-control", b"no-cache")


class Manners:
    """Dresses answers; counts requests for the `ratelimit-…` headers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._counted = Counted()
        self._numbers = itertools.count(1)

    def observe(self, username: str) -> int:
        """One more request of this caller; how many it made in this minute."""
        return self._counted.add("requests", username, self._world.now())

    def over(self, kind: str, username: str) -> bool:
        """Count an operation; whether it goes beyond its application limit. Never without `world.limits`."""
        if self._world.limits is None:
            return False
        most: int = getattr(self._world.limits, kind)
        return self._counted.add(kind, username, self._world.now()) > most

    def retry_later(self, seconds: int) -> Answer:
        """429 as Rack::Attack writes it: plain text, with the headers that only it has (CONTRACT 3, documented)."""
        free = format_datetime(self._world.now() + timedelta(seconds=seconds), usegmt=True)
        headers = [(b"retry-after", str(seconds).encode()), (b"ratelimit-resettime", free.encode())]
        return Answer(429, b"Retry later\n", headers, b"text/plain")

    def seconds_left(self) -> int:
        """Until the running minute is over."""
        return 60 - int(self._world.now().timestamp()) % 60

    def dress(self, answer: Answer, method: str, known: str | None, username: str, observed: int, took: float) -> None:
        """Add the headers; make a 304 of what the caller has already (`If-None-Match`)."""
        number = b"01FAKE%020d" % next(self._numbers)
        answer.headers += ALWAYS
        answer.headers += self._limits(username, observed)
        answer.headers.append((b"x-request-id", number))
        answer.headers.append((b"x-gitlab-meta", b'{"correlation_id":"%b","version":"1"}' % number))
        answer.headers.append((b"x-runtime", b"%.6f" % took))
        if answer.status not in (200, 201):
            answer.headers.append(NOT_KEPT)
            return
        mark = f'W/"{hashlib.md5(answer.body, usedforsecurity=False).hexdigest()}"'
        answer.headers += (KEPT, (b"etag", mark.encode()))
        if known and method in ("GET", "HEAD") and answer.status == 200 and _same(known, mark):
            answer.status, answer.body = 304, b""

    def _limits(self, username: str, observed: int) -> Headers:
        """`ratelimit-…`, in lower case as HTTP/2 has them."""
        most = (self._world.limits or USUAL).requests
        seconds = int(self._world.now().timestamp())
        name = b"throttle_authenticated_api" if username else b"throttle_unauthenticated_api"
        return [
            (b"ratelimit-name", name),
            (b"ratelimit-limit", b"%d" % most),
            (b"ratelimit-observed", b"%d" % observed),
            (b"ratelimit-remaining", b"%d" % max(0, most - observed)),
            (b"ratelimit-reset", b"%d" % ((seconds // 60 + 1) * 60)),
        ]


def _same(known: str, mark: str) -> bool:
    marks = [one.strip().removeprefix("W/") for one in known.split(",")]
    return known.strip() == "*" or mark.removeprefix("W/") in marks
