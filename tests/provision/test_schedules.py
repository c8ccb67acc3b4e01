"""Pipeline schedules by plan and apply: what an operator is shown, and what then runs the jobs."""

# ruff: noqa: E501 - sentences are pinned as people read them

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.program import Job, Pipelines, Schedule
from app.domain.provision import Act, Limits
from app.fakegitlab import possessions as fake
from app.services.provision import Provisioning
from tests.provision.program_town import PIPELINES, PROGRAM_PATH, Town, pending, told, town

NAME = "Sounding Board: sweep"


@pytest.fixture
def here() -> Iterator[Town]:
    """On Premium."""
    with town() as found:
        yield found


def schedules(here: Town) -> list[fake.Schedule]:
    """The project's."""
    return list(here.pipelines.own.schedules.values())


def made(here: Town) -> fake.Schedule:
    """The schedule that an apply has made."""
    assert [one.problem for one in here.apply("schedules")] == [None]
    (schedule,) = schedules(here)
    return schedule


def added(here: Town, description: str, who: str = "olga") -> fake.Schedule:
    """A schedule that somebody made by hand."""
    now, number = here.world.now(), here.world.next_id("schedule")
    new = fake.Schedule(number, description, "main", "5 5 * * *", here.world.user(who).id, now, now)
    here.pipelines.own.schedules[number] = new
    return new


def test_the_job_gets_its_schedule_by_whose_description_its_pipeline_knows_it(here: Town) -> None:
    assert told(here.plan("schedules")) == [
        f"create {NAME} in {PROGRAM_PATH} (program.yml:57): the project has no schedule for this job",
        "  cron: none → 17 3 * * *",
        "  time zone: none → Etc/UTC",
        "  branch: none → main",
    ]
    schedule = made(here)
    assert (schedule.description, schedule.ref, schedule.active) == (NAME, "main", True)
    assert (schedule.cron, schedule.cron_timezone) == ("17 3 * * *", "Etc/UTC")
    assert schedule.variables == []
    assert schedule.owner_id == here.world.user("olga").id


def test_a_second_apply_reads_one_list_and_writes_nothing(here: Town) -> None:
    made(here)
    here.calls()
    assert here.apply("schedules") == []
    assert here.calls() == ["GET /projects/:id/pipeline_schedules"]
    plan = here.plan("schedules")
    assert (plan.changes, plan.as_declared) == ((), {plan.kinds[0]: 1})


def test_a_branch_that_is_not_there_is_told_with_its_cure_and_waits_for_people(here: Town) -> None:
    """GitLab calls it ambiguous. It comes with the first push."""
    branches = here.pipelines.own.repository.branches
    branches["trunk"] = branches.pop("main")
    cure = (
        f"{PROGRAM_PATH} has no branch main: commit the files of the program and push them there, or write its branch "
        "as `ref`; then apply again"
    )
    assert told(here.plan("schedules")) == [f"report {NAME} in {PROGRAM_PATH} (program.yml:57): {cure}"]
    assert here.plan("schedules").unmet == 1
    assert (here.apply("schedules"), schedules(here)) == ([], [])
    branches["main"] = branches["trunk"]
    made(here)
    del branches["main"]
    assert here.apply("schedules") == []


def test_another_branch_that_is_not_there_is_told_too(here: Town) -> None:
    schedule = made(here)
    here.program = replace(here.program, pipelines=replace(PIPELINES, ref="trunk"))
    (change,) = here.plan("schedules").changes
    assert (change.act, change.name, change.unmet) == (Act.REPORT, NAME, True)
    assert here.apply("schedules") == []
    assert schedule.ref == "main"


def test_without_pipelines_nothing_is_asked(here: Town) -> None:
    here.program = replace(here.program, pipelines=None)
    assert here.plan("schedules").changes == ()
    assert here.calls() == []


def test_drift_is_told_field_by_field_with_whom_gitlab_names_as_owner(here: Town) -> None:
    schedule = made(here)
    schedule.cron, schedule.cron_timezone, schedule.active, schedule.ref = "0 9 * * 1", "Europe/Oslo", False, "next"
    assert told(here.plan("schedules")) == [
        f"change {NAME} in {PROGRAM_PATH} (program.yml:57): not as it is declared; it belongs to @olga",
        "  cron: 0 9 * * 1 → 17 3 * * *",
        "  time zone: Europe/Oslo → Etc/UTC",
        "  branch: next → main",
        "  active: no → yes",
    ]
    here.apply("schedules")
    assert here.plan("schedules").changes == ()
    assert (schedule.cron, schedule.active) == ("17 3 * * *", True)
    assert len(schedules(here)) == 1


def test_a_branch_written_in_full_is_the_same_branch(here: Town) -> None:
    made(here).ref = "refs/heads/main"
    assert here.plan("schedules").changes == ()


def test_schedules_of_others_are_left_alone_and_a_second_one_of_ours_is_pointed_out(here: Town) -> None:
    made(here)
    added(here, "Nightly build")
    added(here, NAME)
    added(here, "Sounding Board: due")
    assert told(here.plan("schedules")) == [
        f"report {NAME} in {PROGRAM_PATH} (program.yml:57): a second one for the same job: delete it in GitLab",
        f"report Sounding Board: due in {PROGRAM_PATH} (program.yml:53): program.yml asks for no such schedule; "
        "it is left as it is, delete it in GitLab",
    ]
    assert here.apply("schedules") == []


