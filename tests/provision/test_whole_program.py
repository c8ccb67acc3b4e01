"""From an empty project to a running program and back to nothing to do, with the real commands; and what goes wrong."""

# ruff: noqa: E501 - sentences are pinned as people read them

import itertools
import re
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from inline_snapshot import snapshot

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.commits import Action, commit
from app.fakegitlab.faults import Fault
from tests.commands.terminal import Ran, Terminal
from tests.config import small
from tests.scenarios.living import SIGNING_TOKEN

PATH = "sme/feedback"
PROGRAM = f"""{small.PROGRAM}
service: https://sounding-board.example.com
templates: commit
pipelines:
  project: sme/program
  ref: main
  schedules:
    - {{job: sweep, cron: "17 3 * * *", timezone: Etc/UTC}}
"""
LABELS, CHANGES = 9, 13


def painted(world: World, title: str, color: str) -> None:
    """Somebody changes a label by hand."""
    world.label(world.project(PATH), title).color = color


@pytest.fixture
def empty(terminal: Terminal, tmp_path: Path) -> Iterator[FakeGitLab]:
    """An empty project of requests, one with the program's files, their operator, a Maintainer, and a bot that is none."""
    world = World()
    group = world.add_group("sme")
    feedback, pipelines = (world.add_project(group, name) for name in ("feedback", "program"))
    olga, bot = world.add_user("olga", "Olga Operator"), world.add_user("sounding-board", "Sounding Board", bot=True)
    commit(world, world.root, pipelines, "main", "Begin", [Action("create", "program.yml", PROGRAM.encode())])
    for project in (feedback, pipelines):
        world.add_member(project, olga, "maintainer")
        world.add_member(project, bot, "planner")
    program = tmp_path / "program"
    program.mkdir()
    small.written(program, program=PROGRAM)
    with FakeGitLab(world, deliver=False) as running:
        terminal.sets(
            gitlab_url=running.url,
            operator_token=olga.token,
            gitlab_token=bot.token,
            webhook_signing_token=SIGNING_TOKEN,
            config_dir=program,
        )
        yield running
    assert not world.unknown_calls


@pytest.fixture
def world(empty: FakeGitLab) -> World:
    """What is in that GitLab."""
    return empty.world


def writes(world: World) -> int:
    """How many calls were no reading, since they were last forgotten."""
    return sum(call.method != "GET" for call in world.calls)


def outcome(ran: Ran) -> str:
    """The last line."""
    return ran.out.splitlines()[-1]


def at_last(ran: Ran) -> list[str]:
    """The change that was tried last, and the numbers of all."""
    return [line for line in ran.out.splitlines() if line[:1].isdigit()][-2:]


