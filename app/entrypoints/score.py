"""`sounding-board score`: shares, points, bands, candidates and Top Requests of all open requests."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from app import bootstrap
from app.domain.plan import ChangeLabels, EditNote, PostNote
from app.domain.program import Job
from app.entrypoints.last_run import left_word
from app.entrypoints.logging_setup import set_up_logging
from app.entrypoints.show import write_lines
from app.entrypoints.traced_job import traced_job
from app.gateways.gitlab_budget import in_background
from app.services.score import Placed
from app.services.top_requests import Change
from app.settings import Settings, read_settings


def score(
    apply: Annotated[bool, typer.Option("--apply/--dry-run", help="Write; a dry run only shows.")] = False,
) -> None:
    """Work out shares, points and priority bands of all open requests. Shows no amounts, whoever reads the log."""
    settings = read_settings(Settings)
    set_up_logging(sys.stderr, "info", settings.all_secrets())
    writes = apply and not settings.paused
    with traced_job("score"), bootstrap.scoring(settings, remembers=apply) as scorer, in_background():
        planned = scorer.score.plan(bootstrap.utc_now())
        lists = scorer.top_requests.plan(planned.found, planned.issues, planned.at)
        done = scorer.score.carry_out(planned, dry=not writes)
        failed = [(str(ref), problem) for ref, problem in done.failed]
        failed += scorer.top_requests.carry_out(lists) if writes else ()
        untold = left_word(scorer.operator, Job.SCORE, len(planned.placed), len(failed)) if writes else None
    for line in [*(line for placed in planned.placed for line in _placed(placed)), *map(_listed, lists)]:
        typer.echo(line)
    for place, problem in failed:
        typer.echo(f"{place} could not be done: {problem}")
    if settings.account_book:
        typer.echo(f"The account book knows {planned.known} of {_counted(planned.told, 'account')} told.")
    if untold:
        typer.echo(untold)
    why_not = "paused; SOUNDING_BOARD_PAUSED is set" if apply else "dry run; --apply writes"
    did = "written to" if writes else f"would be written to ({why_not})"
    scored = sum(placed.place.scored is not None for placed in planned.placed)
    typer.echo(
        f"{_counted(len(planned.placed), 'open request')}, {scored} with customers; {done.written} {did}, "
        f"{_counted(len(lists), 'list')} changed, {len(done.waiting)} left for the next run, {len(failed)} failed."
    )
    if failed or untold:
        raise typer.Exit(1)


def _placed(placed: Placed) -> Iterator[str]:
    """What changes on one request: points, labels, and that its ledger changes, but nothing of what is in it."""
    if not placed.writes:
        return
    scored = placed.place.scored
    customers = _counted(placed.place.accounts, "customer") if placed.place.accounts else "no customers"
    decided = "decided, so without points, " if placed.place.accounts else ""
    points = f"{scored.points.total} points, {customers}" if scored else f"{decided}{customers}"
    yield f"{placed.ref}: {points}{'; only watched here' if placed.observed else ''}"
    for write in placed.writes:
        match write:
            case PostNote():
                yield "  a new ledger"
            case EditNote():
                yield "  the ledger changes"
            case ChangeLabels():
                yield from (f"  {line}" for line in write_lines(write))


def _listed(change: Change) -> str:
    return f"{change.place}: Top requests of {change.wanted.area.name} changes"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
