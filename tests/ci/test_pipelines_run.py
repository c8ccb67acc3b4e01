"""The pipelines of a fresh program, run: the jobs that `init` wrote, by gitlab-ci-local, against the stand-in.

Of gitlab-ci-local, 4.72 is the last that runs on Node 20. It holds every pipeline against GitLab's schema, too.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from ruamel.yaml import YAML

from app.domain.fresh_pipeline import COMPONENTS
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab import commits as git
from app.fakegitlab.model import Project
from tests.commands.terminal import Terminal
from tests.strangers.conftest import HERE, HOUSE, run, tool

PROJECT = "acme/feedback"
KEY = "a-signing-key-of-the-tests"
RUNNER = HERE / "node/node_modules/.bin/gitlab-ci-local"
FILES = ("program.yml", "label_taxonomy.yml", ".gitlab-ci.yml")


@dataclass
class Clone:
    """A clone of the program's project, as a pipeline's runner has it."""

    gitlab: FakeGitLab
    here: Path

    def git(self, *words: str) -> str:
        """What git prints."""
        who = ("-c", "user.name=Mia", "-c", "user.email=mia@example.com", "-c", "init.defaultBranch=main")
        return subprocess.run(["git", *who, *words], cwd=self.here, check=True, capture_output=True, text=True).stdout

    def commits(self, message: str) -> str:
        """Commit all that changed; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD").strip()

    def pipeline(self, variables: dict[str, str], *, fails: bool = False) -> str:
        """What is printed by the jobs that run where these variables are given."""
        given = [word for name, value in variables.items() for word in ("--variable", f"{name}={value}")]
        usual = ["--force-shell-executor", "--shell-isolation", "--home", str(self.here.parent)]
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        command = [tool(RUNNER), *usual, *given]
        if not fails:
            return run(command, self.here, PATH=path)
        with pytest.raises(AssertionError) as failed:
            run(command, self.here, PATH=path)
        return str(failed.value)

    def jobs(self) -> dict[str, Any]:
        """Every job as the runner understands it, includes and inputs resolved."""
        printed = run([tool(RUNNER), "--preview", "--home", str(self.here.parent)], self.here)
        pipeline = YAML(typ="safe").load(printed[printed.index("---\n") :])
        return {name: job for name, job in pipeline.items() if name.startswith("sounding-board-")}

    def reviewed(self, base: str) -> dict[str, str]:
        """The variables of a merge request's pipeline: none that is protected is among them."""
        return {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_IID": "1",
            "CI_MERGE_REQUEST_PROJECT_PATH": PROJECT,
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "SOUNDING_BOARD_REVIEW_TOKEN": self.gitlab.world.user("reviewer").token,
        }

    def pushed(self, project: Project) -> dict[str, str]:
        """The variables of the pipeline of the newest commit that GitLab has on the default branch."""
        return {
            "CI_PIPELINE_SOURCE": "push",
            "CI_COMMIT_SHA": project.own.repository.branches["main"],
            "SOUNDING_BOARD_OPERATOR_TOKEN": self.gitlab.world.user("operator").token,
        }


@pytest.fixture
def world() -> World:
    """An empty project, and the users that the three tokens belong to."""
    world = World()
    project = world.add_project(world.add_group("acme", "Acme"), "feedback", "Feedback")
    users = (
        ("reviewer", "developer"),
        ("operator", "maintainer"),
        ("sounding-board", "planner"),
        ("petra", "maintainer"),
    )
    for name, level in users:
        world.add_member(project, world.add_user(name, name.title()), level)
    return world


@pytest.fixture
def project(world: World) -> Project:
    """It."""
    return world.project(PROJECT)


@pytest.fixture
def clone(world: World, terminal: Terminal) -> Iterator[Clone]:
    """What `init` wrote, committed, and pushed to the project."""
    tool("rsync")
    with FakeGitLab(world, deliver=False) as running:
        ran = terminal("init", "clone", "--gitlab", running.url, "--project", PROJECT, "--lead", "petra", "--yes")
        assert (ran.code, ran.err) == (0, "")
        here = terminal.here / "clone"
        clone = Clone(running, here)
        clone.git("init", "--quiet")
        clone.git("remote", "add", "origin", f"git@gitlab.example.com:{PROJECT}.git")
        clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        clone.commits("Begin")
        _push(running, here)
        yield clone
    assert not world.unknown_calls


