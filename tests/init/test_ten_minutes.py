"""The README's way from an empty project to a running program, typed as it stands there, against the stand-in.

But for one line: the stand-in has the API of repositories and no git, so what would be pushed is committed over that.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.fakegitlab import FakeGitLab, World
from tests.strangers.conftest import HOUSE

SECTION = re.compile(r"^## From an empty project in ten minutes\n(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^ *```console\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
WITHIN = 120


def typed() -> str:
    """What the section tells people to type, without its first block: the tests are installed already."""
    section = SECTION.search((HOUSE / "README.md").read_text())
    assert section is not None
    first, *blocks = BLOCK.findall(section[1])
    assert first.split() == ["make", "install", "export", 'PATH="$PWD/.venv/bin:$PATH"']
    return "\n".join(line.strip() for block in blocks for line in block.splitlines())


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    """An empty project, its owner, and the users of two access tokens."""
    world = World()
    project = world.add_project(world.add_group("acme", "Acme"), "feedback", "Feedback")
    for name, level in (("petra", "owner"), ("operator", "maintainer"), ("sounding-board", "planner")):
        world.add_member(project, world.add_user(name, name.title(), bot=name != "petra"), level)
    with FakeGitLab(world) as running:
        yield running
    assert not world.unknown_calls


def free_port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def push() -> None:
    """What is committed here, as one commit on the project's branch; the arguments are its API and petra's token."""
    api, token = sys.argv[1:]
    names = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout.split()
    actions = [{"action": "create", "file_path": name, "content": Path(name).read_text()} for name in names]
    wish = {"branch": "main", "commit_message": "Our feedback program", "actions": actions}
    url = f"{api}/projects/acme%2Ffeedback/repository/commits"
    httpx.post(url, headers={"PRIVATE-TOKEN": token}, json=wish).raise_for_status()


def script(gitlab: FakeGitLab, port: int) -> str:
    """The commands, with the addresses and tokens of here in the places of the examples."""
    text, petra = typed(), gitlab.world.user("petra").token
    pushes = f"PYTHONPATH={HOUSE} python -c 'from tests.init.test_ten_minutes import push; push()'"
    for example, ours in (
        ("git push --set-upstream origin main", f"{pushes} {gitlab.url}/api/v4 {petra}"),
        ("https://gitlab.example.com", gitlab.url),
        ("glpat-OPERATOR", gitlab.world.user("operator").token),
        ("glpat-SERVICE", gitlab.world.user("sounding-board").token),
        ("https://feedback.example.com", f"http://127.0.0.1:{port}"),
    ):
        assert example in text
        text = text.replace(example, ours)
    return f"set -eu\n{text}\nwait\n"


def waited_for(what: str, log: Path, running: subprocess.Popen[bytes]) -> str:
    """What was printed, once these words are among it."""
    until = time.monotonic() + WITHIN
    while what not in log.read_text():
        assert running.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)
    return log.read_text()


def test_from_an_empty_project_to_a_card_that_is_looked_at(gitlab: FakeGitLab, tmp_path: Path) -> None:
    port, log, world = free_port(), tmp_path / "log", gitlab.world
    surroundings = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "SOUNDING_BOARD_PORT": str(port),
        **{f"GIT_{who}_{what}": "mia@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    with log.open("wb") as printed:
        bash = subprocess.Popen(
            ["bash", "-c", script(gitlab, port)],
            cwd=tmp_path,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        waited_for("Uvicorn running on", log, bash)
        said = waited_for("our webhook is there and sends what we need.", log, bash)
        project = world.project("acme/feedback")
        assert "ok     acme/feedback: all labels of the taxonomy are there." in said
        assert "wrong  " not in said
        assert len(project.labels) == 84
        assert [schedule.ref for schedule in project.own.schedules.values()] == ["main", "main", "main"]
        (request,) = project.own.merge_requests.values()
        assert request.title == "Issue templates as the taxonomy has them"
        issue = world.create_issue(world.user("petra"), project, "Faster exports", add_labels=["area::ai"])
        journal = ["sounding-board", "journal", f"acme/feedback#{issue.iid}"]
        until = time.monotonic() + WITHIN
        while "starting_status" not in (told := _told(journal, tmp_path / "program", surroundings)):
            assert time.monotonic() < until, told + log.read_text()
    finally:
        os.killpg(bash.pid, signal.SIGTERM)
        bash.wait()


def _told(command: list[str], where: Path, surroundings: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=where, env=surroundings, capture_output=True, text=True, check=False)
    return done.stdout
