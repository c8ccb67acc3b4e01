"""`sounding-board status`: one sentence a thing, and an exit code for a cron job or a person in a hurry."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from app import bootstrap
from app.domain.inbox import Arrival, Failure, InboxRules
from app.domain.installation import TRIGGERS
from app.domain.issue import Ref
from app.domain.program import Job
from app.domain.subject import Request
from app.entrypoints.serving import Serving
from app.fakegitlab import World
from app.gateways.inbox_sqlite import SqliteInbox
from tests.commands.terminal import Terminal

PROJECT = "sme/customer-feedback"
UNSEEN = "note   sme/customer-feedback: only a Maintainer's token can see hooks, so ours was not looked at; SOUNDING_BOARD_OPERATOR_TOKEN may hold one."
GITLAB = "ok     GitLab 19.4.0-ee takes our token; we are @sounding-board (id 17)."
UNPROVED = (
    "note   Whether webhooks arrive was not proved yet; `sounding-board check --loop` asks on sme/customer-feedback#1."
)
NO_WORD = [f"note   No {job} has left word on the operator issue yet." for job in Job]


class Door:
    """What answers where the service should be."""

    def __init__(self) -> None:
        self.says: Response = JSONResponse({"ready": True, "failing": []})
        self.web = FastAPI()
        self.web.get("/readyz", response_model=None)(self.answer)

    def answer(self) -> Response:
        """Whatever was set."""
        return self.says


@pytest.fixture
def door(terminal: Terminal) -> Iterator[Door]:
    """A service, as far as its health page goes, where the settings say."""
    opened = Door()
    with Serving(opened.web) as serving:
        terminal.sets(host="0.0.0.0", port=serving.url.rpartition(":")[2])
        yield opened


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where the inbox is, with nothing in it."""
    folder = tmp_path / "kept"
    folder.mkdir(exist_ok=True)
    SqliteInbox(folder / "inbox.sqlite3", InboxRules()).close()
    return folder


def told(terminal: Terminal) -> tuple[int, list[str]]:
    """The exit code and the lines, with ports and instants taken out."""
    ran = terminal("status")
    assert ran.err == ""
    text = re.sub(r"(?<=0\.0:|0\.1:)\d+", "PORT", ran.out)
    return ran.code, re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "THEN", text).splitlines()


READY = "ok     The service at 0.0.0.0:PORT is ready."
EMPTY = "ok     Inbox: 0 waiting, 0 running, none given up."


def test_a_young_installation(terminal: Terminal, world: World, kept: Path, door: Door) -> None:
    assert told(terminal) == (0, [READY, EMPTY, GITLAB, UNSEEN, UNPROVED, *NO_WORD])


def test_an_installation_that_works(terminal: Terminal, world: World, kept: Path, door: Door) -> None:
    terminal("sweep", "--apply")
    terminal("score", "--apply")
    terminal("due", "--apply")
    world.add_member(world.project(PROJECT), world.user("sounding-board"), "maintainer")
    events = dict.fromkeys(TRIGGERS, True)
    world.add_hook(world.root, world.project(PROJECT), "https://your.host/webhooks/gitlab", token="a", events=events)
    code, lines = told(terminal)
    assert (code, lines) == (
        0,
        [
            READY,
            EMPTY,
            GITLAB,
            "ok     sme/customer-feedback: our webhook is there and sends what we need.",
            "note   sme/customer-feedback: GitLab knows of no delivery to our webhook in two days; Test, on its page, sends something.",
            UNPROVED,
            "ok     The last sweep ended on THEN UTC.",
            "ok     The last score ended on THEN UTC.",
            "ok     The last due ended on THEN UTC.",
        ],
    )


def test_everything_is_wrong_and_each_part_is_told_all_the_same(
    terminal: Terminal, world: World, kept: Path, door: Door
) -> None:
    door.says = JSONResponse({"ready": False, "failing": ["inbox"], "degraded": ["configuration"]}, 503)
    inbox, now = SqliteInbox(kept / "inbox.sqlite3", InboxRules(quiet=timedelta(0))), bootstrap.utc_now()
    inbox.put(Arrival(Request(Ref(PROJECT, 2))), now)
    claim = inbox.claim(now)
    assert claim
    inbox.fail(claim, Failure("it is gone", final=True), now)
    inbox.close()
    world.faults.server_error(500, count=None)
    terminal.sets(paused="true")
    code, lines = told(terminal)
    assert (code, lines[:-1]) == (
        1,
        [
            "wrong  The service at 0.0.0.0:PORT is not ready: inbox.",
            "wrong  The service at 0.0.0.0:PORT goes on with an older configuration: what is there cannot be used.",
            "note   SOUNDING_BOARD_PAUSED is set here: nothing is written to GitLab.",
            "wrong  Inbox: 0 waiting, 0 running, 1 given up, the last on THEN UTC; `sounding-board inbox` names them.",
        ],
    )
    assert lines[-1].startswith("wrong  GitLab is in trouble (GET /user at 127.0.0.1 answered 500")


