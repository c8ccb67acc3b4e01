"""Small writes, sent once, compared with what GitLab made of them."""

import json
from datetime import timedelta

import httpx
import pytest
import respx

from app.domain.failure import Permanent, Temporary
from app.domain.issue import Ref
from app.domain.plan import ChangeLabels, DeleteNote, EditNote, PostNote
from app.gateways.gitlab_write import KnownLabels
from tests.gateways.gitlab_wire import ISSUE, REF, issue_body, ok, wired

LABELS = "/api/v4/projects/acme%2Ffeedback/labels"


def known(routes: respx.MockRouter, *titles: str) -> respx.Route:
    return routes.get(LABELS).mock(return_value=ok([{"id": n, "name": title} for n, title in enumerate(titles)]))


def labels(add: str = "", remove: str = "") -> ChangeLabels:
    return ChangeLabels(frozenset(add.split()), frozenset(remove.split()))


def test_a_put_back_is_one_put_of_deltas_only() -> None:
    with wired() as (routes, gitlab):
        known(routes, "status::new", "sb::hold", "status::done")
        put = routes.put(ISSUE).mock(return_value=ok(issue_body(labels=["sb::hold", "status::new", "area::ai"])))
        wish = labels("status::new sb::hold", "status::done status::b")
        assert gitlab.writer.apply(REF, wish) is None
        assert json.loads(put.calls.last.request.content) == {
            "add_labels": "sb::hold,status::new",
            "remove_labels": "status::b,status::done",
        }
        assert [call.request.method for call in routes.calls] == ["GET", "PUT"]


def test_nothing_to_change_is_no_call() -> None:
    with wired() as (routes, gitlab):
        gitlab.writer.apply(REF, ChangeLabels())
        assert len(routes.calls) == 0


@pytest.mark.parametrize(
    ("wish", "answer", "told"),
    [
        (labels("status::new"), issue_body(labels=["area::ai"]), "~status::new not put on"),
        (labels(remove="area::ai b"), issue_body(labels=["area::ai"]), "~area::ai not taken off"),
        (labels("x w", "y"), issue_body(labels=["y"]), "~w, ~x not put on, ~y not taken off"),
    ],
)
def test_what_gitlab_drops_without_a_word_is_noticed(wish: ChangeLabels, answer: object, told: str) -> None:
    with wired() as (routes, gitlab):
        known(routes, "status::new", "w", "x")
        routes.put(ISSUE).mock(return_value=ok(answer))
        with pytest.raises(Permanent) as caught:
            gitlab.writer.apply(REF, wish)
    assert str(caught.value) == (
        f"GitLab said yes and dropped our change on acme/feedback#12: {told}. The bot's role in acme/feedback is "
        "probably below Planner; give it that role and let the sweep try again."
    )


def test_an_unknown_label_is_refused_before_gitlab_makes_one() -> None:
    with wired() as (routes, gitlab):
        known(routes, "status::new")
        put = routes.put(ISSUE)
        with pytest.raises(Permanent) as caught:
            gitlab.writer.apply(REF, labels("status::nwe"))
        assert not put.called
    assert str(caught.value) == (
        "~status::nwe cannot be put on an issue of acme/feedback: no such label there, and GitLab would make a new one "
        "without asking. Create it, or let `sounding-board check --online` show what is missing."
    )


def test_labels_are_read_once_and_again_only_for_a_title_not_known_or_after_a_while() -> None:
    clock = [0.0]
    with wired() as (routes, gitlab):
        titles = KnownLabels(gitlab.reader._api, keep=timedelta(minutes=30), now=lambda: clock[0])
        listed = known(routes, "a")
        titles.require("acme/feedback", ["a"])
        titles.require("acme/feedback", ["a"])
        assert listed.call_count == 1
        known(routes, "a", "b")
        titles.require("acme/feedback", ["a", "b"])
        assert listed.call_count == 2
        clock[0] = 1801.0
        known(routes, "b")
        with pytest.raises(Permanent, match="~a cannot be put on"):
            titles.require("acme/feedback", ["a"])
        assert listed.call_count == 3


def test_a_failed_look_at_the_labels_is_not_an_unknown_label() -> None:
    with wired() as (routes, gitlab):
        routes.get(LABELS).mock(return_value=httpx.Response(502))
        with pytest.raises(Temporary):
            gitlab.writer.apply(REF, labels("status::new"))


def test_taking_off_asks_for_no_labels() -> None:
    with wired() as (routes, gitlab):
        routes.put(ISSUE).mock(return_value=ok(issue_body(labels=[])))
        gitlab.writer.apply(REF, labels(remove="gone"))
        assert len(routes.calls) == 1


def test_a_note_is_one_post_and_its_id_comes_back() -> None:
    with wired() as (routes, gitlab):
        posted = routes.post(f"{ISSUE}/notes").mock(return_value=httpx.Response(201, json={"id": 302, "body": "Hello"}))
        assert gitlab.writer.apply(REF, PostNote("move", "Hello")) == 302
        assert json.loads(posted.calls.last.request.content) == {"body": "Hello"}
        assert len(routes.calls) == 1


def test_a_text_of_quick_actions_alone_made_no_note() -> None:
    with wired() as (routes, gitlab):
        answer = {"commands_changes": {"state_event": "close"}, "summary": ["Closed this issue."]}
        routes.post(f"{ISSUE}/notes").mock(return_value=httpx.Response(202, json=answer))
        with pytest.raises(Permanent) as caught:
            gitlab.writer.apply(REF, PostNote("move", "/close"))
    assert str(caught.value) == (
        "GitLab made no note of what we said on acme/feedback#12 about move: it took the whole text for quick actions. "
        "Mend the template so that it says a sentence."
    )


def test_an_edit_is_one_put() -> None:
    with wired() as (routes, gitlab):
        put = routes.put(f"{ISSUE}/notes/302").mock(return_value=ok({"id": 302}))
        assert gitlab.writer.apply(REF, EditNote("move", 302, "Better")) == 302
        assert json.loads(put.calls.last.request.content) == {"body": "Better"}
        assert len(routes.calls) == 1


def test_a_note_that_is_gone_has_the_issue_read_anew_and_counts_as_deleted() -> None:
    with wired() as (routes, gitlab):
        routes.route(path__regex="/notes/302$").mock(return_value=httpx.Response(404))
        with pytest.raises(Temporary, match="deleted a moment ago"):
            gitlab.writer.apply(REF, EditNote("move", 302, "Better"))
        assert gitlab.writer.apply(REF, DeleteNote(302)) is None


def test_a_deletion_is_one_call() -> None:
    with wired() as (routes, gitlab):
        deleted = routes.delete(f"{ISSUE}/notes/302").mock(return_value=httpx.Response(204))
        gitlab.writer.apply(Ref("acme/feedback", 12), DeleteNote(302))
        assert deleted.call_count == 1
