"""gitlabracadabra's ordinary run from its own YAML, twice: the second finds nothing to do."""

from pathlib import Path

import gitlab

from tests.strangers.conftest import HERE, HOUSE, Town, run, tool

CONFIGURATION = """
[global]
default = town

[town]
url = {url}
private_token = {token}
"""


def apply(town: Town, home: Path) -> str:
    """One run; what it printed. It ends with an error where it had one to tell."""
    program = tool(HOUSE / ".strangers/gitlabracadabra/bin/gitlabracadabra")
    settings, actions = home / "python-gitlab.cfg", home / "actions.yml"
    settings.write_text(CONFIGURATION.format(url=town.url, token=town.mia.token))
    actions.write_text((HERE / "yaml/gitlabracadabra.yml").read_text().replace("{hook}", town.letterbox.url))
    return run([program, "--verbose", "--fail-on-errors", "-c", str(settings), str(actions)], home)


def test_a_place_is_set_up_once(town: Town, mia: gitlab.Gitlab, tmp_path: Path) -> None:
    for name in ("kim", "eve"):
        town.world.add_user(name, name.title())
    town.world.create_label(town.mia, town.project, "left over")
    start = {"branch": "main", "content": "# Feedback", "commit_message": "Begin"}
    mia.projects.get(town.project.id).files.create({"file_path": "README.md", **start})

    first = apply(town, tmp_path)

    assert "ERROR" not in first
    world, project = town.world, town.project
    assert [(one.title, one.color) for one in project.labels.values()] == [("theme::chat", "#E1D8F9")]
    assert [(one.title, one.state) for one in project.milestones.values()] == [("19.7", "active"), ("19.8", "active")]
    (board,) = project.boards.values()
    assert (board.name, [one.label.title for one in board.lists]) == (
        "Customer feedback",
        ["status::new", "status::reviewed", "area::ai"],
    )
    assert [one.url for one in project.hooks.values()] == [town.letterbox.url]
    levels = {user.username: level for user, level in world.members(project)}
    assert levels == {"mia": 50, "kim": 20, "sam": 20, "robin": 10, "eve": 30}
    assert world.project("sme/requests").description == "What pods ask for"

    before = len(town.heard)
    second = apply(town, tmp_path)
    assert town.during(before).writes() == [], second
