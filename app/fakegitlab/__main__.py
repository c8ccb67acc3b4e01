"""`python -m app.fakegitlab --port 8929 --world demo`: the stand-in alone, for a person or another process."""

import argparse
import signal
import sys
import threading

from app.fakegitlab.seed import Seeded, demo_world, empty_world
from app.fakegitlab.server import FakeGitLab
from app.fakegitlab.world import World


def main() -> None:
    """Serve until interrupted."""
    wishes = _parser().parse_args()
    world = World(tier=wishes.tier, root_token=wishes.root_token)
    seeded = demo_world(world) if wishes.world == "demo" else empty_world(world)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with FakeGitLab(world, wishes.port) as gitlab:
        sys.stdout.write("\n".join([*_greeting(world, seeded), f"API:   {gitlab.url}/api/v4", ""]))
        sys.stdout.flush()
        over.wait()


def _greeting(world: World, seeded: Seeded) -> list[str]:
    """Who can do what with which token, and where the board is."""
    lines = ["Tokens (this is a stand-in: they open nothing else):"]
    for user in world.users.values():
        role = user.role or ("bot" if user.bot else "administrator")
        lines.append(f"{user.username:<16} {role:<20} {user.token}")
    return [*lines, f"Board: {world.base_url}/{seeded.project.full_path}/-/boards/{seeded.board.id}"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.fakegitlab", description="A small stand-in for GitLab.")
    parser.add_argument("--port", type=int, default=8929, help="0 picks a free one (default: 8929)")
    parser.add_argument("--world", choices=("empty", "demo"), default="demo")
    parser.add_argument("--tier", choices=("premium", "free"), default="premium")
    parser.add_argument("--root-token", help="the administrator's token (default: made up)")
    return parser


if __name__ == "__main__":
    main()
