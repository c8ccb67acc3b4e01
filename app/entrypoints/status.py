"""`sounding-board status`: is all well with the installation that runs here? One sentence a thing, and an exit code."""

import sys
from collections.abc import Iterator
from datetime import datetime

import typer

from app import bootstrap
from app.bootstrap import kept, operators
from app.domain.failure import Permanent, Temporary
from app.domain.program import Job
from app.domain.watched import job_line, loop_line, loop_of, overdue_line, token_line
from app.entrypoints.logging_setup import set_up_logging
from app.entrypoints.loop import MARKS
from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_load import Configuration
from app.gateways.gitlab_connect import GitLab
from app.gateways.service_pulse import pulse
from app.settings import Settings, read_settings

Line = tuple[bool | None, str]

UNUSABLE = (
    "The configuration cannot be used, so webhooks and jobs were not looked at. A service that runs goes on with the "
    "last good one until it ends; one that starts needs this mended:"
)


def status() -> None:
    """Tell how service, inbox, GitLab, webhooks, jobs and token are. Exit code 1 where anything is wrong."""
    settings = read_settings(Settings)
    set_up_logging(sys.stderr, "info", settings.all_secrets())
    well = True
    for part in (_service, _inbox, _gitlab):
        for mark, sentence in _met(part(settings)):
            well = well and mark is not False
            typer.echo(f"{MARKS[mark]}  {sentence}")
    if not well:
        raise typer.Exit(1)


def _met(lines: Iterator[Line]) -> Iterator[Line]:
    """The lines of one part; where it cannot be asked any further, why. The other parts are asked all the same."""
    try:
        yield from lines
    except (Temporary, Permanent) as problem:
        yield False, str(problem)


def _service(settings: Settings) -> Iterator[Line]:
    found = pulse(settings.host, settings.port)
    where = f"The service at {settings.host}:{settings.port}"
    if found.ready:
        yield True, f"{where} is ready."
    else:
        yield False, f"{where} is not ready: {', '.join(found.failing)}."
    if found.degraded:
        yield False, f"{where} goes on with an older {', '.join(found.degraded)}: what is there cannot be used."
    if settings.paused:
        yield None, "SOUNDING_BOARD_PAUSED is set here: nothing is written to GitLab."


def _inbox(settings: Settings) -> Iterator[Line]:
    view = kept.inbox_beside(settings)
    try:
        counts, dead, due = view.counts(), view.dead(1), _due(view)
    finally:
        view.close()
    told = f"Inbox: {counts.waiting} waiting, {counts.running} running"
    if not dead:
        yield True, f"{told}, none given up."
    else:
        newest = f"{dead[0].died_at:%Y-%m-%d %H:%M} UTC"
        yield False, f"{told}, {counts.dead} given up, the last on {newest}; `sounding-board inbox` names them."
    if late := overdue_line(due, bootstrap.utc_now()):
        yield late


def _due(view: kept.View) -> datetime | None:
    """Since when, or from when, somebody could work on what comes next; what is at work already waits for its end."""
    running = {claim.subject for claim in view.running()}
    return next((place.due for place in view.waiting(len(running) + 1) if place.subject not in running), None)


def _gitlab(settings: Settings) -> Iterator[Line]:
    """What needs no configuration comes first."""
    with bootstrap.gitlab(settings) as doors:
        yield from _token(doors)
    try:
        yield from _program(settings, bootstrap.configuration(settings))
    except ConfigInvalid as invalid:
        yield False, UNUSABLE
        yield from ((False, str(mistake)) for mistake in invalid.errors)


def _token(doors: GitLab) -> Iterator[Line]:
    me = doors.about.whoami()
    yield True, f"GitLab {doors.about.version()} takes our token; we are @{me.username} (id {me.id})."
    token = doors.about.token()
    if token and token.expires_at:
        yield token_line(token.expires_at, bootstrap.utc_now().date())


def _program(settings: Settings, configured: Configuration) -> Iterator[Line]:
    now = bootstrap.utc_now()
    with bootstrap.judging(settings, configured, remembers=False) as rules, operators.checking(settings) as checker:
        yield from ((found.well, found.sentence) for found in checker.hooks())
        issue = rules.operator.issue
        if issue is None:
            yield (
                None,
                "program.yml names no operator_issue, so nobody knows of the last jobs, and webhooks go unproved.",
            )
            return
        states = rules.operator.states()
        if configured.program.holds_requests(issue.project):
            yield loop_line(loop_of(states), issue, now)
        yield from (job_line(states, job, now) for job in Job)