def kept_waiting(folder: Path, minutes: int, *, at_work: bool = False) -> None:
    """A card has been due for so long; it is being worked on, and has waited again since."""
    due = bootstrap.utc_now() - timedelta(minutes=minutes)
    inbox = SqliteInbox(folder / "inbox.sqlite3", InboxRules(quiet=timedelta(0)))
    inbox.put(Arrival(Request(Ref(PROJECT, 2))), due)
    if at_work:
        assert inbox.claim(due)
        inbox.put(Arrival(Request(Ref(PROJECT, 2))), due)
    inbox.close()


def test_an_inbox_that_nobody_works_off(terminal: Terminal, world: World, kept: Path, door: Door) -> None:
    """The service is ready to take deliveries in, and its workers, or those of the other replicas, are gone."""
    kept_waiting(kept, minutes=12)
    code, lines = told(terminal)
    assert (code, lines[:3]) == (
        1,
        [
            READY,
            "ok     Inbox: 1 waiting, 0 running, none given up.",
            "wrong  The inbox is not worked off: something has been due for 12 minutes, since THEN UTC; look whether a service or a worker runs, and what its log says.",
        ],
    )


@pytest.mark.parametrize(("minutes", "at_work"), [(4, False), (9, True), (-60, False)])
def test_what_waits_its_turn_is_not_late(
    minutes: int, at_work: bool, terminal: Terminal, world: World, kept: Path, door: Door
) -> None:
    kept_waiting(kept, minutes, at_work=at_work)
    code, lines = told(terminal)
    assert (code, lines[2]) == (0, GITLAB)


def test_nobody_is_where_the_service_should_be(terminal: Terminal, world: World, kept: Path) -> None:
    terminal.sets(host="127.0.0.1", port="9")
    code, (first, *_) = told(terminal)
    assert (code, first) == (1, "wrong  No service answers at 127.0.0.1:PORT (ConnectError).")


def test_somebody_else_is_where_the_service_should_be(terminal: Terminal, world: World, kept: Path, door: Door) -> None:
    door.says = PlainTextResponse("Welcome to nginx!")
    code, (first, *_) = told(terminal)
    assert (code, first) == (1, "wrong  What answers at 127.0.0.1:PORT is not this service.")


def test_without_an_operator_issue_nobody_left_word(
    terminal: Terminal, world: World, kept: Path, door: Door, program: Path
) -> None:
    text = (program / "program.yml").read_text()
    (program / "program.yml").write_text(text.replace("operator_issue: sme/customer-feedback#1\n", ""))
    code, lines = told(terminal)
    assert code == 0
    assert lines[-1] == (
        "note   program.yml names no operator_issue, so nobody knows of the last jobs, and webhooks go unproved."
    )


def test_with_a_configuration_that_cannot_be_used_all_that_does_not_need_it_is_told(
    terminal: Terminal, world: World, kept: Path, door: Door, program: Path
) -> None:
    (program / "program.yml").write_text("nonsense: true\n")
    code, lines = told(terminal)
    assert (code, lines[:4]) == (
        1,
        [
            READY,
            EMPTY,
            GITLAB,
            "wrong  The configuration cannot be used, so webhooks and jobs were not looked at. A service that runs goes on with the last good one until it ends; one that starts needs this mended:",
        ],
    )
    assert lines[4].startswith("wrong  program.yml:1:1: ")
    assert all(line.startswith("wrong  program.yml:") for line in lines[4:])


def test_check_loop_asks_and_tells_that_nobody_answers(terminal: Terminal, world: World) -> None:
    ran = terminal("check", "--loop", "--within", "1")
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == (
        "wrong  Webhooks do not reach the service, or it does not work: of a change of sme/customer-feedback#1 nobody has heard in 1 s. `sounding-board status` and `sounding-board check --online` look further."
    )


def test_check_loop_writes_nothing_where_the_service_is_paused(terminal: Terminal, world: World) -> None:
    terminal.sets(paused="true")
    ran = terminal("check", "--loop")
    assert (ran.code, ran.out.splitlines()[-1]) == (
        1,
        "wrong  The loop cannot be proved: SOUNDING_BOARD_PAUSED is set here, and to ask is to change a note.",
    )
    assert [call.method for call in world.calls if call.method != "GET"] == []
