"""`apply --while-newest`: a pipeline that was overtaken does not take back what a newer one has applied."""

import re
from dataclasses import dataclass
from typing import Annotated

import typer

from app.bootstrap import operators
from app.settings import OperatorSettings

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a project, by its full id."""

    project: str
    id: str


def commit(text: str) -> Commit:
    """`group/project@` and the commit's id. Raises typer.BadParameter with the form that is wanted."""
    found = re.fullmatch(r"([^@\s]+/[^@\s]+)@([0-9a-f]{40,64})", text)
    if not found:
        raise typer.BadParameter(f"{text} is no commit: write it as group/project@ and the commit's whole id.")
    return Commit(found[1], found[2])


WhileNewest = Annotated[
    Commit | None,
    typer.Option(
        parser=commit,
        metavar="PROJECT@COMMIT",
        help="Do nothing once the project's default branch has a newer commit than this.",
    ),
]


def stop_if_overtaken(settings: OperatorSettings, ours: Commit) -> None:
    """Raises Exit, in words, where another commit is the newest: GitLab starts waiting jobs in any order, and an old
    job can be started again.
    """
    with operators.operating(settings) as doors:
        newest = doors.commits.newest(ours.project)
    if newest == ours.id:
        return
    typer.echo(
        f"Nothing was written: this is {ours.id[:_SHOWN]}, and the newest commit on the default branch of "
        f"{ours.project} is {newest[:_SHOWN]}. The pipeline of that one applies; if there is none, start one."
    )
    raise typer.Exit(1)
