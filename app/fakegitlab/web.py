"""The stand-in as one ASGI application: REST, the board page, and the operations for other processes."""

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.fakegitlab import operations
from app.fakegitlab.api.rest import ROOT, RestApi, unknown
from app.fakegitlab.page.routes import router as page_router
from app.fakegitlab.world import World


def create_app(world: World) -> FastAPI:
    """Everything a browser and a client meet; unknown paths answer 501 and are remembered."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.mount(ROOT, RestApi(world))
    app.include_router(operations.router(world))
    app.include_router(page_router(world))

    async def loudly_unknown(scope: Scope, receive: Receive, send: Send) -> None:
        with world.lock:
            answer = unknown(world, scope.get("method", scope["type"]), scope["path"])
        response = Response(answer.body, answer.status, media_type="application/json")
        await response(scope, receive, send)

    app.router.default = loudly_unknown
    return app
