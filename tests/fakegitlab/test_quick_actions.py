"""Quick actions in comments and descriptions (CONTRACT 4, 8)."""

import httpx
import pytest

from app.fakegitlab.quick_actions import Command, extract
from tests.fakegitlab.conftest import Pod


@pytest.mark.parametrize(
    "quiet",
    [
        "> /close",
        "```\n/close\n```",
        "    /close",
        "`/close`",
        ">>>\n/close\n\n/close\n>>>",
        "- /close",
        "<!--\n/close\n-->",
        "see /close",
        "/closely watched",
        "/cc @sam",
        "\\/close",
    ],
)
def test_text_that_only_looks_like_a_quick_action_stays(quiet: str) -> None:
    assert extract(quiet) == (quiet, [])


def test_quick_actions_are_taken_out_of_the_text() -> None:
    text, found = extract('Hello\n/label ~a ~"b c"\n\n/CLOSE\r\nGoodbye')

    assert text == "Hello\n\nGoodbye"
    assert found == [Command("label", '~a ~"b c"'), Command("close", "")]


def test_a_comment_of_quick_actions_only_makes_no_note(pod: Pod, http: httpx.Client) -> None:
    issue = pod.file("status::new")

    answer = http.post("/projects/1/issues/1/notes", json={"body": '/label ~"area::ai" ~status::reviewed\n/close'})

    assert answer.status_code == 202
    assert answer.json()["commands_changes"] == {
        "add_label_ids": [4, 2],
        "state_event": "close",
    }
    assert (issue.state, pod.titles(issue)) == ("closed", ["area::ai", "status::reviewed"])
    assert http.get("/projects/1/issues/1/notes").json() == []


def test_a_comment_with_text_makes_a_note_of_the_rest(pod: Pod, http: httpx.Client) -> None:
    issue = pod.file("status::new")

    answer = http.post("/projects/1/issues/1/notes", json={"body": "Done here.\n\n/unlabel ~status::new"})

    assert (answer.status_code, answer.json()["body"]) == (201, "Done here.")
    assert pod.titles(issue) == []


def test_quick_actions_that_do_nothing_are_refused(pod: Pod, http: httpx.Client) -> None:
    pod.file()

    answer = http.post("/projects/1/issues/1/notes", json={"body": "/label ~nobody-knows"})

    assert answer.status_code == 400
    assert "Failed to apply commands." in answer.json()["message"]


def test_a_guests_commands_do_nothing_on_anothers_issue(pod: Pod) -> None:
    issue = pod.file("status::new")

    pod.world.add_note(pod.robin, issue, "Please.\n\n/close\n/label ~area::ai")

    assert (issue.state, pod.titles(issue), issue.notes[0].body) == ("opened", ["status::new"], "Please.")


def test_a_description_is_obeyed_when_filed_and_when_edited(pod: Pod) -> None:
    issue = pod.file(description='It hurts.\n\n/label ~"status::new" ~area::ai\n/confidential')
    assert (issue.description, pod.titles(issue), issue.confidential) == (
        "It hurts.",
        ["area::ai", "status::new"],
        True,
    )

    pod.world.update_issue(pod.sam, issue, description="It still hurts.\n/relabel ~status::reviewed\n/title It aches")

    assert (issue.title, pod.titles(issue)) == ("It aches", ["status::reviewed"])


def test_assign_due_and_duplicate(pod: Pod) -> None:
    first, issue = pod.file(), pod.file("status::new")

    pod.world.add_note(pod.sam, issue, "/assign @mia me\n/due in 2 weeks\n/duplicate #1")

    assert [user.username for user in issue.assignees] == ["sam", "mia"]
    assert (str(issue.due_date), issue.state, issue.duplicated_to) == ("2026-09-28", "closed", first)
    assert "marked this issue as a duplicate of #1" in [note.body for note in issue.notes]


def test_board_move_needs_exactly_one_board(pod: Pod) -> None:
    issue = pod.file("status::new")
    pod.world.add_note(pod.sam, issue, "/board_move ~status::accepted")
    assert pod.titles(issue) == ["status::accepted"]

    pod.world.create_board(pod.sam, pod.project, "Another")
    pod.world.add_note(pod.sam, issue, "Again.\n/board_move ~status::new")
    assert pod.titles(issue) == ["status::accepted"]


def test_a_command_the_stand_in_lacks_is_remembered(pod: Pod) -> None:
    pod.world.add_note(pod.sam, pod.file(), "Over there.\n/iteration *iteration:1")
    assert pod.world.unknown_calls == ["quick action /iteration"]


def test_ticking_a_box_is_told_by_a_system_note(pod: Pod) -> None:
    issue = pod.file(description="- [ ] Customer size\n- [ ] Use case")

    pod.world.update_issue(pod.sam, issue, description="- [x] Customer size\n- [ ] Use case")

    assert [note.body for note in issue.notes] == ["marked the checklist item **Customer size** as completed"]
