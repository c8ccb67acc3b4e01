"""`sounding-board calendar`: every meeting of the program, to read and to subscribe to."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app import bootstrap
from app.domain.cadence import MeetingKind
from app.domain.calendars import Choice, choices
from app.domain.fiscal import Quarter
from app.domain.meeting import Meeting
from app.domain.meetings import meetings, unheld
from app.domain.program import Program
from app.domain.quarter_page import quarter_page
from app.domain.roster import Role
from app.gateways.config_load import load

NEAR = timedelta(weeks=15)
"""Where a meeting may be that was once written inside the time asked for."""

_CENTURY = 20


def day(text: str) -> date:
    """A day of this century, like 2026-02-02."""
    try:
        told = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no day: write it like 2026-02-02.") from None
    if told.year // 100 != _CENTURY:
        raise typer.BadParameter(f"{text} is in another century.")
    return told


def quarter_named(text: str) -> Quarter:
    """A fiscal quarter, like FY27-Q1."""
    found = re.fullmatch(r"FY(\d\d)-Q([1-4])", text.upper())
    if found is None:
        raise typer.BadParameter(f"{text} is no quarter: write it like FY27-Q1.")
    return Quarter(_CENTURY * 100 + int(found[1]), int(found[2]))


def calendar(
    since: Annotated[
        date | None, typer.Option("--from", parser=day, metavar="DAY", help="The first day (UTC).")
    ] = None,
    until: Annotated[date | None, typer.Option(parser=day, metavar="DAY", help="The first day after it (UTC).")] = None,
    quarter: Annotated[
        Quarter | None, typer.Option(parser=quarter_named, metavar="QUARTER", help="A whole quarter, like FY27-Q1.")
    ] = None,
    area: Annotated[str | None, typer.Option(help="Only what this area goes to.")] = None,
    region: Annotated[str | None, typer.Option(help="Only what people of this region are asked to.")] = None,
    role: Annotated[Role | None, typer.Option(help="Only what people of this role are asked to.")] = None,
    kind: Annotated[MeetingKind | None, typer.Option(help="Only meetings of this kind.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write .ics files and a page of each quarter there.")
    ] = None,
    directory: Annotated[
        Path, typer.Option("--config", envvar="SOUNDING_BOARD_CONFIG_DIR", help="Where the files are.")
    ] = Path(),
) -> None:
    """Show the meetings of a quarter (this one, if no other is named), or write them as calendar files."""
    program, now = load(directory).program, bootstrap.utc_now()
    choice = _known(program, Choice(area, region, role, kind))
    first, last = _between(program, since, until, quarter, now.date())
    pages = _pages(program, choice, first, last)
    if out is None:
        typer.echo("\n".join(pages.values()), nl=False)
        return
    written = _write(program, choice, out, (first, last), now)
    for name, page in pages.items():
        written[f"{name}.md"] = _write_page(out / f"{name}.md", page)
    for file, changed in written.items():
        typer.echo(f"{out / file} {'written' if changed else 'unchanged'}")


def _known(program: Program, choice: Choice) -> Choice:
    areas = [area.key for area in program.areas]
    for what, told, known in (("area", choice.area, areas), ("region", choice.region, list(program.regions))):
        if told is not None and told not in known:
            raise typer.BadParameter(f"there is no {what} {told}; the {what}s: {', '.join(known)}.")
    return choice


def _between(
    program: Program, since: date | None, until: date | None, quarter: Quarter | None, today: date
) -> tuple[date, date]:
    """Whole quarters, where days are not given."""
    if quarter and (since or until):
        raise typer.BadParameter("choose --quarter, or --from and --until.")
    year = program.cadence.fiscal_year
    first = since or year.start(quarter or year.quarter_of((until - timedelta(days=1)) if until else today))
    last = until or year.start((quarter or year.quarter_of(first)).following)
    if last <= first:
        raise typer.BadParameter(f"there is no day from {first} until {last}.")
    return first, last


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _found(program: Program, first: date, last: date) -> tuple[Meeting, ...]:
    """By the day on its own clocks, so that a quarter's page has all of its weeks and nothing else."""
    near = meetings(program, _midnight(first) - timedelta(days=1), _midnight(last) + timedelta(days=1))
    return tuple(meeting for meeting in near if first <= meeting.start.date() < last)


def _pages(program: Program, choice: Choice, first: date, last: date) -> dict[str, str]:
    """A page of each quarter that the days touch, by its name."""
    year, found = program.cadence.fiscal_year, choice.of(program, _found(program, first, last))
    pages = {}
    for quarter in year.quarters(first, last - timedelta(days=1)):
        start, end = max(first, year.start(quarter)), min(last, year.start(quarter.following))
        held = [meeting for meeting in found if start <= meeting.start.date() < end]
        left_out = [
            one
            for one in unheld(program, _midnight(start), _midnight(end))
            if choice.area in (None, one.series.area) and choice.kind in (None, one.series.kind)
        ]
        name = str(quarter) if choice == Choice() else f"{quarter}-{choice.file()}"
        pages[name] = quarter_page(program, quarter, held, left_out)
    return pages


def _write(program: Program, choice: Choice, out: Path, days: tuple[date, date], now: datetime) -> dict[str, bool]:
    """Every calendar there is, or only the one that was chosen."""
    # Here, for no other command needs what reads and writes calendar files.
    from app.gateways.calendar_files import Subscription, write

    since, until = map(_midnight, days)
    near = meetings(program, since - NEAR, until + NEAR)
    names = {person.username: person.name for person in program.roster.people}
    written = {}
    for one in choices(program) if choice == Choice() else (choice,):
        chosen = one.of(program, near)
        subscription = Subscription(
            file=one.file(),
            name=one.name(program),
            meetings=tuple(meeting for meeting in chosen if since <= meeting.start < until),
            since=since,
            until=until,
            elsewhere={meeting.uid: meeting for meeting in chosen},
            people=names,
        )
        written[f"{one.file()}.ics"] = write(out, subscription, now)
    return written


def _write_page(path: Path, page: str) -> bool:
    if path.exists() and path.read_text("utf-8") == page:
        return False
    path.write_text(page, "utf-8")
    return True