def settled(terminal: Terminal, world: World) -> None:
    """The next apply finishes, and the one after it has nothing to do."""
    world.faults.clear()
    ran = terminal("apply")
    assert (ran.code, ran.err) == (0, "")
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_from_an_empty_project_to_nothing_to_do(terminal: Terminal, world: World) -> None:
    planned = terminal("plan", "--detailed-exitcode")
    assert (planned.code, planned.err) == (3, "")
    assert planned.out == snapshot("""\
labels:
  + create status::new in sme/feedback (label_taxonomy.yml:7)
  + create status::done in sme/feedback (label_taxonomy.yml:10)
  + create area::ai in sme/feedback (label_taxonomy.yml:17)
  + create region::apac in sme/feedback (label_taxonomy.yml:24)
  + create theme::ai::chat in sme/feedback (label_taxonomy.yml:31)
  + create context::needed in sme/feedback (label_taxonomy.yml:38)
  + create context::ready in sme/feedback (label_taxonomy.yml:39)
  + create hold::open in sme/feedback (label_taxonomy.yml:44)
  + create paused in sme/feedback (label_taxonomy.yml:46)

boards:
  + create AI in sme/feedback (program.yml:8)
      shows: issues with area::ai
      lists: status::new, status::done
      because the project has no board of this name

templates:
  + create issue templates in sme/feedback (program.yml:26)
      Customer feedback.md: as the taxonomy has it
      Customer feedback - AI.md: as the taxonomy has it
      because they are made from the taxonomy; they come by the first commit of the empty repository

hooks:
  + create https://sounding-board.example.com/webhooks/gitlab in sme/feedback (program.yml:25)
      triggers: Issues events, Confidential issues events, Comments, Confidential comments, Emoji events, Project or group access token events
      signing token: set
      because the project has no webhook of ours

schedules:
  + create Sounding Board: sweep in sme/program (program.yml:31)
      cron: 17 3 * * *
      time zone: Etc/UTC
      branch: main
      because the project has no schedule for this job

variables:
  ! left to people: SOUNDING_BOARD_GITLAB_TOKEN in sme/program (program.yml:27)
      variable: not set → set
      because every job speaks to GitLab with it: set it in the CI/CD settings of the project, masked, hidden and protected (the variables of sme cannot be looked at with this token)
  ! left to people: SOUNDING_BOARD_SIGNING_KEY in sme/program (program.yml:27)
      variable: not set → set
      because the sweep signs notes with the key of the service: set it in the CI/CD settings of the project, masked, hidden and protected (the variables of sme cannot be looked at with this token)
  ! left to people: SOUNDING_BOARD_OPERATOR_TOKEN in sme/program (program.yml:27)
      variable: not set → set
      because plan and apply take a Maintainer's token: set it in the CI/CD settings of the project, masked, hidden and protected (the variables of sme cannot be looked at with this token)

13 changes to make. 3 things are left to people.
  labels: 9 to create
  boards: 1 to create
  templates: 1 to create
  documents: nothing declared
  hooks: 1 to create
  schedules: 1 to create
  variables: 3 left to people
""")
    assert writes(world) == 0
    applied = terminal("apply")
    assert (applied.code, applied.err) == (0, "")
    assert applied.out.removeprefix(planned.out) == snapshot("""\
1/13 labels: create status::new in sme/feedback
2/13 labels: create status::done in sme/feedback
3/13 labels: create area::ai in sme/feedback
4/13 labels: create region::apac in sme/feedback
5/13 labels: create theme::ai::chat in sme/feedback
6/13 labels: create context::needed in sme/feedback
7/13 labels: create context::ready in sme/feedback
8/13 labels: create hold::open in sme/feedback
9/13 labels: create paused in sme/feedback
10/13 boards: create AI in sme/feedback
11/13 templates: create issue templates in sme/feedback
12/13 hooks: create https://sounding-board.example.com/webhooks/gitlab in sme/feedback
13/13 schedules: create Sounding Board: sweep in sme/program
labels: 9 of 9 changes made
boards: 1 of 1 change made
templates: 1 of 1 change made
documents: nothing declared
hooks: 1 of 1 change made
schedules: 1 of 1 change made
variables: 3 left to people
13 of 13 changes made.
""")
    world.reset_calls()
    again = terminal("apply")
    assert (again.code, again.err) == (0, "")
    assert again.out == snapshot("""\
variables:
  ! left to people: SOUNDING_BOARD_GITLAB_TOKEN in sme/program (program.yml:27)
      variable: not set → set
      because every job speaks to GitLab with it: set it in the CI/CD settings of the project, masked, hidden and protected (the variables of sme cannot be looked at with this token)
  ! left to people: SOUNDING_BOARD_SIGNING_KEY in sme/program (program.yml:27)
      variable: not set → set
      because the sweep signs notes with the key of the service: set it in the CI/CD settings of the project, masked, hidden and protected (the variables of sme cannot be looked at with this token)
  ! left to people: SOUNDING_BOARD_OPERATOR_TOKEN in sme/program (program.yml:27)
      variable: not set → set
      because plan and apply take a Maintainer's token: set it in the CI/CD settings of the project, masked, hidden and protected (the variables of sme cannot be looked at with this token)

Nothing to do. 3 things are left to people.
  labels: 9 as declared
  boards: 1 as declared
  templates: 2 as declared
  documents: nothing declared
  hooks: 1 as declared
  schedules: 1 as declared
  variables: 3 left to people
""")
    assert writes(world) == 0
    assert Counter(call.template for call in world.calls) == snapshot(
        Counter(
            {
                "/projects/:id/labels": 1,
                "/projects/:id/boards": 1,
                "/projects/:id/repository/tree": 1,
                "/projects/:id/hooks": 1,
                "/projects/:id/pipeline_schedules": 1,
                "/projects/:id/variables": 1,
                "/groups/:id/variables": 1,
            }
        )
    )


