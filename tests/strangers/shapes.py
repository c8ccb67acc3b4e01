"""GitLab's own answer schemas and documented examples, and what of the stand-in's answers does not fit them.

The schemas are mended as tests/data/gitlab/ORIGIN.md says ("Before you validate"): types that JSON Schema does not
have, a `$ref` at the wrong place, patterns that Python refuses; and they are older than fields that GitLab 19 sends.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from tests.strangers.ear import Heard, Letter

DATA = Path(__file__).parents[1] / "data" / "gitlab"
V4 = "spec/fixtures/api/schemas/public_api/v4"
ISSUE = "/projects/:id/issues/:issue_iid"
HEX = "^#[0-9A-Fa-f]{3}([0-9A-Fa-f]{3})?$"

# Which schema holds for each object of an answer, by the end of the route's template.
SCHEMAS = {
    "/issues": "issue.json",
    "/issues/:issue_iid": "issue.json",
    "/issues/:issue_iid/move": "issue.json",
    "/issues/:issue_iid/notes": "notes.json#item",
    "/issues/:issue_iid/notes/:note_id": "notes.json#item",
    "/issues/:issue_iid/participants": "user/basic.json",
    "/projects/:id/labels": "labels/project_label_with_counts.json",
    "/projects/:id/labels/:label_id": "labels/project_label_with_counts.json",
    "/projects/:id/boards": "board.json",
    "/projects/:id/boards/:board_id": "board.json",
    "/projects/:id/hooks": "project_hook.json",
    "/projects/:id/hooks/:hook_id": "project_hook.json",
    "/projects/:id/milestones": "milestone.json",
    "/projects/:id/milestones/:milestone_id": "milestone.json",
}
# Which documented example names the fields, by method and template.
EXAMPLES = {
    ("POST", "/projects/:id/issues"): "issue_create_201.json",
    ("PUT", ISSUE): "issue_update_close_200.json",
    ("GET", ISSUE + "/notes"): "issue_notes_list.json",
    ("GET", ISSUE + "/resource_label_events"): "resource_label_events_list.json",
    ("POST", "/projects/:id/labels"): "label_create_201.json",
    ("PUT", "/projects/:id/labels/:label_id"): "label_update_200.json",
    ("PUT", "/projects/:id/labels/:label_id/promote"): "label_promote_200.json",
    ("POST", "/projects/:id/boards"): "board_create_201.json",
    ("GET", "/projects/:id/boards"): "boards_list.json",
    ("GET", "/projects/:id/boards/:board_id/lists"): "board_lists.json",
    ("POST", "/projects/:id/boards/:board_id/lists"): "board_list_create_201.json",
}
# Older pages show these, or show another value's type; newer ones do not.
OUTDATED = {"email", "created_at", "moved_to_id", "group", "milestone", "assignee", "weight"}
# Fields of GitLab's older schemas that its documentation of 19.4 no longer shows.
RETIRED = {"attachment"}
# In letters: absent when empty, of incidents only, different with every change, or from a sample of 2015.
NOT_ALWAYS = {"assignees", "escalation_status", "escalation_policy", "changes", "position", "branch_name"}
LETTERS = {
    "Issue Hook": ("documented/issue_open_with_label_changes.json", "derived/issue_open_by_sa.json"),
    "Note Hook": ("documented/note_on_issue.json", "derived/note_create_on_issue_by_sa.json"),
    "Emoji Hook": ("derived/emoji_award_on_issue.json",),
    "Milestone Hook": ("documented/milestone_create.json",),
}


def misshapen(heard: Iterable[Heard]) -> list[str]:
    """What does not fit in the good answers of the API, each oddity once."""
    found: dict[str, None] = {}
    for one in heard:
        if 200 <= one.status < 300 and one.status != 202:
            template = one.template
            for thing in one.things():
                for oddity in [*_against_schema(template, thing), *_against_example(one.method, template, thing)]:
                    found[f"{one.method} {template}: {oddity}"] = None
    return list(found)


def _against_schema(template: str, thing: dict[str, Any]) -> Iterator[str]:
    name = next((name for end, name in SCHEMAS.items() if template == end or _is_issue(template, end)), None)
    if name:
        for error in _validator(name).iter_errors(thing):
            yield f"{'.'.join(map(str, error.path)) or 'it'}: {error.message[:200]}"


def _is_issue(template: str, end: str) -> bool:
    return end.startswith("/issues") and template.removeprefix("/projects/:id").removeprefix("/groups/:id") == end


def _against_example(method: str, template: str, thing: dict[str, Any]) -> Iterator[str]:
    name = EXAMPLES.get((method, template))
    if name:
        known = _example(f"rest_examples/{name}")
        yield from unlike(known, thing)


def misshapen_letters(letters: Iterable[Letter]) -> list[str]:
    """What fields the letters lack that each sample of their kind has, or has of another type; each oddity once."""
    found: dict[str, None] = {}
    for letter in letters:
        for name in LETTERS.get(letter.kind, ()):
            for oddity in unlike(_example(f"webhooks/{name}"), letter.body, letter.kind):
                found[oddity] = None
    return list(found)


def unlike(known: Any, told: Any, where: str = "it") -> Iterator[str]:
    """Where `told` lacks a field of `known`, or has one of another JSON type. Null fits everything."""
    if known is None or told is None:
        return
    if isinstance(known, bool) != isinstance(told, bool) or _kind(known) != _kind(told):
        yield f"{where}: {type(told).__name__} instead of {type(known).__name__}"
    elif isinstance(known, dict):
        for name, value in known.items():
            if name in told and name != "changes":
                yield from unlike(value, told[name], f"{where}.{name}")
            elif name not in OUTDATED | NOT_ALWAYS:
                yield f"{where}.{name} is missing"
    elif isinstance(known, list) and known and told:
        yield from unlike(known[0], told[0], f"{where}[0]")


def _kind(value: Any) -> type:
    return float if isinstance(value, (int, float)) else type(value)


@cache
def _example(name: str) -> Any:
    shown = json.loads((DATA / name).read_text())
    return shown[0] if isinstance(shown, list) else shown.get("body", shown)


@cache
def _validator(name: str) -> Draft7Validator:
    file, _, part = name.partition("#")
    schema = _mended(json.loads((DATA / "schemas" / V4 / file).read_text()))
    return Draft7Validator(
        {"$id": f"file:///{V4}/{file}", **(schema["items"] if part else schema)},
        registry=Registry(retrieve=_fetch),  # type: ignore[call-arg]
    )


def _fetch(uri: str) -> Resource[Any]:
    path = DATA / "schemas" / uri.removeprefix("file:///")
    return Resource.from_contents(_mended(json.loads(path.read_text())), default_specification=DRAFT7)


def _mended(schema: Any) -> Any:
    """The schema as JSON Schema would have it, open to newer fields."""
    if isinstance(schema, list):
        return [_mended(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    mended = {name: _mended(value) for name, value in schema.items() if name != "additionalProperties"}
    if "type" in mended and _invented(mended["type"]):
        mended["type"] = ["string", "null"]
    if isinstance(mended.get("required"), list):
        mended["required"] = [name for name in mended["required"] if name not in RETIRED]
    if "{3}{1,2}" in str(mended.get("pattern", "")):
        mended["pattern"] = HEX
    return mended


def _invented(kind: object) -> bool:
    names = kind if isinstance(kind, list) else [kind]
    return "date" in names or "uri" in names
