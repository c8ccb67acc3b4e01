"""@gitbeaker/rest, the client most bots in JavaScript use."""

import json
from pathlib import Path

import pytest

from tests.strangers.conftest import HERE, Town, run, tool

NODE = HERE / "node"


def node() -> str:
    """Node with the client; skips without."""
    if not (NODE / "node_modules/@gitbeaker/rest").exists():
        pytest.skip("@gitbeaker/rest is not installed; `make strangers` does that")
    return tool("node")


def test_an_issue_lives(town: Town, tmp_path: Path) -> None:
    eve = town.world.add_user("eve", "Eve")
    where = {"GITLAB_URL": town.url, "GITLAB_TOKEN": town.mia.token}

    printed = run([node(), str(NODE / "life.mjs"), town.letterbox.url, str(eve.id)], tmp_path, **where)

    everything = ["Bulk export", "Export as CSV", *(f"Request {number}" for number in range(5))]
    assert json.loads(printed.splitlines()[-1]) == {
        "version": "19.4.0-ee",
        "me": "mia",
        "labels": [["status::filed", "#428BCA"], ["status::reviewed", "#FF6347"]],
        "hooks": [[True, True, False]],
        "lists": ["status::reviewed"],
        "thread": ["A thread.", "An answer."],
        "links": [["Export as CSV", "relates_to"]],
        "closed": "closed",
        "reopened": "opened",
        "issue": {"labels": ["status::reviewed"], "upvotes": 1, "milestone": "19.8"},
        "notes": ["Which customers?", "A thread.", "An answer."],
        "moves": [["add", "status::filed"], ["add", "status::reviewed"], ["remove", "status::filed"]],
        "states": ["closed", "reopened"],
        "people": ["mia"],
        "paged": everything,
        "keyset": everything,
        "pages": [7, 4, 3, 1],
        "filtered": ["Request 1", "Request 0"],
        "level": 30,
        "team": ["eve", "mia", "robin", "sam"],
        "bot": True,
        "rotated": True,
        "gone": [404, "404 Not found"],
        "taken": [409, "Label already exists"],
        "nameless": [400, "title is empty"],
        "above": ["status::reviewed"],
    }
    assert town.gitlab.settle()
    assert town.letterbox.kinds() == ["Emoji Hook", "Issue Hook", "Note Hook"]
