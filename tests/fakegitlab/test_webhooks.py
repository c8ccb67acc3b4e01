"""What hooks hear (CONTRACT 1)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.fakegitlab.deliveries import encoded, fared
from app.fakegitlab.model import Hook
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.signing import signature
from tests.fakegitlab.conftest import SIGNING, Pod

DATA = Path(__file__).parents[1] / "data" / "gitlab" / "webhooks"
VECTORS = json.loads((DATA / "signature_vectors.json").read_text())


def sample(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((DATA / name).read_text())
    return body


def hooked(pod: Pod) -> Hook:
    return pod.world.add_hook(pod.world.root, pod.project, "http://127.0.0.1:9/", token="hush", signing_token=SIGNING)


def heard(pod: Pod) -> list[dict[str, Any]]:
    return [json.loads(delivery.body) for delivery in pod.world.outbox.drain()]


def shape(value: Any) -> Any:
    """The keys at every depth; a list by its first entry; values do not matter."""
    if isinstance(value, Mapping):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: str(vector["name"]))
def test_signatures_are_those_of_the_vectors(vector: dict[str, str]) -> None:
    body = vector["body"].encode()
    made = signature(VECTORS["signing_token"], VECTORS["webhook-id"], VECTORS["webhook-timestamp"], body)
    assert made in vector["webhook-signature"].split()


def test_headers_are_gitlabs_and_the_signature_covers_the_bytes(pod: Pod) -> None:
    hooked(pod)
    pod.file()
    (delivery,) = pod.world.outbox.drain()

    expected = json.loads((DATA / "headers.json").read_text())
    names = {*expected["by_event"]["issue or work item (not confidential)"], *expected["optional"]}
    assert set(delivery.headers) == names
    assert delivery.headers["X-Gitlab-Event"] == "Issue Hook"
    assert delivery.headers["X-Gitlab-Token"] == "hush"
    assert delivery.headers["webhook-id"] == delivery.headers["Idempotency-Key"] == delivery.id
    assert delivery.headers["webhook-timestamp"] == "1789374600"
    message = f"{delivery.id}.1789374600.".encode() + delivery.body
    mark = hmac.new(base64.b64decode(SIGNING[6:]), message, hashlib.sha256).digest()
    assert delivery.headers["webhook-signature"] == f"v1,{base64.b64encode(mark).decode()}"


def test_a_resend_keeps_the_id_and_renews_timestamp_and_attempt(pod: Pod) -> None:
    hooked(pod)
    pod.file()
    (delivery,) = pod.world.outbox.drain()
    first = dict(delivery.headers)
    pod.clock.pass_(minutes=3)

    pod.world.resend(delivery)

    (again,) = pod.world.outbox.drain()
    changed = {name for name in first if first[name] != again.headers[name]}
    assert changed == {"webhook-timestamp", "webhook-signature", "X-Gitlab-Webhook-UUID"}


def scenario(pod: Pod, name: str) -> list[dict[str, Any]]:
    """Play what the sample's name says and give what was heard."""
    world, sam = pod.world, pod.sam
    assigned = [sam.id]
    if name.startswith("open"):
        pod.project.hooks.clear()
        hooked(pod)
        secret = name == "open_confidential"
        world.create_issue(
            sam, pod.project, "T", labels=["status::new"], assignee_ids=assigned, confidential=secret, description="x"
        )
        return heard(pod)
    issue = world.create_issue(sam, pod.project, "T", labels=["status::new", "area::ai"], assignee_ids=assigned)
    world.update_issue(sam, issue, weight=1)
    neighbour = pod.file("status::new")
    note = world.add_note(sam, issue, "The customer has 4,200 seats.")
    assert note is not None
    hooked(pod)
    pod.clock.pass_(minutes=45)
    match name:
        case "drag":
            world.drag(sam, pod.board, issue, pod.new, pod.reviewed, after=neighbour, before=None)
        case "to_closed":
            world.drag(sam, pod.board, issue, pod.new, "closed")
        case "from_closed":
            with world.silently():
                world.drag(sam, pod.board, issue, pod.new, "closed")
            pod.clock.pass_(minutes=1)
            world.drag(sam, pod.board, issue, "closed", pod.accepted)
        case "reorder":
            world.drag(sam, pod.board, issue, pod.new, pod.new, before=neighbour)
        case "empty":
            world.update_issue(sam, issue, add_labels=["area::ai"])
        case "confidential":
            world.update_issue(sam, issue, confidential=True)
        case "description":
            world.update_issue(sam, issue, description="More.")
        case "note":
            world.add_note(sam, issue, "Hello.")
        case "internal":
            world.add_note(sam, issue, "Hello.", internal=True)
        case "edit":
            world.edit_note(sam, note, "Hello again.")
        case "award":
            world.award(sam, issue, "thumbsup")
        case "revoke":
            with world.silently():
                award = world.award(sam, issue, "thumbsup")
            world.revoke_award(sam, issue, award)
        case "award_note":
            world.award(sam, note, "thumbsup")
    return heard(pod)


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("open", ["derived/issue_open_by_sa.json"]),
        ("open_confidential", ["derived/confidential_issue_open.json"]),
        ("drag", ["derived/issue_update_board_drag_between_label_lists.json"]),
        (
            "to_closed",
            [
                "derived/issue_board_drag_to_closed_1_of_2_close.json",
                "derived/issue_board_drag_to_closed_2_of_2_update_board_labels_removed.json",
            ],
        ),
        (
            "from_closed",
            [
                "derived/issue_board_drag_from_closed_1_of_2_reopen.json",
                "derived/issue_board_drag_from_closed_2_of_2_update_label_added.json",
            ],
        ),
        ("reorder", ["derived/issue_update_reorder_within_list.json"]),
        ("empty", ["derived/issue_update_with_empty_changes.json"]),
        ("confidential", ["derived/issue_update_confidential_turned_on.json"]),
        ("description", ["derived/issue_update_description_edited.json"]),
        ("note", ["derived/note_create_on_issue_by_sa.json"]),
        ("internal", ["derived/note_internal_on_public_issue.json"]),
        ("edit", ["derived/note_update_on_issue_by_sa.json"]),
        ("award", ["derived/emoji_award_on_issue.json"]),
        ("revoke", ["derived/emoji_revoke_on_issue.json"]),
    ],
)
def test_bodies_have_the_samples_fields(pod: Pod, name: str, files: list[str]) -> None:
    bodies = scenario(pod, name)

    assert len(bodies) == len(files)
    for body, file in zip(bodies, files, strict=True):
        expected = sample(file)
        changes, known = body.pop("changes", {}), expected.pop("changes", {})
        assert shape(body) == shape(expected)
        assert list(body["object_attributes"]) == list(expected["object_attributes"])
        if not name.startswith("open"):
            assert set(changes) == set(known)
        told = ("object_kind", "event_type")
        assert [body[one] for one in told] == [expected[one] for one in told]
        assert body["object_attributes"]["action"] == expected["object_attributes"]["action"]


