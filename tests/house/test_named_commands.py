"""Every command that a page or a pipeline names exists, with every option it is given."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from ruamel.yaml import YAML
from typer.core import TyperGroup

from app.entrypoints.cli import app
from app.settings import PREFIX, Settings

HOUSE = Path(__file__).parents[2]
PAGES = [path for name in ("README.md", "CONTRIBUTING.md") if (path := HOUSE / name).exists()]
PAGES += sorted((HOUSE / "docs").rglob("*.md"))
PIPELINES = [HOUSE / ".gitlab-ci.yml", HOUSE / ".ci" / "run", *sorted((HOUSE / "templates").glob("*.yml"))]

# In a page a command stands in `backticks` or in a fenced block, there perhaps after a prompt.
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"^\W*(?:\S+=\S+ )*(?:\S*/)?(make|sounding-board)((?: [^|&;#>]*)?)")


def lines_of_code(page: str) -> Iterator[str]:
    for block in FENCED.findall(page):
        yield from block.splitlines()
    yield from INLINE.findall(FENCED.sub("", page))


def commands(lines: Iterator[str] | list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each `make …` and `sounding-board …` among the lines: the program and its words."""
    for line in lines:
        if found := COMMAND.match(line.strip()):
            yield found[1], shlex.split(found[2])


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (HOUSE / "Makefile").read_text(), re.MULTILINE))


def complaint(program: str, words: list[str]) -> str | None:
    """What is wrong with this command; None when it could be run."""
    if program == "make":
        targets = [word for word in words if "=" not in word]
        return next((f"make has no target {word}" for word in targets if word not in make_targets()), None)
    command, path = typer.main.get_command(app), "sounding-board"
    for word in words:
        if word.startswith("--"):
            if word.partition("=")[0] not in {"--help", *(option for p in command.params for option in p.opts)}:
                return f"{path} has no option {word}"
        elif isinstance(command, TyperGroup):
            if word not in command.commands:
                return f"{path} has no command {word}"
            command, path = command.commands[word], f"{path} {word}"
    return None


def complaints(found: Iterator[tuple[str, list[str]]]) -> list[str]:
    return [told for program, words in found if (told := complaint(program, words))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_tells_people_to_type_exists(page: Path) -> None:
    assert complaints(commands(lines_of_code(page.read_text()))) == []


def pipeline_scripts() -> dict[str, list[str]]:
    """The script lines of each job in .gitlab-ci.yml; a key given twice or a broken file is an error."""
    jobs = YAML(typ="safe").load((HOUSE / ".gitlab-ci.yml").read_text())
    return {name: job["script"] for name, job in jobs.items() if isinstance(job, dict) and "script" in job}


def test_what_the_pipelines_run_exists() -> None:
    scripts = pipeline_scripts()
    assert set(scripts) == {"test", "sweep", "score", "due"}
    assert complaints(commands([line for lines in scripts.values() for line in lines])) == []
    assert complaints(commands((HOUSE / ".ci" / "run").read_text().splitlines())) == []


def test_the_pipeline_runs_the_whole_proof_and_the_scheduled_jobs_write() -> None:
    assert pipeline_scripts() == {
        "test": [".ci/run"],
        "sweep": ["make install", ".venv/bin/sounding-board sweep --since 26h --apply"],
        "score": ["make install", ".venv/bin/sounding-board score --apply"],
        "due": ["make install", ".venv/bin/sounding-board due --apply"],
    }
    assert os.access(HOUSE / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("page", [*PAGES, *PIPELINES], ids=lambda page: page.name)
def test_what_a_page_tells_people_to_set_is_a_setting(page: Path) -> None:
    settings = {f"{PREFIX}{name.upper()}{suffix}" for name in Settings.model_fields for suffix in ("", "_FILE")}
    # No settings of the program: what only pipelines read, and what stands for an option of a command.
    settings |= {f"{PREFIX}{name}" for name in ("REVIEW_TOKEN", "PACKAGE", "ALLOW_DELETE", "ALLOW_ISSUES")}
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", page.read_text())) - settings == set()


def test_a_page_that_names_what_is_not_there_is_told_so() -> None:
    page = "Run `make tea`, then:\n```console\n$ make test ARGS=-x\n$ make check coffee # twice\n```\n"
    assert complaints(commands(lines_of_code(page))) == ["make has no target coffee", "make has no target tea"]
