"""What the inbox can be asked to look at: a tagged union, each with a stable key and a priority."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from app.domain.issue import Ref

GROUP = "group-"


class Priority(IntEnum):
    """Lower goes first: what a person waits for comes before what only time brings (design, rate budget)."""

    PERSON = 0
    TIMER = 1


@dataclass(frozen=True, slots=True)
class Request:
    """An issue in a project that holds requests."""

    ref: Ref

    @property
    def key(self) -> str:
        """Unique among all subjects."""
        return f"request:{self.ref}"


@dataclass(frozen=True, slots=True)
class TokenExpiry:
    """GitLab warned that an access token of a project (or, with `group`, of a group) runs out (CONTRACT 1, Notes).

    `where` is the full path. `token` is its number, `name` what people call it, on one line and cut; both, and the
    day, are missing where GitLab did not say. It no longer works from the first minute (UTC) of `expires`.
    """

    where: str
    group: bool = False
    token: int | None = None
    expires: date | None = None
    name: str = ""

    @property
    def key(self) -> str:
        """Unique among all subjects: each token with its day has one."""
        kind = f"{GROUP if self.group else ''}token-expiry:{self.where}"
        if self.token is None or self.expires is None:
            return kind
        return f"{kind}#{self.token}@{self.expires} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Watch:
    """Ourselves: whether webhooks arrive, jobs run, and what waits. There is one, whoever does the round."""

    @property
    def key(self) -> str:
        """Unique among all subjects."""
        return "watch:"


Subject = Request | TokenExpiry | Watch
KINDS = ("request", "token-expiry", "group-token-expiry", "watch")
"""With what a key begins."""


def parse_key(key: str) -> Subject:
    """The subject a key stands for. Raises ValueError for a key that none has."""
    kind, _, rest = key.partition(":")
    match kind:
        case "request":
            project, _, iid = rest.rpartition("#")
            return Request(Ref(project, int(iid)))
        case "token-expiry" | "group-token-expiry":
            return _token_expiry(rest, group=kind.startswith(GROUP))
        case "watch":
            return Watch()
        case _:
            raise ValueError(f"no subject has the key {key!r}")


def _token_expiry(rest: str, *, group: bool) -> TokenExpiry:
    where, found, token = rest.partition("#")
    if not found:
        return TokenExpiry(where, group)
    known, _, name = token.partition(" ")
    number, _, day = known.partition("@")
    return TokenExpiry(where, group, int(number), date.fromisoformat(day), name)
