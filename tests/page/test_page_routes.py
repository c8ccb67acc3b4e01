"""The board page over HTTP, without a browser."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Issue

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def world() -> World:
    """One project, one board, one SA, one outsider, one card."""
    world = World()
    project = world.add_project(world.add_group("g", "Group"), "p", "Project")
    jane = world.add_user("jane", "Jane Sand", token="jane")
    jane.role = "SA"
    world.add_member(project, jane, "planner")
    world.add_user("eve", "Eve", token="eve")
    world.add_user("bot", "Bot", token="bot", bot=True)
    board = world.create_board(world.root, project, "Feedback")
    for status in ("new", "reviewed"):
        world.add_list(world.root, board, world.create_label(world.root, project, f"status::{status}"))
    world.create_issue(jane, project, "A request", labels=["status::new"])
    return world


@pytest.fixture
def gitlab(world: World) -> Iterator[httpx.Client]:
    """A client that speaks as Jane."""
    with FakeGitLab(world, deliver=False) as server, httpx.Client(base_url=server.url) as client:
        client.headers["PRIVATE-TOKEN"] = "jane"
        yield client


def request(world: World) -> Issue:
    """The one card."""
    return world.project("g/p").issues[1]


@pytest.mark.parametrize("path", ["/g/p/-/boards/1", "/-/static/board.js", "/-/static/board.css", "/-/page/boards/1"])
def test_every_answer_carries_the_strict_policy(gitlab: httpx.Client, path: str) -> None:
    answer = gitlab.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["..%2Froutes.py", "board.html", "nothing.js", "%2e%2e/routes.py"])
def test_only_the_page_s_own_files_are_served(gitlab: httpx.Client, name: str) -> None:
    assert gitlab.get(f"/-/static/{name}").status_code >= 400


def test_the_front_door_leads_to_the_first_board_and_issues_to_their_drawer(gitlab: httpx.Client) -> None:
    assert gitlab.get("/?as=jane").headers["location"] == "/g/p/-/boards/1?as=jane"
    assert gitlab.get("/g/p/-/issues/1?as=jane").headers["location"] == "/g/p/-/boards/1?as=jane&show=1"


def test_people_to_view_as_are_members_with_their_role_and_no_bots(gitlab: httpx.Client) -> None:
    people = gitlab.get("/-/page/people").json()
    assert people == [{"id": 2, "username": "jane", "name": "Jane Sand", "bot": False, "role": "SA", "token": "jane"}]


def test_a_move_is_made_as_the_caller_and_refusals_come_in_words(gitlab: httpx.Client, world: World) -> None:
    wish = {"issue_id": 1, "from": 1, "to": 2}
    move = "/-/page/boards/1/move"
    assert gitlab.post(move, json=wish, headers={"PRIVATE-TOKEN": "eve"}).status_code == 404
    assert gitlab.post(move, json=wish, headers={"PRIVATE-TOKEN": "nobody's"}).json() == {"message": "401 Unauthorized"}
    assert gitlab.post(move, json={**wish, "to": 99}).json() == {"error": "this board has no such list any more"}
    assert [label.title for label in request(world).labels] == ["status::new"]

    assert gitlab.post(move, json=wish).json() == {"version": world.changes.version}
    assert [label.title for label in request(world).labels] == ["status::reviewed"]


def test_strangers_see_neither_board_nor_issue(gitlab: httpx.Client) -> None:
    for path in ("/-/page/boards/1", "/-/page/issues/1/1", "/-/page/boards/77", "/-/page/issues/9/9"):
        assert gitlab.get(path, headers={"PRIVATE-TOKEN": "eve"}).status_code == 404


def test_the_live_line_tells_changes_at_once_and_ends_with_the_server(world: World) -> None:
    since = world.changes.version
    with (
        FakeGitLab(world, deliver=False) as server,
        httpx.stream("GET", f"{server.url}/-/page/events?since={since + 1}", timeout=10) as stream,
    ):
        heard = stream.iter_lines()
        assert next(heard) == ": the board listens"
        changed_at = time.monotonic()
        world.update_issue(world.root, request(world), title="Another title")
        lines = [next(heard) for _ in range(3)]
        assert time.monotonic() - changed_at < 1

        stopping = threading.Thread(target=server.stop)
        stopping.start()
        started = time.monotonic()
        assert "event: changed" not in list(heard)
        assert time.monotonic() - started < 2
        stopping.join()
    assert lines == ["", "event: changed", f'data: {{"version": {world.changes.version}, "issue_id": 1}}']


def test_a_page_from_before_a_restart_is_told_that_all_is_new(gitlab: httpx.Client, world: World) -> None:
    with gitlab.stream("GET", "/-/page/events?since=999999") as stream:
        heard = stream.iter_lines()
        told = [next(heard) for _ in range(4)]
    assert told[2:] == ["event: changed", f'data: {{"version": {world.changes.version}, "issue_id": null}}']