def test_a_reaction_to_a_comment_names_both(pod: Pod) -> None:
    (body,) = scenario(pod, "award_note")
    assert list(body) == list(sample("documented/emoji_award_on_issue_note.json"))
    assert body["object_attributes"]["awarded_on_url"].endswith(f"/-/issues/1#note_{body['note']['id']}")


def test_opening_tells_title_and_labels_as_changes(pod: Pod) -> None:
    (body,) = scenario(pod, "open")
    known = sample("derived/issue_open_by_sa.json")["changes"]
    assert {name: shape(one) for name, one in body["changes"].items()} == {
        name: shape(one) for name, one in known.items()
    }


def test_the_second_event_of_a_drag_to_closed_repeats_the_close(pod: Pod) -> None:
    close, update = scenario(pod, "to_closed")
    assert [one["title"] for one in close["labels"]] == ["area::ai", "status::new"]
    assert [one["title"] for one in update["labels"]] == ["area::ai"]
    assert update["changes"]["state_id"] == {"previous": 1, "current": 2}


@pytest.mark.parametrize(
    ("secret", "internal", "events"),
    [
        (False, False, ["Issue Hook", "Note Hook"]),
        (False, True, ["Issue Hook", "Confidential Note Hook"]),
        (True, False, ["Confidential Issue Hook", "Confidential Note Hook"]),
    ],
)
def test_which_scope_hears(pod: Pod, secret: bool, internal: bool, events: list[str]) -> None:
    hooked(pod)
    issue = pod.world.create_issue(pod.sam, pod.project, "T", confidential=secret)
    pod.world.add_note(pod.sam, issue, "Hello.", internal=internal)
    assert [delivery.event for delivery in pod.world.outbox.drain()] == events


