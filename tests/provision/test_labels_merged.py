"""Two labels that became one, labels that go out of use, and what may be deleted: no issue loses what it said."""

from dataclasses import replace

import httpx
import pytest

from app.domain.provision import Act, Difference, Kind, Limits
from tests.provision.label_town import EVERYTHING, TODAY, Town, label

GONE = "`retire_after` was 2026-11-19"


# Merged.


def test_a_merge_relabels_open_and_closed_issues_one_change_each_and_archives_the_old_label(town: Town) -> None:
    for title in ("status::triage", "status::new", "area::ai"):
        town.has(title)
    issues = [town.files("status::triage", "area::ai"), town.files("status::triage", closed=True)]
    other = town.files("status::new")
    wanted = (label("status::new", "status::triage"), label("area::ai"))
    town.calls()

    told = town.applies(*wanted)

    (change,) = told.plan.changes
    assert (change.act, change.name, change.issues) == (Act.MERGE, "status::triage", 2)
    assert change.because == "it is `previously` of ~status::new, and both are there"
    assert change.differences == (
        Difference("title", "status::triage", "status::new"),
        Difference("archived", "no", "yes"),
    )
    assert [town.titles(issue) for issue in issues] == [["area::ai", "status::new"], ["status::new"]]
    assert town.titles(other) == ["status::new"]
    assert town.own()["status::triage"].archived
    assert town.calls().count("PUT /projects/:id/issues/:issue_iid") == 2
    assert town.plans(*wanted) == ()
    assert town.calls() == ["GET /projects/:id/labels"]


def test_more_issues_than_are_allowed_stop_the_plan(town: Town) -> None:
    for title in ("status::triage", "status::new"):
        town.has(title)
    for _ in range(3):
        town.files("status::triage")

    with town.provisioning(label("status::new", "status::triage")) as provisioning:
        plan = provisioning.plan(Limits(issues=2))

    assert [stop.flag for stop in plan.refusals] == ["--allow-issues 3"]


def test_an_issue_that_has_another_label_of_the_scope_keeps_both_and_is_named(town: Town) -> None:
    for title in ("triaged", "status::new", "status::done"):
        town.has(title)
    moved, decided = town.files("triaged"), town.files("triaged", "status::done")
    wanted = (label("status::new", "triaged"), label("status::done"))

    told = town.applies(*wanted)

    assert told.acts == [("merge", "triaged"), ("report", "triaged")]
    assert told.plan.changes[0].issues == 1
    assert told.plan.changes[1].named == (f"{town.project.full_path}#{decided.iid}",)
    assert told.plan.changes[1].because == (
        "these carry another label of `status::` already, and keep both; decide which it is"
    )
    assert (town.titles(moved), town.titles(decided)) == (["status::new"], ["status::done", "triaged"])
    assert [(one.act, one.name) for one in town.plans(*wanted)] == [(Act.REPORT, "triaged")]


def test_an_issue_with_both_labels_loses_only_the_old_one(town: Town) -> None:
    for title in ("docs", "documentation"):
        town.has(title)
    both = town.files("docs", "documentation")

    town.applies(label("documentation", "docs"))

    assert town.titles(both) == ["documentation"]


def test_an_issue_with_both_labels_keeps_another_of_their_scope(town: Town) -> None:
    """It came to stand there by a rename, and people are told of it; a merge is no way to decide it."""
    town.has("t::old", town.top)
    for title in ("first", "second"):
        town.has(title)
    issue = town.files("first", "second", "t::old")

    told = town.applies(label("t::new", "first", "second"))

    assert ("rename", "t::new") in told.acts
    assert town.titles(issue) == ["t::new", "t::old"]


def test_of_two_former_titles_one_is_renamed_and_the_other_merged_into_it(town: Town) -> None:
    issues = [town.files(town.has(title).title) for title in ("s::a", "s::b")]

    told = town.applies(label("s::c", "s::a", "s::b"))

    assert told.acts == [("rename", "s::c"), ("merge", "s::b")]
    assert [town.titles(issue) for issue in issues] == [["s::c"], ["s::c"]]
    assert town.plans(label("s::c", "s::a", "s::b")) == ()


