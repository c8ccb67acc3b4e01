"""What an operator sees who plans and applies: the sentences, whole, and the exit codes."""

# ruff: noqa: E501 - sentences are pinned as people read them

import io
import json
import os
import signal
import sys
from collections.abc import Callable

import pytest
import typer
from inline_snapshot import snapshot

from app.domain.failure import Missing, Permanent, Temporary
from app.domain.provision import Act, Change, Difference, Kind, Step
from tests.commands.terminal import Ran, Terminal
from tests.provision.fake_parts import PLACE, Shelf

Shelves = Callable[..., None]


def numbered(ran: Ran) -> list[str]:
    """What was said of each change as it was made, and of all at the end."""
    made = ran.out.rpartition("not asked for:")[2].splitlines()[1:]
    return [line for line in made if line[:1].isdigit()]


def test_a_plan_says_what_where_why_and_how_many(
    terminal: Terminal, shelves: Shelves, labels: Shelf, boards: Shelf
) -> None:
    shelves(labels, boards)
    ran = terminal("plan")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot("""\
labels:
  + create status::new in sme/customer-feedback (label_taxonomy.yml:10)
  ~ change status::reviewed in sme/customer-feedback (label_taxonomy.yml:11)
      color: #ffffff → #6b4fbb
      touches 12 issues

2 changes to make, touching 12 issues.
  labels: 1 to create, 1 to change, 1 as declared
  boards: 1 as declared
  not asked for: templates, documents, hooks, schedules, variables
""")
    assert labels.made == []


def test_new_things_are_folded_and_the_rest_is_whole(terminal: Terminal, shelves: Shelves) -> None:
    wanted = {f"new::{n}": "blue" for n in range(30)} | {f"old::{n}": "blue" for n in range(30)}
    shelves(Shelf(Kind.LABELS, wanted, {f"old::{n}": "red" for n in range(30)}))
    lines = terminal("plan").out.splitlines()
    assert sum(line.startswith("  + create new::") for line in lines) == 20
    assert sum(line.startswith("  ~ change old::") for line in lines) == 30
    assert "  … and 10 more to create; `plan --json` lists all" in lines


def test_nothing_to_do_is_said_with_its_numbers(terminal: Terminal, shelves: Shelves, boards: Shelf) -> None:
    shelves(boards, Shelf(Kind.HOOKS, {}))
    for command in ("plan", "apply"):
        ran = terminal(command)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == snapshot("""\
Nothing to do.
  boards: 1 as declared
  hooks: nothing declared
  not asked for: labels, templates, documents, schedules, variables
""")


