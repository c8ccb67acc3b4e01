"""Labels as people and clients meet them (CONTRACT 2, 4)."""

import gitlab
import httpx
import pytest

from app.fakegitlab import FakeGitLab, Refused
from app.fakegitlab.scopes import scope
from tests.fakegitlab.conftest import Pod


def events(pod: Pod, iid: int = 1) -> list[tuple[str, str]]:
    return [(event.action, event.label.title) for event in pod.project.issues[iid].label_events]


def test_on_premium_a_label_takes_its_scopes_other_label_away(pod: Pod, sam: gitlab.Gitlab) -> None:
    issues = sam.projects.get(pod.project.id).issues
    issues.create({"title": "Bulk export", "labels": ["status::new", "area::ai"]})

    answer = issues.update(1, {"add_labels": "status::reviewed"})

    assert answer["labels"] == ["area::ai", "status::reviewed"]
    assert events(pod) == [
        ("add", "status::new"),
        ("add", "area::ai"),
        ("add", "status::reviewed"),
        ("remove", "status::new"),
    ]


def test_on_free_a_scoped_label_is_an_ordinary_label(free_pod: Pod) -> None:
    issue = free_pod.file("status::new")

    free_pod.world.update_issue(free_pod.sam, issue, add_labels=["status::reviewed"])

    assert free_pod.titles(issue) == ["status::new", "status::reviewed"]


@pytest.mark.parametrize(
    ("title", "key"), [("a::b::c", "a::b"), ("a::x", "a"), ("plain", None), ("::x", None), ("x::", None)]
)
def test_the_scope_is_everything_before_the_last_colons(title: str, key: str | None) -> None:
    assert scope(title) == key


def test_nested_scopes_live_side_by_side(pod: Pod) -> None:
    for title in ("theme::ai::chat", "theme::agile::boards", "theme::ai::search", "theme::x"):
        pod.world.create_label(pod.sam, pod.project, title)
    issue = pod.file("theme::ai::chat", "theme::agile::boards", "theme::x")

    pod.world.update_issue(pod.sam, issue, add_labels=["theme::ai::search"])

    assert pod.titles(issue) == ["theme::agile::boards", "theme::ai::search", "theme::x"]


def test_removal_wins_over_adding_in_one_request(pod: Pod, http: httpx.Client) -> None:
    pod.file("status::new")
    wish = {"add_labels": "area::ai,status::reviewed", "remove_labels": "status::reviewed,nobody knows this"}

    answer = http.put("/projects/1/issues/1", json=wish)

    assert answer.json()["labels"] == ["area::ai", "status::new"]


def test_an_unknown_title_becomes_a_project_label_in_the_default_colour(pod: Pod, http: httpx.Client) -> None:
    pod.file()

    answer = http.put("/projects/sme%2Fcustomer-feedback/issues/1", json={"add_labels": ["statsu::new"]})

    assert answer.json()["labels"] == ["statsu::new"]
    made = pod.world.label(pod.project, "statsu::new")
    assert (made.color, made.owner) == ("#6699cc", pod.project)


def test_a_guests_labels_are_dropped_without_a_word(pod: Pod, served: FakeGitLab) -> None:
    with httpx.Client(base_url=f"{served.url}/api/v4", headers={"PRIVATE-TOKEN": pod.robin.token}) as robin:
        filed = robin.post("/projects/1/issues", json={"title": "Hello", "labels": "status::accepted"})
        changed = robin.put("/projects/1/issues/1", json={"add_labels": "status::accepted"})
        renamed = robin.put("/projects/1/issues/1", json={"title": "Hello again", "labels": "area::ai"})

    assert [filed.status_code, changed.status_code, renamed.status_code] == [201, 200, 200]
    assert renamed.json()["title"] == "Hello again"
    assert renamed.json()["labels"] == []


def test_a_title_taken_anywhere_above_is_a_conflict(pod: Pod, http: httpx.Client) -> None:
    answer = http.post("/projects/1/labels", json={"name": "status::new", "color": "#ff0000"})

    assert (answer.status_code, answer.json()) == (409, {"message": "Label already exists"})


def test_a_group_label_cannot_be_changed_through_the_project(pod: Pod, http: httpx.Client) -> None:
    answer = http.put("/projects/1/labels/status::new", json={"color": "#ff0000"})

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Label Not Found"})


