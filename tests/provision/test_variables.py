"""CI/CD variables in a plan: looked at, never written, and their values nowhere."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from app.domain.provision import Act
from app.fakegitlab.possessions import Variable
from tests.provision.program_town import PROGRAM_PATH, Town, told, town

CANARY = "glpat-canary-in-the-coal-mine"
NEEDED = ("SOUNDING_BOARD_GITLAB_TOKEN", "SOUNDING_BOARD_SIGNING_KEY", "SOUNDING_BOARD_OPERATOR_TOKEN")
SIGNING = "SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN"
REVIEW = "SOUNDING_BOARD_REVIEW_TOKEN"
CURE = "set it in the CI/CD settings of the project, masked, hidden and protected"


@pytest.fixture
def here() -> Iterator[Town]:
    """On Premium, and its webhook is made by hand."""
    with town() as found:
        found.program = replace(found.program, service=None)
        yield found


def test_what_the_jobs_lack_is_told_and_nothing_is_written(here: Town) -> None:
    here.world.add_member(here.world.project(PROGRAM_PATH).group, here.world.user("olga"), "owner")
    plan = here.plan("variables")
    assert told(plan) == [
        f"report SOUNDING_BOARD_GITLAB_TOKEN in {PROGRAM_PATH} (program.yml:53): every job speaks to GitLab with it: "
        + CURE,
        "  variable: not set → set",
        f"report SOUNDING_BOARD_SIGNING_KEY in {PROGRAM_PATH} (program.yml:53): the sweep signs notes with the key of "
        f"the service: {CURE}",
        "  variable: not set → set",
        f"report SOUNDING_BOARD_OPERATOR_TOKEN in {PROGRAM_PATH} (program.yml:53): plan and apply take a Maintainer's "
        f"token: {CURE}",
        "  variable: not set → set",
        f"report {REVIEW} in {PROGRAM_PATH} (program.yml:53): merge requests show their plan with a Developer's token: "
        "set it in the CI/CD settings of the project, masked, hidden and not protected",
        "  variable: not set → set",
    ]
    assert {change.act for change in plan.changes} == {Act.REPORT}
    assert here.apply("variables") == []
    assert here.calls() == ["GET /projects/:id/variables", "GET /groups/:id/variables"] * 2


def test_all_there_costs_one_call(here: Town) -> None:
    for key in NEEDED:
        here.add_variable(key)
    here.add_variable(REVIEW, protected=False)
    plan = here.plan("variables")
    assert (plan.changes, plan.as_declared) == ((), {plan.kinds[0]: 4})
    assert here.calls() == ["GET /projects/:id/variables"]


def test_a_secret_that_is_masked_and_not_hidden_is_kept_well(here: Town) -> None:
    """The head of the pipeline file asks for no more, and GitLab cannot hide one that is there."""
    for key in NEEDED:
        here.add_variable(key, hidden=False)
    here.add_variable(REVIEW, protected=False, hidden=False)
    assert here.plan("variables").changes == ()


def test_the_account_book_has_to_be_protected_and_cannot_be_masked(here: Town) -> None:
    for key in NEEDED:
        here.add_variable(key)
    here.add_variable(REVIEW, protected=False)
    here.add_variable("SOUNDING_BOARD_ACCOUNT_BOOK", protected=False, masked=False)
    assert told(here.plan("variables"))[1:] == ["  protected: no → yes"]


def test_where_apply_keeps_webhooks_it_needs_their_token(here: Town) -> None:
    for key in NEEDED:
        here.add_variable(key)
    here.add_variable(REVIEW, protected=False)
    here.program = replace(here.program, service="https://sounding-board.example.com")
    assert told(here.plan("variables")) == [
        f"report {SIGNING} in {PROGRAM_PATH} (program.yml:53): apply gives it to the webhook: {CURE} "
        "(the variables of sme cannot be looked at with this token)",
        "  variable: not set → set",
    ]
    here.add_variable(SIGNING)
    assert here.plan("variables").changes == ()


def test_without_pipelines_nothing_is_asked(here: Town) -> None:
    here.program = replace(here.program, pipelines=None)
    assert here.plan("variables").changes == ()
    assert here.calls() == []


def test_a_secret_that_is_not_kept_well_is_told_field_by_field(here: Town) -> None:
    here.add_variable(NEEDED[0], masked=False, protected=False, hidden=False)
    here.add_variable(NEEDED[1], environment_scope="production")
    here.add_variable(NEEDED[2] + "_FILE", variable_type="file")
    here.add_variable(REVIEW)
    here.add_variable("SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN", protected=False)
    here.add_variable("SOMEBODY_ELSES", masked=False)
    because = "plan and apply never write variables: change it in the CI/CD settings, where secrets are kept so"
    assert told(here.plan("variables")) == [
        f"report SOUNDING_BOARD_GITLAB_TOKEN in {PROGRAM_PATH} (program.yml:53): {because}",
        "  masked: no → yes",
        "  protected: no → yes",
        f"report SOUNDING_BOARD_SIGNING_KEY in {PROGRAM_PATH} (program.yml:53): {because}",
        "  environments: production → all (*)",
        f"report {REVIEW} in {PROGRAM_PATH} (program.yml:53): {because}",
        "  protected: yes → no",
        f"report SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN in {PROGRAM_PATH} (program.yml:53): {because}",
        "  protected: no → yes",
    ]


def test_a_group_above_may_give_them(here: Town) -> None:
    group = here.pipelines.group
    here.world.add_member(group, here.world.user("olga"), "owner")
    here.add_variable(NEEDED[0])
    here.add_variable(REVIEW, protected=False)
    group.own.variables += [Variable(key, CANARY, protected=True, masked=True, hidden=True) for key in NEEDED[1:]]
    assert here.plan("variables").changes == ()


def test_a_group_that_cannot_be_looked_at_is_named_and_not_taken_for_empty(here: Town) -> None:
    here.add_variable(NEEDED[0])
    here.add_variable(NEEDED[1])
    assert told(here.plan("variables"))[0] == (
        f"report SOUNDING_BOARD_OPERATOR_TOKEN in {PROGRAM_PATH} (program.yml:53): plan and apply take a Maintainer's "
        f"token: {CURE} (the variables of sme cannot be looked at with this token)"
    )


def test_a_planner_reads_who_could(here: Town) -> None:
    (refusal,) = here.plan("variables", who="paul").refusals
    assert refusal.message == (
        f"variables could not be looked at: only a Maintainer of {PROGRAM_PATH} may see its CI/CD variables, and this "
        "token's user is none. Put a Maintainer's token into SOUNDING_BOARD_OPERATOR_TOKEN."
    )


def test_no_value_gets_anywhere(here: Town, caplog: pytest.LogCaptureFixture) -> None:
    """GitLab's answer holds the values of variables that are not hidden; nothing of ours does."""
    caplog.set_level("DEBUG")
    for key in NEEDED:
        here.add_variable(key, CANARY, masked=False, hidden=False)
    with here.doors() as doors:
        part = here.parts(doors)["variables"]
        draft = part.draft()
        seen = doors.variables.of_project(PROGRAM_PATH)
    plan = here.plan("variables")
    for text in (repr(draft), draft.seen, repr(seen), repr(plan), json.dumps(asdict(plan), default=str), caplog.text):
        assert CANARY not in text
