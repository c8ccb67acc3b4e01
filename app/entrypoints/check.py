"""`sounding-board check`: is the configuration right, offline; and, when asked, the installation too."""

from pathlib import Path
from typing import Annotated

import typer

from app import bootstrap
from app.bootstrap import operators
from app.domain.agenda_switches import switch_lines
from app.domain.meeting_conflicts import conflict_lines
from app.domain.provision import counted
from app.entrypoints.loop import MARKS, proved
from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_history import changes_against
from app.gateways.config_load import Configuration, load
from app.settings import Settings, read_settings


def check(
    directory: Annotated[
        Path, typer.Option("--config", envvar="SOUNDING_BOARD_CONFIG_DIR", help="Where the files are.")
    ] = Path(),
    against: Annotated[
        str | None, typer.Option(metavar="REV", help="Compare with this git revision: a changed rule needs a new date.")
    ] = None,
    online: Annotated[bool, typer.Option(help="Also ask GitLab about token, rights, labels, people, hooks.")] = False,
    loop: Annotated[
        bool, typer.Option("--loop", help="Also prove that webhooks arrive: change a note, wait for its answer.")
    ] = False,
    within: Annotated[int, typer.Option(min=1, help="How many seconds the answer may take.")] = 60,
) -> None:
    """Check label_taxonomy.yml, program.yml and the templates; every mistake at once, with file, line and cure."""
    configured = _whole(directory)
    if against:
        _against(directory, against)
    typer.echo(f"Configuration ok: {_numbers(configured)}.")
    for conflict in conflict_lines(configured.program, bootstrap.utc_now()):
        typer.echo(f"note: {conflict}.")
    for half in switch_lines(configured.taxonomy, (area.key for area in configured.program.areas)):
        typer.echo(f"note: {half}.")
    if against:
        typer.echo(f"No rule has changed since {against} without a newer effective_from.")
    well = not online or _online(directory)
    if loop:
        mark, sentence = proved(read_settings(Settings, {"config_dir": directory}), within)
        typer.echo(f"{MARKS[mark]}  {sentence}")
        well = well and mark
    if not well:
        raise typer.Exit(1)


def _whole(directory: Path) -> Configuration:
    """The configuration. Raises ConfigInvalid with every mistake of its files, templates and mentions of labels."""
    errors = list(bootstrap.mistakes(directory))
    try:
        configured = load(directory)
    except ConfigInvalid as invalid:
        raise ConfigInvalid([*invalid.errors, *errors]) from None
    if errors:
        raise ConfigInvalid(errors)
    return configured


def _numbers(configured: Configuration) -> str:
    taxonomy, program = configured.taxonomy, configured.program
    counts = (("label", taxonomy.titles), ("move", taxonomy.workflow.moves), ("area", program.areas))
    people = len(program.roster.people)
    told = [counted(len(things), thing) for thing, things in counts]
    told += [f"{people} {'person' if people == 1 else 'people'}", counted(len(program.projects), "project")]
    return ", ".join(told)


def _against(directory: Path, revision: str) -> None:
    problems = changes_against(directory, revision)
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        raise typer.Exit(2)


def _online(directory: Path) -> bool:
    well = True
    with operators.checking(read_settings(Settings, {"config_dir": directory})) as checker:
        for found in checker.run():
            well = well and found.well is not False
            typer.echo(f"{MARKS[found.well]}  {found.sentence}")
    return well
