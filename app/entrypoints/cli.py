"""The command `sounding-board`: parses, calls, answers. Exit codes: 0 done, 1 could not, 2 wrong usage or settings,
3 changes pending (`plan --detailed-exitcode`)."""

import logging
import re
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from app import bootstrap
from app.bootstrap import kept
from app.domain.failure import Permanent, Temporary
from app.domain.issue import Ref
from app.domain.program import Job
from app.entrypoints import show
from app.entrypoints.agendas import agenda, due
from app.entrypoints.calendar import calendar
from app.entrypoints.check import check
from app.entrypoints.init import init
from app.entrypoints.last_run import left_word
from app.entrypoints.logging_setup import set_up_logging
from app.entrypoints.merge_note import note
from app.entrypoints.provision import apply as apply_plan
from app.entrypoints.provision import plan
from app.entrypoints.score import score
from app.entrypoints.status import status
from app.entrypoints.traced_job import set_exporters_up, traced_job
from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_load import Configuration
from app.gateways.gitlab_budget import in_background
from app.gateways.plan_file import PlanFileInvalid
from app.settings import KeptSettings, S, Settings, SettingsInvalid, read_settings

SOON = "will run again within a second, if the service runs."
LAST_ANSWERS_WITHIN = 5
"""Seconds for requests that are under way at a stop: intake takes milliseconds, so who is slower hangs."""

log = logging.getLogger("sounding_board")
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sounding-board {bootstrap.VERSION}")
        raise typer.Exit


@app.callback()
def sounding_board(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Which version this is.")
    ] = False,
) -> None:
    """Turns GitLab's native issue boards into a customer-feedback program."""


@app.command()
def demo(
    story: Annotated[bool, typer.Option("--story", help="Play the main job without a person, and end.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the board is to be; 0 for any free port.")] = 8929,
) -> None:
    """Open a board with invented people; drag a card and see what happens. Stop with Ctrl-C."""
    # Here and below, what only this command needs: loading servers takes longer than most commands.
    from app.entrypoints.demo.command import demo as opened

    opened(story=story, port=port)


app.command()(init)
app.command()(check)
app.command()(status)
app.command()(calendar)
app.command()(plan)
app.command("apply")(apply_plan)
app.command()(note)
app.command()(score)
app.command()(due)
app.command()(agenda)


def _settings(kind: type[S]) -> S:
    settings = read_settings(kind)
    set_up_logging(sys.stderr, "info", settings.all_secrets())
    return settings


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def issue_ref(text: str) -> Ref:
    """`group/project#123`. Raises typer.BadParameter with the form that is wanted."""
    found = re.fullmatch(r"([^#\s]+/[^#\s]+)#([0-9]{1,10})", text)
    if not found:
        raise typer.BadParameter(f"{text} is no issue: write it as group/project#123.")
    return Ref(found.group(1), int(found.group(2)))


def since(text: str) -> datetime:
    """An instant: `26h`, `3d`, or a date or time such as 2026-03-01 (UTC)."""
    found = re.fullmatch(r"([0-9]{1,5})([mhd])", text)
    if found:
        unit = {"m": "minutes", "h": "hours", "d": "days"}[found.group(2)]
        return bootstrap.utc_now() - timedelta(**{unit: int(found.group(1))})
    try:
        told = datetime.fromisoformat(text)
    except ValueError as problem:
        raise typer.BadParameter(f"{text} is no time: write 26h, 3d or 2026-03-01.") from problem
    return told if told.tzinfo else told.replace(tzinfo=UTC)


IssueArgument = Annotated[Ref, typer.Argument(parser=issue_ref, metavar="PROJECT#IID", help="group/project#123")]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Where to listen.")] = None,
    port: Annotated[int | None, typer.Option(help="On which port.")] = None,
) -> None:
    """Take in webhooks and judge cards, until stopped."""
    import uvicorn

    from app.entrypoints.web import create_web, reload_now

    settings = _settings(Settings)
    configured = bootstrap.configuration(settings)
    # Opened here and not by the server, which would answer a refusal with a traceback and its own exit code.
    opened = _service(settings, configured)
    web = create_web(settings, configured, opened)
    # The server hands the signal that ended it on to us: a stop that was asked for is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, lambda *_: reload_now(web))
    try:
        uvicorn.run(
            web,
            host=host or settings.host,
            port=settings.port if port is None else port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=LAST_ANSWERS_WITHIN,
        )
    except SystemExit as end:
        # The server's own code for a start that failed, a port in use, would read as "changes pending" here.
        raise typer.Exit(1 if end.code else 0) from end


def _service(settings: Settings, configured: Configuration) -> bootstrap.Service:
    """The parts that live as long as the process; that they cannot be had now is for whoever reads the log."""
    try:
        return bootstrap.service(settings, configured, bootstrap.inbox_rules(settings))
    except Temporary as failure:
        log.error("cannot start: %s", failure)
        raise typer.Exit(1) from failure