def test_a_schedule_of_somebody_else_is_taken_over_in_the_same_step_which_is_shown(here: Town) -> None:
    """GitLab lets only its owner change it, whatever the role of others."""
    here.world.add_member(here.pipelines, here.world.user("paul"), "maintainer")
    schedule = added(here, NAME, "paul")
    schedule.cron = "17 3 * * *"
    assert here.plan("schedules", who="paul").pending != ()
    schedule.cron_timezone = "Etc/UTC"
    assert here.plan("schedules").changes == ()
    schedule.active = False
    assert told(here.plan("schedules")) == [
        f"change {NAME} in {PROGRAM_PATH} (program.yml:57): not as it is declared; it belongs to @paul, and only its "
        "owner may change it",
        "  active: no → yes",
        "  owner: @paul → @olga",
    ]
    assert made(here) is schedule
    assert (schedule.active, schedule.owner_id) == (True, here.world.user("olga").id)
    assert here.plan("schedules").changes == ()


def test_a_developer_cannot_take_over_and_reads_who_could(here: Town) -> None:
    here.world.add_member(here.pipelines, here.world.user("paul"), "developer")
    added(here, NAME)
    (done,) = here.apply("schedules", who="paul")
    assert done.problem == (
        f"this token's user may not keep the pipeline schedules of {PROGRAM_PATH}, or its pipelines are switched off. It "
        "takes a Developer, and a Maintainer to take over the schedules of others: put such a token into "
        "SOUNDING_BOARD_OPERATOR_TOKEN."
    )
    (schedule,) = schedules(here)
    assert schedule.owner_id == here.world.user("olga").id


def test_a_schedule_whose_owner_is_gone_does_not_run_and_is_taken_over_but_never_silently(here: Town) -> None:
    schedule = made(here)
    here.world.user("olga").state = "blocked"
    paul = here.world.user("paul")
    here.world.add_member(here.pipelines, paul, "maintainer")
    assert told(here.plan("schedules", who="paul")) == [
        f"change {NAME} in {PROGRAM_PATH} (program.yml:57): it belongs to @olga, whose account is not active, so "
        "GitLab does not run it; its pipelines run as its owner",
        "  owner: @olga → @paul",
    ]
    assert [one.problem for one in here.apply("schedules", who="paul")] == [None]
    assert schedule.owner_id == paul.id
    assert here.plan("schedules", who="paul").changes == ()


def test_a_namespace_that_allows_no_pipeline_variables_gets_its_schedule(here: Town) -> None:
    """As GitLab.com has it for new ones."""
    here.pipelines.own.settings["ci_pipeline_variables_minimum_override_role"] = "no_one_allowed"
    made(here)
    assert here.plan("schedules").changes == ()


def test_several_jobs_would_each_have_one(here: Town) -> None:
    here.program = replace(here.program, pipelines=Pipelines(PROGRAM_PATH, "main", ()))
    assert here.plan("schedules").changes == ()
    here.program = replace(here.program, pipelines=replace(PIPELINES, schedules=(Schedule(Job.SWEEP, "0 4 * * *"),)))
    assert pending(here.plan("schedules")) == [(Act.CREATE, NAME)]


def test_a_planner_reads_who_could(here: Town) -> None:
    (refusal,) = here.plan("schedules", who="paul").refusals
    assert refusal.message == (
        f"schedules could not be looked at: this token's user may not keep the pipeline schedules of {PROGRAM_PATH}, or "
        "its pipelines are switched off. It takes a Developer, and a Maintainer to take over the schedules of others: put such "
        "a token into SOUNDING_BOARD_OPERATOR_TOKEN."
    )


def test_a_schedule_taken_over_and_not_set_says_so_and_the_next_apply_finishes(here: Town) -> None:
    here.world.add_member(here.pipelines, here.world.user("paul"), "maintainer")
    schedule = added(here, NAME, "paul")
    here.world.faults.rate_limit(methods=("PUT",))
    (done,) = here.apply("schedules")
    assert done.problem is not None
    assert done.problem.startswith(f"The schedule {NAME} is taken over, and not set: GitLab asks us to slow down (PUT ")
    assert told(here.plan("schedules"))[1:] == ["  cron: 5 5 * * * → 17 3 * * *", "  time zone: UTC → Etc/UTC"]
    assert made(here) is schedule
    assert here.plan("schedules").changes == ()


def test_an_answer_lost_leads_to_no_second_schedule(here: Town) -> None:
    """Neither by the same step tried again, nor by the next apply."""
    here.world.faults.lose_answer(methods=("POST",), path="/pipeline_schedules$")
    with here.doors() as doors:
        provisioning = Provisioning([here.parts(doors)["schedules"]], "v")
        provisioning.plan(Limits())
        assert [done.problem is None for _ in range(2) for done in provisioning.make_next()] == [False, True]
    assert here.plan("schedules").changes == ()
    assert len(schedules(here)) == 1


def test_what_gitlab_dropped_is_named(here: Town) -> None:
    here.world.faults.drop_fields("cron_timezone", path="/pipeline_schedules")
    (done,) = here.apply("schedules")
    assert done.problem == f"GitLab said yes and kept a schedule of {PROGRAM_PATH} without cron_timezone."
