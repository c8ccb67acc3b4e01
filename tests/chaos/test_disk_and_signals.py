"""A full disk, a folder nobody may write to, two services on one folder, a stop, a GitLab that is not there yet."""

import ctypes
import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain.inbox import Counts
from app.domain.subject import Watch
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Issue, Project
from app.fakegitlab.outbox import Delivery
from app.gateways.inbox_view import InboxView
from tests.chaos.installation import BELOW_EPHEMERAL, LOOPBACK, Installation, installation, port_for, until
from tests.scenarios.living import COMPLETE, SIGNING_TOKEN, enforced, peopled

DROP_FROM_BOUNDING_SET, OVERRIDE_PERMISSIONS = 24, 1


@dataclass(slots=True)
class Town:
    """A GitLab whose post this test carries by hand, and an installation that listens to it."""

    world: World
    project: Project
    place: Installation
    gitlab_port: int
    opened: ExitStack

    def opens_gitlab(self) -> None:
        """From now on GitLab answers."""
        self.opened.enter_context(FakeGitLab(self.world, port=self.gitlab_port, deliver=False))

    def files(self, title: str) -> tuple[Issue, Delivery]:
        """Somebody files a request; the event about it is not delivered yet."""
        issue = self.world.create_issue(self.world.user("sa.jane"), self.project, title, description=COMPLETE)
        return issue, self.world.outbox.drain()[-1]

    def judged(self, issue: Issue) -> bool:
        """Whether the service has been at this card."""
        with self.world.lock:
            return "status::new" in {label.title for label in issue.labels}

    def reads(self) -> int:
        """How often the service has looked at a card."""
        with self.world.lock:
            return sum(call.template == "/projects/:id/issues/:issue_iid" for call in self.world.calls)

    def inbox(self) -> Counts:
        """How many cards wait and run; the watch over ourselves, which always waits for its round, is none."""
        with closing(InboxView.beside(self.place.data / "inbox.sqlite3")) as view:
            counts, rounds = view.counts(), sum(one.subject == Watch() for one in view.waiting(100))
        return replace(counts, waiting=counts.waiting - rounds)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    world, project, _ = peopled(enforced())
    port = port_for("gitlab")
    world.base_url = f"http://{LOOPBACK}:{port}"
    with installation(tmp_path, world.base_url, world.user("sounding-board").token) as place, ExitStack() as opened:
        world.add_hook(world.root, project, place.url + PATH, signing_token=SIGNING_TOKEN)
        yield Town(world, project, place, port, opened)


def test_on_a_full_disk_deliveries_are_refused_in_time_and_taken_in_when_there_is_space_again(town: Town) -> None:
    town.opens_gitlab()
    service = town.place.serve()
    service.limit_files(1)
    lost, delivery = town.files("filed while the disk is full")
    assert town.place.post(delivery) == 503
    assert town.place.get("/healthz")[0] == 200
    until(
        lambda: town.place.get("/readyz") == (503, '{"ready":false,"failing":["inbox"]}'),
        "it says that it is not ready",
    )
    assert service.lives
    service.limit_files(-1)
    until(lambda: town.place.get("/readyz")[0] == 200, "it is ready again")
    later, delivery = town.files("filed when there is space again")
    assert town.place.post(delivery) == 200
    until(lambda: town.judged(later), "the later card is judged")
    assert not town.judged(lost)


def test_a_run_whose_end_met_a_full_disk_does_not_keep_its_card_until_the_lease_ends(town: Town) -> None:
    town.opens_gitlab()
    service = town.place.serve()
    town.world.faults.hang(0.5, count=1, path="/notes")
    _, delivery = town.files("under way when the disk fills up")
    assert town.place.post(delivery) == 200
    until(lambda: town.reads() == 1, "the run has begun")
    service.limit_files(1)
    until(lambda: any("cannot be kept" in line for line in service.lines), "the run cannot end")
    assert town.inbox() == Counts(waiting=0, running=1, dead=0)
    service.limit_files(-1)
    until(lambda: town.inbox() == Counts(waiting=1, running=0, dead=0), "the card waits for another run")


