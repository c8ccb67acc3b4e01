"""How long a request has stood where it stands, against the workflow's clocks (workflow 3.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from app.domain.agendas.request_words import severity
from app.domain.customer import Severity
from app.domain.meeting_clocks import working_days
from app.domain.picture import Card, Picture

Light = Literal["", "yellow", "red"]

ALLOWED: Mapping[str, int] = {
    "status::new": 30,
    "status::reviewed": 10,
    "status::accepted": 60,
    "status::resolved": 10,
    "status::declined": 10,
}
"""Business days a request may stand in a status. On the roadmap the target counts, in the backlog the revisit date."""

BLOCKERS_DECIDED = 5
"""Business days from *Reviewed* to the decision where a deal cannot close without it."""
_REVIEWED = "status::reviewed"
_PAUSED = "context::needed"
_WARN = 3, 4
"""Three quarters of the time: then the light is yellow."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Business days a request has waited, and how many are left (negative: overdue; None: no clock runs)."""

    days: int
    left: int | None
    light: Light


def waiting(picture: Picture, card: Card) -> Waiting:
    """A card's clock. It is stopped while the card waits for context, as far as that wait still lasts."""
    stopped = card.label("context") == _PAUSED
    until = max(card.entered, card.put_on.get(_PAUSED, picture.now)) if stopped else picture.now
    days = business_days(picture, card.entered, until)
    allowed = _allowed(picture, card)
    if allowed is None:
        return Waiting(days, None, "")
    part, whole = _WARN
    light: Light = "red" if days > allowed else "yellow" if days * whole >= allowed * part else ""
    return Waiting(days, allowed - days, light)


def business_days(picture: Picture, since: datetime, until: datetime) -> int:
    """Business days between two instants, as the meeting's series counts them, on the meeting's clocks."""
    return _count(picture, _day(picture, since), _day(picture, until))


def _count(picture: Picture, first: date, last: date) -> int:
    meeting = picture.meeting
    return working_days(picture.program, meeting.series, meeting.start.date()).between(first, last)


def _day(picture: Picture, instant: datetime) -> date:
    return instant.astimezone(picture.meeting.start.tzinfo).date()


def _allowed(picture: Picture, card: Card) -> int | None:
    if card.status == _REVIEWED and severity(picture, card) == Severity.BLOCKER:
        return BLOCKERS_DECIDED
    return ALLOWED.get(card.status or "")
