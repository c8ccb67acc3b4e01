"""A pod that is prepared in writing (S150): who reads what before people meet, and who is asked for clarity."""

from collections.abc import Sequence

from app.domain.agenda import Section
from app.domain.agendas.owed import question
from app.domain.agendas.pod_requests import came_new, unready
from app.domain.agendas.request_words import region
from app.domain.cadence import MeetingKind
from app.domain.meeting_clocks import working_days
from app.domain.picture import Card, Picture

KEY = "read/"
"""Before a handle, in the key of the box by which somebody says that they have read it all. It asks for nothing."""
LINES_AT_MOST = 20


def prepare(picture: Picture) -> tuple[Section, ...]:
    """The block `prepare`; none where pods are not prepared in writing, or there is nothing to read."""
    found = (came_new(picture), unready(picture))
    if not picture.program.cadence.habits[MeetingKind.POD].async_prep or not any(found):
        return ()
    return (_section(picture, *found),)


def _section(picture: Picture, fresh: Sequence[Card], waiting: Sequence[Card]) -> Section:
    meeting, asked = picture.meeting, _asked(picture, waiting)
    day = meeting.start.date()
    data = {
        "until": working_days(picture.program, meeting.series, day).before(day, 1),
        "new": len(fresh),
        "not_ready": len(waiting),
        "readers": [
            {"key": f"{KEY}{who}".replace("--", "-%2D"), "who": who, "region": region(picture, who)}
            for who in meeting.attendees
        ],
        "asked": [{"who": who, "refs": refs} for who, refs in asked[:LINES_AT_MOST]],
        "more": max(0, len(asked) - LINES_AT_MOST),
    }
    return Section("prepare", "pod_prepare", data)


def _asked(picture: Picture, waiting: Sequence[Card]) -> list[tuple[str, tuple[str, ...]]]:
    """Whom we have asked about which requests; nobody hears who was asked about a confidential one."""
    found: dict[str, list[str]] = {}
    for card in waiting:
        who = None if card.issue.confidential else question(picture, picture.details.get(card.ref))["of"]
        if who:
            found.setdefault(str(who), []).append(str(card.ref))
    return [(who, tuple(refs)) for who, refs in found.items()]
