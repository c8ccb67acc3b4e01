"""python-gitlab over one httpx client: where every call to GitLab passes, with timeouts, budget and failures.

Nothing here re-sends what writes: python-gitlab's own retries look for exceptions and statuses that never reach it,
since failures leave this file as ours.
"""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import certifi
import httpx

from app.domain.failure import Permanent
from app.gateways.gitlab_answers import Answer, accepted, broken, refused, retry_after
from app.gateways.gitlab_line import Line
from app.gateways.traces import Traces

CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 20.0
_LIMITS = httpx.Limits(max_connections=24, max_keepalive_connections=16)
_REDIRECTS = 3
_STUMBLES = (500, 502, 503)
_SENT = "sent"
"""How often a request was sent, kept with it."""
_RESETS = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


def http_client(token: str, version: str, patience: float = READ_TIMEOUT) -> httpx.Client:
    """The one connection pool. The token lives in its headers and nowhere else.

    Neither proxies nor .netrc are taken from the environment: a stray variable must not decide where the token goes.
    """
    return httpx.Client(
        headers={"PRIVATE-TOKEN": token, "User-Agent": f"sounding-board/{version}", "Accept": "application/json"},
        timeout=httpx.Timeout(patience, connect=CONNECT_TIMEOUT),
        limits=_LIMITS,
        verify=_trusted(),
        trust_env=False,
        follow_redirects=False,
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The public authorities and the system's own: a GitLab in the house is often signed by one of the house."""
    trusted = ssl.create_default_context(cafile=certifi.where())
    trusted.load_default_certs()
    return trusted


@dataclass(frozen=True, slots=True)
class _Body:
    """What python-gitlab hands back to `http_request`."""

    json: dict[str, Any] | None
    data: None = None
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Again:
    """After which pauses, in seconds, a read is repeated that GitLab stumbled over and says no time for."""

    pauses: tuple[float, ...]
    sleep: Callable[[float], None] = time.sleep


NEVER = Again(())


class HttpxBackend:
    """The backend given to python-gitlab. Raises Temporary, Permanent, Missing; returns only answers in JSON."""

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        line: Line,
        clock: Callable[[], float],
        reading: Again = NEVER,
        traces: Traces | None = None,
        *,
        operator: bool = False,
    ) -> None:
        self._client, self._line, self._clock, self._traces = client, line, clock, traces or Traces()
        self._home = _origin(httpx.URL(url))
        self._reading, self._operator = reading, operator

    @property
    def client(self) -> httpx.Client:
        """python-gitlab closes it when it is left as a context."""
        return self._client

    @staticmethod
    def prepare_send_data(files: object, post_data: dict[str, Any] | None, raw: bool) -> _Body:
        """JSON is all we ever send."""
        if files or raw:
            raise Permanent("Files are not sent to GitLab by this service.")
        return _Body(post_data)

    def http_request(
        self,
        method: str,
        url: str,
        json: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
        **_unused: object,
    ) -> Answer:
        """One call. Headers of the caller are left out on purpose: X-Gitlab-Event-UUID on a call of ours would silence
        the hook for what we write (CONTRACT 1, recursion detection)."""
        query = {key: value for key, value in (params or {}).items() if value is not None}
        request = self._client.build_request(method.upper(), url, json=json, params=query or None)
        response = self._arrive(request)
        for pause in self._reading.pauses if request.method == "GET" else ():
            if response.status_code not in _STUMBLES or retry_after(response, self._clock) is not None:
                break
            self._reading.sleep(pause)
            response = self._arrive(request)
        if response.status_code >= 300:
            secret = self._client.headers["PRIVATE-TOKEN"]
            raise refused(response, secret, self._clock, operator=self._operator)
        return accepted(response)

    def _arrive(self, request: httpx.Request) -> httpx.Response:
        """Follow redirects for GET alone, and only within GitLab's own origin: the token goes nowhere else."""
        for _ in range(_REDIRECTS):
            if _origin(request.url) != self._home:
                raise Permanent(f"GitLab names another host, {request.url.host}; our token is not taken there.")
            response = self._send(request)
            onward = response.next_request
            if onward is None or request.method != "GET" or _origin(onward.url) != self._home:
                return response
            request = onward
        return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        """A read is repeated once when its connection was reset, as idle ones are; a write never is."""
        try:
            return self._once(request)
        except _RESETS as error:
            if request.method != "GET":
                raise broken(request.method, request.url, error) from None
        except httpx.RequestError as error:
            raise broken(request.method, request.url, error) from None
        try:
            return self._once(request)
        except httpx.RequestError as error:
            raise broken(request.method, request.url, error) from None

    def _once(self, request: httpx.Request) -> httpx.Response:
        kind = _kind(request)
        self._line.enter(kind)
        try:
            response = self._watched(request)
        except httpx.RequestError:
            self._line.broke(kind)
            raise
        except BaseException:
            # Such as a run that is cut off. It may have been the one call that asks whether GitLab is back.
            self._line.gave_up()
            raise
        self._line.heed(kind, response.status_code, response.headers, retry_after(response, self._clock))
        return response

    def _watched(self, request: httpx.Request) -> httpx.Response:
        sent = request.extensions.get(_SENT, 0)
        request.extensions = {**request.extensions, _SENT: sent + 1}
        with self._traces.call(request.method, request.url, sent) as answered:
            response = self._client.send(request)
            answered(response.status_code)
            return response


def _kind(request: httpx.Request) -> str:
    if request.method == "GET":
        return "read"
    return "note" if request.method == "POST" and request.url.path.endswith("/notes") else "write"


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
