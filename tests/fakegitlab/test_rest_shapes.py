"""Answers have the fields of GitLab's documented examples."""

import json
from pathlib import Path
from typing import Any

import gitlab
import httpx

from tests.fakegitlab.conftest import Pod

EXAMPLES = Path(__file__).parents[1] / "data" / "gitlab" / "rest_examples"
NEWER_USER = {"public_email", "locked", "avatar_url", "web_url"}
OLDER_USER = {"email", "created_at"}
NEWER_ISSUE = {
    "start_date",
    "weight",
    "health_status",
    "blocking_issues_count",
    "has_tasks",
    "moved_to_id",
    "imported",
    "imported_from",
}
NEWER_NOTE = {"type", "commands_changes"}
LABEL_BASIC = {"id", "description_html", "text_color", "archived"}


def example(name: str) -> Any:
    shown = json.loads((EXAMPLES / name).read_text())
    return shown[0] if isinstance(shown, list) else shown


def same_fields(answer: dict[str, Any], known: dict[str, Any], newer: set[str] | None = None) -> None:
    """Every documented field is there, and nothing that is neither documented nor known to be newer."""
    assert set(known) - set(answer) == set()
    assert set(answer) - set(known) - (newer or set()) == set()


def test_issues(pod: Pod, http: httpx.Client) -> None:
    made = http.post("/projects/1/issues", json={"title": "Issues with auth", "labels": "area::ai"})
    closed = http.put("/projects/1/issues/1", json={"state_event": "close"})

    assert (made.status_code, closed.status_code) == (201, 200)
    for answer, name in ((made, "issue_create_201.json"), (closed, "issue_update_close_200.json")):
        known = example(name)
        same_fields(answer.json(), known, NEWER_ISSUE)
        same_fields(answer.json()["author"], known["author"], NEWER_USER)
        for part in ("references", "time_stats", "_links", "task_completion_status"):
            same_fields(answer.json()[part], known[part])
    assert closed.json()["closed_by"]["username"] == "sam"


