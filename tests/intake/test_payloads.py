"""Every known payload, and any mutation of one: the right subject or none, 2xx when signed, 401 when not."""

import copy
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.issue import Ref
from app.domain.subject import Request, Subject, TokenExpiry, parse_key
from app.entrypoints.webhook_events import Ignored, subject_of
from tests.intake.letters import PAYLOADS, PROJECTS, Post, headers

CARD = Request(Ref("sme/customer-feedback", 17))
EXPECTED: dict[str, Subject | Ignored] = {
    **{name: CARD for name in PAYLOADS if name.startswith(("issue_", "note_", "emoji_", "confidential_issue"))},
    "confidential_work_item_task_close": Ignored.NOT_AN_ISSUE,
    "work_item_task_update_closed_with_status": Ignored.NOT_AN_ISSUE,
    "work_item_kind_with_type_issue_gitlab_17_7_era": CARD,
    "access_token_expiring_group": TokenExpiry("twitter", True, 25, date(2024, 1, 26), "acd"),
    "access_token_expiring_project": TokenExpiry("flightjs/Flight", False, 25, date(2024, 1, 26), "acd"),
    "emoji_award_on_issue_note": Request(Ref("flightjs/Flight", 42)),
    "issue_open_with_label_changes": Request(Ref("gitlabhq/gitlab-test", 23)),
    "note_on_issue": Request(Ref("gitlab-org/gitlab-test", 17)),
    "milestone_create": Ignored.KIND,
}


def test_no_payload_is_forgotten() -> None:
    assert set(EXPECTED) == set(PAYLOADS)
    assert len(PAYLOADS) == 31


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_signed_payload_leads_to_the_right_subject_or_none(name: str) -> None:
    post, expected = Post(), EXPECTED[name]
    shown = headers(PAYLOADS[name])
    answer = post.send(PAYLOADS[name], shown)
    if isinstance(expected, Ignored):
        assert answer == (200, {"ignored": expected.value})
        assert post.arrivals == []
        assert post.counters.ignored == {expected: 1}
    else:
        assert answer == (200, {"accepted": True})
        assert [(each.subject, each.delivery) for each in post.arrivals] == [(expected, shown["webhook-id"])]
        assert post.counters.accepted == 1


@pytest.mark.parametrize("name", PAYLOADS)
def test_an_unsigned_payload_is_turned_away(name: str) -> None:
    post = Post()
    assert post.send(PAYLOADS[name], {"Content-Type": "application/json"}) == (401, None)
    assert post.send(PAYLOADS[name], {**headers(PAYLOADS[name]), "webhook-signature": "v1,AAAA"}) == (401, None)
    assert post.arrivals == []
    assert post.counters.refused == 2


PAYLOAD = json.loads(PAYLOADS["issue_update_board_drag_between_label_lists"])


def changed(path: tuple[str, ...], value: Any) -> bytes:
    payload = copy.deepcopy(PAYLOAD)
    part = payload
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return json.dumps(payload).encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Ignored.NOT_JSON),
        (b"object_kind=issue", Ignored.NOT_JSON),
        (b"\xff\xfe\x00", Ignored.NOT_JSON),
        (b"[" * 200_000, Ignored.NOT_JSON),
        (b'{"a":' * 200_000, Ignored.NOT_JSON),
        (b'{"iid": ' + b"9" * 5000 + b"}", Ignored.NOT_JSON),
        (b"null", Ignored.NOT_AN_OBJECT),
        (b"[]", Ignored.NOT_AN_OBJECT),
        (b'"issue"', Ignored.NOT_AN_OBJECT),
        (b"{}", Ignored.KIND),
        (b'{"object_kind": ["issue"]}', Ignored.KIND),
        (b'{"object_kind": "note"}', Ignored.NOT_AN_ISSUE),
        (b'{"object_kind": "emoji", "merge_request": {"iid": 1}}', Ignored.NOT_AN_ISSUE),
        (b'{"object_kind": "issue"}', Ignored.NO_ADDRESS),
        (b'{"object_kind": "access_token"}', Ignored.NO_ADDRESS),
        (b'{"object_kind": "work_item", "object_attributes": {"iid": 17}}', Ignored.NOT_AN_ISSUE),
        (changed(("project",), None), Ignored.NO_ADDRESS),
        (changed(("object_attributes",), None), Ignored.NO_ADDRESS),
        (changed(("object_attributes", "iid"), True), Ignored.NO_ADDRESS),
        (changed(("object_attributes", "iid"), "17"), Ignored.NO_ADDRESS),
        (changed(("object_attributes", "iid"), 0), Ignored.NO_ADDRESS),
        (changed(("object_attributes", "iid"), 10**30), Ignored.NO_ADDRESS),
        (changed(("object_attributes", "type"), "Incident"), Ignored.NOT_AN_ISSUE),
        (changed(("project", "path_with_namespace"), "some/other"), Ignored.PROJECT),
        (changed(("project", "path_with_namespace"), "sme/customer-feedback\n"), Ignored.NO_ADDRESS),
        (changed(("project", "path_with_namespace"), "sme/customer-feedback#1"), Ignored.NO_ADDRESS),
        (changed(("project", "path_with_namespace"), "\ud800"), Ignored.NO_ADDRESS),
        (changed(("project", "path_with_namespace"), "a/" * 600 + "b"), Ignored.NO_ADDRESS),
    ],
    ids=range(28),
)
def test_a_body_that_names_no_request_is_answered_kindly(body: bytes, reason: Ignored) -> None:
    post = Post()
    assert post.send(body) == (200, {"ignored": reason.value})
    assert post.arrivals == []


