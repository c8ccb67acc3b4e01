"""The shipped CI/CD components and the pipeline that `init` writes: what GitLab's schema says, and how they agree."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app import bootstrap
from app.domain.fresh_pipeline import COMPONENTS, filled
from app.gateways.templates import Templates
from tests.commands.terminal import Terminal
from tests.strangers.conftest import HOUSE, run, tool

HOME = HOUSE / "templates"
FLAGS = ("--gitlab", "https://gitlab.example.com", "--project", "acme/feedback", "--lead", "petra", "--yes")


def documents(path: Path) -> list[Any]:
    """The YAML documents of a file."""
    return list(YAML(typ="safe").load_all(path.read_text()))


def judged(document: object, tmp_path: Path) -> str:
    """What the schema of GitLab says of a document, as check-jsonschema ships it."""
    checker = tool(HOUSE / ".strangers/check-jsonschema/bin/check-jsonschema")
    (tmp_path / "judged.json").write_text(json.dumps(document))
    return run([checker, "--builtin-schema", "vendor.gitlab-ci", "judged.json"], tmp_path)


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_what_gitlabs_schema_wants(name: str, tmp_path: Path) -> None:
    spec, _ = documents(HOME / f"{name}.yml")
    jobs = YAML(typ="safe").load(filled((HOME / f"{name}.yml").read_text(), {}))
    assert set(spec) == {"spec"}
    assert judged(spec, tmp_path) == "ok -- validation done\n"
    assert judged(jobs, tmp_path) == "ok -- validation done\n"


def test_the_schema_would_say_so_if_a_job_were_wrong(tmp_path: Path) -> None:
    _, jobs = documents(HOME / "apply.yml")
    jobs["sounding-board-apply"]["resource_group"] = 7
    with pytest.raises(AssertionError, match="resource_group"):
        judged(jobs, tmp_path)


def test_the_pipeline_that_init_writes_is_what_gitlabs_schema_wants(terminal: Terminal, tmp_path: Path) -> None:
    assert (
        terminal("init", *FLAGS, "--package", "git+https://gitlab.example.com/tools/sounding-board.git@v0.1.0").code
        == 0
    )
    (pipeline,) = documents(terminal.here / ".gitlab-ci.yml")
    assert judged(pipeline, tmp_path) == "ok -- validation done\n"
    assert pipeline["stages"] == ["test", "deploy"]
    jobs = {name: job for name, job in pipeline.items() if name.startswith("sounding-board-")}
    assert set(jobs) == {f"sounding-board-{name}" for name in COMPONENTS}
    assert {job["variables"]["SOUNDING_BOARD_GITLAB_URL"] for job in jobs.values()} == {"https://gitlab.example.com"}


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_input_of_a_component_is_described_has_a_default_and_is_used(name: str) -> None:
    text = (HOME / f"{name}.yml").read_text()
    inputs = documents(HOME / f"{name}.yml")[0]["spec"]["inputs"]
    assert {key for key, given in inputs.items() if not {"description", "default"} <= set(given)} == set()
    assert {key for key in inputs if f"$[[ inputs.{key} ]]" not in text.partition("\n---\n")[2]} == set()
    assert "$[[" not in filled(text, {})
    assert {key: str(given["default"]) for key, given in inputs.items()} == {
        key: filled(f"{text.partition(chr(10) + '---' + chr(10))[0]}\n---\n$[[ inputs.{key} ]]", {}) for key in inputs
    }


def test_plans_are_kept_from_whoever_is_no_developer() -> None:
    """Of a public project everybody may read what jobs leave behind, unless that is said otherwise."""
    _, jobs = documents(HOME / "plan.yml")
    assert jobs["sounding-board-plan"]["artifacts"]["access"] == "developer"


def test_gitlab_finds_five_components_and_the_bot_finds_no_template_among_them(tmp_path: Path) -> None:
    """GitLab takes `templates/*.yml` and `templates/*/template.yml`; we take `*.j2` below `notes` and `issues`."""
    found = [*HOME.glob("*.yml"), *HOME.glob("*/template.yml")]
    assert sorted(path.name for path in found) == ["apply.yml", "due.yml", "plan.yml", "score.yml", "sweep.yml"]
    assert [path for path in HOME.rglob("*") if path.is_file() and path.suffix not in {".yml", ".j2"}] == []
    assert [path for path in HOME.rglob("*.j2") if path.parent == HOME] == []
    (tmp_path / "broken.yml").write_text("{% this would be no template %}")
    assert list(Templates([tmp_path, bootstrap.SHIPPED / "templates"]).mistakes()) == []