def test_an_id_is_tried_before_a_title(pod: Pod, http: httpx.Client) -> None:
    first = http.post("/projects/1/labels", json={"name": "one", "color": "red"}).json()
    http.post("/projects/1/labels", json={"name": f"{first['id']} things", "color": "blue"})

    answer = http.put(f"/projects/1/labels/{first['id']}%20things", json={"description": "hit"})

    assert (answer.json()["name"], answer.json()["color"]) == ("one", "#FF0000")


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"name": "a,b", "color": "#fff"}, "title", "is invalid"),
        ({"name": "x" * 256, "color": "#fff"}, "title", "is too long (maximum is 255 characters)"),
        ({"name": "x", "color": "reddish"}, "color", "must be a valid color code"),
    ],
)
def test_labels_are_validated(http: httpx.Client, body: dict[str, str], field: str, words: str) -> None:
    answer = http.post("/projects/1/labels", json=body)

    assert (answer.status_code, answer.json()["message"][field]) == (400, [words])


def test_a_rename_shows_in_old_events_and_fires_nothing(pod: Pod, http: httpx.Client) -> None:
    pod.file("area::ai")
    pod.world.add_hook(pod.world.root, pod.project, "http://127.0.0.1:9/")

    pod.world.rename_label(pod.world.root, pod.world.label(pod.project, "area::ai"), "area::intelligence")

    shown = http.get("/projects/1/issues/1/resource_label_events").json()
    assert [event["label"]["name"] for event in shown] == ["area::intelligence"]
    assert http.get("/projects/1/issues/1").json()["labels"] == ["area::intelligence"]
    assert len(pod.world.outbox) == 0


def test_a_deleted_label_takes_its_lists_and_links_and_leaves_null_events(pod: Pod, http: httpx.Client) -> None:
    pod.file("status::new", "area::ai")

    pod.world.delete_label(pod.world.root, pod.new.label)

    shown = http.get("/projects/1/issues/1/resource_label_events").json()
    assert [event["label"] and event["label"]["name"] for event in shown] == [None, "area::ai"]
    lists = http.get("/projects/1/boards/1/lists").json()
    assert [one["label"]["name"] for one in lists] == ["status::reviewed", "status::accepted"]
    assert http.get("/projects/1/issues/1").json()["labels"] == ["area::ai"]


def test_guests_make_no_labels(pod: Pod) -> None:
    with pytest.raises(Refused) as refused:
        pod.world.create_label(pod.robin, pod.project, "mine")
    assert refused.value.status == 403


def test_an_archived_label_stays_on_issues_and_loses_its_priority(pod: Pod, http: httpx.Client) -> None:
    made = http.post("/projects/1/labels", json={"name": "docs", "color": "#fff", "priority": 3}).json()
    issue = pod.file("docs")

    answer = http.put(f"/projects/1/labels/{made['id']}", json={"archived": True}).json()

    assert (answer["archived"], answer["priority"]) == (True, None)
    assert pod.titles(issue) == ["docs"]


def test_counts_tell_open_and_closed_issues_and_open_merge_requests(pod: Pod, http: httpx.Client) -> None:
    pod.file("area::ai")
    pod.world.update_issue(pod.sam, pod.file("area::ai"), state_event="close")
    mia = {"PRIVATE-TOKEN": pod.mia.token}
    http.post(
        "/projects/1/repository/files/a", json={"branch": "main", "content": "", "commit_message": "a"}, headers=mia
    )
    http.post("/projects/1/repository/branches", params={"branch": "b", "ref": "main"}, headers=mia)
    wish = {"source_branch": "b", "target_branch": "main", "title": "B", "labels": "area::ai"}
    http.post("/projects/1/merge_requests", json=wish, headers=mia)

    found = http.get("/projects/1/labels", params={"with_counts": "true", "search": "area::ai"}).json()

    assert [{name: one[name] for name in one if name.endswith("_count")} for one in found] == [
        {"open_issues_count": 1, "closed_issues_count": 1, "open_merge_requests_count": 1}
    ]


def test_a_groups_label_is_counted_without_the_projects_of_its_subgroups(pod: Pod, http: httpx.Client) -> None:
    """So the count of a label may be none where issues carry it (Label#issues_count, app/models/label.rb)."""
    world, root = pod.world, pod.world.root
    top = world.add_group("acme")
    world.create_label(root, top, "bug")
    for group in (top, world.add_group("below", parent=top)):
        world.create_issue(root, world.add_project(group, "app"), "Broken", labels=["bug"])

    headers = {"PRIVATE-TOKEN": root.token}
    counted = http.get(f"/groups/{top.id}/labels", params={"with_counts": "true"}, headers=headers).json()
    issues = http.get(f"/groups/{top.id}/issues", params={"labels": "bug"}, headers=headers).json()

    assert [one["open_issues_count"] for one in counted] == [1]
    assert len(issues) == 2
