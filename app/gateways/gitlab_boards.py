"""The boards of a project and their lists (doc/api/boards.md; CONTRACT 5)."""

from pydantic import BaseModel

from app.domain.failure import Permanent
from app.domain.provision_boards import BoardSeen, ListSeen, from_the_left
from app.gateways.gitlab_api import Api, project_path
from app.gateways.gitlab_models import Title, understood


class _ListBody(BaseModel):
    id: int
    label: Title | None = None
    position: int | None = None

    def value(self) -> ListSeen:
        return ListSeen(self.id, self.label, self.position or 0)


class BoardBody(BaseModel):
    """A board, with its lists in any order."""

    id: int
    name: str
    labels: list[Title] = []
    lists: list[_ListBody] = []

    def value(self) -> BoardSeen:
        """As ours, the lists from the left."""
        return BoardSeen(self.id, self.name, tuple(self.labels), from_the_left(one.value() for one in self.lists))


class GitLabBoards:
    """Reading and changing boards. Each write is one call, and its answer is compared with the wish."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def boards(self, project: str) -> tuple[BoardSeen, ...]:
        """All boards, with their lists as they stand: one call a page. Open and Closed are not among them."""
        return tuple(body.value() for body in self._api.all(_boards(project), BoardBody))

    def numbered(self, project: str) -> dict[str, int]:
        """The numbers of all boards in their addresses, by name; of several with one name the lowest."""
        return {one.name: one.id for one in sorted(self.boards(project), key=lambda board: -board.id)}

    def create(self, project: str, name: str) -> BoardSeen:
        """A new board without lists."""
        answer = self._api.client.http_post(_boards(project), post_data={"name": name})
        board = understood(BoardBody, answer, f"the board {name}").value()
        if board.name != name:
            raise Permanent(f"GitLab made a board {board.name!r} where {name!r} was asked for. Rename it in GitLab.")
        return board

    def narrow(self, project: str, board: BoardSeen, labels: tuple[str, ...]) -> BoardSeen:
        """Which labels an issue must carry to be shown; none shows all. Premium, and ignored on Free."""
        path = f"{_boards(project)}/{board.id}"
        answer = self._api.client.http_put(path, post_data={"labels": ",".join(labels)})
        made = understood(BoardBody, answer, f"the board {board.name}").value()
        if set(made.labels) != set(labels):
            raise Permanent(
                f"GitLab said yes and did not narrow the board {board.name} of {project}. On GitLab Free it cannot: "
                "then write `tier: free` in program.yml."
            )
        return made

    def add_list(self, project: str, board: BoardSeen, title: str, label_id: int) -> ListSeen:
        """A list at the end of a board."""
        answer = self._api.client.http_post(f"{_lists(project, board)}", post_data={"label_id": label_id})
        made = understood(_ListBody, answer, f"a list of the board {board.name}").value()
        if made.title != title:
            raise Permanent(
                f"GitLab made a list of {made.title} on the board {board.name} where {title} was asked for."
            )
        return made

    def move_list(self, project: str, board: BoardSeen, moved: ListSeen, position: int) -> None:
        """A list to a position. GitLab refuses the one it has, and any past the last (Boards::Lists::MoveService)."""
        path = f"{_lists(project, board)}/{moved.id}"
        answer = self._api.client.http_put(path, post_data={"position": position})
        made = understood(_ListBody, answer, f"a list of the board {board.name}").value()
        if made.position != position:
            raise Permanent(f"GitLab said yes and did not move the list {moved.title} of the board {board.name}.")

    def remove_list(self, project: str, board: BoardSeen, gone: ListSeen) -> None:
        """A list away; labels and issues are not touched (CONTRACT 5)."""
        self._api.client.http_delete(f"{_lists(project, board)}/{gone.id}")


def _boards(project: str) -> str:
    return f"{project_path(project)}/boards"


def _lists(project: str, board: BoardSeen) -> str:
    return f"{_boards(project)}/{board.id}/lists"
