"""What an answer of GitLab means: read as JSON, or a failure with words. No token and no page body is ever quoted."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import unquote

import httpx
from pydantic_core import from_json

from app.domain.failure import Left, Missing, NotAccepted, Permanent, Temporary
from app.gateways.gitlab_budget import LONGEST_PAUSE

TOKEN_PAUSE = 90.0
"""Seconds until a refused token is tried again: soon enough after it was mended, too seldom to look like an attack, and
longer than a command waits that somebody looks at."""
_SERVICES = (
    "Put one with scope api where the service reads it, and start again. A newly made token is a new user: then name "
    "the old user's id in SOUNDING_BOARD_RETIRED_BOT_IDS."
)
_OPERATORS = "Put a Maintainer's one with scope api into SOUNDING_BOARD_OPERATOR_TOKEN; the service's token is another."
_NO_OPERATOR = "the user of the operator's token is no member there; plan and apply need the role Maintainer."
_WITHIN = re.compile(r"/(?:projects|groups)/([^/?]+)")
_NO_WORD = (502, 504)
"""A proxy says that it got no answer from GitLab, which may have done what was asked."""
_LONGEST_QUOTE = 200
_AGAIN = "It may work later."
_UNSURE = "Whether it was done is not known, so it is not sent again as it is: what GitLab has is read anew first."


class Forbidden(Permanent):
    """Refused with 403: the token is good, its role or scope is not."""


class Taken(Permanent):
    """Refused with 409: something of this name is there already."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer, in the shape python-gitlab looks for in one of `requests`."""

    status_code: int
    reason: str
    headers: httpx.Headers
    content: bytes
    links: dict[str, dict[str, str]]
    payload: Any
    history: tuple[()] = ()

    @property
    def response(self) -> "Answer":
        """python-gitlab asks the wrapper for what it wraps."""
        return self

    def json(self) -> Any:
        """The body, parsed when the answer came in."""
        return self.payload


def place(method: str, url: httpx.URL) -> str:
    """Where something went wrong, for people: method, readable path and host, without the query."""
    path = unquote(url.raw_path.decode("ascii", "replace").partition("?")[0])
    return f"{method.upper()} {path.partition('/api/v4')[2] or path} at {url.host}"


def accepted(response: httpx.Response) -> Answer:
    """A 2xx answer as JSON. A body that is none, as proxies and sign-in pages send with 200, raises Temporary."""
    payload = None
    if response.content:
        payload = _parsed(response)
    elif response.request.method != "DELETE" and response.status_code != 204:
        _not_json(response, "nothing")
    return Answer(
        status_code=response.status_code,
        reason=response.reason_phrase,
        headers=response.headers,
        content=response.content,
        links={rel or "": link for rel, link in response.links.items()},
        payload=payload,
    )


def _parsed(response: httpx.Response) -> Any:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        _not_json(response, f"something of type {kind or 'unknown'}")
    try:
        return from_json(response.content)
    except ValueError:
        _not_json(response, "broken JSON")


def _not_json(response: httpx.Response, what: str) -> NoReturn:
    where = place(response.request.method, response.request.url)
    raise Temporary(
        f"GitLab's answer cannot be read: {where} answered {response.status_code} with {what} "
        f"({len(response.content)} bytes), where JSON belongs. Perhaps a proxy or a sign-in page stands before it. "
        f"{_AGAIN}"
    )


def broken(method: str, url: httpx.URL, error: httpx.RequestError) -> Temporary:
    """No answer came: refused, reset, timed out, or no such host."""
    unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    why = "it did not answer in time" if isinstance(error, httpx.TimeoutException) else "the connection failed"
    sure = unsent or method.upper() == "GET"
    return Temporary(
        f"GitLab could not be reached: {why} ({type(error).__name__}) for {place(method, url)}. "
        f"{_AGAIN if sure else _UNSURE}",
        left=Left.UNDONE if sure else Left.UNKNOWN,
    )


def refused(
    response: httpx.Response, secret: str, clock: Callable[[], float], *, operator: bool = False
) -> Temporary | Permanent:
    """The failure that a status of 300 and above stands for. `secret` is blotted out wherever GitLab repeats it; whose
    it is, the service's or the `operator`'s, decides who has to do what.
    """
    status = response.status_code
    where = f"{place(response.request.method, response.request.url)} answered {status}"
    said = _said(response, secret)
    match status:
        case 401:
            # Not for good: whoever mends the token should not have to dig out every card that moved meanwhile.
            whose, cure = ("the operator's token", _OPERATORS) if operator else ("our token", _SERVICES)
            why = "it has expired, was revoked or was copied wrongly"
            return NotAccepted(f"GitLab does not accept {whose} ({where}): {why}. {cure}", TOKEN_PAUSE)
        case 403:
            return Forbidden(
                f"GitLab does not let our token do this ({where}{said}). It takes the scope api, and in "
                "the project or group at least the role Planner; for what plan and apply set, Maintainer."
            )
        case 404:
            return _missing(response, where, operator=operator)
        case 429:
            return Temporary(f"GitLab asks us to slow down ({where}). {_AGAIN}", retry_after(response, clock))
    if 300 <= status < 400:
        target = _bare(response, response.headers.get("Location", "")).replace(secret, "[token]")
        return Permanent(f"GitLab sends us elsewhere ({where}, to {target}). Configure that address.")
    if _passes(response, said):
        unsure = response.request.method != "GET" and status in _NO_WORD
        left = Left.UNKNOWN if unsure else Left.UNDONE
        again = retry_after(response, clock)
        return Temporary(f"GitLab is in trouble ({where}{said}). {_UNSURE if unsure else _AGAIN}", again, left)
    kind = Taken if status == 409 else Permanent
    return kind(f"GitLab refuses ({where}{said}). Asking again would change nothing.")


def _missing(response: httpx.Response, where: str, *, operator: bool) -> Missing:
    who = _NO_OPERATOR if operator else "the bot is no member of the project."
    within = _WITHIN.search(response.request.url.raw_path.decode("ascii", "replace"))
    return Missing(
        f"There is nothing to be seen there ({where}): it was deleted or moved, or {who}",
        place=unquote(within[1]) if within else "",
    )


def _passes(response: httpx.Response, said: str) -> bool:
    """Whether it may go away by itself: GitLab's row locks (409), slow requests (408), and 5xx but 501."""
    status = response.status_code
    locked = status == 409 and (response.request.method != "POST" or "lock" in (said + response.reason_phrase).lower())
    return locked or status == 408 or (status >= 500 and status != 501)


def retry_after(response: httpx.Response, clock: Callable[[], float]) -> float | None:
    """Seconds to wait by the Retry-After header, a number or an HTTP date; at most an hour; None when unreadable."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return min(float(value), LONGEST_PAUSE)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - clock()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_PAUSE)


def _said(response: httpx.Response, secret: str) -> str:
    """GitLab's own reason, shortened: bodies may repeat what customers wrote, and pages of proxies say nothing."""
    try:
        body = from_json(response.content)
    except ValueError:
        return ""
    reason = (body.get("message") or body.get("error")) if isinstance(body, dict) else None
    if not reason:
        return ""
    words = " ".join(str(reason).replace(secret, "[token]").split())
    return f": {words[:_LONGEST_QUOTE]}{'…' if len(words) > _LONGEST_QUOTE else ''}"


def _bare(response: httpx.Response, target: str) -> str:
    try:
        url = response.request.url.join(target)
    except httpx.InvalidURL:
        return "an unreadable address"
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}{unquote(url.path)}"
