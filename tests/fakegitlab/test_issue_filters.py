"""Each documented filter and order of issue lists finds what it says (OpenAPI 19.4; doc/api/issues.md)."""

from datetime import date
from typing import Any

import httpx
import pytest

from app.fakegitlab import FakeGitLab, milestones
from app.fakegitlab.milestones import MilestoneChange
from app.fakegitlab.model import Project
from tests.fakegitlab.conftest import Pod

LISTS = "/projects/1/issues"


@pytest.fixture
def five(pod: Pod) -> Pod:
    """Five issues that differ in everything a filter looks at; today is Monday 14 September 2026."""
    world, sam, mia = pod.world, pod.sam, pod.mia
    soon = milestones.create(
        world, sam, pod.project, MilestoneChange(title="Soon", start_date=date(2026, 9, 20), due_date=date(2026, 9, 30))
    )
    running = milestones.create(
        world, world.root, pod.group, MilestoneChange(title="Running", start_date=date(2026, 9, 1))
    )
    world.create_issue(sam, pod.project, "Bulk export", labels=["area::ai"], milestone=soon, weight=3)
    pod.clock.pass_(hours=1)
    world.create_issue(mia, pod.project, "Dark mode", description="for the exporter", assignee_ids=[sam.id])
    pod.clock.pass_(hours=1)
    third = world.create_issue(sam, pod.project, "A secret", confidential=True, due_date=date(2026, 9, 14))
    pod.clock.pass_(hours=1)
    fourth = world.create_issue(sam, pod.project, "Crash", issue_type="incident", milestone=running)
    world.update_issue(mia, fourth, state_event="close")
    pod.clock.pass_(hours=1)
    fifth = world.create_issue(mia, pod.project, "Zoom", labels=["area::ai", "status::new"], due_date=date(2026, 10, 1))
    world.update_issue(mia, fifth, assignee_ids=[sam.id, mia.id], health_status="at_risk")
    world.award(sam, fifth, "star")
    world.award(mia, third, "thumbsup")
    return pod


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("labels=area::ai", {1, 5}),
        ("labels=area::ai,status::new", {5}),
        ("labels=Area::AI", set()),
        ("labels=none", {2, 3, 4}),
        ("labels=Any", {1, 5}),
        ("not[labels]=status::new", {1, 2, 3, 4}),
        ("milestone=Soon", {1}),
        ("milestone=None", {2, 3, 5}),
        ("milestone_id=Any", {1, 4}),
        ("milestone_id=Upcoming", {1}),
        ("milestone_id=Started", {4}),
        ("not[milestone_id]=Upcoming", set()),
        ("not[milestone_id]=Started", {1}),
        ("not[milestone_id]=Any", {2, 3, 5}),
        ("not[milestone]=Soon", {2, 3, 4, 5}),
        ("author_username=mia", {2, 5}),
        ("not[author_username]=mia", {1, 3, 4}),
        ("assignee_id=None", {1, 3, 4}),
        ("assignee_id=Any", {2, 5}),
        ("assignee_username[]=sam&assignee_username[]=mia", {5}),
        ("not[assignee_username]=mia", {1, 2, 3, 4}),
        ("iids[]=2&iids[]=4", {2, 4}),
        ("not[iids][]=2", {1, 3, 4, 5}),
        ("weight=3", {1}),
        ("weight=None", {2, 3, 4, 5}),
        ("not[weight]=3", {2, 3, 4, 5}),
        ("my_reaction_emoji=star", {5}),
        ("my_reaction_emoji=None", {1, 2, 3, 4}),
        ("due_date=0", {1, 2, 4}),
        ("due_date=today", {3}),
        ("due_date=week", {3}),
        ("due_date=any", {3, 5}),
        ("due_date=next_month_and_previous_two_weeks", {3, 5}),
        ("health_status=at_risk", {5}),
        ("confidential=true", {3}),
        ("issue_type=incident", {4}),
        ("closed_by_id=4", {4}),
        ("search=export", {1, 2}),
        ("search=export&in=title", {1}),
        ("search=bulk%20exp", {1}),
        ("search=xport", set()),
        ("search=xport&in=title,description", set()),
        ("search=export&in=title,description", {1, 2}),
        ("state=closed", {4}),
        ("created_after=2026-09-14T11:30:00Z", {4, 5}),
        ("created_before=2026-09-14T08:30:00Z", {1}),
        ("scope=assigned_to_me", {2, 5}),
        ("scope=created-by-me", {1, 3, 4}),
    ],
)
def test_filters(five: Pod, http: httpx.Client, query: str, found: set[int]) -> None:
    answer = http.get(f"{LISTS}?{query}")
    assert answer.status_code == 200
    assert {one["iid"] for one in answer.json()} == found