def test_the_exit_code_tells_of_changes_only_when_asked(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    shelves(labels)
    assert terminal("plan").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 3
    assert terminal("apply").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_what_is_left_to_people_is_no_pending_change(terminal: Terminal, shelves: Shelves) -> None:
    report = Change(Kind.LABELS, Act.REPORT, PLACE, "area::old", because="it belongs to the group sme")
    shelves(Shelf(Kind.LABELS, {}, more=(report,)))
    ran = terminal("plan", "--detailed-exitcode")
    assert ran.code == 0
    assert ran.out.splitlines()[-3:] == snapshot(
        [
            "Nothing to do. 1 thing is left to people.",
            "  labels: 1 left to people",
            "  not asked for: boards, templates, documents, hooks, schedules, variables",
        ]
    )
    assert terminal("apply").code == 0


def test_apply_shows_the_plan_and_makes_it_a_line_each(
    terminal: Terminal, shelves: Shelves, labels: Shelf, boards: Shelf
) -> None:
    shelves(boards, labels)
    shown = terminal("plan").out
    ran = terminal("apply")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.removeprefix(shown) == snapshot("""\
1/2 labels: create status::new in sme/customer-feedback
2/2 labels: change status::reviewed in sme/customer-feedback
labels: 2 of 2 changes made, 1 as declared before
boards: 1 as declared before
2 of 2 changes made.
""")
    assert labels.made == ["status::new", "status::reviewed"]
    again = terminal("apply")
    assert again.code == 0
    assert again.out.startswith("Nothing to do.")
    assert labels.made == ["status::new", "status::reviewed"]


def test_a_long_merge_is_announced_with_its_time(terminal: Terminal, shelves: Shelves) -> None:
    both = (Difference("title", "status::fresh", "status::new"),)
    merge = Change(Kind.LABELS, Act.MERGE, PLACE, "status::fresh", both, issues=1201)
    shelves(Shelf(Kind.LABELS, {}, more=(merge,)))
    ran = terminal("apply", "--allow-issues", "2000")
    assert numbered(ran) == snapshot(
        [
            "1/1 labels: merge status::fresh → status::new in sme/customer-feedback touches 1201 issues; that takes about 5 minutes",
            "1/1 labels: merge status::fresh → status::new in sme/customer-feedback",
            "1 of 1 change made.",
        ]
    )


@pytest.mark.parametrize(
    "failure",
    [
        Permanent("GitLab refuses (POST /projects/sme/customer-feedback/labels answered 409: Label already exists)."),
        Temporary("GitLab asks us to slow down. It may work later.", retry_after=300),
        Missing("There is nothing to be seen there."),
    ],
    ids=["refused", "busy", "gone"],
)
def test_a_step_that_fails_ends_the_apply_and_the_next_one_goes_on(
    terminal: Terminal, shelves: Shelves, labels: Shelf, boards: Shelf, failure: Temporary | Permanent
) -> None:
    boards.wanted["Agile"] = "green"
    labels.fails["status::reviewed"] = failure
    shelves(labels, boards)
    ran = terminal("apply")
    assert (ran.code, ran.err) == (1, "")
    assert numbered(ran) == [
        "1/3 labels: create status::new in sme/customer-feedback",
        f"2/3 labels: change status::reviewed in sme/customer-feedback: could not be made. {failure}",
        "1 of 3 changes made, 1 failed, 1 not tried. `sounding-board apply` goes on from there.",
    ]
    assert (labels.made, boards.made) == (["status::new"], [])
    labels.fails.clear()
    ran = terminal("apply")
    assert ran.code == 0
    assert ran.out.endswith("2 of 2 changes made.\n")


def test_a_short_pause_that_gitlab_asks_for_is_kept(
    terminal: Terminal, shelves: Shelves, labels: Shelf, waits: list[float]
) -> None:
    """The windows of its limits are a minute long."""
    labels.pauses = [7, 61]
    shelves(labels)
    ran = terminal("plan", "--json")
    assert (ran.code, ran.err) == (
        0,
        "Waiting 7 s before GitLab is asked again.\nWaiting 61 s before GitLab is asked again.\n",
    )
    assert json.loads(ran.out)["pending"] == 2
    labels.pauses = [1, 2, 3]
    assert terminal("plan").code == 1
    assert waits == [7, 61, 1, 2]


def test_a_pause_in_the_middle_too_and_the_change_is_made_once(
    terminal: Terminal, shelves: Shelves, labels: Shelf, waits: list[float]
) -> None:
    class Slow(Shelf):
        def make(self, step: Step[str]) -> None:
            if step.wish == "status::reviewed" and not waits:
                self.pauses = [30]
            Shelf.make(self, step)

    shelves(Slow(Kind.LABELS, labels.wanted, labels.there, made=labels.made))
    ran = terminal("apply")
    assert (ran.code, ran.err, waits) == (0, "Waiting 30 s before GitLab is asked again.\n", [30])
    assert ran.out.endswith("2 of 2 changes made.\n")
    assert labels.made == ["status::new", "status::reviewed"]


def test_nobody_waits_for_a_long_pause(terminal: Terminal, shelves: Shelves, labels: Shelf, waits: list[float]) -> None:
    labels.pauses = [66]
    shelves(labels)
    assert terminal("apply").code == 1
    assert waits == []


def test_an_apply_that_is_stopped_says_how_far_it_came(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    labels.fails["status::reviewed"] = KeyboardInterrupt
    shelves(labels)
    ran = terminal("apply")
    assert ran.code == 1
    assert numbered(ran) == snapshot(
        [
            "1/2 labels: create status::new in sme/customer-feedback",
            "1 of 2 changes made, 1 was under way, 0 not tried. `sounding-board apply` goes on from there.",
        ]
    )


def test_a_pipeline_that_is_cancelled_ends_in_words_too(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    class Cancelled(Shelf):
        def make(self, step: Step[str]) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            Shelf.make(self, step)

    shelves(Cancelled(Kind.LABELS, labels.wanted, labels.there))
    before = signal.getsignal(signal.SIGTERM)
    ran = terminal("apply")
    assert ran.code == 1
    assert "Stopped.\n" in ran.out
    assert numbered(ran) == [
        "0 of 2 changes made, 1 was under way, 1 not tried. `sounding-board apply` goes on from there.",
    ]
    assert signal.getsignal(signal.SIGTERM) is before


class Keyboard(io.StringIO):
    """A person at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code", "made"), [("y", 0, 2), ("n", 1, 0), ("", 1, 0)])
def test_a_person_is_asked_first(
    terminal: Terminal, shelves: Shelves, labels: Shelf, answer: str, code: int, made: int
) -> None:
    shelves(labels)
    terminal.patch.setattr(sys, "stdin", Keyboard(f"{answer}\n"))
    ran = terminal("apply")
    assert (ran.code, len(labels.made)) == (code, made)
    assert "Make 2 changes? [y/N]: " in ran.out
    assert ran.out.endswith("Nothing was written.\n") == (code == 1)


def test_a_person_who_types_ctrl_c_reads_that_nothing_was_written(
    terminal: Terminal, shelves: Shelves, labels: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> bool:
        raise typer.Abort

    shelves(labels)
    monkeypatch.setattr(typer, "confirm", interrupted)
    terminal.patch.setattr(sys, "stdin", Keyboard(""))
    ran = terminal("apply")
    assert (ran.code, ran.err, labels.made) == (1, "", [])
    assert ran.out.endswith("\nNothing was written.\n")


def test_a_person_who_said_yes_is_not_asked(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    shelves(labels)
    terminal.patch.setattr(sys, "stdin", Keyboard(""))
    ran = terminal("apply", "--yes")
    assert (ran.code, len(labels.made)) == (0, 2)
    assert "?" not in ran.out


class TestWrongUsage:
    """Exit code 2, before anything is asked of GitLab."""

    def test_nothing_is_set(self, terminal: Terminal, shelves: Shelves) -> None:
        shelves()
        terminal.patch.delenv("SOUNDING_BOARD_OPERATOR_TOKEN")
        terminal.patch.delenv("SOUNDING_BOARD_GITLAB_URL")
        for command in ("plan", "apply"):
            ran = terminal(command)
            assert (ran.code, ran.out) == (2, "")
            assert ran.err == snapshot("""\
SOUNDING_BOARD_GITLAB_URL is not set: GitLab's address, without /api/v4.
SOUNDING_BOARD_OPERATOR_TOKEN is not set: access token of an operator, scope api, role Maintainer, for plan and apply; where it is not set they take SOUNDING_BOARD_GITLAB_TOKEN.
""")

    def test_the_token_of_the_bot_is_enough_to_look(self, terminal: Terminal, shelves: Shelves, boards: Shelf) -> None:
        shelves(boards)
        terminal.patch.delenv("SOUNDING_BOARD_OPERATOR_TOKEN")
        terminal.sets(gitlab_token="token-of-the-bot")
        assert terminal("plan").code == 0

    def test_two_forms_at_once(self, terminal: Terminal, shelves: Shelves) -> None:
        shelves()
        ran = terminal("plan", "--json", "--markdown")
        assert ran.code == 2
        assert "choose one of --json and --markdown" in ran.err

    def test_an_unknown_kind(self, terminal: Terminal, shelves: Shelves) -> None:
        shelves()
        ran = terminal("plan", "--only", "lables")
        assert ran.code == 2
        assert "'lables' is not one of 'labels', 'boards'" in ran.err

    def test_a_broken_configuration(self, terminal: Terminal, shelves: Shelves) -> None:
        shelves()
        ran = terminal("plan", "--config", str(terminal.here))
        assert ran.code == 2
        assert ran.err.startswith("label_taxonomy.yml:1:1: the file is missing")
