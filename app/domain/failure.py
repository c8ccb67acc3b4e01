"""Errors, few, named by what could not be done. Raised by the doors to the outside, met by the work above."""

from enum import Enum


class Left(Enum):
    """How far a wish came that failed: not at all, in part (its message says how far), or nobody can say."""

    UNDONE = "failed"
    IN_PART = "made in part"
    UNKNOWN = "whose outcome is not known"


class Temporary(Exception):
    """Something outside could not answer now; the same wish may succeed later. `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float | None = None, left: Left = Left.UNDONE) -> None:
        super().__init__(message)
        self.retry_after, self.left = retry_after, left


class Permanent(Exception):
    """Something outside refused for good: asking again changes nothing until a person mends it."""

    def __init__(self, message: str, left: Left = Left.UNDONE) -> None:
        super().__init__(message)
        self.left = left


class NotOurTurn(Temporary):
    """Our own limit on calls is reached. Nothing failed and nobody was asked: the work waits for `retry_after`."""


class Overtaken(Temporary):
    """Another run of ours wrote the same thing since we read it; what it knew is there to be read."""


class NotAccepted(Temporary):
    """Our token is not taken; it may be mended while we run."""


class Missing(Permanent):
    """The thing asked about is not there, or not to be seen by us (GitLab answers both with 404). `place` is the
    project or group it was to be in, by full path, where the address names one.
    """

    def __init__(self, message: str, left: Left = Left.UNDONE, place: str = "") -> None:
        super().__init__(message, left)
        self.place = place


def in_part(problem: Temporary | Permanent, done: str) -> Temporary | Permanent:
    """The same failure, in the midst of something; `done` is a sentence that says how far it came."""
    if isinstance(problem, Temporary):
        return Temporary(f"{done} {problem}", problem.retry_after, Left.IN_PART)
    return Permanent(f"{done} {problem}", Left.IN_PART)
