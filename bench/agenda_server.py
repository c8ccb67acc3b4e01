"""The GitLab of the agenda bench, in a process of its own: `python -m bench.agenda_server REQUESTS LATENCY_MS`.

Prints its address and the bot's token, serves until its standard input ends. At six in the morning of 11 March 2026
the area AI has so many requests, and its agenda of the PM review on 18 March.
"""

import sys
import tempfile
from pathlib import Path

from app.domain.cadence import MeetingKind
from tests.gathering.board import board_on
from tests.gathering.crowd import crowd


def main() -> None:
    """Serve."""
    requests = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as kept, board_on(Path(kept)) as board:
        crowd(board, requests, requests // 20)
        board.agenda(board.meeting(MeetingKind.PM_REVIEW, "ai"))
        board.world.faults.latency = int(sys.argv[2]) / 1000
        sys.stdout.write(f"{board.gitlab.url} {board.world.user('sounding-board').token}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
