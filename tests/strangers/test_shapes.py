"""The measure itself: it lets GitLab's own examples pass, and it notices what is missing or of another type."""

import json
from typing import Any

import pytest

from tests.strangers.ear import Heard, Letter
from tests.strangers.shapes import DATA, EXAMPLES, misshapen, misshapen_letters

PATHS = {":id": "1", ":issue_iid": "1", ":label_id": "1", ":board_id": "1"}


def heard(method: str, template: str, body: Any) -> Heard:
    path = "/".join(PATHS.get(part, part) for part in template.split("/"))
    return Heard(method, path, 200, json=True, body=json.dumps(body).encode())


def example(name: str) -> Any:
    return json.loads((DATA / "rest_examples" / name).read_text())


@pytest.mark.parametrize(("method", "template"), sorted(EXAMPLES))
def test_an_answer_that_lacks_a_documented_field_is_noticed(method: str, template: str) -> None:
    body = example(EXAMPLES[method, template])
    del (body[0] if isinstance(body, list) else body)["id"]
    (first, *_) = misshapen([heard(method, template, body)])
    assert first.startswith(f"{method} {template}: ")


def test_another_type_is_noticed() -> None:
    body = example("issue_create_201.json") | {"iid": "14"}
    assert misshapen([heard("POST", "/projects/:id/issues", body)]) == [
        "POST /projects/:id/issues: iid: '14' is not of type 'integer'",
        "POST /projects/:id/issues: it.iid: str instead of int",
    ]


def test_an_answer_as_documented_passes() -> None:
    body = example("issue_create_201.json")
    assert misshapen([heard("POST", "/projects/:id/issues", body)]) == []


def test_a_letter_that_lacks_a_field_is_noticed() -> None:
    body = json.loads((DATA / "webhooks/derived/emoji_award_on_issue.json").read_text())
    body = body.get("body", body)
    assert misshapen_letters([Letter({"x-gitlab-event": "Emoji Hook"}, body)]) == []
    del body["object_attributes"]["awardable_type"]
    assert misshapen_letters([Letter({"x-gitlab-event": "Emoji Hook"}, body)]) == [
        "Emoji Hook.object_attributes.awardable_type is missing"
    ]
