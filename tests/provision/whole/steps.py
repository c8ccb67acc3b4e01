"""The program that these tests apply, and how they look at what came of it."""

from app.fakegitlab import World
from tests.commands.terminal import Ran, Terminal
from tests.config import small

PATH = "sme/feedback"
PROGRAM = f"""{small.PROGRAM}
service: https://sounding-board.example.com
templates: commit
pipelines:
  project: sme/program
  ref: main
  schedules:
    - {{job: sweep, cron: "17 3 * * *", timezone: Etc/UTC}}
"""
LABELS, CHANGES = 9, 13


def writes(world: World) -> int:
    """How many calls were no reading, since they were last forgotten."""
    return sum(call.method != "GET" for call in world.calls)


def outcome(ran: Ran) -> str:
    """The last line."""
    return ran.out.splitlines()[-1]


def at_last(ran: Ran) -> list[str]:
    """The change that was tried last, and the numbers of all."""
    return [line for line in ran.out.splitlines() if line[:1].isdigit()][-2:]


def settled(terminal: Terminal, world: World) -> None:
    """The next apply finishes, and the one after it has nothing to do."""
    world.faults.clear()
    ran = terminal("apply")
    assert (ran.code, ran.err) == (0, "")
    assert terminal("plan", "--detailed-exitcode").code == 0
