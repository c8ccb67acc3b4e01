"""`sounding-board note`: one note on a merge request, edited in place, that runs nothing and is nobody else's."""

from collections.abc import Iterator

import httpx
import pytest

from app.domain.merge_note import MARKER, MOST, Section, note_text
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Project
from app.fakegitlab.possessions import MergeRequestNote
from tests.commands.terminal import Terminal

PROJECT = "acme/program"
HERE = f"{PROJECT}!1"


@pytest.fixture
def world() -> World:
    """A project with a merge request; the reviewer's token may comment and no more."""
    world = World()
    project = world.add_project(world.add_group("acme", "Acme"), "program", "Program")
    for name, level in (("reviewer", "reporter"), ("mia", "maintainer")):
        world.add_member(project, world.add_user(name, name.title()), level)
    return world


@pytest.fixture
def project(world: World) -> Project:
    """Where the merge request is."""
    return world.project(PROJECT)


@pytest.fixture
def gitlab(world: World, terminal: Terminal) -> Iterator[FakeGitLab]:
    """GitLab, and a terminal of the pipeline that talks to it."""
    with FakeGitLab(world, deliver=False) as running:
        _merge_request(running)
        terminal.sets(gitlab_url=running.url, operator_token=world.user("reviewer").token)
        yield running
    assert not world.unknown_calls


def _merge_request(gitlab: FakeGitLab) -> None:
    mia = {"PRIVATE-TOKEN": gitlab.world.user("mia").token}
    with httpx.Client(base_url=f"{gitlab.url}/api/v4/projects/acme%2Fprogram", headers=mia) as client:
        for path, body in (
            ("/repository/files/a", {"branch": "main", "content": "a", "commit_message": "a"}),
            ("/repository/branches", {"branch": "other", "ref": "main"}),
            ("/merge_requests", {"source_branch": "other", "target_branch": "main", "title": "Change"}),
        ):
            client.post(path, json=body).raise_for_status()


def _say(terminal: Terminal, text: str, name: str = "plan.md") -> str:
    (terminal.here / name).write_text(text)
    ran = terminal("note", "--merge-request", HERE, name)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def bodies(project: Project) -> list[str]:
    """The notes there, the oldest first."""
    return [note.body for note in project.own.merge_requests[1].notes]


def test_it_is_said_once_and_edited_in_place(terminal: Terminal, gitlab: FakeGitLab, project: Project) -> None:
    assert _say(terminal, "**1 change to make.**\n") == "The note on acme/program!1 was written.\n"
    assert _say(terminal, "**1 change to make.**\n") == "The note on acme/program!1 says so already.\n"
    assert _say(terminal, "**2 changes to make.**\n") == "The note on acme/program!1 was written.\n"
    assert bodies(project) == [f"**2 changes to make.**\n\n{MARKER}"]


def test_a_note_that_somebody_else_marked_is_left_alone(
    terminal: Terminal, gitlab: FakeGitLab, world: World, project: Project
) -> None:
    _say(terminal, "ours")
    project.own.merge_requests[1].notes[0].author_id = world.user("mia").id
    _say(terminal, "ours again")
    assert bodies(project) == [f"ours\n\n{MARKER}", f"ours again\n\n{MARKER}"]


def test_of_two_that_a_race_made_the_oldest_stays(terminal: Terminal, gitlab: FakeGitLab, project: Project) -> None:
    headers = {"PRIVATE-TOKEN": gitlab.world.user("reviewer").token}
    notes = f"{gitlab.url}/api/v4/projects/acme%2Fprogram/merge_requests/1/notes"
    for number in range(3):
        httpx.post(notes, headers=headers, json={"body": f"{number}\n\n{MARKER}"}).raise_for_status()
    _say(terminal, "new")
    assert bodies(project) == [f"new\n\n{MARKER}"]


def test_of_two_first_runs_the_later_one_is_read(
    terminal: Terminal, gitlab: FakeGitLab, world: World, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another pipeline says its first note between our look and our post: ours is the double, and its words count."""
    request = project.own.merge_requests[1]

    def strike(method: str, path: str) -> None:
        if method == "POST" and path.endswith("/notes") and not request.notes:
            now, number = world.now(), world.next_id("note")
            older = f"the older plan\n\n{MARKER}"
            request.notes.append(MergeRequestNote(number, world.user("reviewer").id, older, now, now, "d" * 40, False))

    monkeypatch.setattr(world.faults, "strike", strike)
    _say(terminal, "the newer plan")
    assert bodies(project) == [f"the newer plan\n\n{MARKER}"]


def test_a_merge_request_that_is_not_there(terminal: Terminal, gitlab: FakeGitLab) -> None:
    (terminal.here / "plan.md").write_text("x")
    ran = terminal("note", "--merge-request", "acme/program!7", "plan.md")
    assert (ran.code, ran.out) == (1, "")
    assert "/projects/acme/program/merge_requests/7/notes" in ran.err


def test_wrong_words_and_files_are_told(terminal: Terminal, gitlab: FakeGitLab) -> None:
    assert "12 is no merge request: write it as group/project!12." in terminal("note", "--merge-request", "12", "x").err
    ran = terminal("note", "--merge-request", HERE, "gone.md")
    assert (ran.code, "gone.md cannot be read (No such file or directory)." in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([Section("", markdown=True), Section(" \n", markdown=False)], "Nothing to tell."),
        ([Section("ok\n", markdown=False), Section("**x**", markdown=True)], "```text\nok\n```\n\n**x**"),
        ([Section("/close\n  /label ~a\na/b", markdown=True)], "\\/close\n  \\/label ~a\na/b"),
        ([Section(f"a {MARKER}", markdown=True)], "a &lt;!-- sounding-board:merge-request -->"),
        ([Section("```\n/close", markdown=False)], "````text\n```\n/close\n````"),
    ],
)
def test_what_files_say_is_only_told(parts: list[Section], text: str) -> None:
    assert note_text(parts) == text


def test_a_long_plan_is_cut_at_a_line() -> None:
    text = note_text([Section("- one line\n" * 100_000, markdown=True), Section("problem\n" * 100_000, markdown=False)])
    assert len(text) < MOST
    assert text.count("- one line\n\n… The rest is in the artifacts of the job.") == 1
    assert text.endswith("problem\n\n… The rest is in the artifacts of the job.\n```")
