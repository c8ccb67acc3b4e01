"""What happens to an issue beside editing it: moves, following, to-dos, time, links, threads, milestones."""

import gitlab
import httpx
import pytest

from app.fakegitlab.model import Project
from tests.fakegitlab.conftest import Pod


@pytest.fixture
def other(pod: Pod) -> Project:
    """A second project, with labels of its own."""
    project = pod.world.add_project(pod.group, "elsewhere")
    pod.world.add_member(project, pod.sam, "reporter")
    pod.world.create_label(pod.world.root, pod.project, "bug", "red")
    pod.world.create_label(pod.world.root, pod.project, "only here", "red")
    pod.world.create_label(pod.world.root, project, "bug", "blue")
    return project


def test_a_moved_issue_takes_its_life_along(pod: Pod, other: Project, http: httpx.Client) -> None:
    issue = pod.file("area::ai", "bug", "only here")
    pod.world.add_note(pod.mia, issue, "Which one?")
    pod.world.award(pod.mia, issue, "thumbsup")

    moved = http.post("/projects/1/issues/1/move", json={"to_project_id": other.id})

    assert moved.status_code == 201
    new, old = moved.json(), http.get("/projects/1/issues/1").json()
    assert (new["project_id"], new["author"]["username"], new["upvotes"]) == (other.id, "sam", 1)
    assert new["labels"] == ["area::ai", "bug"]
    assert (old["state"], old["moved_to_id"], old["labels"]) == ("closed", new["id"], [])
    bodies = [one["body"] for one in http.get(f"/projects/{other.id}/issues/1/notes?sort=asc").json()]
    assert bodies == ["Which one?", "moved from customer-feedback#1"]
    assert [one["body"] for one in http.get("/projects/1/issues/1/notes").json()] == ["moved to elsewhere#1"]
    told = [one["label"]["name"] for one in http.get(f"/projects/{other.id}/issues/1/resource_label_events").json()]
    assert told == ["area::ai", "bug", "only here", "bug", "bug", "only here"]


