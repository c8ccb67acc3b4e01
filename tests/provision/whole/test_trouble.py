"""A whole program by plan and apply, and what goes wrong: rights that are missing, and a GitLab that fails."""

# ruff: noqa: E501 - sentences are pinned as people read them

import itertools
import re
import socket
from pathlib import Path
from typing import Literal

import pytest
from inline_snapshot import snapshot

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.faults import Fault
from tests.commands.terminal import Terminal
from tests.config import small
from tests.provision.whole.steps import CHANGES, LABELS, PATH, PROGRAM, at_last, outcome, settled, writes


class TestTheTokenMayNot:
    """Rights are missing: told with a cure, and never taken for nothing to do."""

    def test_a_planner_may_not_see_hooks(self, terminal: Terminal, world: World) -> None:
        terminal.patch.delenv("SOUNDING_BOARD_OPERATOR_TOKEN")
        for command in ("plan", "apply"):
            ran = terminal(command)
            assert (ran.code, ran.err) == (1, "")
            refused = ran.out[ran.out.index("Refused") :].removesuffix("Nothing was written.\n")
            assert refused == snapshot("""\
Refused, so nothing of it is made:
  hooks could not be looked at: only a Maintainer of sme/feedback may see and set webhooks, and this token's user is none. Put a Maintainer's token into SOUNDING_BOARD_OPERATOR_TOKEN. --only labels --only boards --only documents lifts this.
  schedules could not be looked at: this token's user may not keep the pipeline schedules of sme/program, or its pipelines are switched off. It takes a Developer, and a Maintainer to take over the schedules of others: put such a token into SOUNDING_BOARD_OPERATOR_TOKEN. --only labels --only boards --only documents lifts this.
  variables could not be looked at: only a Maintainer of sme/program may see its CI/CD variables, and this token's user is none. Put a Maintainer's token into SOUNDING_BOARD_OPERATOR_TOKEN. --only labels --only boards --only documents lifts this.
  The issue templates of sme/feedback are to be committed on main, and the token's user may not push there. Let them push, give a Maintainer's token, or write `templates: merge_request`.
""")
        assert writes(world) == 0
        ran = terminal("apply", "--only", "labels")
        assert ran.code == 0

    def test_a_token_that_ran_out(self, terminal: Terminal, world: World) -> None:
        terminal.sets(operator_token="glpat-nobody-knows-it")
        ran = terminal("apply")
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == snapshot(
            "GitLab does not accept the operator's token (GET /projects/sme/feedback/labels at 127.0.0.1 answered 401): it has expired, was revoked or was copied wrongly. Put a Maintainer's one with scope api into SOUNDING_BOARD_OPERATOR_TOKEN; the service's token is another.\n"
        )
        assert "glpat-nobody-knows-it" not in ran.err
        assert writes(world) == 0

    def test_a_project_that_is_not_there(self, terminal: Terminal, world: World, tmp_path: Path) -> None:
        small.written(tmp_path / "program", program=PROGRAM.replace("sme/feedback", "sme/feedbakc"))
        ran = terminal("apply", "--only", "labels", "--only", "boards")
        assert (ran.code, ran.err) == (1, "")
        assert ran.out == snapshot("""\
Whether there is anything to do is not known: not everything could be looked at.
  labels: could not be looked at
  boards: could not be looked at
  not asked for: templates, documents, hooks, schedules, variables
Refused, so nothing of it is made:
  labels, boards could not be looked at: There is nothing to be seen there (GET /projects/sme/feedbakc/labels at 127.0.0.1 answered 404): it was deleted or moved, or the user of the operator's token is no member there; plan and apply need the role Maintainer.
Nothing was written.
""")
        assert writes(world) == 0

    def test_a_guest_may_not_even_make_labels(self, terminal: Terminal, world: World) -> None:
        world.add_member(world.project(PATH), world.user("olga"), "guest")
        ran = terminal("apply", "--only", "labels")
        assert (ran.code, ran.err) == (1, "")
        assert at_last(ran) == snapshot(
            [
                "1/9 labels: create status::new in sme/feedback: could not be made. GitLab does not let our token do this (POST /projects/sme/feedback/labels at 127.0.0.1 answered 403: 403 Forbidden). It takes the scope api, and in the project or group at least the role Planner; for what plan and apply set, Maintainer.",
                "0 of 9 changes made, 1 failed, 8 not tried. `sounding-board apply` goes on from there.",
            ]
        )
        assert writes(world) == 1
        assert not world.project(PATH).labels