def test_only_the_next_milestone_of_a_place_is_upcoming(five: Pod, http: httpx.Client) -> None:
    later = milestones.create(
        five.world, five.sam, five.project, MilestoneChange(title="Later", due_date=date(2026, 10, 30))
    )
    issue = five.world.create_issue(five.sam, five.project, "No hurry", milestone=later)

    assert [one["iid"] for one in http.get(f"{LISTS}?milestone_id=Upcoming").json()] == [1]

    five.clock.pass_(days=20)
    assert [one["iid"] for one in http.get(f"{LISTS}?milestone_id=Upcoming").json()] == [issue.iid]
    assert [one["iid"] for one in http.get(f"{LISTS}?not[milestone_id]=Upcoming").json()] == [1]


@pytest.mark.parametrize(
    ("query", "iids"),
    [
        ("order_by=due_date&sort=asc", [3, 5, 1, 2, 4]),
        ("order_by=due_date&sort=desc", [5, 3, 4, 2, 1]),
        ("order_by=title&sort=asc", [3, 1, 4, 2, 5]),
        ("order_by=weight", [1, 5, 4, 3, 2]),
        ("order_by=popularity", [3, 5, 4, 2, 1]),
        ("order_by=milestone_due&sort=asc", [1, 2, 3, 4, 5]),
        ("order_by=label_priority&sort=asc", [1, 5, 2, 3, 4]),
        ("order_by=priority&sort=asc", [1, 5, 2, 3, 4]),
    ],
)
def test_orders(five: Pod, http: httpx.Client, query: str, iids: list[int]) -> None:
    five.world.label(five.project, "area::ai").priority = 1
    assert [one["iid"] for one in http.get(f"{LISTS}?{query}").json()] == iids
    if "due_date" in query or "weight" in query or "title" in query:
        assert [one["iid"] for one in _walk(http, f"{LISTS}?{query}&pagination=keyset&per_page=2")] == iids


def _walk(http: httpx.Client, address: str) -> list[Any]:
    rows = []
    while True:
        page = http.get(address)
        rows += page.json()
        if "next" not in page.links:
            return rows
        address = page.links["next"]["url"].split("/api/v4")[1]


@pytest.mark.parametrize(
    "query", ["author_id=1&author_username=mia", "milestone=a&milestone_id=Any", "due_date=later", "order_by=iid"]
)
def test_contradictions_are_refused(five: Pod, http: httpx.Client, query: str) -> None:
    assert http.get(f"{LISTS}?{query}").status_code == 400


def test_statistics_count_what_the_filters_let_through(five: Pod, http: httpx.Client) -> None:
    assert http.get("/projects/1/issues_statistics?labels=None").json() == {
        "statistics": {"counts": {"all": 3, "closed": 1, "opened": 2}}
    }
    assert http.get("/issues_statistics").json()["statistics"]["counts"]["all"] == 3
    assert http.get("/groups/1/issues_statistics").json()["statistics"]["counts"]["all"] == 5


def test_lists_beyond_the_project_write_longer_references_and_leave_archived_projects_out(
    five: Pod, http: httpx.Client
) -> None:
    own, group = http.get("/issues?scope=all").json(), http.get("/groups/1/issues?pagination=keyset").json()
    assert own[0]["references"]["relative"] == "sme/customer-feedback#5"
    assert group[0]["references"] == {
        "short": "#5",
        "relative": "customer-feedback#5",
        "full": "sme/customer-feedback#5",
    }
    project: Project = five.project
    project.own.archived = True
    assert http.get("/groups/1/issues").json() == []
    assert len(http.get("/groups/1/issues?non_archived=false").json()) == 5


def test_free_finds_one_assignee_at_a_time_and_knows_no_weight(free_pod: Pod) -> None:
    free_pod.file()
    with (
        FakeGitLab(free_pod.world, deliver=False) as running,
        httpx.Client(base_url=running.url, headers={"PRIVATE-TOKEN": free_pod.sam.token}) as http,
    ):
        refused = http.get("/api/v4/projects/1/issues?assignee_username[]=a&assignee_username[]=b")
        assert refused.json() == {"error": "assignee_username allows one value, but found 2: a, b"}
        assert len(http.get("/api/v4/projects/1/issues?weight=3").json()) == 1
