"""Boards and their label lists (rest_contract; CONTRACT 5, documented)."""

from app.fakegitlab import boards
from app.fakegitlab.api import board_shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import NotBuilt, Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.labels import find
from app.fakegitlab.model import Board, BoardList, Group, Label, Project
from app.fakegitlab.refusal import bad_parameter, not_found

UNBUILT = ("iteration_id",)


def _place(request: Request) -> Project | Group:
    return request.project() if "/projects/" in request.path else request.group()


def _board(request: Request) -> Board:
    found = _place(request).boards.get(request.owner_argument("board_id"))
    if found is None:
        raise not_found("Board")
    return found


def _list(request: Request) -> tuple[Board, BoardList]:
    board, wanted = _board(request), request.owner_argument("list_id")
    for one in board.lists:
        if one.id == wanted:
            return board, one
    raise not_found("List")


def _scope(request: Request, place: Project | Group) -> list[Label]:
    if isinstance(place, Group):
        return [one for one in place.labels.values() if one.title in request.words("labels")]
    return [one for title in request.words("labels") if (one := find(place, title)) is not None]


@routes.on("GET", "/projects/:id/boards")
@routes.on("GET", "/groups/:id/boards")
def list_boards(request: Request) -> Answer:
    """All boards of the place, with their lists."""
    place = _place(request)
    return paged(request, list(place.boards.values()), lambda one: board_shapes.board(request.world, one))


@routes.on("GET", "/projects/:id/boards/:board_id")
@routes.on("GET", "/groups/:id/boards/:board_id")
def get_board(request: Request) -> Answer:
    """One board."""
    return ok(board_shapes.board(request.world, _board(request)))


@routes.on("POST", "/projects/:id/boards")
@routes.on("POST", "/groups/:id/boards")
def create_board(request: Request) -> Answer:
    """A board without lists."""
    request.need("name")
    new = boards.create(request.world, request.actor, _place(request), request.text("name"))
    return created(board_shapes.board(request.world, new))


@routes.on("PUT", "/projects/:id/boards/:board_id")
@routes.on("PUT", "/groups/:id/boards/:board_id")
def update_board(request: Request) -> Answer:
    """Name, hidden columns, and on Premium the labels it is scoped to."""
    request.refuse_unbuilt(UNBUILT)
    board = _board(request)
    boards.require_rights(request.actor, board.owner)
    board.name = request.text("name") or board.name
    board.hide_backlog_list = request.flag("hide_backlog_list", board.hide_backlog_list)
    board.hide_closed_list = request.flag("hide_closed_list", board.hide_closed_list)
    if request.world.tier == "premium":
        _rescope(request, board)
    request.world.changes.bump()
    return ok(board_shapes.board(request.world, board))


def _rescope(request: Request, board: Board) -> None:
    """What the board shows; 0 or empty lifts a limit."""
    if request.has("labels"):
        board.labels = _scope(request, board.owner)
    if request.has("milestone_id"):
        found = request.world.milestones.get(request.number("milestone_id") or 0)
        board.milestone = found if found and found.owner in (board.owner, *_line(board.owner)) else None
    if request.has("assignee_id"):
        board.assignee = request.world.users.get(request.number("assignee_id") or 0)
    if request.has("weight"):
        board.weight = request.number("weight")


def _line(owner: Project | Group) -> list[Group]:
    return owner.group.line() if isinstance(owner, Project) else owner.line()


@routes.on("DELETE", "/projects/:id/boards/:board_id")
@routes.on("DELETE", "/groups/:id/boards/:board_id")
def delete_board(request: Request) -> Answer:
    """The last one is replaced by "Development"."""
    boards.delete(request.world, request.actor, _board(request))
    return empty()


@routes.on("GET", "/projects/:id/boards/:board_id/lists")
@routes.on("GET", "/groups/:id/boards/:board_id/lists")
def list_lists(request: Request) -> Answer:
    """Without Open and Closed."""
    return paged(request, _board(request).lists, board_shapes.board_list)


@routes.on("GET", "/projects/:id/boards/:board_id/lists/:list_id")
@routes.on("GET", "/groups/:id/boards/:board_id/lists/:list_id")
def get_list(request: Request) -> Answer:
    """One list."""
    return ok(board_shapes.board_list(_list(request)[1]))


@routes.on("POST", "/projects/:id/boards/:board_id/lists")
@routes.on("POST", "/groups/:id/boards/:board_id/lists")
def create_list(request: Request) -> Answer:
    """For a label; REST knows no status lists (CONTRACT 5, documented). The refusal's words on Free (memory, guess)."""
    for kind in ("assignee", "milestone", "iteration"):
        if request.has(f"{kind}_id") and request.world.tier == "free":
            raise bad_parameter(f"{kind.title()} lists not available with your current license")
        if request.has(f"{kind}_id"):
            raise NotBuilt("board lists other than label lists")
    if not request.has("label_id"):
        names = "label_id, milestone_id, iteration_id, assignee_id"
        raise bad_parameter(f"{names} are missing, exactly one parameter must be provided")
    label = request.world.labels.get(request.number("label_id") or 0)
    if label is None:
        raise bad_parameter("Label not found!")
    return created(board_shapes.board_list(boards.add_list(request.world, request.actor, _board(request), label)))


@routes.on("PUT", "/projects/:id/boards/:board_id/lists/:list_id")
@routes.on("PUT", "/groups/:id/boards/:board_id/lists/:list_id")
def update_list(request: Request) -> Answer:
    """A new position."""
    request.need("position")
    board, one = _list(request)
    boards.move_list(request.world, request.actor, board, one, request.number("position") or 0)
    return ok(board_shapes.board_list(one))


@routes.on("DELETE", "/projects/:id/boards/:board_id/lists/:list_id")
@routes.on("DELETE", "/groups/:id/boards/:board_id/lists/:list_id")
def delete_list(request: Request) -> Answer:
    """Issues and labels are not touched."""
    board, one = _list(request)
    boards.remove_list(request.world, request.actor, board, one)
    return empty()
