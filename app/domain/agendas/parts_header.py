"""The first block of every agenda: what, when on everybody's clocks, who hosts, and what it links to (agendas 4.3)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.agenda import Section
from app.domain.cadence import KIND_NAMES, MeetingKind
from app.domain.meeting_fairness import LocalTime, local_times
from app.domain.meetings import meetings
from app.domain.picture import Picture
from app.domain.roster import Role
from app.domain.sheets import document_name

_HOSTING = (Role.PROGRAM_LEAD, Role.LEAD, Role.PM, Role.SME)
_COMES_FROM: Mapping[MeetingKind, MeetingKind] = {
    MeetingKind.PM_REVIEW: MeetingKind.POD,
    MeetingKind.POD: MeetingKind.PM_REVIEW,
}
"""The meeting of the same area whose notes are read before this one (S127)."""


def title(picture: Picture) -> str:
    """The agenda's title: `PM/SME review: AI · 2026-03-18`."""
    return f"{picture.meeting.title} · {picture.meeting.start.date().isoformat()}"


def header(
    picture: Picture, counts: Mapping[str, int] | None = None, minutes: int = 0, *, quiet: bool = False
) -> Section:
    """The block `header`. `counts` are said in one line under it, in their order, those that are not zero, by what the
    template calls them (`decisions`, `updates`, `promises`, …); `minutes` is the sum of the timeboxes (0: not said).
    `quiet`: not even the hosts are called.
    """
    meeting = picture.meeting
    zone = UTC if meeting.region is None else ZoneInfo(picture.program.cadence.clocks(meeting.region))
    data = {
        "title": meeting.title,
        "start": meeting.start.astimezone(zone),
        "end": meeting.end.astimezone(zone),
        "clocks": "UTC" if meeting.region is None else meeting.region,
        "moved_from": meeting.moved_from,
        "because": meeting.because,
        "hosts": tuple((host, _role(picture, host)) for host in meeting.hosts),
        "board": _board(picture) if picture.url else None,
        "links": tuple(_links(picture)),
        "next": picture.next_one.start.astimezone(UTC) if picture.next_one else None,
        "times": tuple(_times(picture)),
        "counts": tuple((what, number) for what, number in (counts or {}).items() if number),
        "minutes": minutes,
        "quiet": quiet,
        "length": int(meeting.length.total_seconds() // 60),
    }
    return Section("header", "header", data)


def _board(picture: Picture) -> str:
    """The home's boards, with the cards of the meeting's area or region alone (S191)."""
    region, area = picture.meeting.region, picture.meeting.area
    own = f"region::{region}" if region else f"area::{area}" if area else ""
    only = f"?label_name[]={own.replace(':', '%3A').replace(' ', '%20')}" if own else ""
    return f"{picture.url.rstrip('/')}/{picture.home}/-/boards{only}"


def _role(picture: Picture, host: str) -> Role | None:
    held = picture.program.roster.roles_at(host, picture.meeting.area, picture.meeting.start)
    return next((role for role in _HOSTING if role in held), None)


def _links(picture: Picture) -> Iterator[tuple[str, str]]:
    """Which issue, and what it is to this one. A Corner of the same month stands in the same issue."""
    kind = _COMES_FROM.get(picture.meeting.kind)
    before = [s for s in picture.held if s.meeting.kind is kind and s.meeting.area == picture.meeting.area]
    if before:
        yield KIND_NAMES[before[-1].meeting.kind], str(before[-1].issue.ref)
    if picture.previous and document_name(picture.previous.meeting) != document_name(picture.meeting):
        yield "", str(picture.previous.issue.ref)


def _times(picture: Picture) -> Iterator[dict[str, object]]:
    """The hour on the clocks of the regions, those with the same clocks together, by the hour there."""
    found: dict[tuple[datetime, str | None, int], list[str]] = {}
    for local in local_times(picture.program, picture.meeting):
        key = (local.start.replace(tzinfo=None), local.day_off, _nights(picture, local))
        found.setdefault(key, []).append(local.region)
    for (start, day_off, nights), regions in sorted(found.items(), key=lambda one: one[0][0]):
        shift = (start.date() - picture.meeting.start.astimezone(UTC).date()).days
        yield {
            "at": start.strftime("%H:%M"),
            "shift": shift,
            "regions": tuple(regions),
            "nights": nights,
            "day_off": day_off,
        }


def _nights(picture: Picture, local: LocalTime) -> int:
    """How often it is night there at a meeting of this series in this quarter, with this one; 0 where it is not now."""
    if not local.night:
        return 0
    meeting, year = picture.meeting, picture.program.cadence.fiscal_year
    first = datetime.combine(year.start(year.quarter_of(meeting.start.date())), time(), UTC) - timedelta(days=1)
    before = meetings(picture.program, first, meeting.start, [meeting.series])
    return 1 + sum(
        one.night
        for held in before
        if year.quarter_of(held.start.date()) == year.quarter_of(meeting.start.date())
        for one in local_times(picture.program, held)
        if one.region == local.region
    )
