"""`python -m app.fakegitlab --port 8929 --world demo`: the stand-in alone, for a person or another process."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from app.fakegitlab import saving
from app.fakegitlab.model import Project
from app.fakegitlab.saving import NotASavedWorld
from app.fakegitlab.seed import demo_world, empty_world
from app.fakegitlab.server import FakeGitLab
from app.fakegitlab.world import World
from app.fakegitlab.world_file import NotAWorld, seed_from


def main() -> None:
    """Serve until interrupted."""
    wishes = _parser().parse_args()
    world = World(tier=wishes.tier, root_token=wishes.root_token, limits=wishes.limits)
    try:
        _fill(world, wishes)
    except (NotAWorld, NotASavedWorld, OSError, ValueError) as problem:
        sys.exit(f"cannot start: {problem}")
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with FakeGitLab(world, wishes.port) as gitlab:
        sys.stdout.write("\n".join([*_greeting(world), f"API:   {gitlab.url}/api/v4", ""]))
        sys.stdout.flush()
        over.wait()
    if wishes.state:
        wishes.state.write_text(json.dumps(saving.save(world)), encoding="utf-8")


def _fill(world: World, wishes: argparse.Namespace) -> None:
    """From the saved state if there is one, else from the file, else as asked."""
    if wishes.state and wishes.state.exists():
        saving.load(world, json.loads(wishes.state.read_text(encoding="utf-8")))
    elif wishes.seed:
        seed_from(world, wishes.seed)
    elif wishes.world == "demo":
        demo_world(world)
    else:
        empty_world(world)


def _greeting(world: World) -> list[str]:
    """Who can do what with which token, and where the board is."""
    lines = ["Tokens (this is a stand-in: they open nothing else):"]
    for user in world.users.values():
        role = user.role or ("bot" if user.bot else "administrator")
        lines.append(f"{user.username:<16} {role:<20} {user.token}")
    boards = [one for one in world.boards.values() if isinstance(one.owner, Project)]
    return [*lines, *(f"Board: {world.base_url}/{one.owner.full_path}/-/boards/{one.id}" for one in boards[:1])]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.fakegitlab", description="A small stand-in for GitLab.")
    parser.add_argument("--port", type=int, default=8929, help="0 picks a free one (default: 8929)")
    parser.add_argument("--world", choices=("empty", "demo"), default="demo")
    parser.add_argument("--tier", choices=("premium", "free"), default="premium")
    parser.add_argument("--seed", type=Path, metavar="FILE", help="a world in YAML instead (shape: world_file.py)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="start from this saved world; save to it at the end")
    parser.add_argument("--limits", action="store_true", help="enforce the rate limits of GitLab.com")
    parser.add_argument("--root-token", help="the administrator's token (default: made up)")
    return parser


if __name__ == "__main__":
    main()