def test_a_second_service_on_the_same_folder_is_refused_in_words(town: Town) -> None:
    first = town.place.serve()
    second = town.place.run("serve", "--port", str(BELOW_EPHEMERAL[0]))
    assert second.ends() == 1
    assert second.lines == [
        f"{town.place.data}/inbox.sqlite3 is already in use by another process (number {first.pid}). "
        "Stop that one first, or give this one a file of its own."
    ]
    beside = town.place.run("worker")
    assert (beside.ends(), beside.lines) == (1, second.lines)
    assert first.lives


def test_a_folder_that_cannot_be_made_is_told_in_words(town: Town, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    refused = town.place.run("serve", environment={"SOUNDING_BOARD_DATA_DIR": f"{tmp_path}/a file/var"})
    assert refused.ends() == 1
    assert refused.lines == [f"cannot use {tmp_path}/a file/var: Not a directory"]


def as_a_plain_user() -> None:
    """For the administrator too, permissions are to mean something in the process that is started."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(DROP_FROM_BOUNDING_SET, OVERRIDE_PERMISSIONS, 0, 0, 0)


def test_a_read_only_folder_is_told_in_words(town: Town) -> None:
    town.place.data.mkdir(mode=0o500)
    refused = town.place.run("serve", preexec=as_a_plain_user)
    assert refused.ends() == 1
    assert refused.lines == [f"cannot use {town.place.data}/inbox.sqlite3: Permission denied"]


def test_a_read_only_inbox_is_told_in_words(town: Town) -> None:
    town.place.serve().popen.terminate()
    assert town.place.processes[-1].ends() == 0
    (town.place.data / "inbox.sqlite3").chmod(0o400)
    refused = town.place.run("serve", preexec=as_a_plain_user)
    assert refused.ends() == 1
    assert [json.loads(line)["message"] for line in refused.lines] == [
        "cannot start: inbox.sqlite3: the file is read-only"
    ]


def test_a_port_in_use_is_told_and_leaves_nothing_open(town: Town) -> None:
    with socket.create_server(("127.0.0.1", town.place.port)):
        refused = town.place.run("serve", "--port", str(town.place.port))
        assert refused.ends() == 1
    assert any("address already in use" in line for line in refused.lines)


def test_a_stop_finishes_the_run_at_hand_whoever_holds_a_connection(town: Town) -> None:
    """One connection idles, another never sends the rest of its delivery."""
    town.opens_gitlab()
    service = town.place.serve()
    town.world.faults.latency = 0.4
    issue, delivery = town.files("under way when the service is stopped")
    with (
        socket.create_connection(("127.0.0.1", town.place.port)) as idle,
        socket.create_connection(("127.0.0.1", town.place.port)) as slow,
    ):
        head = "".join(f"{name}: {value}\r\n" for name, value in delivery.headers.items())
        slow.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n{head}\r\n{{".encode())
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        assert town.place.post(delivery) == 200
        until(lambda: town.reads() == 1, "the run has begun")
        service.popen.terminate()
        assert service.ends(within=15) == 0
    assert town.judged(issue)
    assert town.inbox().running == 0


def test_without_gitlab_deliveries_are_taken_in_and_their_runs_wait_for_it(town: Town) -> None:
    service = town.place.serve()
    assert town.place.get("/readyz") == (200, '{"ready":true,"failing":[]}')
    issue, delivery = town.files("filed before GitLab is there")
    assert town.place.post(delivery) == 200
    until(lambda: any("could not be reached" in line for line in service.lines), "a run was tried")
    until(lambda: town.inbox().waiting == 1, "the card waits")
    assert town.place.get("/readyz")[0] == 200
    town.opens_gitlab()
    until(lambda: town.judged(issue), "the card is judged")
