"""Five hundred requests of one area with a past: what an agenda is written from on a busy program."""

from app.fakegitlab.model import Issue
from tests.gathering.board import Board
from tests.scenarios.living import READY

REQUESTS, CLOSED = 500, 30
STATUSES = ("new", "reviewed", "accepted", "roadmap", "backlog")


def crowd(board: Board, requests: int = REQUESTS, closed: int = CLOSED) -> list[Issue]:
    """Requests of AI, the first of them just moved; the last ones closed this night."""
    with board.world.silently():
        made = [
            board.files(f"Request {number}", "status::new", "area::ai", ago=200 - number / 4, text=READY)
            for number in range(requests)
        ]
        for number, issue in enumerate(made):
            for step, status in enumerate(STATUSES[1 : number % len(STATUSES) + 1], 1):
                board.moves(issue, status, ago=70 - number / 10 - step)
        for issue in made[requests - closed :]:
            board.closes(issue, ago=0.1)
    return made