@pytest.mark.parametrize("at", ["2023-05-25 17:12:06 UTC", "2026-05-28T06:17:50.385Z", None, 17, "yesterday"])
def test_timestamps_of_any_form_do_no_harm(at: object) -> None:
    post = Post()
    assert post.send(changed(("object_attributes", "updated_at"), at)) == (200, {"accepted": True})


def test_a_megabyte_of_text_is_a_delivery_like_others() -> None:
    post = Post()
    assert post.send(changed(("object_attributes", "description"), "/close @all " * 90_000)) == (
        200,
        {"accepted": True},
    )
    assert [each.subject for each in post.arrivals] == [CARD]


hostile = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.just("/close\n@all \x00\ud800 | <!-- sb:1 -->"),
    st.just([]),
    st.just({}),
    st.lists(st.none() | st.text(), max_size=3),
)
WHERE = [("project",), ("project", "path_with_namespace"), ("object_attributes",), ("issue",), ("object_kind",)]
WHERE += [("object_attributes", name) for name in ("iid", "type", "action", "labels", "noteable_type")]
WHERE += [("issue", "iid"), ("issue", "type"), ("user",), ("changes",), ("group",), ("event_type",)]


def mutate(payload: dict[str, Any], path: tuple[str, ...], drop: bool, value: Any) -> bool:
    """Whether there was something to change."""
    *parents, name = path
    part: Any = payload
    for parent in parents:
        part = part.get(parent)
        if not isinstance(part, dict):
            return False
    if name not in part:
        return False
    if drop:
        del part[name]
    else:
        part[name] = value
    return True


POST = Post()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(PAYLOADS)),
    st.lists(st.tuples(st.sampled_from(WHERE), st.booleans(), hostile), min_size=1, max_size=4),
)
def test_mutated_payloads_are_never_an_error_and_never_lose_a_run(
    name: str, changes: list[tuple[tuple[str, ...], bool, Any]]
) -> None:
    payload = json.loads(PAYLOADS[name])
    touched = {path for path, drop, value in changes if mutate(payload, path, drop, value)}
    POST.arrivals.clear()
    status, answer = POST.send(json.dumps(payload).encode())
    assert status == 200
    expected = subject_of(payload)
    if isinstance(expected, Ignored) or (isinstance(expected, Request) and expected.ref.project not in PROJECTS):
        assert POST.arrivals == []
        assert set(answer) == {"ignored"}
    else:
        assert [each.subject for each in POST.arrivals] == [expected]
    if touched <= {("user",), ("changes",), ("event_type",), ("object_attributes", "labels"), ("group",)} and (
        name != "access_token_expiring_group"
    ):
        assert expected == EXPECTED[name]


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(st.characters(codec="utf-8"), max_size=200).map(str.encode)
    | st.recursive(
        hostile, lambda inner: st.dictionaries(st.text(), inner, max_size=4) | st.lists(inner, max_size=4)
    ).map(lambda value: json.dumps(value).encode())
)
def test_bodies_of_any_kind_are_never_an_error(body: bytes) -> None:
    POST.arrivals.clear()
    assert POST.send(body)[0] == 200
    assert POST.arrivals == []


def token_event(**about: object) -> dict[str, object]:
    """A warning of GitLab with other attributes of the token."""
    return {"object_kind": "access_token", "project": {"path_with_namespace": "sme/a"}, "object_attributes": about}


@pytest.mark.parametrize(
    ("about", "key"),
    [
        ({"id": 25, "expires_at": "2026-03-01", "name": "bot"}, "token-expiry:sme/a#25@2026-03-01 bot"),
        ({"id": 25, "expires_at": "2026-03-01", "name": " a#b@c\nd "}, "token-expiry:sme/a#25@2026-03-01 a#b@c d"),
        ({"id": 25, "expires_at": "2026-03-01", "name": "x" * 99}, f"token-expiry:sme/a#25@2026-03-01 {'x' * 80}"),
        ({"id": 25, "expires_at": "2026-03-01", "name": None}, "token-expiry:sme/a#25@2026-03-01"),
        ({"id": 25, "expires_at": "soon", "name": "bot"}, "token-expiry:sme/a"),
        ({"id": "25", "expires_at": "2026-03-01"}, "token-expiry:sme/a"),
        ({}, "token-expiry:sme/a"),
    ],
)
def test_a_token_that_runs_out_is_known_by_number_and_day_whatever_its_name(about: dict[str, object], key: str) -> None:
    found = subject_of(token_event(**about))
    assert isinstance(found, TokenExpiry)
    assert (found.key, parse_key(found.key)) == (key, found)


def test_a_groups_token_is_told_apart_from_a_projects() -> None:
    found = TokenExpiry("sme", True, 7, date(2026, 3, 1))
    assert (found.key, parse_key(found.key)) == ("group-token-expiry:sme#7@2026-03-01", found)