def test_a_move_is_refused_where_it_makes_no_sense(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    closed = pod.world.add_project(pod.group, "closed-to-sam", visibility="public")
    pod.world.add_member(closed, pod.sam, "guest")
    pod.group.members.clear()
    same = http.post("/projects/1/issues/1/move", json={"to_project_id": 1})
    assert (same.status_code, same.json()["message"]) == (
        400,
        "Cannot move work item to same project or group it originates from.",
    )
    barred = http.post("/projects/1/issues/1/move", json={"to_project_id": closed.id})
    assert barred.json()["message"] == "Cannot move work item due to insufficient permissions."
    assert http.post("/projects/1/issues/1/move", json={"to_project_id": 99}).status_code == 404


def test_a_clone_begins_again(pod: Pod, http: httpx.Client) -> None:
    issue = pod.file("area::ai")
    pod.world.add_note(pod.mia, issue, "Which one?")
    bare = http.post("/projects/1/issues/1/clone", json={"to_project_id": 1}).json()
    full = http.post("/projects/1/issues/1/clone", json={"to_project_id": 1, "with_notes": True}).json()
    assert (bare["iid"], bare["labels"], bare["user_notes_count"]) == (2, ["area::ai"], 0)
    assert (full["iid"], full["user_notes_count"]) == (3, 1)


def test_following_is_answered_once(pod: Pod, sam: gitlab.Gitlab, http: httpx.Client) -> None:
    pod.world.create_issue(pod.mia, pod.project, "Dark mode")
    where = "/projects/1/issues/1"
    assert http.get(where).json()["subscribed"] is False
    assert [http.post(f"{where}/subscribe").status_code for _ in range(2)] == [201, 304]
    assert http.get(where).json()["subscribed"] is True
    assert [http.post(f"{where}/unsubscribe").status_code for _ in range(2)] == [201, 304]


def test_to_dos_come_from_mentions_assignments_and_wishes_and_go_by_acting(pod: Pod, http: httpx.Client) -> None:
    issue = pod.world.create_issue(pod.mia, pod.project, "Dark mode", description="Ask @sam and @eve.")
    pod.world.update_issue(pod.mia, issue, assignee_ids=[pod.sam.id])
    pod.world.add_note(pod.mia, issue, "@sam please look")

    shown = http.get("/todos").json()
    assert [one["action_name"] for one in shown] == ["directly_addressed", "assigned", "mentioned"]
    assert (shown[0]["body"], shown[0]["target"]["iid"], shown[0]["author"]["username"]) == (
        "@sam please look",
        1,
        "mia",
    )
    assert http.post(f"/todos/{shown[0]['id']}/mark_as_done").json()["state"] == "done"
    assert len(http.get("/todos?action=assigned").json()) == 1

    pod.world.add_note(pod.sam, issue, "Looked.")
    assert http.get("/todos").json() == []
    assert [http.post("/projects/1/issues/1/todo").status_code for _ in range(2)] == [201, 304]
    assert http.post("/todos/mark_as_done").status_code == 204
    assert len(http.get("/todos?state=done").json()) == 4
    assert pod.world.todos[issue.id]
    assert all(one.user is pod.sam for one in pod.world.todos[issue.id])


def test_time_is_estimated_and_spent(pod: Pod, sam: gitlab.Gitlab) -> None:
    pod.file()
    issue = sam.projects.get(1).issues.get(1)
    assert issue.time_estimate("1w 2d")["human_time_estimate"] == "1w 2d"
    assert issue.add_spent_time("3h30m")["total_time_spent"] == 12600
    assert issue.add_spent_time("-30m")["human_total_time_spent"] == "3h"
    assert issue.reset_time_estimate()["time_estimate"] == 0
    assert issue.reset_spent_time() == issue.time_stats()
    with pytest.raises(gitlab.GitlabTimeTrackingError):
        issue.add_spent_time("a while")
    with pytest.raises(gitlab.GitlabTimeTrackingError) as refused:
        issue.add_spent_time("-1h")
    assert refused.value.response_code == 400
    assert "Time to subtract exceeds the total time spent" in str(refused.value.error_message)


def test_links_are_told_on_both_sides_and_limited(pod: Pod, http: httpx.Client) -> None:
    for _ in range(3):
        pod.file()
    link = {"target_project_id": 1, "target_issue_iid": 2}
    assert http.post("/projects/1/issues/1/links", json=link | {"link_type": "blocks"}).status_code == 201
    assert http.post("/projects/1/issues/2/links", json=link | {"target_issue_iid": 1}).status_code == 409
    itself = http.post("/projects/1/issues/2/links", json=link)
    assert (itself.status_code, itself.json()["message"]) == (422, "#2 cannot be added: cannot be related to itself")
    assert http.get("/projects/1/issues/1").json()["blocking_issues_count"] == 1
    assert http.get("/projects/1/issues/2/notes").json()[0]["body"] == "marked this issue as blocked by #1"
    pod.world.update_issue(pod.sam, pod.project.issues[2], state_event="close")
    assert http.get("/projects/1/issues/1").json()["blocking_issues_count"] == 0
    assert http.get("/projects/1/issues/1/links/1").json()["link_type"] == "blocks"
    http.delete("/projects/1/issues/1/links/1")
    assert http.get("/projects/1/issues/1/links").json() == []


def test_a_discussion_begins_is_answered_and_never_resolved(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    where = "/projects/1/issues/1/discussions"
    begun = http.post(where, json={"body": "Why?", "internal": True})
    thread = begun.json()["id"]
    assert (begun.status_code, begun.json()["individual_note"]) == (201, False)
    answer = http.post(f"{where}/{thread}/notes", json={"body": "Because."}).json()
    assert (answer["type"], answer["internal"], answer["resolvable"]) == ("DiscussionNote", True, False)
    note = f"{where}/{thread}/notes/{answer['id']}"
    assert http.put(note, json={"body": "Because of X."}).json()["body"] == "Because of X."
    assert http.put(note, json={"resolved": True}).status_code == 400
    assert len(http.get(f"{where}/{thread}/notes").json()) == 2
    assert http.delete(note).status_code == 204


def test_milestones_come_and_go_with_events(pod: Pod, sam: gitlab.Gitlab, http: httpx.Client) -> None:
    issue, project = pod.file(), sam.projects.get(1)
    made = project.milestones.create({"title": "10.0", "due_date": "2026-09-30"})
    taken = http.post("/projects/1/milestones", json={"title": "10.0"})
    assert taken.json()["message"] == (
        'Failed to create milestone {:title=>["already being used for another group or project milestone."]}'
    )
    shown = http.put("/projects/1/issues/1", json={"milestone_id": made.id}).json()
    assert shown["milestone"]["title"] == "10.0"
    assert [one.iid for one in made.issues()] == [1]
    made.state_event = "close"
    made.save()
    assert made.state == "closed"
    pod.world.add_member(pod.group, pod.sam, "planner")
    made.promote()
    assert issue.milestone is not None
    assert issue.milestone.owner is pod.group
    (group_one,) = sam.groups.get(1).milestones.list(get_all=True)
    assert group_one.title == "10.0"
    group_one.delete()
    assert http.get("/projects/1/issues/1").json()["milestone"] is None
    events = http.get("/projects/1/issues/1/resource_milestone_events").json()
    assert [(one["action"], one["milestone"]) for one in events] == [("add", None), ("remove", None)]
    single = http.get(f"/projects/1/issues/1/resource_milestone_events/{events[0]['id']}").json()
    assert single["action"] == "add"


def test_no_more_than_a_hundred_labels(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    many = [f"l{number}" for number in range(100)]
    assert http.put("/projects/1/issues/1", json={"labels": many}).status_code == 200
    over = http.put("/projects/1/issues/1", json={"add_labels": "one more"})
    assert (over.status_code, over.json()) == (400, {"message": "Cannot add more than 100 labels to a work item."})
    assert http.put("/projects/1/issues/1", json={"remove_labels": "l0"}).status_code == 200


def test_labels_are_named_promoted_followed_and_locked(pod: Pod, other: Project, http: httpx.Client) -> None:
    issue = pod.world.create_issue(pod.sam, other, "Elsewhere", labels=["bug"])
    mine = pod.world.label(pod.project, "bug")
    digits = http.post("/projects/1/labels", json={"name": f"{mine.id}th", "color": "rebeccapurple"}).json()
    assert digits["color"] == "#663399"
    assert http.get(f"/projects/1/labels/{mine.id}th").json()["id"] == mine.id
    renamed = http.put("/projects/1/labels", json={"name": "only here", "new_name": "here", "color": "#abc"})
    assert (renamed.json()["name"], renamed.json()["color"]) == ("here", "#aabbcc")
    assert [http.post(f"/projects/1/labels/{mine.id}/subscribe").status_code for _ in range(2)] == [201, 304]
    assert http.put(f"/projects/1/labels/{mine.id}/promote").status_code == 403

    pod.world.add_member(pod.group, pod.sam, "planner")
    promoted = http.put(f"/projects/1/labels/{mine.id}/promote").json()
    assert (promoted["id"], "priority" in promoted, issue.labels) == (mine.id, False, [mine])
    assert http.delete("/projects/1/labels", params={"name": "here"}).status_code == 204
    mine.lock_on_merge = True
    locked = http.delete(f"/groups/1/labels/{mine.id}")
    assert (locked.status_code, locked.json()) == (400, {"message": "Label is locked and was not removed"})


def test_a_board_shows_its_scope(pod: Pod, http: httpx.Client) -> None:
    pod.world.update_issue(pod.sam, pod.file(), weight=2)
    pod.file()
    http.put("/projects/1/boards/1", json={"weight": 2})
    assert [one.iid for one in pod.world.cards(pod.sam, pod.board, "open")] == [1]


def test_quick_actions_reach_other_issues_and_projects(pod: Pod, other: Project, http: httpx.Client) -> None:
    first, second = pod.file("bug"), pod.file()
    http.post("/projects/1/milestones", json={"title": "10.0"})
    body = (
        "/milestone %10.0\n/relate #1\n/copy_metadata #1\n/estimate 3h\n/spend 1h 2026-09-01\n/todo\n/weight 3\n"
        "/react :tada:\n/unsubscribe\n/due this Friday"
    )
    told = http.post("/projects/1/issues/2/notes", json={"body": body})
    assert told.status_code == 202
    assert told.json()["summary"] == [
        'Set the milestone to %"10.0".',
        "Added #1 as a linked item related to this issue.",
        "Copied labels and milestone from #1.",
        "Set time estimate to 3h.",
        "Added 1h spent time.",
        "Added a to-do item.",
        "Set weight to 3.",
        "Toggled :tada: emoji reaction.",
        "Unsubscribed from notifications.",
        "Set the due date to Sep 18, 2026.",
    ]
    assert told.json()["commands_changes"]["spend_time"] == {
        "duration": 3600,
        "user_id": pod.sam.id,
        "spent_at": "2026-09-01",
    }
    assert (pod.titles(second), second.weight, second.time_spent) == (["bug"], 3, 3600)
    assert len(pod.world.links) == 1

    http.post("/projects/1/issues/1/notes", json={"body": "/move elsewhere"})
    assert first.moved_to is not None
    assert first.moved_to.project is other
    nobody = http.post("/projects/1/issues/2/notes", json={"body": "/assign @nobody"})
    assert nobody.json()["summary"] == ["Failed to assign a user because no user was found."]
    drawn = http.post("/projects/1/issues/2/notes", json={"body": "/shrug who knows"})
    assert drawn.json()["body"] == "who knows ¯\\＿(ツ)＿/¯"
