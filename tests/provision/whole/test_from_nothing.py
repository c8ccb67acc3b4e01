"""From an empty project to a running program and back to nothing to do, with the real commands."""

# ruff: noqa: E501 - sentences are pinned as people read them

from collections import Counter
from pathlib import Path

from inline_snapshot import snapshot

from app.fakegitlab import World
from tests.commands.terminal import Terminal
from tests.config import small
from tests.provision.whole.steps import CHANGES, PATH, PROGRAM, outcome, settled, writes
from tests.scenarios.living import SIGNING_TOKEN


def painted(world: World, title: str, color: str) -> None:
    """Somebody changes a label by hand."""
    world.label(world.project(PATH), title).color = color


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
  ! left to people: SOUNDING_BOARD_REVIEW_TOKEN in sme/program (program.yml:27)
      variable: not set → set
      because merge requests show their plan with a Developer's token: set it in the CI/CD settings of the project, masked, hidden and not protected (the variables of sme cannot be looked at with this token)
  ! left to people: SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN in sme/program (program.yml:27)
      variable: not set → set
      because apply gives it to the webhook: set it in the CI/CD settings of the project, masked, hidden and protected (the variables of sme cannot be looked at with this token)

13 changes to make. 5 things are left to people.
  labels: 9 to create
  boards: 1 to create
  templates: 1 to create
  documents: nothing declared
  hooks: 1 to create
  schedules: 1 to create
  variables: 5 left to people
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
variables: 5 left to people
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
  ! left to people: SOUNDING_BOARD_REVIEW_TOKEN in sme/program (program.yml:27)
      variable: not set → set
      because merge requests show their plan with a Developer's token: set it in the CI/CD settings of the project, masked, hidden and not protected (the variables of sme cannot be looked at with this token)
  ! left to people: SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN in sme/program (program.yml:27)
      variable: not set → set
      because apply gives it to the webhook: set it in the CI/CD settings of the project, masked, hidden and protected (the variables of sme cannot be looked at with this token)

Nothing to do. 5 things are left to people.
  labels: 9 as declared
  boards: 1 as declared
  templates: 2 as declared
  documents: nothing declared
  hooks: 1 as declared
  schedules: 1 as declared
  variables: 5 left to people
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
