"""The stand-in as one ASGI application: REST, the board page, and the operations for other processes."""

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.fakegitlab import operations
from app.fakegitlab.api.answer import ok
from app.fakegitlab.api.rest import ROOT, RestApi, reply, unknown
from app.fakegitlab.graphql import endpoint
from app.fakegitlab.page.routes import router as page_router
from app.fakegitlab.world import World

OLD_ROOT = "/api/v3/"
GONE = "API V3 is no longer supported. Use API V4 instead."


def create_app(world: World) -> ASGIApp:
    """Everything a browser and a client meet; unknown paths answer 501 and are remembered.

    The API is reached without the layers of the pages: they take longer than the answer.
    """
    rest, graphql, pages = RestApi(world), endpoint.GraphqlApi(world), _pages(world)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.startswith(ROOT + "/"):
            await rest(scope, receive, send)
        elif path == endpoint.PATH:
            await graphql(scope, receive, send)
        elif path.startswith(OLD_ROOT):
            await reply(send, ok({"error": GONE}, 410), scope["method"])
        else:
            await pages(scope, receive, send)

    return serve


def _pages(world: World) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(operations.router(world))
    app.include_router(page_router(world))

    async def loudly_unknown(scope: Scope, receive: Receive, send: Send) -> None:
        with world.lock:
            answer = unknown(world, scope.get("method", scope["type"]), scope["path"])
        response = Response(answer.body, answer.status, media_type="application/json")
        await response(scope, receive, send)

    app.router.default = loudly_unknown
    return app