class TestGitLabFails:
    """At any call of a plan: nothing is shown. At any write of an apply: said exactly, and the next apply finishes."""

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_one_answer_that_fails_costs_a_second_and_not_the_plan(
        self, terminal: Terminal, world: World, waits: list[float], status: int
    ) -> None:
        world.faults.server_error(status, count=1, path="/boards$")
        ran = terminal("plan")
        assert (ran.code, ran.err, waits) == (0, "", [1.0])
        world.faults.server_error(status, count=2, path="/boards$")
        assert (terminal("plan").code, waits) == (0, [1.0, 1.0, 3.0])

    def test_a_write_that_fails_is_not_sent_again(self, terminal: Terminal, world: World, waits: list[float]) -> None:
        world.faults.server_error(502, count=1, methods=("POST",), path="/labels$")
        ran = terminal("apply", "--only", "labels")
        assert (ran.code, waits, writes(world)) == (1, [], 1)
        assert outcome(ran).startswith("0 of 9 changes made, 1 whose outcome is not known, 8 not tried.")

    def test_while_it_plans(self, terminal: Terminal, world: World) -> None:
        world.faults.server_error(500, count=None, path="/boards$")
        ran = terminal("apply")
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == snapshot(
            "GitLab is in trouble (GET /projects/sme/feedback/boards at 127.0.0.1 answered 500: 500 Server Error). It may work later.\n"
        )
        assert writes(world) == 0
        settled(terminal, world)

    @pytest.mark.parametrize("struck", ["rate_limit", "server_error", "lose_answer"])
    def test_while_it_writes(self, terminal: Terminal, world: World, struck: str) -> None:
        faults = {
            "rate_limit": lambda: world.faults.rate_limit(retry_after=90, methods=("POST",), path="labels$"),
            "server_error": lambda: world.faults.server_error(500, methods=("POST",), path="labels$"),
            "lose_answer": lambda: world.faults.lose_answer(methods=("POST",), path="labels$"),
        }
        faults[struck]()
        ran = terminal("apply")
        assert (ran.code, ran.err) == (1, "")
        told = at_last(ran)
        became = {"lose_answer": "1 whose outcome is not known"}.get(struck, "1 failed")
        assert told[1] == f"0 of 13 changes made, {became}, 12 not tried. `sounding-board apply` goes on from there."
        assert (
            re.split(r"(?:could not be|may have been) made\. ", told[0])[1].replace("127.0.0.1", "gitlab")
            == {
                "rate_limit": snapshot(
                    "GitLab asks us to slow down (POST /projects/sme/feedback/labels at gitlab answered 429). It may work later."
                ),
                "server_error": snapshot(
                    "GitLab is in trouble (POST /projects/sme/feedback/labels at gitlab answered 500: 500 Server Error). It may work later."
                ),
                "lose_answer": snapshot(
                    "GitLab could not be reached: the connection failed (RemoteProtocolError) for POST /projects/sme/feedback/labels at gitlab. Whether it was done is not known, so it is not sent again as it is: what GitLab has is read anew first."
                ),
            }[struck]
        )
        settled(terminal, world)

    def test_in_the_middle_the_numbers_are_exact(self, terminal: Terminal, world: World) -> None:
        world.faults.server_error(503, methods=("POST",), path="boards$")
        ran = terminal("apply")
        assert ran.code == 1
        made = sum(f"/{CHANGES} labels: create" in line for line in ran.out.splitlines())
        assert outcome(ran) == snapshot(
            "9 of 13 changes made, 1 failed, 3 not tried. `sounding-board apply` goes on from there."
        )
        assert made == len(world.project(PATH).labels) == LABELS
        settled(terminal, world)

    def test_nobody_listens(self, terminal: Terminal, empty: FakeGitLab) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            terminal.sets(gitlab_url=f"http://127.0.0.1:{taken.getsockname()[1]}")
            for command in ("plan", "apply"):
                ran = terminal(command)
                assert (ran.code, ran.out) == (1, "")
                assert ran.err == snapshot(
                    "GitLab could not be reached: the connection failed (ConnectError) for GET /projects/sme/feedback/labels at 127.0.0.1. It may work later.\n"
                )

    @pytest.mark.parametrize("kind", ["server_error", "lose_answer"])
    def test_at_each_second_write_and_the_next_apply_goes_on(
        self, terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch, kind: Literal["server_error"]
    ) -> None:
        """Wherever an apply is cut short, the next one takes up what is left; nothing is made twice."""
        written = itertools.count(1)

        def strike(method: str, _path: str) -> Fault | None:
            return Fault(kind) if method != "GET" and next(written) % 2 == 0 else None

        monkeypatch.setattr(world.faults, "strike", strike)
        rounds = 0
        while (ran := terminal("apply")).code:
            assert re.search(r"^\d+ of \d+ changes? made, (\d+ [a-z ]+, )+\d+ not tried\.", outcome(ran))
            rounds += 1
            assert rounds < 30
        assert rounds > LABELS / 2
        monkeypatch.undo()
        project = world.project(PATH)
        assert len(project.labels) == LABELS
        assert [len(board.lists) for board in project.boards.values()] == [2]
        assert len(project.hooks) == 1

    def test_what_was_made_without_an_answer_is_not_made_twice(self, terminal: Terminal, world: World) -> None:
        world.faults.lose_answer(methods=("POST",), path="labels$")
        assert terminal("apply").code == 1
        assert len(world.project(PATH).labels) == 1
        settled(terminal, world)
        titles = [label.title for label in world.project(PATH).labels.values()]
        assert len(titles) == len(set(titles)) == LABELS
