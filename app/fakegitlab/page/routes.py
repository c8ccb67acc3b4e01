"""The board page over HTTP: the page itself, its files, and the JSON it draws from."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.fakegitlab.access import require_issue, sees_project
from app.fakegitlab.drag import Column
from app.fakegitlab.model import LEVELS, Board, Group, Issue, Project, User
from app.fakegitlab.page.lists import board_json, board_path
from app.fakegitlab.page.looks import Json, person
from app.fakegitlab.page.story import issue_json
from app.fakegitlab.page.stream import changed_events
from app.fakegitlab.refusal import Refused, bad_parameter, not_found, unauthorized
from app.fakegitlab.world import World

STATIC = Path(__file__).parent / "static"
FILES = {file.name: file for file in STATIC.iterdir() if file.suffix in (".js", ".css", ".svg")}
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
GUARDS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
ListId = int | Literal["open", "closed"]
Token = Annotated[str | None, Header(alias="PRIVATE-TOKEN")]


class Move(BaseModel):
    """A card goes from one list to another, between two neighbours (lists: an id, `open` or `closed`)."""

    model_config = ConfigDict(extra="forbid")

    issue_id: int
    source: ListId = Field(alias="from")
    target: ListId = Field(alias="to")
    before_id: int | None = None
    after_id: int | None = None


def router(world: World) -> APIRouter:
    """The page's routes over `world`. They are the stand-in's own: GitLab has none of them."""
    routes = APIRouter(include_in_schema=False)
    _add_files(routes, world)
    _add_reads(routes, world)
    _add_move(routes, world)
    return routes


def _add_files(routes: APIRouter, world: World) -> None:
    @routes.get("/")
    def home(request: Request) -> Response:
        with world.lock:
            first = min(world.boards.values(), key=lambda board: board.id, default=None)
            if first is None:
                return _sorry("There is no board here yet.")
            return RedirectResponse(f"{board_path(first)}?{request.url.query}".rstrip("?"), 303)

    @routes.get("/{_path:path}/-/boards/{_board_id:int}")
    def page(_path: str, _board_id: int) -> Response:
        return FileResponse(STATIC / "board.html", media_type="text/html", headers=GUARDS)

    @routes.get("/{path:path}/-/issues/{iid:int}")
    @routes.get("/{path:path}/-/work_items/{iid:int}")
    def issue_page(path: str, iid: int, request: Request) -> Response:
        with world.lock:
            board = _board_of(world, path)
            if board is None:
                return _sorry("There is no board that could show this issue.")
            address = request.url.include_query_params(show=iid)
            return RedirectResponse(f"{board_path(board)}?{address.query}", 303)

    @routes.get("/-/static/{name}")
    def static(name: str) -> Response:
        file = FILES.get(name)
        return FileResponse(file, media_type=TYPES[file.suffix], headers=GUARDS) if file else _sorry("No such file.")


def _add_reads(routes: APIRouter, world: World) -> None:
    @routes.get("/-/page/people")
    def people() -> Response:
        with world.lock:
            return _json([_chooser(world, user) for user in world.users.values() if _offered(world, user)])

    @routes.get("/-/page/boards/{board_id:int}")
    def board(board_id: int, private_token: Token = None) -> Response:
        with world.lock:
            try:
                reader = _reader(world, private_token)
                return _json(board_json(world, _board(world, board_id, reader), reader))
            except Refused as refused:
                return _json(refused.body, refused.status)

    @routes.get("/-/page/issues/{project_id:int}/{iid:int}")
    def issue(project_id: int, iid: int, private_token: Token = None) -> Response:
        try:
            with world.lock:
                reader = _reader(world, private_token)
                project = world.projects.get(project_id)
                found = require_issue(reader, project.issues.get(iid) if project else None)
            return _json(issue_json(world, found, reader))
        except Refused as refused:
            return _json(refused.body, refused.status)

    @routes.get("/-/page/events")
    async def events(since: int = 0) -> Response:
        stream = changed_events(world.changes, since)
        return StreamingResponse(stream, media_type="text/event-stream", headers=GUARDS)


def _add_move(routes: APIRouter, world: World) -> None:
    @routes.post("/-/page/boards/{board_id:int}/move")
    def move(board_id: int, wish: Move, private_token: Token = None) -> Response:
        with world.lock:
            try:
                actor = _reader(world, private_token)
                if actor is None:
                    raise unauthorized()
                _drag(world, actor, _board(world, board_id, actor), wish)
            except Refused as refused:
                return _json(refused.body, refused.status)
            return _json({"version": world.changes.version})


def _drag(world: World, actor: User, board: Board, wish: Move) -> None:
    moved = require_issue(actor, world.issues.get(wish.issue_id))
    source, target = _column(board, wish.source), _column(board, wish.target)
    before, after = (_neighbour(world, actor, board, target, one) for one in (wish.before_id, wish.after_id))
    world.drag(actor, board, moved, source, target, before, after)


def _neighbour(world: World, actor: User, board: Board, column: Column, wanted: int | None) -> Issue | None:
    """A card beside the dropped one, if it still stands there; Closed is ordered by time, whatever the drop."""
    if wanted is None or column == "closed":
        return None
    return next((one for one in world.cards(actor, board, column) if one.id == wanted), None)


def _column(board: Board, wanted: ListId) -> Column:
    if isinstance(wanted, str):
        return wanted
    for one in board.lists:
        if one.id == wanted:
            return one
    raise bad_parameter("this board has no such list any more")


def _reader(world: World, token: str | None) -> User | None:
    """Who the token belongs to; nobody without one."""
    if token is None:
        return None
    found = world.tokens.get(token)
    if found is None or found.revoked:
        raise unauthorized()
    return found.user


def _board(world: World, board_id: int, reader: User | None) -> Board:
    """The board, if the reader may see where it is: a hidden one looks like none."""
    board = world.boards.get(board_id)
    if board is None:
        raise not_found("Board")
    owner = board.owner
    visible = sees_project(reader, owner) if isinstance(owner, Project) else reader is not None
    if not visible:
        raise not_found("Board")
    return board


def _board_of(world: World, path: str) -> Board | None:
    project = next((one for one in world.projects.values() if one.full_path == path), None)
    if project is None:
        return None
    places: list[Project | Group] = [project, *project.group.line()]
    return next((board for place in places for board in place.boards.values()), None)


def _offered(world: World, user: User) -> bool:
    """People to view the board as: members, not bots, ghosts or administrators who keep the machine running."""
    return not user.bot and not user.admin and any(world.level(user, one) > 0 for one in world.projects.values())


def _chooser(world: World, user: User) -> Json:
    levels = {rank: name.replace("_", " ").capitalize() for name, rank in LEVELS.items()}
    rank = max(world.level(user, one) for one in world.projects.values())
    return {"id": user.id, **person(user), "role": user.role or levels.get(rank, ""), "token": user.token}


def _json(data: object, status: int = 200) -> Response:
    return JSONResponse(data, status, headers=GUARDS)


def _sorry(sentence: str) -> Response:
    return Response(sentence, 404, media_type="text/plain", headers=GUARDS)
