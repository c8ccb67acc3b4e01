"""`sounding-board serve` and `worker` as processes: they start, they are stopped, they refuse in words."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.bootstrap import VERSION
from app.fakegitlab import FakeGitLab, World
from tests.commands.terminal import Terminal
from tests.scenarios.living import READY, SIGNING_TOKEN

PATIENCE = 30.0
HOUSE = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from app.entrypoints.cli import main; main()"]


def started(*words: str) -> "subprocess.Popen[str]":
    """The command as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    return subprocess.Popen([*COMMAND, *words], text=True, stderr=subprocess.PIPE, env=environment)


def stopped(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Its exit code after SIGTERM, and all it wrote."""
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in said
    return process.returncode, said


def lines_until(process: "subprocess.Popen[str]", words: str) -> None:
    """Wait until the process has written a line with these words."""
    assert process.stderr is not None
    assert any(words in line for line in process.stderr)


@pytest.fixture
def card(world: World) -> int:
    """A card that Omar dragged to where he may not, while nobody listened; its number."""
    omar, project = world.user("sa.omar"), world.project("sme/customer-feedback")
    issue = world.create_issue(omar, project, "SCIM", description=READY, add_labels=["status::new", "context::ready"])
    world.update_issue(omar, issue, add_labels=["status::accepted"])
    return issue.iid


def test_serve_takes_in_a_webhook_and_stops_when_told_to(terminal: Terminal, world: World, card: int) -> None:
    terminal.sets(webhook_signing_token=SIGNING_TOKEN, quiet_seconds=0)
    with FakeGitLab(World(), deliver=False) as lender:
        port = lender.url.rpartition(":")[2]
    process = started("serve", "--port", port)
    try:
        lines_until(process, "Uvicorn running")
        url = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert httpx.get(f"{url}/readyz").status_code == 200
        for delivery in world.outbox.drain():
            assert httpx.post(f"{url}/webhooks/gitlab", content=delivery.body).status_code == 401
    finally:
        code, said = stopped(process)
    assert code == 0
    assert SIGNING_TOKEN not in said


def test_a_changed_configuration_is_looked_at_on_sighup_and_figures_are_shown_beside(
    terminal: Terminal, world: World, program: Path
) -> None:
    with FakeGitLab(World(), deliver=False) as lender, FakeGitLab(World(), deliver=False) as another:
        port, figures = (one.url.rpartition(":")[2] for one in (lender, another))
    terminal.sets(webhook_signing_token=SIGNING_TOKEN, metrics_port=figures)
    process = started("serve", "--port", port)
    try:
        lines_until(process, "Uvicorn running")
        (program / "program.yml").write_text("nonsense: true\n")
        process.send_signal(signal.SIGHUP)
        lines_until(process, "the changed configuration cannot be used, the last good one stays in force")
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").json() == {
            "ready": True,
            "failing": [],
            "degraded": ["configuration"],
        }
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 404
        shown = httpx.get(f"http://127.0.0.1:{figures}/metrics").text
        assert "\nsounding_board_configuration_rejected 1.0\n" in shown
    finally:
        code, _ = stopped(process)
    assert code == 0


def test_a_worker_beside_nothing_works_off_what_waits_and_stops_when_told_to(
    terminal: Terminal, world: World, card: int
) -> None:
    process = started("worker")
    inbox = Path(os.environ["SOUNDING_BOARD_DATA_DIR"]) / "inbox.sqlite3"
    try:
        lines_until(process, "working off the inbox: 4 workers, mode paused: False")
        assert inbox.exists()
        second = started("worker")
        _, refusal = second.communicate(timeout=PATIENCE)
        assert second.returncode == 1
        assert refusal == (
            f"{inbox} is already in use by another process (number {process.pid}). "
            "Stop that one first, or give this one a file of its own.\n"
        )
    finally:
        code, _ = stopped(process)
    assert code == 0


def test_a_service_whose_database_is_away_says_where_it_looked_and_ends(terminal: Terminal, world: World) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{closed.getsockname()[1]}/board"
        terminal.sets(database_url=f"postgresql://owner:not-to-be-seen@{where}", webhook_signing_token=SIGNING_TOKEN)
        terminal.patch.setattr("app.gateways.inbox_postgres.PostgresInbox.__init__.__defaults__", (0.0,))
        ran = terminal("serve")
    line = json.loads(ran.err)
    assert (ran.code, line["level"], line["message"]) == (
        1,
        "error",
        f"cannot start: PostgreSQL at {where}: it cannot be reached; given up after 0 s",
    )


def test_a_person_asks_which_version_it_is(terminal: Terminal) -> None:
    assert terminal("--version").out == f"sounding-board {VERSION}\n"


def test_serve_without_a_secret_ends_at_once(terminal: Terminal, gitlab: FakeGitLab) -> None:
    process = started("serve", "--port", "0")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert said.startswith("SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN, SOUNDING_BOARD_WEBHOOK_SECRET: ")
