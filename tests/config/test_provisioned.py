"""What program.yml says for plan and apply: where labels live, where the service listens, when jobs run."""

from pathlib import Path

import pytest

from app.domain.cadence import MeetingKind
from app.domain.program import Job, Pipelines, Schedule, TemplateMode
from app.gateways.config_load import load
from tests.config.small import PROGRAM, written

SAID = """\
labels_in: sme
service: https://sounding-board.example.com/
templates: off
pipelines:
  project: sme/program
  schedules:
    - {job: sweep, cron: "17 3 * *  mon-fri"}
"""


def test_an_older_file_says_nothing_of_it_and_stays_valid(tmp_path: Path) -> None:
    program = load(written(tmp_path)).program
    assert (program.labels_in, program.service, program.pipelines) == (None, None, None)
    assert program.templates is TemplateMode.MERGE_REQUEST


def test_what_a_file_says_is_there_as_values(tmp_path: Path) -> None:
    program = load(written(tmp_path, program=PROGRAM + SAID)).program
    assert (program.labels_in, program.service) == ("sme", "https://sounding-board.example.com")
    assert program.templates is TemplateMode.OFF
    schedule = Schedule(Job.SWEEP, "17 3 * * mon-fri", "Etc/UTC")
    assert program.pipelines == Pipelines("sme/program", "main", (schedule,))


def test_where_calendars_are_and_that_pods_are_prepared_in_writing(tmp_path: Path) -> None:
    plain = load(written(tmp_path)).program.cadence
    assert (plain.calendars, plain.habits[MeetingKind.POD].async_prep) == (None, False)
    said = "cadence: {calendars: https://sme.gitlab.io/program/, meetings: {pod: {async_prep: true}}}\n"
    cadence = load(written(tmp_path, program=PROGRAM + said)).program.cadence
    assert (cadence.calendars, cadence.habits[MeetingKind.POD].async_prep) == ("https://sme.gitlab.io/program", True)


@pytest.mark.parametrize("cron", ["* * * * *", "*/15 8-18 1,15 jan-mar/2 7", "0 0 31 DEC sun,2-4"])
def test_cron_as_gitlab_reads_it(cron: str, tmp_path: Path) -> None:
    said = SAID.replace("17 3 * *  mon-fri", cron)
    pipelines = load(written(tmp_path, program=PROGRAM + said)).program.pipelines
    assert pipelines is not None
    assert [schedule.cron for schedule in pipelines.schedules] == [cron]
