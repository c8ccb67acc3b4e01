"""The running stand-in: delivery, counting, loud unknowns, its own command, the demo's program."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Label
from app.fakegitlab.seed import STATUSES, demo_world
from app.fakegitlab.state import Tier
from tests.fakegitlab.conftest import SIGNING, Pod


class Receiver(ThreadingHTTPServer):
    """Remembers what it was sent; answers with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Letterbox)
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"


class Letterbox(BaseHTTPRequestHandler):
    """Takes a delivery."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A hook's other end."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_deliveries_arrive_signed_over_http(pod: Pod, receiver: Receiver) -> None:
    pod.world.add_hook(pod.world.root, pod.project, receiver.url, signing_token=SIGNING)
    with FakeGitLab(pod.world) as running:
        for _ in range(5):
            pod.file("status::new")
        assert running.settle(10)

    assert sorted(json.loads(body)["object_attributes"]["iid"] for _, body in receiver.got) == [1, 2, 3, 4, 5]
    assert all(headers["webhook-signature"].startswith("v1,") for headers, _ in receiver.got)
    assert receiver.got[0][0]["User-Agent"] == "GitLab/19.4.0-ee"


def test_a_failing_receiver_is_paused_and_not_told_again(pod: Pod, receiver: Receiver) -> None:
    hook = pod.world.add_hook(pod.world.root, pod.project, receiver.url)
    receiver.status = 503
    with FakeGitLab(pod.world) as running:
        for _ in range(6):
            pod.file()
            assert running.settle(10)

    assert (len(receiver.got), hook.lost) == (4, 2)


def test_a_receiver_that_is_not_there_counts_as_failure(pod: Pod) -> None:
    hook = pod.world.add_hook(pod.world.root, pod.project, "http://127.0.0.1:9/hook")
    with FakeGitLab(pod.world) as running:
        pod.file()
        assert running.settle(10)
    assert hook.failures == 1


def test_unknown_paths_are_loud(pod: Pod) -> None:
    with FakeGitLab(pod.world, deliver=False) as running, httpx.Client(base_url=running.url) as client:
        for method, path in (("GET", "/api/v4/projects/1/pipelines"), ("GET", "/explore")):
            answer = client.request(method, path)
            assert (answer.status_code, answer.json()) == (
                501,
                {"message": f"501 The stand-in does not know {method} {path}"},
            )
        epics = client.get("/api/v4/projects/1/issues?epic_id=3", headers={"PRIVATE-TOKEN": pod.sam.token})
        assert epics.status_code == 501

    assert pod.world.unknown_calls == [
        "GET /api/v4/projects/1/pipelines",
        "GET /explore",
        "GET /api/v4/projects/1/issues (parameter epic_id)",
    ]


def test_calls_are_counted(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    pod.world.reset_calls()
    http.get("/projects/sme%2Fcustomer-feedback/issues/1")
    http.get("/projects/1/issues/2")

    assert [(call.method, call.template, call.username, call.status) for call in pod.world.calls] == [
        ("GET", "/projects/:id/issues/:issue_iid", "sam", 200),
        ("GET", "/projects/:id/issues/:issue_iid", "sam", 404),
    ]


def test_changes_are_signalled(pod: Pod) -> None:
    before = pod.world.changes.version
    issue = pod.file("status::new")
    assert pod.world.changes.wait(before, timeout=0) > before
    assert {changed for _, changed in pod.world.changes.since(before)} == {issue.id}


@pytest.mark.parametrize("tier", ["premium", "free"])
def test_the_demo_has_a_past_in_every_column(tier: Tier) -> None:
    world = World(tier)
    seeded = demo_world(world)
    columns = {one.label.title: world.cards(world.root, seeded.board, one) for one in seeded.board.lists}

    assert list(columns) == [f"status::{status}" for status in STATUSES]
    assert all(columns.values())
    assert sum(map(len, columns.values())) == len(seeded.project.issues) - 1 == 20
    assert [label.title for label in seeded.project.issues[1].labels] == ["program-doc::operator"]
    youngest = max(event.created_at for issue in seeded.project.issues.values() for event in issue.label_events)
    assert (world.now() - youngest).days >= 2
    assert [board.name for board in seeded.project.boards.values()] == (
        ["Customer feedback", "AI", "App Security", "Agile", "Dedicated"]
        if tier == "premium"
        else ["Customer feedback"]
    )
    assert (len(world.outbox), world.unknown_calls) == (0, [])


def test_the_demo_takes_other_labels() -> None:
    world = World()
    mine = [(label.title, "#123456", "Ours.") for label in _demo_labels_of(World())]
    seeded = demo_world(world, mine)
    assert {label.color for label in seeded.project.labels.values()} == {"#123456"}


def _demo_labels_of(world: World) -> list[Label]:
    return list(demo_world(world).project.labels.values())


def test_it_starts_alone_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "app.fakegitlab", "--port", "0", "--world", "demo", "--root-token", "open-sesame"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as alone:
        assert alone.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("API:"):
            lines.append(alone.stdout.readline())
            assert lines[-1], lines
        api = lines[-1].split()[1]
        board = next(line.split()[1] for line in lines if line.startswith("Board:"))
        answer = httpx.get(f"{api}/projects/1/issues", headers={"PRIVATE-TOKEN": "open-sesame"})
        page = httpx.get(board)
        alone.terminate()
        assert alone.wait(20) == 0

    assert (answer.headers["x-total"], page.status_code) == ("21", 200)
    assert re.search(r"^pm\.ai +PM AI +glpat-\S{20}$", "".join(lines), re.MULTILINE)
