"""`POST /api/graphql`: tokens, sizes and errors as GitLab answers them (CONTRACT 7, documented).

Errors of the query come with HTTP 200; a dead token, a job token or a token without a reading scope is invalid: 401
(app/controllers/graphql_controller.rb; lib/gitlab/auth/request_authenticator.rb, sure).
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.fakegitlab import authentication
from app.fakegitlab.api.answer import Answer, ok
from app.fakegitlab.api.rest import reply
from app.fakegitlab.graphql.parser import Malformed, parse
from app.fakegitlab.graphql.run import Asked, Faulty, run
from app.fakegitlab.graphql.schema import SCHEMA
from app.fakegitlab.model import Token
from app.fakegitlab.refusal import Refused
from app.fakegitlab.state import Call
from app.fakegitlab.world import World

PATH = "/api/graphql"
LONGEST = 10_000
MOST, MOST_ANONYMOUS = 250, 200
READING = {"api", "read_api"}


class GraphqlApi:
    """Answers queries about a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        body = await request.body()
        with self._world.lock:
            answer, username = self._answer(request, body)
            self._world.calls.append(Call(request.method, PATH, PATH, username, answer.status))
        await reply(send, answer, request.method)

    def _answer(self, request: Request, body: bytes) -> tuple[Answer, str]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            token = authentication.caller(self._world, headers, request.url.query)
        except Refused as refused:
            return _errors(
                "Invalid token" if refused.status == 401 else "API not accessible for user", refused.status
            ), ""
        if token is not None and token.job_of is not None:
            return _errors("Invalid token", 401), ""
        if token is not None and READING.isdisjoint(token.scopes):
            return _errors("Invalid token", 401), ""
        return self._asked(request, body, token), token.user.username if token else ""

    def _asked(self, request: Request, body: bytes, token: Token | None) -> Answer:
        wish = _wish(request, body)
        if wish is None:
            return _errors("Unexpected end of document", 200)
        text, variables, name = wish
        if len(text) > LONGEST:
            return _errors("Query too large", 422)
        viewer = token.user if token else None
        try:
            asked = Asked(self._world, viewer, parse(text), SCHEMA, variables)
            return ok({"data": run(asked, name, MOST if viewer else MOST_ANONYMOUS)})
        except Malformed as wrong:
            where = [{"line": wrong.line, "column": wrong.column}]
            return ok({"errors": [{"message": str(wrong), "locations": where}]})
        except Faulty as wrong:
            return ok({"errors": wrong.errors})
        except Refused as refused:
            return _errors(str(refused.body.get("error") or refused.body.get("message")), 200)


def _wish(request: Request, body: bytes) -> tuple[str, dict[str, Any], str | None] | None:
    """Query, variables and operation name; variables may be JSON in a string. None for what is no wish."""
    try:
        given = json.loads(body) if body else dict(request.query_params)
        variables = given.get("variables") or {}
        variables = json.loads(variables) if isinstance(variables, str) else variables
        return str(given.get("query") or ""), dict(variables), given.get("operationName")
    except (ValueError, AttributeError, TypeError):
        return None


def _errors(words: str, status: int) -> Answer:
    return ok({"errors": [{"message": words}]}, status)
