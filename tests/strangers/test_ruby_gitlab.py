"""The gem `gitlab`, from Debian's package ruby-gitlab."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.strangers.conftest import HERE, Town, run, tool


def ruby() -> str:
    """Ruby with the gem; skips without."""
    program = tool("ruby")
    if subprocess.run([program, "-e", "require 'gitlab'"], capture_output=True, check=False).returncode:
        pytest.skip("the Debian package ruby-gitlab is not installed")
    return program


def test_an_issue_lives(town: Town, tmp_path: Path) -> None:
    eve = town.world.add_user("eve", "Eve")
    endpoint = {"GITLAB_API_ENDPOINT": f"{town.url}/api/v4", "GITLAB_API_PRIVATE_TOKEN": town.mia.token}

    printed = run([ruby(), str(HERE / "ruby/life.rb"), town.letterbox.url, str(eve.id)], tmp_path, **endpoint)

    assert json.loads(printed.splitlines()[-1]) == {
        "version": "19.4.0-ee",
        "me": "mia",
        "labels": ["status::filed", "status::reviewed"],
        "hooks": [[True, True, False]],
        "lists": ["status::reviewed"],
        "links": ["Export as CSV"],
        "closed": "closed",
        "reopened": "opened",
        "issue": {"labels": ["status::reviewed"], "upvotes": 1, "milestone": "19.8"},
        "notes": ["Which customers?"],
        "moves": [["add", "status::filed"], ["add", "status::reviewed"], ["remove", "status::filed"]],
        "states": ["closed", "reopened"],
        "people": ["mia"],
        "paged": ["Bulk export", "Export as CSV", *(f"Request {number}" for number in range(5))],
        "filtered": ["Bulk export"],
        "level": 30,
        "team": ["eve", "mia", "robin", "sam"],
        "gone": "404 Not found",
        "taken": "Label already exists",
    }
    assert town.gitlab.settle()
    assert town.letterbox.kinds() == ["Emoji Hook", "Issue Hook", "Note Hook"]
