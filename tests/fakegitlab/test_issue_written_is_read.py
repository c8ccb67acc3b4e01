"""What is written to an issue over HTTP is what is read: alone, in lists, through filters, and in its events."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from app.fakegitlab import FakeGitLab
from tests.fakegitlab.conftest import Pod, make_pod

SCHEMAS = Path(__file__).parents[1] / "data" / "gitlab" / "schemas" / "spec/fixtures/api/schemas/public_api/v4"
GONE = ("attachment",)  # of notes; GitLab 19's documented example has it no more
ISSUES = "/api/v4/projects/1/issues"
# Lines that begin with `/` are quick actions; NUL and lone surrogates are no text; titles and labels are stripped.
TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters="/<>&~"), max_size=40
)
TITLE = TEXT.filter(lambda text: text.strip() != "").map(lambda text: f"T {text}".strip())
LABEL = st.sampled_from(["area::ai", "status::new", "status::reviewed", "bug", "Größe L", "12 monkeys", "a b"])
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "title": TITLE,
        "description": TEXT.map(lambda text: f"D {text}"),
        "labels": st.lists(LABEL, max_size=4, unique=True),
        "due_date": st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(str),
        "confidential": st.booleans(),
        "weight": st.integers(0, 100),
        "milestone_id": st.sampled_from([0, 1]),
        "assignee_ids": st.lists(st.sampled_from([2, 3, 4]), max_size=3, unique=True),
    },
)
STEPS = st.lists(st.tuples(FIELDS, st.sampled_from(["", "close", "reopen"]), st.lists(LABEL, max_size=2)), max_size=5)


@pytest.fixture(scope="module")
def pod_and_client() -> Any:
    """One served pod for all the examples: each makes an issue of its own."""
    pod = make_pod("premium")
    with (
        FakeGitLab(pod.world, deliver=False) as running,
        httpx.Client(base_url=running.url, headers={"PRIVATE-TOKEN": pod.sam.token}) as client,
    ):
        client.post("/api/v4/projects/1/milestones", json={"title": "10.0"})
        yield pod, client


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=FIELDS, title=TITLE, steps=STEPS)
def test_what_is_written_is_read(
    pod_and_client: tuple[Pod, httpx.Client], first: dict[str, Any], title: str, steps: list[Any]
) -> None:
    _pod, http = pod_and_client
    made = http.post(ISSUES, json=first | {"title": title})
    assert made.status_code == 201
    where = f"{ISSUES}/{made.json()['iid']}"
    wish: dict[str, Any] = first | {"title": title, "state": "opened", "labels": set(first.get("labels", []))}
    wish["labels"] = _exclusive(set(), first.get("labels", []), made.json()["labels"])
    for fields, state_event, added in steps:
        body = fields | ({"state_event": state_event} if state_event else {}) | ({"add_labels": added} if added else {})
        if not body:
            continue
        answer = http.put(where, json=body)
        assert answer.status_code == 200
        before = set() if "labels" in fields else wish["labels"]
        wish |= fields | ({"state": "closed" if state_event == "close" else "opened"} if state_event else {})
        wish["labels"] = _exclusive(before, [*fields.get("labels", []), *added], answer.json()["labels"])
    _read_everywhere(http, where, wish)


def _exclusive(before: set[str], added: list[str], answered: list[str]) -> set[str]:
    """All that was asked for, one per scope; which of two added at once wins is nobody's promise (CONTRACT 11)."""
    scoped = {one for one in before | set(added) if one.startswith("status::")}
    plain = (before | set(added)) - scoped
    fresh = scoped & set(added) or scoped
    kept = {one for one in answered if one.startswith("status::")}
    assert kept <= fresh
    assert len(kept) == bool(fresh)
    return plain | kept


def _read_everywhere(http: httpx.Client, where: str, wish: dict[str, Any]) -> None:
    shown = http.get(where).json()
    for name in ("title", "description", "due_date", "confidential", "weight", "state"):
        if name in wish:
            assert shown[name] == wish[name], name
    assert set(shown["labels"]) == wish["labels"]
    assert [one["id"] for one in shown["assignees"]] == wish.get("assignee_ids", [])
    assert bool(shown["milestone"]) == bool(wish.get("milestone_id"))
    _listed(http, shown)
    _filtered(http, shown)
    _told(http, where, shown)


