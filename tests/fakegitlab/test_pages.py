"""Lists of issues: filters and both kinds of pages (CONTRACT 3)."""

from datetime import timedelta

import gitlab
import httpx
import pytest

from tests.fakegitlab.conftest import Pod


@pytest.fixture
def many(pod: Pod) -> Pod:
    """Twenty-five requests, a minute apart, every fifth closed."""
    for number in range(1, 26):
        issue = pod.world.create_issue(pod.sam, pod.project, f"Request {number}", labels=["status::new"])
        if number % 5 == 0:
            pod.world.update_issue(pod.sam, issue, state_event="close")
        pod.clock.pass_(minutes=1)
    return pod


def test_pages_by_offset_carry_gitlabs_headers(many: Pod, http: httpx.Client) -> None:
    answer = http.get("/projects/1/issues", params={"per_page": 10, "page": 2})

    names = ("x-page", "x-per-page", "x-prev-page", "x-next-page", "x-total", "x-total-pages")
    assert [answer.headers[name] for name in names] == ["2", "10", "1", "3", "25", "3"]
    assert [one["iid"] for one in answer.json()] == list(range(15, 5, -1))
    assert set(answer.links) == {"first", "prev", "next", "last"}
    assert http.get(answer.links["next"]["url"]).json()[-1]["iid"] == 1


def test_above_ten_thousand_rows_the_totals_vanish(pod: Pod, http: httpx.Client) -> None:
    with pod.world.silently():
        for number in range(10_001):
            pod.world.create_issue(pod.sam, pod.project, f"Request {number}")

    answer = http.get("/projects/1/issues")

    assert "x-total" not in answer.headers
    assert "x-total-pages" not in answer.headers
    assert set(answer.links) == {"first", "next"}


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("order", ["created_at", "updated_at", "id", "title", "relative_position"])
def test_keyset_pages_show_every_issue_once_in_order(many: Pod, sam: gitlab.Gitlab, order: str, sort: str) -> None:
    shown = sam.projects.get(1).issues.list(iterator=True, pagination="keyset", order_by=order, sort=sort, per_page=7)
    rows = [(getattr(one, order), one.id) if order != "relative_position" else one.id for one in shown]

    assert len(rows) == 25
    if order != "title":
        assert rows == sorted(rows, reverse=sort == "desc")


def test_keyset_does_not_slip_when_issues_change_between_pages(many: Pod, http: httpx.Client) -> None:
    wish: dict[str, str | int] = {"pagination": "keyset", "order_by": "created_at", "sort": "asc", "per_page": 10}
    first = http.get("/projects/1/issues", params=wish)
    many.world.delete_issue(many.world.root, many.project.issues[3])

    second = http.get(first.links["next"]["url"])

    assert [one["iid"] for one in second.json()] == list(range(11, 21))
    assert "x-total" not in second.headers


def test_the_last_keyset_page_has_no_next(many: Pod, http: httpx.Client) -> None:
    wish: dict[str, str | int] = {"pagination": "keyset", "order_by": "created_at", "sort": "asc", "per_page": 25}
    assert http.get("/projects/1/issues", params=wish).links == {}


def test_updated_after_is_inclusive_and_sees_what_was_touched(many: Pod, http: httpx.Client) -> None:
    moment = many.clock.now + timedelta(minutes=1)
    many.clock.now = moment
    many.world.add_note(many.sam, many.project.issues[7], "Any news?")

    shown = http.get("/projects/1/issues", params={"updated_after": moment.isoformat()})

    assert [one["iid"] for one in shown.json()] == [7]


@pytest.mark.parametrize(
    ("wish", "count"),
    [
        ({"state": "closed"}, 5),
        ({"labels": "status::new"}, 25),
        ({"labels": "status::new,area::ai"}, 1),
        ({"labels": "None"}, 0),
        ({"labels": "Any", "state": "opened"}, 20),
        ({"not[labels]": "area::ai"}, 24),
        ({"iids[]": ["3", "4"]}, 2),
        ({"author_username": "mia"}, 0),
        ({"scope": "created_by_me", "search": "request 2"}, 7),
        ({"created_before": "2026-09-14T08:39:00Z", "created_after": "2026-09-14T08:35:00Z"}, 5),
        ({"issue_type": "incident"}, 0),
        ({"confidential": "true"}, 0),
    ],
)
def test_filters(many: Pod, http: httpx.Client, wish: dict[str, str], count: int) -> None:
    many.world.update_issue(many.sam, many.project.issues[9], add_labels=["area::ai"])

    assert http.get("/projects/1/issues", params=wish).headers["x-total"] == str(count)


def test_the_global_list_shows_ones_own_by_default(many: Pod, sam: gitlab.Gitlab) -> None:
    many.world.create_issue(many.mia, many.project, "By somebody else")

    assert len(sam.issues.list(get_all=True)) == 25
    assert len(sam.issues.list(get_all=True, scope="all")) == 26
    assert len(sam.groups.get(many.group.id).issues.list(get_all=True)) == 26


def test_notes_come_newest_first_unless_told(pod: Pod, sam: gitlab.Gitlab) -> None:
    issue = pod.file()
    for word in ("one", "two"):
        pod.world.add_note(pod.sam, issue, word)
        pod.clock.pass_(seconds=1)
    pod.world.update_issue(pod.sam, issue, title="Changed")

    notes = sam.projects.get(1).issues.get(1).notes

    assert [note.body for note in notes.list(get_all=True, activity_filter="only_comments")] == ["two", "one"]
    assert [note.body for note in notes.list(get_all=True, sort="asc")] == [
        "one",
        "two",
        "changed title from **{-Bulk export-}** to **{+Changed+}**",
    ]
