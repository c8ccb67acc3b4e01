"""Who may change a pipeline schedule, and who may give it variables."""

from collections.abc import Iterator

import httpx
import pytest

from app.fakegitlab import FakeGitLab
from app.fakegitlab.possessions import Schedule
from tests.fakegitlab.conftest import Pod

SCHEDULE = "/projects/1/pipeline_schedules/7"
DAY = {"key": "DAY", "value": "monday"}


@pytest.fixture
def mia(pod: Pod, served: FakeGitLab) -> Iterator[httpx.Client]:
    """A maintainer's client; the project has a schedule of the administrator's."""
    now = pod.world.now()
    pod.project.own.schedules[7] = Schedule(7, "Agenda", "main", "0 6 * * 1", pod.world.root.id, now, now)
    with httpx.Client(base_url=f"{served.url}/api/v4", headers={"PRIVATE-TOKEN": pod.mia.token}) as client:
        yield client


def test_a_maintainer_changes_the_schedule_of_another_only_as_its_new_owner(pod: Pod, mia: httpx.Client) -> None:
    wish = {"cron": "0 7 * * 1"}
    assert mia.put(SCHEDULE, json=wish).status_code == 403
    assert mia.post(f"{SCHEDULE}/variables", json=DAY).status_code == 403
    taken = mia.post(f"{SCHEDULE}/take_ownership")
    assert (taken.status_code, taken.json()["owner"]["username"]) == (201, "mia")
    assert mia.post(f"{SCHEDULE}/take_ownership").status_code == 200
    assert mia.put(SCHEDULE, json=wish).json()["cron"] == "0 7 * * 1"
    assert mia.post(f"{SCHEDULE}/variables", json=DAY).status_code == 201


def test_a_maintainer_deletes_the_schedule_of_another_and_a_developer_does_not(pod: Pod, mia: httpx.Client) -> None:
    pod.world.add_member(pod.project, pod.sam, "developer")
    sams = {"PRIVATE-TOKEN": pod.sam.token}
    assert mia.delete(SCHEDULE, headers=sams).status_code == 403
    assert mia.post(f"{SCHEDULE}/take_ownership", headers=sams).status_code == 403
    assert mia.get(SCHEDULE, headers=sams).status_code == 200
    assert mia.delete(SCHEDULE).status_code == 204


@pytest.mark.parametrize(("role", "status"), [("no_one_allowed", 403), ("owner", 403), ("maintainer", 201)])
def test_pipeline_variables_take_the_role_that_the_project_asks_for(
    pod: Pod, mia: httpx.Client, role: str, status: int
) -> None:
    pod.project.own.settings["ci_pipeline_variables_minimum_override_role"] = role
    mia.post(f"{SCHEDULE}/take_ownership")
    assert mia.post(f"{SCHEDULE}/variables", json=DAY).status_code == status