def test_a_label_leaves_a_scope_before_another_comes_into_it(town: Town) -> None:
    for title in ("s::old", "t::new", "plain", "s::new"):
        town.has(title)
    issue = town.files("plain", "s::old")
    wanted = (label("s::new", "plain"), label("t::new", "s::old"))

    told = town.applies(*wanted)

    assert told.acts == [("merge", "s::old"), ("merge", "plain")]
    assert town.titles(issue) == ["s::new", "t::new"]
    assert town.plans(*wanted) == ()


def test_a_projects_label_merges_into_its_groups(town: Town) -> None:
    town.has("area::ml")
    town.has("area::ai", town.top)
    issue = town.files("area::ml")

    told = town.applies(label("area::ai", "area::ml"))

    assert told.acts == [("merge", "area::ml")]
    assert issue.labels[0].owner is town.top


def test_a_groups_merge_reaches_the_issues_of_all_its_projects(town: Town) -> None:
    for title in ("area::ml", "area::ai"):
        town.has(title, town.top)
    elsewhere = town.world.add_project(town.top, "elsewhere")
    here = town.files("area::ml")
    there = town.world.create_issue(town.olga, elsewhere, "Another", labels=["area::ml"])

    told = town.applies(label("area::ai", "area::ml"), labels_in=town.top.path)

    assert told.plan.changes[0].issues == 2
    assert town.titles(here) == town.titles(there) == ["area::ai"]


def test_a_former_title_of_the_group_is_to_be_merged_there(town: Town) -> None:
    town.has("area::ml", town.top)
    town.has("area::ai")

    (change,) = town.plans(label("area::ai", "area::ml"))

    assert (change.act, change.name) == (Act.REPORT, "area::ml")
    assert change.because == (
        f"it belongs to one of the groups {town.pods.full_path}, {town.top.path}; merge it into ~area::ai there"
    )


@pytest.mark.parametrize("title", ["None", "any", "No Label"])
def test_a_title_that_the_list_of_issues_takes_for_a_word_of_its_own_is_merged_all_the_same(
    town: Town, title: str
) -> None:
    for one in (title, "plain", "other"):
        town.has(one)
    issue, other, bare = town.files(title), town.files("other"), town.files()

    told = town.applies(label("plain", title))

    assert told.plan.changes[0].issues == 1
    assert [town.titles(one) for one in (issue, other, bare)] == [["plain"], ["other"], []]


def test_who_moved_a_card_while_we_merged_is_heard(town: Town) -> None:
    for title in ("triaged", "status::new", "status::done"):
        town.has(title)
    issue = town.files("triaged")

    with town.provisioning(label("status::new", "triaged"), label("status::done")) as provisioning:
        provisioning.plan(EVERYTHING)
        town.world.update_issue(town.olga, issue, add_labels=["status::done"])
        list(provisioning.carry_out())

    assert town.titles(issue) == ["status::done", "triaged"]


# Out of use.


def test_a_label_out_of_use_is_archived_and_the_open_issues_that_have_it_are_named(town: Town) -> None:
    town.has("area::ai")
    first, closed = town.files("area::ai"), town.files("area::ai", closed=True)

    told = town.applies(label("area::ai", retired=True))

    (change,) = told.plan.changes
    assert (change.act, change.because, change.issues) == (Act.RETIRE, GONE, 2)
    assert change.named == (f"{town.project.full_path}#{first.iid}",)
    assert town.own()["area::ai"].archived
    assert town.titles(first) == town.titles(closed) == ["area::ai"]
    (report,) = town.plans(label("area::ai", retired=True))
    assert (report.act, report.because) == (Act.REPORT, f"{GONE}, and it is still on open issues")
    assert report.named == change.named


def test_a_label_out_of_use_that_only_a_closed_issue_has_touches_that_one(town: Town) -> None:
    town.has("area::ai")
    town.files("area::ai", closed=True)

    (change,) = town.plans(label("area::ai", retired=True))

    assert (change.act, change.issues, change.named) == (Act.RETIRE, 1, ())


