"""What the inbox can be asked to look at: a tagged union, each with a stable key and a priority."""

from dataclasses import dataclass
from enum import IntEnum

from app.domain.issue import Ref


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
    """GitLab warned that an access token of `project` (or group) will expire."""

    where: str

    @property
    def key(self) -> str:
        """Unique among all subjects."""
        return f"token-expiry:{self.where}"


Subject = Request | TokenExpiry


def parse_key(key: str) -> Subject:
    """The subject a key stands for. Raises ValueError for a key that none has."""
    kind, _, rest = key.partition(":")
    match kind:
        case "request":
            project, _, iid = rest.rpartition("#")
            return Request(Ref(project, int(iid)))
        case "token-expiry":
            return TokenExpiry(rest)
        case _:
            raise ValueError(f"no subject has the key {key!r}")
