"""The door to labels where GitLab does not do as it was asked: each a clear sentence, and nothing is taken for done."""

import json

import httpx
import pytest

from app.domain.failure import Permanent, Temporary
from app.domain.label_wishes import Carrier, LabelFields, LabelPlace
from app.gateways.gitlab_budget import Budget, in_bulk
from tests.gateways.gitlab_wire import ok, wired

PROJECT, GROUP = LabelPlace("acme/feedback"), LabelPlace("acme", group=True)
LABELS, GROUP_LABELS = "/api/v4/projects/acme%2Ffeedback/labels", "/api/v4/groups/acme/labels"
BLUE = LabelFields("area::ai", "#1d3a8a", "The AI pod.")
CARD = Carrier(4, 12, "acme/feedback#12", frozenset({"s::old"}), open=True)


def body(**fields: object) -> dict[str, object]:
    """A label as GitLab 19 answers."""
    return {
        "id": 7,
        "name": "area::ai",
        "color": "#1D3A8A",
        "description": "The AI pod.",
        "archived": False,
        "priority": None,
        "is_project_label": True,
        **fields,
    }


def card(*labels: str) -> dict[str, object]:
    """An issue, as far as labels go."""
    references = {"full": "acme/feedback#12"}
    return {"iid": 12, "project_id": 4, "state": "opened", "labels": list(labels), "references": references}


def test_a_list_tells_whose_a_label_is_and_what_carries_it() -> None:
    with wired() as (routes, gitlab):
        listing = routes.get(LABELS).mock(
            return_value=ok(
                [
                    body(open_issues_count=2, closed_issues_count=3, open_merge_requests_count=1),
                    body(id=8, name="area::sre", is_project_label=False, description=None),
                ]
            )
        )
        own, above = gitlab.labels.listed(PROJECT)
        assert dict(listing.calls.last.request.url.params) == {
            "per_page": "100",
            "with_counts": "true",
            "include_ancestor_groups": "true",
        }
    assert (own.own, own.issues, own.merge_requests) == (True, 5, 1)
    assert (above.own, above.issues, above.description) == (False, None, "")


def test_where_somebody_was_quicker_the_same_label_will_do() -> None:
    with wired() as (routes, gitlab):
        routes.post(LABELS).mock(return_value=httpx.Response(409, json={"message": "Label already exists"}))
        listing = routes.get(LABELS).mock(return_value=ok([body()]))
        gitlab.labels.create(PROJECT, BLUE)
        assert listing.call_count == 1


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (
            [body(color="#ff0000", description="")],
            "Somebody made ~area::ai in acme/feedback a moment ago, with another color, description. Plan again.",
        ),
        (
            [],
            "GitLab says that ~area::ai is there already, and does not list it in acme/feedback: it belongs to a group "
            "or project that our token does not see.",
        ),
    ],
)
def test_a_title_that_is_taken_by_something_else_is_told(listed: list[object], message: str) -> None:
    with wired() as (routes, gitlab):
        routes.post(LABELS).mock(return_value=httpx.Response(409, json={"message": "Label already exists"}))
        routes.get(LABELS).mock(return_value=ok(listed))
        with pytest.raises(Permanent) as caught:
            gitlab.labels.create(PROJECT, BLUE)
    assert str(caught.value) == message


def test_a_label_is_addressed_by_its_id_and_only_what_differs_is_sent() -> None:
    with wired() as (routes, gitlab):
        put = routes.put(f"{LABELS}/7").mock(return_value=ok(body(color="#FF0000")))
        gitlab.labels.alter(PROJECT, 7, "area::ai", LabelFields(color="#ff0000"))
        assert json.loads(put.calls.last.request.content) == {"color": "#ff0000"}


def test_what_gitlab_kept_otherwise_is_no_success() -> None:
    with wired() as (routes, gitlab):
        routes.put(f"{GROUP_LABELS}/7").mock(return_value=ok(body(description="The pod.")))
        with pytest.raises(Permanent) as caught:
            gitlab.labels.alter(GROUP, 7, "area::ai", LabelFields(description="The <b>pod</b>.", archived=True))
    assert str(caught.value) == (
        "GitLab said yes and kept ~area::ai of acme otherwise: description is 'The pod.', not 'The <b>pod</b>.'; "
        "archived is 'no', not 'yes'."
    )


def test_a_label_that_is_gone_is_told() -> None:
    with wired() as (routes, gitlab):
        routes.put(f"{LABELS}/7").mock(return_value=httpx.Response(404, json={"message": "404 Label Not Found"}))
        with pytest.raises(Permanent) as caught:
            gitlab.labels.alter(PROJECT, 7, "area::ai", LabelFields(color="#ff0000"))
    assert str(caught.value) == (
        "~area::ai is no label of acme/feedback any more: it was deleted, or moved to a group. Plan again."
    )


def test_what_is_deleted_already_is_deleted() -> None:
    with wired() as (routes, gitlab):
        gone = routes.delete(f"{LABELS}/7").mock(return_value=httpx.Response(404, json={"message": "404 Not Found"}))
        gitlab.labels.delete(PROJECT, 7)
        assert gone.called


def test_one_label_for_another_is_one_call_of_deltas() -> None:
    with wired() as (routes, gitlab):
        put = routes.put("/api/v4/projects/4/issues/12").mock(return_value=ok(card("s::new", "area::ai")))
        gitlab.labels.relabel(CARD, "s::old", "s::new")
        assert json.loads(put.calls.last.request.content) == {"add_labels": "s::new", "remove_labels": "s::old"}


def test_an_exchange_that_gitlab_dropped_is_told() -> None:
    with wired() as (routes, gitlab):
        routes.put("/api/v4/projects/4/issues/12").mock(return_value=ok(card("s::old")))
        with pytest.raises(Permanent) as caught:
            gitlab.labels.relabel(CARD, "s::old", "s::new")
    assert str(caught.value) == (
        "GitLab said yes and did not put ~s::new on acme/feedback#12 in the place of ~s::old. Our token needs the "
        "Planner role or above in that project."
    )


def test_a_failed_list_of_issues_is_not_an_empty_one() -> None:
    with wired() as (routes, gitlab):
        routes.get("/api/v4/projects/acme%2Ffeedback/issues").mock(return_value=httpx.Response(502))
        with pytest.raises(Temporary):
            gitlab.labels.carriers(PROJECT, "s::old")


def test_issues_without_the_label_are_left_out_whatever_gitlab_lists() -> None:
    with wired() as (routes, gitlab):
        listing = routes.get("/api/v4/projects/acme%2Ffeedback/issues").mock(
            return_value=ok([card("plain"), card("None")])
        )
        (found,) = gitlab.labels.carriers(PROJECT, "None")
        assert "labels" not in listing.calls.last.request.url.params
    assert found.labels == {"None"}


def test_relabelling_stays_below_the_webhook_events_of_a_namespace() -> None:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    budget = Budget(rate=1e6, burst=1e6, now=lambda: clock[0], sleep=sleep)
    with in_bulk():
        for _ in range(1_000):
            budget.take()
    per_minute = 1_000 / (clock[0] / 60)
    assert 295 < per_minute < 305
    before = clock[0]
    for _ in range(100):
        budget.take()
    assert clock[0] == before