@app.command()
def worker() -> None:
    """Work off the inbox without taking in webhooks, until stopped; beside `serve` only on PostgreSQL."""
    from app.entrypoints.web import FINISH_WITHIN, reloader_of, watched, workers_of

    settings = _settings(Settings)
    set_exporters_up()
    inbox_rules = bootstrap.inbox_rules(settings)
    service = _service(settings, bootstrap.configuration(settings))
    pool, reloader = workers_of(service, inbox_rules), reloader_of(service)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, lambda *_: reloader.now())
    with closing(service), watched(service, pool, reloader):
        pool.start()
        log.info("working off the inbox: %d workers, mode paused: %s", settings.workers, settings.paused)
        stop.wait()
        pool.stop(FINISH_WITHIN)


@app.command()
def sweep(
    since_: Annotated[
        datetime | None,
        typer.Option("--since", parser=since, metavar="TIME", help="Only what changed since: 26h, 3d, 2026-03-01."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply/--dry-run", help="Write; a dry run only shows.")] = False,
) -> None:
    """Look at the requests once more and find what webhooks missed. Needs only the token and the signing key."""
    settings = _settings(Settings)
    writes = apply and not settings.paused
    with traced_job("sweep"), bootstrap.judging(settings, remembers=apply) as rules, in_background():
        swept = rules.sweep.run(bootstrap.utc_now(), since_, dry=not writes)
        untold = left_word(rules.operator, Job.SWEEP, swept.seen, len(swept.failed)) if writes else None
    for ref, planned in swept.planned:
        typer.echo(f"{ref}")
        _say(f"  {line}" for write in planned.writes for line in show.write_lines(write))
    for place, problem in swept.failed:
        typer.echo(f"{place} could not be done: {problem}")
    _say([untold] if untold else [])
    why_not = "paused; SOUNDING_BOARD_PAUSED is set" if apply else "dry run; --apply writes"
    did = "written to" if writes else f"would be written to ({why_not})"
    typer.echo(
        f"{swept.seen} issues seen, {len(swept.planned)} {did}, {swept.notes} new notes, "
        f"{len(swept.waiting)} left for the next run, {len(swept.failed)} failed."
    )
    if swept.failed or untold:
        raise typer.Exit(1)


@app.command()
def explain(issue: IssueArgument) -> None:
    """What the rules say about an issue, and why; writes nothing."""
    with bootstrap.judging(_settings(Settings), remembers=False) as rules:
        _say(show.explanation(issue, rules.reconciler.plan(issue, bootstrap.utc_now())))


@app.command()
def inbox(
    retry: Annotated[str | None, typer.Option(metavar="KEY", help="Try a dead subject again.")] = None,
    retry_all: Annotated[bool, typer.Option("--retry-all", help="Try all dead subjects again.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many of each kind to show.")] = 50,
) -> None:
    """What waits, runs and was given up."""
    settings = _settings(KeptSettings)
    if retry is not None:
        found = kept.retry_beside(settings, retry, bootstrap.utc_now())
        typer.echo(f"{retry} {SOON}" if found else f"{retry} is not among the dead; `inbox` lists them.")
        raise typer.Exit(0 if found else 1)
    if retry_all:
        typer.echo(f"{kept.retry_all_beside(settings, bootstrap.utc_now())} dead {SOON}")
        return
    view = kept.inbox_beside(settings)
    try:
        counts = view.counts()
        typer.echo(f"{counts.waiting} waiting, {counts.running} running, {counts.dead} dead")
        _say(f"running  {claim.subject.key}" for claim in view.running())
        _say(show.waiting_line(waiting) for waiting in view.waiting(limit))
        _say(show.dead_line(letter) for letter in view.dead(limit))
    finally:
        view.close()


@app.command()
def journal(
    issue: IssueArgument,
    limit: Annotated[int, typer.Option(min=1, help="How many lines to show.")] = 50,
) -> None:
    """Why did, or didn't, we act on an issue? Newest first."""
    opened = kept.journal_beside(_settings(KeptSettings))
    try:
        entries = opened.lines(issue, limit)
    finally:
        opened.close()
    if not entries:
        known = "no event about it came in, and no sweep had anything to do there"
        typer.echo(f"The journal knows nothing of {issue}: {known}.")
    _say(show.journal_lines(entries))


@app.command()
def move() -> None:
    """Bring inbox and journal from the data directory to the PostgreSQL database; the service must be stopped."""
    moved = kept.move(_settings(KeptSettings), bootstrap.utc_now())
    typer.echo(
        f"Moved: {moved.waiting} waiting, {moved.dead} dead, {moved.deliveries} deliveries to know again, "
        f"{moved.lines} lines of the journal. The files are kept, with .moved at the end of their names."
    )


def main() -> None:
    """Run the command; what can go wrong is one sentence, not a traceback."""
    try:
        app()
    except (SettingsInvalid, ConfigInvalid, PlanFileInvalid) as problem:
        typer.echo(str(problem), err=True)
        sys.exit(2)
    except (Temporary, Permanent) as problem:
        typer.echo(str(problem), err=True)
        sys.exit(1)
