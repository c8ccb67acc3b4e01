"""Reading an issue whole, from bodies as they really come."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.failure import Permanent, Temporary
from app.domain.issue import Issue, LabelEvent, Link, Note, Ref, User
from tests.gateways.gitlab_wire import ISSUE, REF, URL, event_body, issue_body, note_body, ok, wired

EILEEN = User(18, "eileen")
EVENTS = f"{ISSUE}/resource_label_events"
NOTES = f"{ISSUE}/notes"


def at(hour: int, minute: int, second: int = 0, milli: int = 0) -> datetime:
    return datetime(2026, 5, 28, hour, minute, second, milli * 1000, tzinfo=UTC)


def issue_from(body: dict[str, Any]) -> Issue:
    with wired() as (routes, gitlab):
        routes.get(ISSUE).mock(return_value=ok(body))
        return gitlab.reader.issue(REF)


def test_a_snapshot_is_three_calls_and_all_of_it_typed() -> None:
    with wired() as (routes, gitlab):
        routes.get(ISSUE).mock(return_value=ok(issue_body()))
        routes.get(EVENTS).mock(return_value=ok([event_body(2, created_at="2026-05-28T06:19:00Z"), event_body(1)]))
        routes.get(NOTES).mock(return_value=ok([note_body(7)]))
        snapshot = gitlab.reader.snapshot(REF)
        assert len(routes.calls) == 3
    assert snapshot.issue == Issue(
        ref=REF,
        id=84,
        project_id=4,
        title="Export to CSV",
        description="Please",
        labels=frozenset({"status::new", "area::ai"}),
        state="opened",
        author=EILEEN,
        assignees=(),
        created_at=at(6, 17, 50, 385),
        updated_at=at(7, 0),
    )
    assert snapshot.events == (
        LabelEvent(1, EILEEN, at(6, 18), "status::new", "add"),
        LabelEvent(2, EILEEN, at(6, 19), "status::new", "add"),
    )
    assert snapshot.notes == (Note(7, EILEEN, "comment 7", at(6, 20), at(6, 20)),)
    assert snapshot.links is None


def test_a_known_issue_is_not_read_again() -> None:
    known = issue_from(issue_body())
    with wired() as (routes, gitlab):
        routes.get(EVENTS).mock(return_value=ok([]))
        routes.get(NOTES).mock(return_value=ok([]))
        assert gitlab.reader.snapshot(REF, known).issue is known
        assert len(routes.calls) == 2


def test_labels_come_as_titles_or_as_objects() -> None:
    details = [{"id": 1, "name": "status::new", "color": "#000"}, {"title": "area::ai"}, "plain"]
    assert issue_from(issue_body(labels=details)).labels == {"status::new", "area::ai", "plain"}


def test_both_ways_to_write_a_time() -> None:
    issue = issue_from(issue_body(created_at="2026-05-28 06:17:50 UTC", updated_at="2026-05-28T09:00:00.000+02:00"))
    assert (issue.created_at, issue.updated_at) == (at(6, 17, 50), at(7, 0))
    assert issue.updated_at.tzinfo is UTC


def test_what_may_be_missing_or_null() -> None:
    body = issue_body(description=None, author=None, assignees=None, milestone={"title": "Q3"}, issue_type=None)
    for field in ("closed_at", "closed_by", "confidential"):
        del body[field]
    issue = issue_from(body)
    assert (issue.description, issue.author, issue.assignees) == ("", User(0, "ghost"), ())
    assert (issue.milestone, issue.kind, issue.confidential) == ("Q3", "issue", False)


def test_unknown_extras_are_ignored() -> None:
    assert issue_from(issue_body(brand_new={"deep": [1]})) == issue_from(issue_body())


def test_an_event_of_a_deleted_label_or_user_stays_an_event() -> None:
    with wired() as (routes, gitlab):
        routes.get(ISSUE).mock(return_value=ok(issue_body()))
        routes.get(EVENTS).mock(return_value=ok([event_body(1, label=None, user=None, action="remove")]))
        routes.get(NOTES).mock(return_value=ok([note_body(3, author=None, body=None, confidential=True)]))
        snapshot = gitlab.reader.snapshot(REF)
    assert snapshot.events == (LabelEvent(1, None, at(6, 18), None, "remove"),)
    assert snapshot.notes[0].author == User(0, "ghost")
    assert (snapshot.notes[0].body, snapshot.notes[0].internal) == ("", True)


def test_a_shape_we_do_not_know_is_named_without_its_contents() -> None:
    with pytest.raises(Permanent) as caught:
        issue_from(issue_body(state="half open", id="the customer's secret"))
    assert str(caught.value) == (
        "GitLab's answer for /projects/acme%2Ffeedback/issues/12 has a shape we do not know: id (int_parsing); "
        "state (literal_error). Look whether this version of GitLab is supported."
    )


@pytest.mark.parametrize("body", [{}, {"message": "hello"}, "text", 3])
def test_a_list_that_is_none_is_never_an_empty_one(body: object) -> None:
    with wired() as (routes, gitlab):
        routes.get(NOTES).mock(return_value=httpx.Response(200, json=body))
        with pytest.raises(Permanent, match="is no list, where a list belongs"):
            gitlab.reader.notes(REF)


@pytest.mark.parametrize("labels", [None, "absent"])
def test_labels_that_are_left_out_are_not_no_labels(labels: object) -> None:
    body = issue_body(labels=labels)
    if labels == "absent":
        del body["labels"]
    with pytest.raises(Permanent, match=r"shape we do not know: labels"):
        issue_from(body)


def test_pages_are_followed_by_link_to_our_own_address() -> None:
    onward = f"http://inside.example:8080/api/v4{NOTES.removeprefix('/api/v4')}?page=2&per_page=100"
    with wired() as (routes, gitlab):
        pages = routes.get(NOTES).mock(
            side_effect=[
                ok([note_body(n) for n in range(100)], Link=f'<{onward}>; rel="next", <{onward}>; rel="last"'),
                ok([note_body(100), note_body(99)]),
            ]
        )
        notes = gitlab.reader.notes(REF)
    assert [note.id for note in notes] == list(range(101))
    assert pages.calls[0].request.url.params["per_page"] == "100"
    assert str(pages.calls[1].request.url) == f"{URL}{NOTES}?page=2&per_page=100"


def test_pages_are_followed_by_number_where_the_link_was_cut_off() -> None:
    with wired() as (routes, gitlab):
        pages = routes.get(NOTES).mock(
            side_effect=[
                ok([note_body(1)], **{"X-Next-Page": "2"}),
                ok([note_body(2)], **{"X-Next-Page": "3"}),
                ok([note_body(3)], **{"X-Next-Page": ""}),
            ]
        )
        assert [note.id for note in gitlab.reader.notes(REF)] == [1, 2, 3]
    asked = [dict(call.request.url.params) for call in pages.calls]
    same = {"per_page": "100", "activity_filter": "only_comments", "order_by": "created_at", "sort": "asc"}
    assert asked == [same, {**same, "page": "2"}, {**same, "page": "3"}]


def test_pages_that_go_round_in_a_circle_end() -> None:
    with wired() as (routes, gitlab):
        routes.get(NOTES).mock(return_value=ok([note_body(1)], Link=f'<{URL}{NOTES}?cursor=a>; rel="next"'))
        with pytest.raises(Temporary, match="go round in a circle"):
            gitlab.reader.notes(REF)


def test_a_failed_second_page_fails_the_whole() -> None:
    with wired() as (routes, gitlab):
        routes.get(NOTES).mock(side_effect=[ok([note_body(1)], **{"X-Next-Page": "2"}), httpx.Response(502)])
        with pytest.raises(Temporary):
            gitlab.reader.notes(REF)


def test_links_are_one_call() -> None:
    linked = {**issue_body(iid=3), "references": {"full": "acme/core#3"}, "link_type": "blocks"}
    with wired() as (routes, gitlab):
        routes.get(f"{ISSUE}/links").mock(return_value=ok([linked]))
        assert gitlab.reader.links(REF) == (Link("acme/core#3", "blocks"),)


def test_any_project_path_is_one_part_of_the_address() -> None:
    with wired() as (routes, gitlab):
        routes.get(path="/api/v4/projects/a/b/c d/issues/1").mock(return_value=ok(issue_body()))
        gitlab.reader.issue(Ref("a/b/c d", 1))
        assert routes.calls.last.request.url.raw_path == b"/api/v4/projects/a%2Fb%2Fc%20d/issues/1"
