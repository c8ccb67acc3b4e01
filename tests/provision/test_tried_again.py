"""GitLab asks for a short wait in the middle of a thing made of several calls: it is tried again, and made once."""

from pathlib import Path

import pytest

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab import possessions as fake
from app.fakegitlab.commits import Action, commit
from app.fakegitlab.model import Project
from tests.commands.terminal import Ran, Terminal
from tests.provision.program_town import PATH, TITLES, titles

SCHEDULED = f"""
pipelines:
  project: {PATH}
  ref: main
  schedules:
    - {{job: sweep, cron: "17 3 * * *", timezone: Etc/UTC}}
"""


@pytest.fixture
def project(terminal: Terminal, gitlab: FakeGitLab, program: Path) -> Project:
    """The program's, which Olga looks after; its pipelines run the sweep."""
    with (program / "program.yml").open("a") as file:
        file.write(SCHEDULED)
    world = gitlab.world
    olga, project = world.add_user("olga", "Olga"), world.project(PATH)
    world.add_member(project, olga, "maintainer")
    commit(world, olga, project, "main", "Begin", [Action("create", "program.yml", b"")], "main")
    terminal.sets(operator_token=olga.token)
    return project


def applied(terminal: Terminal, kind: str) -> Ran:
    """`apply` of one kind, to its end."""
    ran = terminal("apply", "--only", kind, "--yes")
    assert (ran.code, ran.err) == (0, "Waiting 1 s before GitLab is asked again.\n")
    assert terminal("plan", "--only", kind, "--detailed-exitcode").code == 0
    return ran


@pytest.mark.parametrize("call", ["/boards$", "/boards/\\d+/lists$"], ids=["the board", "one of its lists"])
def test_a_board_is_made_once(terminal: Terminal, project: Project, world: World, call: str) -> None:
    project.boards.clear()
    world.faults.rate_limit(methods=("POST",), path=call, retry_after=1)
    applied(terminal, "boards")
    names = [board.name for board in project.boards.values()]
    assert len(names) == len(set(names)) > 0
    assert all(titles(board.lists) == list(TITLES) for board in project.boards.values())


def test_a_schedule_is_made_once(terminal: Terminal, project: Project, world: World) -> None:
    world.faults.rate_limit(methods=("POST",), path="/pipeline_schedules$", retry_after=1)
    applied(terminal, "schedules")
    assert len(project.own.schedules) == 1


def test_a_schedule_is_taken_over_and_set_once(terminal: Terminal, project: Project, world: World) -> None:
    now, root = world.now(), world.root
    project.own.schedules[1] = fake.Schedule(1, "Sounding Board: sweep", "main", "5 5 * * *", root.id, now, now)
    world.faults.rate_limit(methods=("PUT",), path="/pipeline_schedules/1$", retry_after=1)
    applied(terminal, "schedules")
    (schedule,) = project.own.schedules.values()
    assert (schedule.cron, schedule.owner_id) == ("17 3 * * *", world.user("olga").id)
