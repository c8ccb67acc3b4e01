"""Labels that live in a group: GitLab's list counts only the issues of its own projects, not those of subgroups."""

import httpx

from app.domain.provision import Act, Limits
from tests.provision.label_town import Town, label

ISSUES, LABELS, OF_PROJECT = "GET /groups/:id/issues", "GET /groups/:id/labels", "GET /projects/:id/labels"


def test_a_rename_touches_the_issues_of_subgroups_too(town: Town) -> None:
    town.has("area::ml", town.top)
    town.files("area::ml")
    town.files("area::ml", closed=True)

    with town.provisioning(label("area::ai", "area::ml"), labels_in=town.top.path) as provisioning:
        plan = provisioning.plan(Limits(issues=1))

    assert [(change.act, change.issues) for change in plan.changes] == [(Act.RENAME, 2)]
    assert [stop.flag for stop in plan.refusals] == ["--allow-issues 2"]


def test_a_merge_reaches_the_issues_of_a_subgroup(town: Town) -> None:
    for title in ("area::ml", "area::ai"):
        town.has(title, town.top)
    issue = town.files("area::ml")
    wanted = label("area::ai", "area::ml")

    told = town.applies(wanted, labels_in=town.top.path)

    assert [(change.act, change.issues) for change in told.plan.changes] == [(Act.MERGE, 1)]
    assert town.titles(issue) == ["area::ai"]
    assert town.applies(wanted, labels_in=town.top.path).acts == []


def test_an_archived_label_that_an_issue_of_a_subgroup_carries_is_not_taken_for_spent(town: Town) -> None:
    town.has("area::ml", town.top).archived = True
    town.has("area::old", town.top)
    issue = town.files("area::ml")

    told = town.applies(label("area::ai", "area::ml", "area::old"), labels_in=town.top.path)

    assert told.acts == [("rename", "area::ai"), ("merge", "area::old")]
    assert town.titles(issue) == ["area::ai"]


def test_a_label_out_of_use_names_the_open_issues_of_subgroups(town: Town) -> None:
    town.has("area::ai", town.top)
    first = town.files("area::ai")
    gone = label("area::ai", retired=True)

    told = town.applies(gone, labels_in=town.top.path)

    (change,) = told.plan.changes
    assert (change.act, change.issues, change.named) == (Act.RETIRE, 1, (f"{town.project.full_path}#{first.iid}",))
    assert [change.named for change in town.plans(gone, labels_in=town.top.path)] == [change.named]


def test_a_status_that_the_workflow_does_not_know_is_found_in_subgroups(town: Town) -> None:
    town.has("status::forgotten", town.top)
    town.files("status::forgotten")

    changes = town.plans(label("status::new"), labels_in=town.top.path)

    assert [(change.act, change.name, change.issues) for change in changes] == [
        (Act.CREATE, "status::new", 0),
        (Act.REPORT, "status::forgotten", 1),
    ]


def test_a_groups_status_that_stands_in_a_project_counts_that_projects_issues(town: Town) -> None:
    town.has("status::forgotten", town.top)
    town.files("status::forgotten")

    assert [(c.act, c.name, c.issues) for c in town.plans()] == [(Act.REPORT, "status::forgotten", 1)]


def test_issues_are_listed_only_for_labels_that_are_replaced_or_out_of_use(town: Town) -> None:
    for title in ("area::ml", "area::ai", "area::gone", "area::other"):
        town.has(title, town.top)
    wanted = (label("area::ai", "area::ml"), label("area::gone", retired=True), label("area::other"))
    town.applies(*wanted, labels_in=town.top.path)
    town.calls()

    assert town.plans(*wanted, labels_in=town.top.path) == ()
    assert town.calls() == [LABELS, ISSUES, ISSUES, OF_PROJECT]
    assert town.plans(label("area::ai"), label("area::other"), labels_in=town.top.path) == ()
    assert town.calls() == [LABELS, OF_PROJECT]


def test_merge_requests_that_keep_the_old_label_are_told_where_gitlab_counts_them(town: Town) -> None:
    for title in ("area::ml", "area::ai"):
        town.has(title)
    with httpx.Client(
        base_url=f"{town.gitlab.url}/api/v4/projects/{town.project.id}", headers={"PRIVATE-TOKEN": town.olga.token}
    ) as http:
        first = {"branch": "main", "content": "#", "commit_message": "Begin"}
        assert http.post("/repository/files/README.md", json=first).status_code == 201
        assert http.post("/repository/branches", params={"branch": "more", "ref": "main"}).status_code == 201
        request = {"source_branch": "more", "target_branch": "main", "title": "More", "labels": "area::ml"}
        assert http.post("/merge_requests", json=request).status_code == 201

    (merged,) = town.plans(label("area::ai", "area::ml"))
    (retired,) = town.plans(label("area::ml", retired=True))

    assert merged.because == "it is `previously` of ~area::ai, and both are there; 1 open merge request keeps it"
    assert retired.because == "`retire_after` was 2026-11-19; 1 open merge request keeps it"