def _push(gitlab: FakeGitLab, here: Path) -> None:
    """The files on `main`, and a merge request from another branch."""
    petra = {"PRIVATE-TOKEN": gitlab.world.user("petra").token}
    actions = [{"action": "create", "file_path": name, "content": (here / name).read_text()} for name in FILES]
    with httpx.Client(base_url=f"{gitlab.url}/api/v4/projects/{quote(PROJECT, safe='')}", headers=petra) as client:
        for path, body in (
            ("/repository/commits", {"branch": "main", "commit_message": "Begin", "actions": actions}),
            ("/repository/branches", {"branch": "change", "ref": "main"}),
            ("/merge_requests", {"source_branch": "change", "target_branch": "main", "title": "Change"}),
        ):
            client.post(path, json=body).raise_for_status()


def notes(project: Project) -> list[str]:
    """What stands on the merge request."""
    return [note.body for note in project.own.merge_requests[1].notes]


def test_a_merge_request_shows_its_plan_once_however_often_it_runs(clone: Clone, project: Project) -> None:
    base = clone.git("rev-parse", "HEAD").strip()
    clone.pipeline(clone.reviewed(base))
    (first,) = notes(project)
    assert first.startswith("```text\nConfiguration ok: 84 labels, ")
    assert "labels: 84 to create" in first
    assert project.labels == {}

    program = clone.here / "program.yml"
    program.write_text(program.read_text().replace("      - name: AI\n", "      - name: AI and friends\n"))
    clone.commits("Another name")
    clone.pipeline(clone.reviewed(base))
    (second,) = notes(project)
    assert ("AI and friends" in second, "AI and friends" in first) == (True, False)
    artifacts = clone.here / ".gitlab-ci-local/artifacts/sounding-board-plan"
    assert (artifacts / "plan.md").read_text().strip() in second
    kinds = [change["kind"] for change in json.loads((artifacts / "plan.json").read_text())["changes"]]
    assert (kinds.count("labels"), kinds.count("boards")) == (84, 5)
    assert "Kept in plan.json" not in second


def test_a_mistake_is_told_on_the_merge_request_and_fails_its_pipeline(clone: Clone, project: Project) -> None:
    base = clone.git("rev-parse", "HEAD").strip()
    program = clone.here / "program.yml"
    program.write_text(program.read_text().replace("tier: premium", "tier: gold"))
    clone.commits("Gold")
    clone.pipeline(clone.reviewed(base), fails=True)
    (note,) = notes(project)
    assert "`tier` cannot be `gold` — it can be: free, premium\n```\n" in note


def test_the_default_branch_applies_and_a_second_time_finds_nothing_to_do(clone: Clone, project: Project) -> None:
    given = clone.pushed(project)
    clone.pipeline(given)
    assert len(project.labels) == 84
    assert [board.name for board in project.boards.values()][:2] == ["Customer feedback", "AI"]
    assert [schedule.description for schedule in project.own.schedules.values()] == [
        "Sounding Board: sweep",
        "Sounding Board: score",
        "Sounding Board: due",
    ]
    clone.gitlab.world.calls.clear()
    clone.pipeline(given)
    assert [call for call in clone.gitlab.world.calls if call.method != "GET"] == []


def test_an_older_pipeline_does_not_take_back_what_a_newer_one_applied(clone: Clone, project: Project) -> None:
    """Somebody starts yesterday's job again; or GitLab starts the waiting jobs in another order."""
    overtaken = clone.pushed(project)
    petra = clone.gitlab.world.user("petra")
    git.commit(clone.gitlab.world, petra, project, "main", "Newer", [git.Action("create", "a", b"a")], None)
    printed = clone.pipeline(overtaken, fails=True)
    ours, newest = overtaken["CI_COMMIT_SHA"][:8], project.own.repository.branches["main"][:8]
    assert (
        f"Nothing was written: this is {ours}, and the newest commit on the default branch of {PROJECT} is {newest}. "
        "The pipeline of that one applies; if there is none, start one."
    ) in printed
    assert project.labels == {}


