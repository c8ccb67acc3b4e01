"""`sounding-board note`: what a pipeline found, as one note on the merge request, edited in place."""

import re
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import operators
from app.domain.merge_note import MergeRequest, Section, note_text
from app.settings import OperatorSettings, read_settings


def merge_request(text: str) -> MergeRequest:
    """`group/project!12`. Raises typer.BadParameter with the form that is wanted."""
    found = re.fullmatch(r"([^!\s]+/[^!\s]+)!([0-9]{1,10})", text)
    if not found:
        raise typer.BadParameter(f"{text} is no merge request: write it as group/project!12.")
    return MergeRequest(found[1], int(found[2]))


def note(
    files: Annotated[list[Path], typer.Argument(help="What it says: .md files as they are, others as plain text.")],
    where: Annotated[
        MergeRequest, typer.Option("--merge-request", parser=merge_request, metavar="PROJECT!IID", help="Where.")
    ],
) -> None:
    """Say on a merge request what these files say, in one note that is edited in place; empty ones say nothing."""
    settings = read_settings(OperatorSettings)
    text = note_text([_part(path) for path in files])
    with operators.operating(settings) as doors:
        said = doors.merge_note.say(where, text)
    typer.echo(f"The note on {where} {'was written' if said else 'says so already'}.")


def _part(path: Path) -> Section:
    try:
        return Section(path.read_text(encoding="utf-8"), path.suffix == ".md")
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is not text"
        raise typer.BadParameter(f"{path} cannot be read ({why}).") from None
