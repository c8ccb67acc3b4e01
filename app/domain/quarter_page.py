"""A quarter's meetings as Markdown: the handbook's table, a picture, every date, night slots and conflicts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from app.domain.cadence import KIND_NAMES, MeetingKind
from app.domain.fiscal import MONTHS_OF_A_QUARTER, WEEKS_OF_A_MONTH, Quarter, QuarterWeek
from app.domain.meeting import Meeting, Series
from app.domain.meeting_conflicts import conflict_sentence, conflicts, holiday_sentences
from app.domain.meeting_fairness import local_time, night_shares
from app.domain.neutral import plain, quote
from app.domain.occurrences import Occurrence
from app.domain.program import Program

ROWS = (
    MeetingKind.ARR_DRIVER,
    MeetingKind.POD,
    MeetingKind.PM_REVIEW,
    MeetingKind.LEADERS,
    MeetingKind.CORNER,
    MeetingKind.EXCHANGE,
)
"""The order of the handbook's table."""

_PLAIN = re.compile(r"(?:[^\W_]|[ .,&/()'+-]|: )+")
_DRAWN = re.compile(r"[^\w .&/()'+-]+")


def quarter_page(
    program: Program, quarter: Quarter, found: Sequence[Meeting], unheld: Iterable[Occurrence] = ()
) -> str:
    """The page of a quarter; `found` are its meetings (all, or those of interest), in order."""
    weeks = program.cadence.fiscal_year.weeks(quarter)
    last = weeks[-1].monday + timedelta(days=6)
    lines = [
        f"# {quarter}: {_day(weeks[0].monday)} to {_day(last)}",
        "",
        *quarter_table(program, quarter, found),
        "",
        *quarter_picture(program, quarter, found),
        "",
        *_dates(found),
        "",
        *_nights(program, found),
        "",
        *_conflicts(program, found),
        *_left_out(program, unheld),
    ]
    return "\n".join(lines) + "\n"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _name(text: str) -> str:
    """A name from program.yml, which nothing in Markdown takes for something else."""
    return plain(text) if _PLAIN.fullmatch(text) else quote(text)


def quarter_table(program: Program, quarter: Quarter, found: Sequence[Meeting]) -> Iterator[str]:
    """The lines of the handbook's table: months, their weeks, and what is left over at the quarter's end."""
    weeks = program.cadence.fiscal_year.weeks(quarter)
    head = [str(w.place[0]) if w.place and w.place[1] == 1 else "" for w in weeks]
    head[WEEKS_OF_A_MONTH * MONTHS_OF_A_QUARTER :] = ["after"] * (
        len(weeks) > WEEKS_OF_A_MONTH * MONTHS_OF_A_QUARTER
    ) + [""] * (len(weeks) - WEEKS_OF_A_MONTH * MONTHS_OF_A_QUARTER - 1)
    yield _row("Month", *head)
    yield _row(*["-----"] * (len(weeks) + 1))
    yield _row("Week", *(str(w.place[1] if w.place else w.number) for w in weeks))
    yield _row("Monday", *(f"{w.monday.day} {w.monday:%b}" for w in weeks))
    for kind in ROWS:
        held = [meeting for meeting in found if meeting.kind is kind]
        if held:
            yield _row(f"**{KIND_NAMES[kind]}**", *(_cell(program, week, held) for week in weeks))


def _cell(program: Program, week: QuarterWeek, held: Iterable[Meeting]) -> str:
    """The areas that meet in a week, or an X."""
    there = [m for m in held if timedelta() <= m.start.date() - week.monday < timedelta(days=7)]
    keys = dict.fromkeys(m.area for m in there)
    names = [_name(area.name) for area in program.areas if area.key in keys]
    return ", ".join(names) or "X" * bool(there)


