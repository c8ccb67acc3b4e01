"""The weekly SME Corner of a region (S190-S194): what SAs hear in their team call, and what they are asked.

A region's Corners of a month share an issue, each week's blocks above the last week's.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.agenda import Agenda, Section
from app.domain.agendas.corner_asks import (
    asks,
    hidden,
    new_asks,
    topics,
    verbal,
    waiting,
    waiting_cards,
    waiting_for,
)
from app.domain.agendas.corner_decided import decided, decided_here, decisions, monday, untold
from app.domain.agendas.corner_quarter import quarter, top
from app.domain.agendas.parts_actions import NOTES
from app.domain.agendas.parts_header import header
from app.domain.agendas.parts_late import footer
from app.domain.agendas.quiet import with_quiet
from app.domain.agendas.request_words import named, request
from app.domain.cadence import MeetingKind
from app.domain.issue import Ref
from app.domain.meeting import Meeting
from app.domain.meeting_clocks import agenda_times
from app.domain.meeting_fairness import local_time
from app.domain.picture import Picture

READ_AT_MOST = 40
SEEN_AHEAD = timedelta(weeks=3)
_MINUTE = timedelta(minutes=1)
_COMING = (MeetingKind.PM_REVIEW, MeetingKind.ARR_DRIVER, MeetingKind.EXCHANGE)
COMING_AT_MOST = 6
QUIET = {
    "decided": "decisions for customers of this region",
    "asks": "new asks from elsewhere",
    "waiting": "questions to anybody of this region",
}
"""What it says of its sections in one line, where they are empty."""


def wants(picture: Picture) -> tuple[Ref, ...]:
    """Decisions first, whoever's customers they are: their notes tell whether some are of the region."""
    cards = (*decisions(picture)[:15], *new_asks(picture)[:10], *top(picture), *waiting_cards(picture))
    return tuple(dict.fromkeys(card.ref for card in cards))[:READ_AT_MOST]


def agenda(picture: Picture) -> Agenda:
    """One week's blocks, and below all weeks a place for people's notes."""
    told, asked, open_ = decided_here(picture), new_asks(picture), waiting_for(picture)
    counts = {
        "told": len(told) + len(untold(picture)),
        "asks": len(asked),
        "waiting": len(open_) + len(hidden(picture)),
    }
    sections = (
        header(picture, counts, quiet=True),
        things(picture),
        *quarter(picture),
        decided(picture),
        asks(picture),
        waiting(picture),
        coming(picture),
        topics(picture),
        verbal(picture),
        footer(picture),
    )
    return Agenda(
        title=f"{picture.meeting.title} · {monday(picture):%Y-%m}",
        layout=(*with_quiet(picture, sections, QUIET), NOTES),
        empty=not any(counts.values()),
    )


def things(picture: Picture) -> Section:
    """The block `things`: the weightiest decision, the weightiest new ask, the next deadline."""
    told, asked = decided_here(picture)[:1], new_asks(picture)[:1]
    data = {
        "decision": [
            {"ref": str(c.ref), "confidential": c.issue.confidential, "is": named(picture, c.status)} for c in told
        ],
        "ask": [request(picture, card) for card in asked],
        "deadline": _deadline(picture),
    }
    return Section("things", "corner_things", data)


def _deadline(picture: Picture) -> tuple[str, datetime] | None:
    """The meeting whose nominations close next, within the time that is looked ahead, and their last minute on the
    region's own clocks: there it may be another day.
    """
    reviews = (one for one in picture.coming if one.kind in (MeetingKind.PM_REVIEW, MeetingKind.ARR_DRIVER))
    closes = ((agenda_times(picture.program, one).nominations_close, one.title) for one in reviews)
    found = sorted((at.astimezone(UTC), title) for at, title in closes if at and _ahead(picture, at))
    here = ZoneInfo(picture.program.cadence.clocks(picture.meeting.region))
    return (found[0][1], (found[0][0] - _MINUTE).astimezone(here)) if found else None


def _ahead(picture: Picture, at: datetime) -> bool:
    return picture.meeting.start < at <= picture.meeting.start + SEEN_AHEAD


def coming(picture: Picture) -> Section:
    """The block `coming`: the next meetings that concern SAs, on the region's clocks."""
    found = [one for one in picture.coming if one.kind in _COMING and _ahead(picture, one.start)]
    return Section("coming", "corner_coming", {"rows": [_meeting(picture, one) for one in found[:COMING_AT_MOST]]})


def _meeting(picture: Picture, one: Meeting) -> dict[str, object]:
    there = local_time(picture.program, one, picture.meeting.region or "")
    return {"title": one.title, "start": there.start, "night": there.night}
