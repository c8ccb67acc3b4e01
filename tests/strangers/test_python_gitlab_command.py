"""The command `gitlab` of python-gitlab, with its own configuration file."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.strangers.conftest import Town, run, tool

CONFIGURATION = """
[global]
default = town
timeout = 10

[town]
url = {url}
private_token = {token}
api_version = 4
"""


class Command:
    """`gitlab …` as a person types it; what it prints as JSON, read."""

    def __init__(self, town: Town, home: Path) -> None:
        self._program = tool(Path(sys.executable).with_name("gitlab"))
        self._home = home
        self._file = home / "python-gitlab.cfg"
        self._file.write_text(CONFIGURATION.format(url=town.url, token=town.mia.token))

    def __call__(self, *words: object) -> Any:
        command = [self._program, "--config-file", str(self._file), "--output", "json", *map(str, words)]
        printed = run(command, self._home)
        return json.loads(printed) if printed.strip() else None


@pytest.fixture
def gitlab(town: Town, tmp_path: Path) -> Command:
    """The command, in a home of its own."""
    return Command(town, tmp_path)


def test_an_issue_lives(town: Town, gitlab: Command) -> None:
    project = ("--project-id", "sme/customer-feedback")
    gitlab("project-label", "create", *project, "--name", "status::new", "--color", "#428BCA")
    made = gitlab("project-issue", "create", *project, "--title", "Bulk export", "--labels", "status::new")
    one = ("--issue-iid", made["iid"])
    gitlab("project-issue-note", "create", *project, *one, "--body", "Which customer?")
    gitlab("project-issue-award-emoji", "create", *project, *one, "--name", "thumbsup")
    gitlab("project-issue", "update", *project, "--iid", made["iid"], "--state-event", "close")

    (closed,) = gitlab("project-issue", "list", *project, "--state", "closed", "--get-all")
    assert (closed["title"], closed["labels"], closed["upvotes"]) == ("Bulk export", ["status::new"], 1)
    (note,) = gitlab("project-issue-note", "list", *project, *one)
    assert note["body"] == "Which customer?"
    (event,) = gitlab("project-issue-resource-label-event", "list", *project, *one)
    assert event["label"]["name"] == "status::new"
    gitlab("project-issue", "delete", *project, "--iid", made["iid"])
    assert gitlab("project-issue", "list", *project) == []


def test_places_and_people_are_looked_at(town: Town, gitlab: Command) -> None:
    assert gitlab("current-user", "get")["username"] == "mia"
    assert gitlab("project", "get", "--id", "sme/customer-feedback")["path"] == "customer-feedback"
    hook = gitlab("project-hook", "create", "--project-id", 1, "--url", town.letterbox.url, "--issues-events", "true")
    assert hook["issues_events"] is True
    board = gitlab("project-board", "create", "--project-id", 1, "--name", "Customer feedback")
    assert [one["id"] for one in gitlab("project-board", "list", "--project-id", 1)] == [board["id"]]
    people = gitlab("project-member-all", "list", "--project-id", 1)
    assert sorted(one["username"] for one in people) == ["mia", "robin", "sam"]