def quarter_picture(program: Program, quarter: Quarter, found: Sequence[Meeting]) -> Iterator[str]:
    """Mermaid's Gantt chart, which GitLab draws; a Corner every week would only fill it."""
    yield from ("```mermaid", "gantt", f"    title {quarter}", "    dateFormat YYYY-MM-DD", "    axisFormat %d %b")
    yield from ("    tickInterval 1week", "    weekday monday")
    names = {area.key: area.name for area in program.areas}
    for kind in ROWS:
        held = [meeting for meeting in found if meeting.kind is kind and kind is not MeetingKind.CORNER]
        if held:
            yield f"    section {_DRAWN.sub(' ', KIND_NAMES[kind])}"
        for meeting in held:
            drawn = " ".join(_DRAWN.sub(" ", names.get(meeting.area or "", KIND_NAMES[kind])).split()) or kind
            yield f"    {drawn} :{meeting.start.date()}, 1d"
    yield "```"


def _dates(found: Sequence[Meeting]) -> Iterator[str]:
    yield from ("## Dates", "", _row("Day", "Time", "Meeting", "Hosts", "Moved"), _row(*["---"] * 5))
    corners = {meeting.region for meeting in found if meeting.kind is MeetingKind.CORNER}
    usual = 0
    for meeting in found:
        if meeting.kind is MeetingKind.CORNER and len(corners) > 1 and meeting.moved_from is None:
            usual += 1
            continue
        yield _row(_day(meeting.start.date()), _time(meeting), _name(meeting.title), _hosts(meeting), moved(meeting))
    if usual:
        yield from ("", f"{usual} SME Corners on their usual day are not listed.")


def _time(meeting: Meeting) -> str:
    return f"{meeting.start:%H:%M}–{meeting.end:%H:%M} {meeting.start.tzinfo}"


def _hosts(meeting: Meeting) -> str:
    return ", ".join(quote(handle) for handle in meeting.hosts) or "nobody"


def moved(meeting: Meeting) -> str:
    """From which day a meeting has moved, and why; empty where it is on its own."""
    if meeting.moved_from is None:
        return ""
    return f"from {_day(meeting.moved_from)} ({plain(meeting.because).replace('|', '/')})"


def _nights(program: Program, found: Sequence[Meeting]) -> Iterator[str]:
    yield from ("## Night slots", "")
    shares = night_shares(program, found)
    if not any(share.nights for share in shares):
        yield "Nobody has to meet at night."
        return
    yield from (_row("Region", "At night", "Of", "Who"), _row("---", "--:", "--:", "---"))
    for share in shares:
        who = ", ".join(f"{quote(handle)} {nights}" for handle, nights in share.people)
        yield _row(_name(share.region), str(share.nights), str(share.meetings), who)


def _conflicts(program: Program, found: Sequence[Meeting]) -> Iterator[str]:
    yield from ("## Conflicts", "")
    twice = (conflict_sentence([conflict]) for conflict in conflicts(found))
    told = (*twice, *holiday_sentences(program, found))
    yield from (f"- {quote(sentence, 400)}" for sentence in told)
    if not told:
        yield "Nobody is needed in two meetings at once, or hosts one on a holiday."


def _left_out(program: Program, unheld: Iterable[Occurrence]) -> Iterator[str]:
    names = {area.key: area.name for area in program.areas}
    told = [
        f"- {KIND_NAMES[one.series.kind]}{_of(names, one.series)}: {_day(one.day)} and every day near it is off."
        for one in unheld
    ]
    if told:
        yield from ("", "## Not held", "", *told)


def _of(names: dict[str, str], series: Series) -> str:
    of = names.get(series.area or "") or series.region
    return f" {_name(of)}" if of else ""


def clocks_line(program: Program, meeting: Meeting) -> str:
    """The meeting's start on the clocks of every region: `08:00` us-west · …; nights are said so."""
    regions = (meeting.region,) if meeting.region is not None else program.regions
    return " · ".join(_clock(program, meeting, region) for region in regions)


def _clock(program: Program, meeting: Meeting, region: str) -> str:
    local = local_time(program, meeting, region)
    days = (local.start.date() - meeting.start.date()).days
    shift = f"{days:+d}" if days else ""
    return f"`{local.start:%H:%M}{shift}` {_name(region)}{' (night)' if local.night else ''}"