def test_the_merge_request_that_needs_it_lifts_a_limit(clone: Clone, project: Project) -> None:
    """By a changed number in the file of pipelines, which is reviewed with the rest."""
    world = clone.gitlab.world
    clone.pipeline(clone.pushed(project))
    world.create_issue(world.user("petra"), project, "Faster exports", add_labels=["area::ai"])
    world.label(project, "area::ai").title = "area::ml"
    taxonomy = clone.here / "label_taxonomy.yml"
    named = "      - title: area::ai\n"
    taxonomy.write_text(taxonomy.read_text().replace(named, f"{named}        previously: area::ml\n"))
    pipeline = clone.here / ".gitlab-ci.yml"

    def allows(before: int, now: int) -> None:
        allowed = 'SOUNDING_BOARD_ALLOW_ISSUES: "{}"'
        assert allowed.format(before) in pipeline.read_text()
        pipeline.write_text(pipeline.read_text().replace(allowed.format(before), allowed.format(now)))
        clone.commits(f"{now} may be touched")

    allows(200, 0)
    printed = clone.pipeline(clone.pushed(project), fails=True)
    assert "--allow-issues 1 lifts this." in printed
    allows(0, 1)
    assert "1 of 1 change made." in clone.pipeline(clone.pushed(project))


@pytest.mark.parametrize(
    ("job", "says", "other"),
    [
        ("sweep", "0 issues seen, 0 written to", "score"),
        ("score", "0 open requests, 0 with customers; 0 written to", "sweep"),
        ("due", " looked at; 0 written to,", "score"),
    ],
)
def test_a_schedule_runs_its_job_alone_and_applies_nothing(
    clone: Clone, project: Project, job: str, says: str, other: str
) -> None:
    world = clone.gitlab.world
    printed = clone.pipeline(
        {
            "CI_PIPELINE_SOURCE": "schedule",
            "CI_PIPELINE_SCHEDULE_DESCRIPTION": f"Sounding Board: {job}",
            "SOUNDING_BOARD_GITLAB_TOKEN": world.user("sounding-board").token,
            "SOUNDING_BOARD_SIGNING_KEY": KEY,
        }
    )
    assert says in printed
    assert "sounding-board-apply" not in printed
    assert f"sounding-board-{other}" not in printed
    assert project.labels == {}


def test_a_missing_token_is_told_with_its_name(clone: Clone, project: Project) -> None:
    base = clone.git("rev-parse", "HEAD").strip()
    variables = clone.reviewed(base)
    del variables["SOUNDING_BOARD_REVIEW_TOKEN"]
    printed = clone.pipeline(variables, fails=True)
    assert "SOUNDING_BOARD_REVIEW_TOKEN: add it to the CI/CD variables, masked and not protected" in printed


def test_the_components_make_the_same_jobs_where_they_are_included(clone: Clone) -> None:
    """As GitLab includes them: by file, with inputs."""
    written = clone.jobs()
    assert set(written) == {f"sounding-board-{name}" for name in COMPONENTS}
    (clone.here / "components").mkdir()
    included = ["stages: [test, deploy]", "include:"]
    for name in COMPONENTS:
        shutil.copy(HOUSE / f"templates/{name}.yml", clone.here / "components")
        included += [f"  - local: components/{name}.yml", "    inputs:", f"      gitlab_url: {clone.gitlab.url}"]
        included += ["      when: manual"] if name == "apply" else []
    (clone.here / ".gitlab-ci.yml").write_text("\n".join([*included, ""]))
    clone.commits("Components")
    made = clone.jobs()
    rule = made["sounding-board-apply"]["rules"][1]
    assert rule.pop("when") == "manual"
    rule["when"] = "on_success"
    assert made == written
