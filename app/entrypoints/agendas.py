"""`sounding-board due` and `sounding-board agenda`: the agendas of the program's meetings."""

import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, assert_never

import typer

from app import bootstrap
from app.domain.agenda_due import series
from app.domain.agenda_heeded import Idle, Tended
from app.domain.cadence import MeetingKind
from app.domain.meeting import Meeting, Series
from app.domain.meeting_clocks import agenda_times
from app.domain.meetings import meetings, next_from
from app.domain.occurrences import series_of
from app.domain.program import Job, Program
from app.entrypoints.calendar import day
from app.entrypoints.last_run import left_word
from app.entrypoints.logging_setup import set_up_logging
from app.entrypoints.traced_job import traced_job
from app.gateways.gitlab_budget import in_background
from app.settings import Settings, read_settings

DAY = timedelta(days=1)


def instant(text: str) -> datetime:
    """An instant: 2026-03-11T06:00, in UTC where nothing else is said."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no time: write it like 2026-03-11T06:00.") from None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def due(
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", parser=instant, metavar="TIME", help="As if it were then: 2026-03-11T06:00 (UTC)."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply/--dry-run", help="Write; a dry run only shows.")] = False,
) -> None:
    """Do everything this hour asks for: make, refresh, freeze and close agendas, and act on what is ticked there."""
    settings = read_settings(Settings)
    set_up_logging(sys.stderr, "info", settings.all_secrets())
    writes, now = apply and not settings.paused, bootstrap.utc_now()
    if apply and as_of and as_of > now:
        raise typer.BadParameter("--apply would freeze and close agendas before their time: --as-of is in the future.")
    with traced_job("due"), bootstrap.judging(settings, remembers=apply) as rules, in_background():
        ran = rules.due.run(as_of or now, dry=not writes, tells=_tell)
        untold = left_word(rules.operator, Job.DUE, ran.seen, len(ran.failed)) if writes else None
    for place, problem in ran.failed:
        typer.echo(f"{place} could not be done: {problem}")
    if untold:
        typer.echo(untold)
    why_not = "paused; SOUNDING_BOARD_PAUSED is set" if apply else "dry run; --apply writes"
    did = "written to" if writes else f"would be written to ({why_not})"
    watched = sum(tended.watched for tended in ran.done)
    only = f" {watched} only observed," if watched else ""
    acted = len(ran.done) - watched
    typer.echo(f"{_counted(ran.seen, 'meeting')} looked at; {acted} {did},{only} {len(ran.failed)} failed.")
    if ran.failed or untold:
        raise typer.Exit(1)


def agenda(
    kind: Annotated[MeetingKind, typer.Argument(help="Which of the six meetings.")],
    area: Annotated[str | None, typer.Option(help="The area of a pod or a PM review.")] = None,
    region: Annotated[str | None, typer.Option(help="The region of a Corner.")] = None,
    on: Annotated[
        date | None,
        typer.Option("--date", parser=day, metavar="DAY", help="The day of the meeting; else the next one there is."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply/--dry-run", help="Write it; a dry run only shows.")] = False,
) -> None:
    """Show one agenda exactly as it would be written now, made or refreshed; with --apply, write it."""
    settings = read_settings(Settings)
    set_up_logging(sys.stderr, "info", settings.all_secrets())
    configured, now = bootstrap.configuration(settings), bootstrap.utc_now()
    meeting = _meeting(configured.program, _series(configured.program, kind, area, region), on, now)
    writes = apply and not settings.paused
    with bootstrap.judging(settings, configured, remembers=apply) as rules:
        tended = rules.due.one(meeting, now, dry=not writes)
    if isinstance(tended, Idle):
        typer.echo(f"{meeting.title} on {meeting.start.date()}: {_why_not(tended, configured.program, meeting)}.")
        raise typer.Exit(1)
    typer.echo(tended.text, nl=not tended.text.endswith("\n"))
    what = ", ".join(tended.did) or "nothing new"
    why_not = "paused; SOUNDING_BOARD_PAUSED is set" if apply else "dry run; --apply writes"
    typer.echo(f"\n{tended.place}: {tended.title}: {what}{'' if writes else f' ({why_not})'}", err=True)


def _why_not(idle: Idle, program: Program, meeting: Meeting) -> str:
    match idle:
        case Idle.OFF:
            return "no agenda is written, as the rule `agendas` is off for it"
        case Idle.TOO_EARLY:
            made = agenda_times(program, meeting).created.date()
            return f"it is too far ahead to write its agenda, which comes on {made}; without --apply it is shown"
        case Idle.TOO_LATE:
            return "it was held too long ago for an agenda to be made now"
        case Idle.CLOSED:
            return "its agenda is closed, and stays as it is; reopen it to have it refreshed"
        case Idle.PAUSED:
            return "its agenda has the label that tells me to leave it alone, so it stays as it is"
        case Idle.OVER:
            return "it is over, and its agenda is done"
        case _ as unreachable:
            assert_never(unreachable)


def _tell(tended: Tended) -> None:
    told = ", ".join(f"would be {what}" if tended.watched else what for what in tended.did)
    typer.echo(f"{tended.place}: {tended.title}: {told}")


def _series(program: Program, kind: MeetingKind, area: str | None, region: str | None) -> Series:
    for what, told, known in (
        ("area", area, [one.key for one in program.areas]),
        ("region", region, list(program.regions)),
    ):
        if told is not None and told not in known:
            raise typer.BadParameter(f"there is no {what} {told}; the {what}s: {', '.join(known)}.")
    found = series(kind, area, region)
    if found is None:
        raise typer.BadParameter("a pod or a PM review is of an --area, a Corner of a --region, the others of neither.")
    if found not in series_of(program):
        raise typer.BadParameter(f"program.yml says that no {kind} is held.")
    return found


def _meeting(program: Program, of: Series, on: date | None, now: datetime) -> Meeting:
    """The meeting of that day on its own clocks, or the one that is held, or comes, next."""
    if on is None:
        running = [one for one in meetings(program, now - DAY, now, [of]) if one.runs_at(now)]
        found = running[0] if running else next_from(program, of, now)
    else:
        noon = datetime.combine(on, time(12), UTC)
        near = meetings(program, noon - 2 * DAY, noon + 2 * DAY, [of])
        found = next((one for one in near if one.start.date() == on), None)
    if found is None:
        raise typer.BadParameter("there is no such meeting on that day; `sounding-board calendar` shows them.")
    return found


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