def test_a_label_out_of_use_and_gone_is_not_among_those_as_declared(town: Town) -> None:
    for title in ("area::agile", "area::gone"):
        town.has(title)
    wanted = (label("area::agile"), label("area::gone", retired=True), label("area::never", retired=True))
    town.applies(*wanted)

    with town.provisioning(*wanted) as provisioning:
        assert provisioning.plan(EVERYTHING).as_declared == {Kind.LABELS: 2}


def test_a_label_on_its_last_day_is_in_use(town: Town) -> None:
    assert [c.act for c in town.plans(replace(label("area::ai"), retire_after=TODAY))] == [Act.CREATE]


def test_a_label_out_of_use_is_not_made(town: Town) -> None:
    assert town.plans(label("area::ai", retired=True)) == ()


# Deleted.


def test_a_label_is_deleted_only_where_that_is_allowed(town: Town) -> None:
    town.has("area::ai").archived = True
    gone = label("area::ai", retired=True)
    assert town.plans(gone) == ()

    told = town.applies(gone, deletes=True)

    (change,) = told.plan.changes
    assert (change.act, change.issues) == (Act.DELETE, 0)
    assert change.because == f"{GONE}, and nothing carries it"
    assert town.own() == {}


def test_a_label_on_a_closed_issue_is_not_deleted_but_archived(town: Town) -> None:
    town.has("area::ai")
    issue = town.files("area::ai", closed=True)

    told = town.applies(label("area::ai", retired=True), deletes=True)

    assert told.acts == [("retire", "area::ai"), ("report", "area::ai")]
    assert told.plan.changes[1].because == "1 issue has it, so it is not deleted"
    assert told.plan.changes[1].named == (f"{town.project.full_path}#{issue.iid}",)
    assert town.own()["area::ai"].archived


def test_a_label_with_a_board_list_is_not_deleted(town: Town) -> None:
    one = town.has("area::ai")
    board = town.world.create_board(town.olga, town.project, "AI")
    town.world.add_list(town.olga, board, one)

    told = town.applies(label("area::ai", retired=True), deletes=True)

    assert told.plan.changes[1].because == "it is used by the board AI, so it is not deleted"
    assert not one.deleted


def test_a_label_on_a_merged_request_is_not_deleted(town: Town) -> None:
    one = town.has("area::ai")
    with httpx.Client(
        base_url=f"{town.gitlab.url}/api/v4/projects/{town.project.id}", headers={"PRIVATE-TOKEN": town.olga.token}
    ) as http:
        first = {"branch": "main", "content": "#", "commit_message": "Begin"}
        assert http.post("/repository/files/README.md", json=first).status_code == 201
        assert http.post("/repository/branches", params={"branch": "more", "ref": "main"}).status_code == 201
        request = {"source_branch": "more", "target_branch": "main", "title": "More", "labels": "area::ai"}
        assert http.post("/merge_requests", json=request).status_code == 201
        assert http.put("/merge_requests/1", json={"state_event": "close"}).status_code == 200

    told = town.applies(label("area::ai", retired=True), deletes=True)

    assert told.plan.changes[1].because == f"it is used by {town.project.full_path}!1, so it is not deleted"
    assert not one.deleted


def test_a_label_that_somebody_uses_before_it_is_deleted_stays(town: Town) -> None:
    one = town.has("area::ai")

    with town.provisioning(label("area::ai", retired=True), deletes=True) as provisioning:
        provisioning.plan(EVERYTHING)
        issue = town.files("area::ai")
        (done,) = provisioning.carry_out()

    reference = f"{town.project.full_path}#{issue.iid}"
    assert done.problem == f"~area::ai is not deleted: by now it is used by {reference}."
    assert not one.deleted


def test_a_groups_label_is_never_deleted(town: Town) -> None:
    one = town.has("area::ai", town.top)

    told = town.applies(label("area::ai", retired=True), labels_in=town.top.path, deletes=True)

    assert told.acts == [("retire", "area::ai"), ("report", "area::ai")]
    assert told.plan.changes[1].because == (
        "a group's label is not deleted: epics and boards that we cannot list may use it"
    )
    assert not one.deleted
