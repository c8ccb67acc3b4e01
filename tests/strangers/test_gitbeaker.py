"""@gitbeaker/rest, the client most bots in JavaScript use."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.strangers.conftest import HERE, Town, run, tool
from tests.strangers.ear import Heard

NODE = HERE / "node"
MODELS = NODE / "node_modules/@gitbeaker/core/dist/index.d.ts"
ISSUE = "/projects/:id/issues/:issue_iid"
# Which of its types an answer is, by method and template; and what the type demands that GitLab no longer shows.
TYPES = {
    ("GET", ISSUE): ("IssueSchema", {"task_status"}),
    ("POST", ISSUE + "/notes"): ("NoteSchema", {"attachment"}),
    ("POST", ISSUE + "/discussions"): ("DiscussionSchema", set()),
    ("POST", ISSUE + "/award_emoji"): ("AwardEmojiSchema", set()),
    ("GET", ISSUE + "/links"): ("IssueLinkSchema", set()),
    ("GET", ISSUE + "/resource_label_events"): ("LabelEventSchema", set()),
    ("GET", ISSUE + "/resource_state_events"): ("StateEventSchema", {"action"}),
    ("GET", ISSUE + "/participants"): ("SimpleUserSchema", {"created_at"}),
    ("GET", "/projects/:id/labels"): ("LabelSchema", set()),
    ("POST", "/projects/:id/boards"): ("IssueBoardSchema", set()),
    ("GET", "/projects/:id/boards/:board_id/lists"): ("IssueBoardListSchema", set()),
    ("POST", "/projects/:id/milestones"): ("MilestoneSchema", set()),
    ("GET", "/projects/:id/members/all"): ("SimpleMemberSchema", {"email"}),
    ("POST", "/projects/:id/access_tokens"): ("AccessTokenSchema", set()),
    ("GET", "/projects/:id/hooks"): ("ExpandedHookSchema", set()),
    ("GET", "/metadata"): ("MetadataSchema", set()),
}


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
        "nameless": [400, '{"title":["can\'t be blank"]}'],
        "above": ["status::reviewed"],
    }
    assert town.gitlab.settle()
    assert town.letterbox.kinds() == ["Emoji Hook", "Issue Hook", "Note Hook"]
    assert lacking(town.heard) == {name: set() for name, _ in TYPES.values()}


def demanded(models: str, name: str) -> set[str]:
    """The fields that an interface of the client's types demands, its parents' too."""
    found = re.search(rf"^interface {name} extends ([^{{]+) {{\n(.*?)^}}", models, re.MULTILINE | re.DOTALL)
    if not found:
        return set()
    own = set(re.findall(r"^    (\w+): ", found[2], re.MULTILINE))
    return own.union(*(demanded(models, parent) for parent in re.findall(r"\w+", found[1])))


def lacking(heard: Iterable[Heard]) -> dict[str, set[str]]:
    """By type, what answers lacked."""
    models, found = MODELS.read_text(), dict[str, set[str]]()
    for one in heard:
        name, surplus = TYPES.get((one.method, one.template), ("", set()))
        for thing in one.things() if name and one.status < 300 else []:
            found.setdefault(name, set()).update(demanded(models, name) - surplus - thing.keys())
    return found
