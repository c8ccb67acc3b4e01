"""Whatever asks for a change in GitLab is found again in its file, on its line."""

from pathlib import Path

import pytest

from app import bootstrap
from app.domain.provision import Where
from app.gateways.config_load import load
from tests.config import small

PROGRAM = f"""{small.PROGRAM}
labels_in: sme
service: https://sounding-board.example.com
templates: off
pipelines:
  project: sme/program
  ref: main
  schedules:
    - {{job: sweep, cron: "17 3 * * *", timezone: Etc/UTC}}
"""


@pytest.mark.parametrize(
    ("key", "file", "text"),
    [
        ("label:area::ai", "label_taxonomy.yml", "- title: area::ai"),
        ("label:context::ready", "label_taxonomy.yml", '- {title: "context::ready"'),
        ("label:paused", "label_taxonomy.yml", "- {title: paused"),
        ("project:sme/feedback", "program.yml", "- path: sme/feedback"),
        ("board:sme/feedback/AI", "program.yml", "boards: [{name: AI"),
        ("labels_in", "program.yml", "labels_in: sme"),
        ("service", "program.yml", "service: https"),
        ("templates", "program.yml", "templates: off"),
        ("pipelines", "program.yml", "pipelines:"),
        ("schedule:sweep", "program.yml", "- {job: sweep"),
    ],
)
def test_the_line_is_the_one_that_people_see(tmp_path: Path, key: str, file: str, text: str) -> None:
    where = load(small.written(tmp_path, program=PROGRAM)).places[key]
    assert where.file == file
    assert (tmp_path / file).read_text().splitlines()[where.line - 1].strip().startswith(text)


def test_every_shipped_label_project_and_board_has_a_place() -> None:
    found = load(bootstrap.SHIPPED)
    assert {key.removeprefix("label:") for key in found.places if key.startswith("label:")} == found.taxonomy.titles
    for project in found.program.projects:
        assert f"project:{project.path}" in found.places
        assert all(f"board:{project.path}/{board.name}" in found.places for board in project.boards)
    assert str(Where("program.yml", 30)) == "program.yml:30"
