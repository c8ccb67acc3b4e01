"""Cards are dragged (CONTRACT 5)."""

import json

import pytest

from app.fakegitlab import Refused
from tests.fakegitlab.conftest import Pod


def told(pod: Pod) -> list[tuple[str, list[str]]]:
    """The action of each issue event, with the labels it shows."""
    bodies = [json.loads(delivery.body) for delivery in pod.world.outbox.drain()]
    return [(body["object_attributes"]["action"], [one["title"] for one in body["labels"]]) for body in bodies]


def hooked(pod: Pod) -> None:
    pod.world.add_hook(pod.world.root, pod.project, "http://127.0.0.1:9/")


def test_between_two_lists_one_label_goes_and_one_comes(any_pod: Pod) -> None:
    issue = any_pod.file("status::new", "area::ai")
    hooked(any_pod)

    any_pod.world.drag(any_pod.sam, any_pod.board, issue, any_pod.new, any_pod.reviewed)

    assert any_pod.titles(issue) == ["area::ai", "status::reviewed"]
    assert told(any_pod) == [("update", ["area::ai", "status::reviewed"])]


def test_to_closed_every_label_with_a_list_on_the_board_goes_and_two_events_come(any_pod: Pod) -> None:
    issue = any_pod.file("status::reviewed", "area::ai")
    hooked(any_pod)

    any_pod.world.drag(any_pod.sam, any_pod.board, issue, any_pod.reviewed, "closed")

    assert (issue.state, any_pod.titles(issue)) == ("closed", ["area::ai"])
    assert told(any_pod) == [("close", ["area::ai", "status::reviewed"]), ("update", ["area::ai"])]


def test_to_open_every_label_with_a_list_goes_on_free_even_several(free_pod: Pod) -> None:
    issue = free_pod.file("status::reviewed", "status::new", "area::ai")

    free_pod.world.drag(free_pod.sam, free_pod.board, issue, free_pod.reviewed, "open")

    assert free_pod.titles(issue) == ["area::ai"]


def test_from_closed_it_is_reopened_and_then_labelled(any_pod: Pod) -> None:
    issue = any_pod.file("area::ai")
    any_pod.world.update_issue(any_pod.sam, issue, state_event="close")
    hooked(any_pod)

    any_pod.world.drag(any_pod.sam, any_pod.board, issue, "closed", any_pod.accepted)

    assert (issue.state, any_pod.titles(issue)) == ("opened", ["area::ai", "status::accepted"])
    assert told(any_pod) == [("reopen", ["area::ai"]), ("update", ["area::ai", "status::accepted"])]


def test_on_free_only_the_source_lists_label_is_removed_so_the_card_stands_in_two_lists(free_pod: Pod) -> None:
    issue = free_pod.file("status::new", "status::accepted")

    free_pod.world.drag(free_pod.sam, free_pod.board, issue, free_pod.new, free_pod.reviewed)

    assert free_pod.titles(issue) == ["status::accepted", "status::reviewed"]
    for column in (free_pod.reviewed, free_pod.accepted):
        assert free_pod.world.cards(free_pod.sam, free_pod.board, column) == [issue]


def test_within_a_list_only_the_position_changes(pod: Pod) -> None:
    first, second = pod.file("status::new"), pod.file("status::new")
    hooked(pod)
    pod.clock.pass_(minutes=5)

    pod.world.drag(pod.sam, pod.board, second, pod.new, pod.new, after=first)

    assert pod.world.cards(pod.sam, pod.board, pod.new) == [second, first]
    (delivery,) = pod.world.outbox.drain()
    body = json.loads(delivery.body)
    assert list(body["changes"]) == ["relative_position"]
    assert body["object_attributes"]["updated_at"] == "2026-09-14T08:30:00.000Z"


def test_cards_find_room_between_close_neighbours(pod: Pod) -> None:
    cards = [pod.file("status::new") for _ in range(3)]

    for _ in range(30):
        last = pod.world.cards(pod.sam, pod.board, pod.new)[-1]
        pod.world.drag(pod.sam, pod.board, last, pod.new, pod.new, before=cards[0], after=None)
        top, second, third = pod.world.cards(pod.sam, pod.board, pod.new)
        pod.world.drag(pod.sam, pod.board, third, pod.new, pod.new, before=top, after=second)

    assert len({card.relative_position for card in cards}) == 3


def test_open_holds_what_is_in_no_list_and_closed_is_apart(pod: Pod) -> None:
    loose, listed, closed = pod.file("area::ai"), pod.file("status::new"), pod.file("status::new")
    pod.world.update_issue(pod.sam, closed, state_event="close")

    assert pod.world.cards(pod.sam, pod.board, "open") == [loose]
    assert pod.world.cards(pod.sam, pod.board, pod.new) == [listed]
    assert pod.world.cards(pod.sam, pod.board, "closed") == [closed]


def test_a_guest_may_not_drag(pod: Pod) -> None:
    issue = pod.file("status::new")
    with pytest.raises(Refused) as refused:
        pod.world.drag(pod.robin, pod.board, issue, pod.new, pod.reviewed)
    assert refused.value.body == {"message": "403 Forbidden"}


def test_deleting_the_last_board_makes_another(pod: Pod) -> None:
    pod.world.delete_board(pod.sam, pod.board)
    assert [board.name for board in pod.project.boards.values()] == ["Development"]