def test_a_hook_without_the_confidential_scope_hears_nothing_of_it(pod: Pod) -> None:
    pod.world.add_hook(pod.world.root, pod.project, "http://127.0.0.1:9/", events={"issues_events": True})
    pod.world.create_issue(pod.sam, pod.project, "T", confidential=True)
    assert len(pod.world.outbox) == 0


def test_deleting_a_note_and_system_notes_tell_nobody(pod: Pod) -> None:
    issue = pod.file()
    note = pod.world.add_note(pod.sam, issue, "Hello.")
    assert note is not None
    hooked(pod)
    pod.world.delete_note(pod.sam, note)
    assert len(pod.world.outbox) == 0
    pod.world.update_issue(pod.sam, issue, title="Other")
    assert [delivery.event for delivery in pod.world.outbox.drain()] == ["Issue Hook"]


def test_project_and_group_hook_tell_the_same_under_two_ids(any_pod: Pod) -> None:
    hooked(any_pod)
    if any_pod.world.tier == "premium":
        any_pod.world.add_hook(any_pod.world.root, any_pod.group, "http://127.0.0.1:9/")
    any_pod.file()
    taken = any_pod.world.outbox.drain()
    assert len({delivery.id for delivery in taken}) == (2 if any_pod.world.tier == "premium" else 1)
    assert len({delivery.body for delivery in taken}) == 1


def test_bodies_are_escaped_as_rails_does(pod: Pod) -> None:
    assert encoded({"note": "<b> & Größe"}) == '{"note":"\\u003cb\\u003e \\u0026 Größe"}'.encode()


def test_relative_images_are_made_absolute_so_never_write_it_back(pod: Pod) -> None:
    hooked(pod)
    pod.file(description="![shot](/uploads/1/shot.png)")
    (body,) = heard(pod)
    base = "http://127.0.0.1:8929/sme/customer-feedback"
    assert body["object_attributes"]["description"] == f"![shot]({base}/uploads/1/shot.png)"


def fail(pod: Pod, hook: Hook, times: int) -> None:
    for _ in range(times):
        fared(pod.world, Delivery("id", hook, "Issue Hook", {}, b""), 500)


def test_four_failures_pause_a_hook_for_a_minute_then_twice_as_long(pod: Pod) -> None:
    hook = hooked(pod)
    fail(pod, hook, 3)
    pod.file()
    assert len(pod.world.outbox.drain()) == 1

    fail(pod, hook, 1)
    pod.file()
    assert (len(pod.world.outbox), hook.lost) == (0, 1)

    pod.clock.pass_(seconds=61)
    pod.file()
    assert len(pod.world.outbox.drain()) == 1
    fail(pod, hook, 1)
    pod.clock.pass_(seconds=61)
    pod.file()
    assert len(pod.world.outbox) == 0
    pod.clock.pass_(seconds=60)
    pod.file()
    assert len(pod.world.outbox) == 1


def test_a_success_or_a_redirection_resets_the_count(pod: Pod) -> None:
    hook = hooked(pod)
    fail(pod, hook, 3)
    fared(pod.world, Delivery("id", hook, "Issue Hook", {}, b""), 302)
    fail(pod, hook, 3)
    pod.file()
    assert len(pod.world.outbox) == 1


def test_forty_failures_end_a_hook_for_good_and_pauses_stop_growing_at_a_day(pod: Pod) -> None:
    hook = hooked(pod)
    fail(pod, hook, 39)
    assert hook.disabled_until is not None
    assert (hook.disabled_until - pod.clock.now).total_seconds() == 86_400
    fail(pod, hook, 1)
    pod.clock.pass_(days=30)
    pod.file()
    assert len(pod.world.outbox) == 0
