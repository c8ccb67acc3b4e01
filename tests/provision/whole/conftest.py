"""An empty project, its operator, and a terminal with a whole program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.commits import Action, commit
from tests.commands.terminal import Terminal
from tests.config import small
from tests.provision.whole.steps import PROGRAM
from tests.scenarios.living import SIGNING_TOKEN


@pytest.fixture
def empty(terminal: Terminal, tmp_path: Path) -> Iterator[FakeGitLab]:
    """An empty project of requests, one with the program's files, an operator of both, and a bot that is less."""
    world = World()
    group = world.add_group("sme")
    feedback, pipelines = (world.add_project(group, name) for name in ("feedback", "program"))
    olga, bot = world.add_user("olga", "Olga Operator"), world.add_user("sounding-board", "Sounding Board", bot=True)
    commit(world, world.root, pipelines, "main", "Begin", [Action("create", "program.yml", PROGRAM.encode())])
    for project in (feedback, pipelines):
        world.add_member(project, olga, "maintainer")
        world.add_member(project, bot, "planner")
    program = tmp_path / "program"
    program.mkdir()
    small.written(program, program=PROGRAM)
    with FakeGitLab(world, deliver=False) as running:
        terminal.sets(
            gitlab_url=running.url,
            operator_token=olga.token,
            gitlab_token=bot.token,
            webhook_signing_token=SIGNING_TOKEN,
            config_dir=program,
        )
        yield running
    assert not world.unknown_calls


@pytest.fixture
def world(empty: FakeGitLab) -> World:
    """What is in that GitLab."""
    return empty.world