def test_labels_of_a_group_on_the_free_tier(terminal: Terminal, world: World, tmp_path: Path) -> None:
    """Labels live once, in the group; what Free cannot do is told and not tried."""
    world.tier = "free"
    program = PROGRAM.replace("tier: premium", "tier: free")
    small.written(tmp_path / "program", program=f"{program}labels_in: sme\n")
    refused = terminal("apply", "--only", "labels")
    assert refused.code == 1
    assert outcome(refused).startswith("0 of 9 changes made, 1 failed, 8 not tried.")
    world.add_member(world.project(PATH).group, world.user("olga"), "owner")
    ran = terminal("apply", "--only", "labels", "--only", "boards")
    assert (ran.code, ran.err) == (0, "")
    assert not world.project(PATH).labels
    again = terminal("apply", "--only", "labels", "--only", "boards")
    assert again.out == snapshot("""\
boards:
  ! left to people: AI in sme/feedback (program.yml:8)
      because GitLab Free cannot narrow a board to an area, so these boards show the requests of all areas

Nothing to do. 1 thing is left to people.
  labels: 9 as declared
  boards: 1 left to people, 1 as declared
  not asked for: templates, documents, hooks, schedules, variables
""")


def test_one_kind_alone(terminal: Terminal, world: World) -> None:
    ran = terminal("apply", "--only", "labels")
    assert (ran.code, outcome(ran)) == (0, "9 of 9 changes made.")
    assert not world.project(PATH).boards
    settled(terminal, world)


def test_a_kept_plan_of_everything_is_made_as_it_was_shown(terminal: Terminal, world: World) -> None:
    assert terminal("plan", "--out", "plan.json").code == 0
    shown = terminal("plan").out
    ran = terminal("apply", "plan.json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(shown)
    assert outcome(ran) == f"{CHANGES} of {CHANGES} changes made."
    assert SIGNING_TOKEN not in (terminal.here / "plan.json").read_text()
    settled(terminal, world)


def test_a_kept_plan_is_refused_once_somebody_painted_a_label(terminal: Terminal, world: World) -> None:
    assert terminal("apply").code == 0
    painted(world, "area::ai", "#000000")
    assert terminal("plan", "--out", "plan.json").code == 0
    painted(world, "area::ai", "#ffffff")
    world.reset_calls()
    ran = terminal("apply", "plan.json")
    assert ran.code == 1
    assert ran.out == snapshot("""\
GitLab is no longer as it was since this plan was made, so nothing was written.
New since then:
  ~ change area::ai in sme/feedback (label_taxonomy.yml:17)
      color: #ffffff → #1d3a8a
No longer to be made:
  ~ change area::ai in sme/feedback (label_taxonomy.yml:17)
      color: #000000 → #1d3a8a
Make a new plan, look at it, and apply that one.
""")
    assert writes(world) == 0


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
        assert ran.err.startswith("GitLab does not accept our token")
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
  labels could not be looked at: There is nothing to be seen there (GET /projects/sme/feedbakc/labels at 127.0.0.1 answered 404): it was deleted or moved, or the bot is no member of the project.
  boards could not be looked at: There is nothing to be seen there (GET /projects/sme/feedbakc/boards at 127.0.0.1 answered 404): it was deleted or moved, or the bot is no member of the project.
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