def test_only_one_issue_alone_says_whether_it_is_subscribed(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    assert "subscribed" not in http.get("/projects/1/issues").json()[0]
    assert http.get("/projects/1/issues/1").json()["subscribed"] is True


def test_notes(pod: Pod, http: httpx.Client) -> None:
    pod.world.add_note(pod.sam, pod.file(), "Text of the comment")
    (answer,) = http.get("/projects/1/issues/1/notes").json()
    known = example("issue_notes_list.json")
    same_fields(answer, known, NEWER_NOTE)
    assert set(known["author"]) - set(answer["author"]) == OLDER_USER


def test_label_events(pod: Pod, http: httpx.Client) -> None:
    pod.file("area::ai")
    (answer,) = http.get("/projects/1/issues/1/resource_label_events").json()
    known = example("resource_label_events_list.json")
    same_fields(answer, known)
    same_fields(answer["label"], known["label"])
    same_fields(answer["user"], known["user"], NEWER_USER)


def test_labels(pod: Pod, http: httpx.Client) -> None:
    made = http.post("/projects/1/labels", json={"name": "feature", "color": "#5843AD"})
    same_fields(made.json(), example("label_create_201.json"))
    assert made.json()["text_color"] == "#FFFFFF"
    pod.file("feature")

    changed = http.put(f"/projects/1/labels/{made.json()['id']}", json={"new_name": "docs", "description": "Docs"})
    same_fields(changed.json(), example("label_update_200.json"))
    assert (changed.json()["open_issues_count"], changed.json()["description_html"]) == (1, "Docs")

    counted = http.get("/projects/1/labels", params={"with_counts": True}).json()
    assert [one["name"] for one in counted] == [
        "area::ai",
        "docs",
        "status::accepted",
        "status::new",
        "status::reviewed",
    ]
    same_fields(counted[0], example("labels_list_with_counts.json"))
    assert [one["is_project_label"] for one in counted] == [False, True, False, False, False]


def test_boards_and_lists(pod: Pod, sam: gitlab.Gitlab, http: httpx.Client) -> None:
    boards = sam.projects.get(1).boards
    made = boards.create({"name": "newboard"})
    same_fields(made.attributes, example("board_create_201.json"), {"project_id"})

    first = made.lists.create({"label_id": pod.new.label.id})
    known = example("board_list_create_201.json")
    same_fields(first.attributes, known, {"project_id", "board_id"})
    same_fields(first.label, known["label"], LABEL_BASIC)
    made.lists.create({"label_id": pod.reviewed.label.id})
    http.put(f"/projects/1/boards/{made.id}/lists/{first.id}", json={"position": 1})
    shown = [(one.label["name"], one.position) for one in made.lists.list(get_all=True)]
    assert shown == [("status::reviewed", 0), ("status::new", 1)]

    first.delete()
    known = example("boards_list.json") | {"group": None, "assignee": None, "labels": [], "weight": None}
    same_fields(http.get("/projects/1/boards").json()[1], known)


def test_hooks_keep_their_secrets(pod: Pod, http: httpx.Client) -> None:
    wish = {"url": "https://example.com/hook", "token": "hush", "issues_events": True, "push_events": False}
    assert http.post("/projects/1/hooks", json=wish).status_code == 403

    pod.world.add_member(pod.project, pod.sam, "maintainer")
    made = http.post("/projects/1/hooks", json=wish).json()
    assert "hush" not in str(made)
    shown = ("token_present", "signing_token_present", "issues_events", "push_events", "note_events", "alert_status")
    assert [made[name] for name in shown] == [True, False, True, False, False, "executable"]
    short = http.put(f"/projects/1/hooks/{made['id']}", json={"signing_token": "whsec_c2hvcnQ="})
    assert short.status_code == 400
    assert http.delete(f"/projects/1/hooks/{made['id']}").status_code == 204


def test_links_and_reactions_through_the_real_client(pod: Pod, sam: gitlab.Gitlab) -> None:
    pod.file()
    pod.file()
    first, second = (sam.projects.get(1).issues.get(iid) for iid in (1, 2))

    first.links.create({"target_project_id": 1, "target_issue_iid": 2, "link_type": "blocks"})
    (seen,) = second.links.list(get_all=True)
    assert (seen.iid, seen.link_type) == (1, "is_blocked_by")

    note = first.notes.create({"body": "Hello."})
    note.awardemojis.create({"name": "white_check_mark"})
    first.awardemojis.create({"name": "thumbsup"})
    assert [one.name for one in note.awardemojis.list(get_all=True)] == ["white_check_mark"]
    assert sam.projects.get(1).issues.get(1).upvotes == 1


def test_a_reply_joins_the_thread(pod: Pod, sam: gitlab.Gitlab) -> None:
    issue = pod.file()
    note = pod.world.add_note(pod.sam, issue, "Which product?")
    assert note is not None
    threads = sam.projects.get(1).issues.get(1).discussions

    threads.get(note.discussion_id).notes.create({"body": "Self-managed."})

    (thread,) = threads.list(get_all=True)
    assert thread.individual_note is False
    assert [one["body"] for one in thread.attributes["notes"]] == ["Which product?", "Self-managed."]


def test_a_form_and_a_query_count_as_much_as_json(pod: Pod, http: httpx.Client) -> None:
    assert http.post("/projects/1/issues?title=From+the+query").json()["title"] == "From the query"
    made = http.post("/projects/1/issues", data={"title": "From a form", "labels": "area::ai"})
    assert made.json()["labels"] == ["area::ai"]


def test_every_answer_has_the_rate_limit_headers(http: httpx.Client) -> None:
    first, second = http.get("/user"), http.get("/nowhere/to/be/found/and/yet", headers={"PRIVATE-TOKEN": "x"})
    for answer in (first, second):
        assert {f"ratelimit-{one}" for one in ("limit", "name", "observed", "remaining", "reset")} <= set(
            answer.headers
        )
    assert first.headers["ratelimit-observed"] == "1"