def _listed(http: httpx.Client, shown: dict[str, Any]) -> None:
    alone = {name: value for name, value in shown.items() if name != "subscribed"}
    for query in ({}, {"pagination": "keyset", "order_by": "title"}, {"order_by": "due_date", "sort": "asc"}):
        (row,) = [one for one in _pages(http, {"iids[]": shown["iid"]} | query) if one["iid"] == shown["iid"]]
        assert row == alone


def _pages(http: httpx.Client, query: dict[str, Any]) -> list[dict[str, Any]]:
    answer = http.get(ISSUES, params=query)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()
    return rows


def _filtered(http: httpx.Client, shown: dict[str, Any]) -> None:
    """Each filter made from what was read finds it, and its opposite does not."""
    milestone = shown["milestone"]["title"] if shown["milestone"] else "None"
    someone = shown["assignees"][0]["id"] if shown["assignees"] else "None"
    labels = ",".join(shown["labels"]) or "None"
    weight = "None" if shown["weight"] is None else shown["weight"]
    due = "any" if shown["due_date"] else "0"
    finding = {"labels": labels, "milestone": milestone, "assignee_id": someone, "weight": weight, "due_date": due}
    plain = {"state": shown["state"], "confidential": shown["confidential"], "updated_after": shown["updated_at"]}
    own = {"iids[]": shown["iid"]}
    for query in (finding, plain, *({name: value} for name, value in finding.items())):
        assert [one["iid"] for one in _pages(http, own | query)] == [shown["iid"]], query
    for name in ("labels", "milestone", "assignee_id", "weight"):
        assert _pages(http, own | {f"not[{name}]": finding[name]}) == [], name


def _told(http: httpx.Client, where: str, shown: dict[str, Any]) -> None:
    """The events, replayed, come to what is shown."""
    replayed: set[str] = set()
    for event in http.get(f"{where}/resource_label_events?per_page=100").json():
        known = event["label"]["name"] in replayed
        assert known == (event["action"] == "remove")
        replayed ^= {event["label"]["name"]}
    assert replayed == set(shown["labels"])
    states = [one["state"] for one in http.get(f"{where}/resource_state_events?per_page=100").json()]
    assert all(one != two for one, two in pairwise(states))
    assert (states[-1:] == ["closed"]) == (shown["state"] == "closed")
    stones = [one["action"] for one in http.get(f"{where}/resource_milestone_events?per_page=100").json()]
    assert (stones[-1:] == ["add"]) == bool(shown["milestone"])


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("milestone", "/milestones/1"),
        ("labels/project_label_with_counts", "/labels?with_counts=true"),
        ("issue", "/issues?per_page=100"),
        ("notes", "/issues/{iid}/notes"),
        ("board", "/boards"),
        ("issue_link", "/issues/{iid}/links/1"),
    ],
)
def test_answers_fit_gitlabs_own_test_schemas(pod_and_client: tuple[Pod, httpx.Client], name: str, where: str) -> None:
    pod, http = pod_and_client
    if not pod.world.links:
        pod.world.link_issues(pod.sam, pod.file(), pod.file())
    iid = pod.world.links[1].source.iid
    answer = http.get(f"/api/v4/projects/1{where.format(iid=iid)}").json()
    rules = _plain(json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")), SCHEMAS / f"{name}.json")
    rules = rules["items"] if rules.get("type") == "array" else rules
    rules["required"] = [field for field in rules.get("required", []) if field not in GONE]
    for one in answer if isinstance(answer, list) else [answer]:
        assert [error.message for error in Draft202012Validator(rules).iter_errors(one)] == []


def _plain(schema: Any, file: Path) -> Any:
    """What JSON Schema understands of it: references followed, `date` and `uri` are strings, Ruby's patterns left out.

    `additionalProperties` is left out too: the schemas are older than fields that GitLab 19 sends (see ORIGIN.md).
    """
    if isinstance(schema, list):
        return [_plain(one, file) for one in schema]
    if not isinstance(schema, dict):
        return "string" if schema in ("date", "uri") else schema
    if isinstance(schema.get("$ref"), str):
        target = (file.parent / schema["$ref"]).resolve()
        return _plain(json.loads(target.read_text(encoding="utf-8")), target) if target.exists() else {}
    rules = {name: _plain(one, file) for name, one in schema.items() if name not in ("pattern", "additionalProperties")}
    kind = rules.get("type")
    if kind == "string" and schema["type"] in ("date", "uri"):
        rules["type"] = ["string", "null"]
    return rules
