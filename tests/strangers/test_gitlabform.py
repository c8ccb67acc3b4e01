"""gitlabform's ordinary run from its own YAML, twice: the second finds nothing to do."""

from pathlib import Path

import gitlab

from tests.strangers.conftest import HERE, HOUSE, Town, run, tool


def apply(town: Town, home: Path) -> str:
    """One run for everything the file defines; what it printed."""
    program = tool(HOUSE / ".strangers/gitlabform/bin/gitlabform")
    text = (HERE / "yaml/gitlabform.yml").read_text().replace("{hook}", town.letterbox.url)
    file = home / "config.yml"
    file.write_text(text)
    where = {"GITLAB_URL": town.url, "GITLAB_TOKEN": town.mia.token}
    # Its check for a newer version asks the internet.
    return run([program, "--skip-version-check", "--verbose", "-c", str(file), "ALL_DEFINED"], home, **where)


def test_a_place_is_set_up_once(town: Town, mia: gitlab.Gitlab, tmp_path: Path) -> None:
    for name in ("kim", "eve"):
        town.world.add_user(name, name.title())
    town.world.add_hook(town.mia, town.project, "http://127.0.0.1:9/of-old")
    start = {"branch": "main", "content": "# Feedback", "commit_message": "Begin"}
    mia.projects.get(town.project.id).files.create({"file_path": "README.md", **start})

    apply(town, tmp_path)

    world, project = town.world, town.project
    assert [(one.title, one.color) for one in project.labels.values()] == [
        ("status::new", "#1F75CB"),
        ("status::reviewed", "#6B4FBB"),
    ]
    assert [one.title for one in town.group.labels.values()] == ["area::ai"]
    assert project.description == "What customers ask for"
    assert [one.url for one in project.hooks.values()] == [town.letterbox.url]
    levels = {user.username: level for user, level in world.members(project)}
    assert levels == {"mia": 50, "kim": 20, "sam": 15, "eve": 30, "robin": 10}

    template = mia.projects.get(project.id).files.raw(".gitlab/issue_templates/Request.md", ref="main")
    assert template == b"## Problem\n"

    before = len(town.heard)
    apply(town, tmp_path)
    assert town.during(before).writes() == []
