"""Errors, few, named by what could not be done. Raised by the doors to the outside, met by the work above."""


class Temporary(Exception):
    """Something outside could not answer now; the same wish may succeed later. `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Permanent(Exception):
    """Something outside refused for good: asking again changes nothing until a person mends it."""


class Missing(Permanent):
    """The thing asked about is not there, or not to be seen by us (GitLab answers both with 404)."""
