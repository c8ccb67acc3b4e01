"""What GitLab says when it will not do something; bodies as its REST API words them
(lib/api/helpers.rb, sure)."""

from collections.abc import Mapping, Sequence


class Refused(Exception):
    """The world's rules do not allow this; `status` and `body` are what the REST API answers."""

    def __init__(self, status: int, body: Mapping[str, object]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = dict(body)


class Moved(Refused):
    """What was asked for is elsewhere now: GET follows `location`, anything else is refused."""

    def __init__(self, location: str) -> None:
        super().__init__(301, {"message": "Moved Permanently"})
        self.location = location


def unauthorized() -> Refused:
    """No token, or one nobody knows."""
    return Refused(401, {"message": "401 Unauthorized"})


def forbidden(reason: str = "") -> Refused:
    """The caller may see the thing but not do this."""
    return Refused(403, {"message": f"403 Forbidden - {reason}" if reason else "403 Forbidden"})


def not_found(what: str = "") -> Refused:
    """Not there, or hidden: GitLab answers the same for both."""
    return Refused(404, {"message": f"404 {what} Not Found" if what else "404 Not found"})


def invalid(errors: Mapping[str, Sequence[str]]) -> Refused:
    """A model's validation failed: 400 with the messages by field."""
    return Refused(400, {"message": {field: list(lines) for field, lines in errors.items()}})


def bad_request(reason: str) -> Refused:
    """400 with GitLab's prefix."""
    return Refused(400, {"message": f"400 Bad request - {reason}"})


def bad_parameter(error: str) -> Refused:
    """A parameter is missing or malformed: GitLab's parameter layer answers with `error`, not `message`."""
    return Refused(400, {"error": error})


def conflict(message: str) -> Refused:
    """409: there already is one."""
    return Refused(409, {"message": message})
