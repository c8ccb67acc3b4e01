"""Nominations have a last day (agendas 4.1): what came later is a late item."""

from datetime import timedelta

from app.domain.agenda import Section
from app.domain.cadence import MeetingKind
from app.domain.meeting_clocks import agenda_times
from app.domain.picture import Card, Picture

_MOMENT = timedelta(seconds=1)


def is_late(picture: Picture, card: Card, label: str) -> bool:
    """Whether it was nominated, by this label, after the last day for that."""
    close, put_on = picture.nominations_close, card.put_on.get(label)
    return close is not None and put_on is not None and put_on >= close


def nominated(picture: Picture, label: str) -> tuple[Card, ...]:
    """The open cards with this label that came in time, in the order of the picture."""
    return tuple(card for card in _with(picture, label) if not is_late(picture, card, label))


def late(picture: Picture, label: str) -> tuple[Card, ...]:
    """Those that came later, the first first."""
    found = (card for card in _with(picture, label) if is_late(picture, card, label))
    return tuple(sorted(found, key=lambda card: (card.put_on[label], card.ref.iid)))


def _with(picture: Picture, label: str) -> tuple[Card, ...]:
    return tuple(card for card in picture.cards if label in card.issue.labels and card.issue.state == "opened")


def footer(picture: Picture, label: str | None = None) -> Section:
    """The block `footer`: late items of a meeting with nominations by `label`, what happens to the text, the commands.

    A Corner shares its issue with those of other weeks, so it does not say when that is made and closed. No hour of a
    refresh is said: one without news writes nothing. That it was made late is said where else that it is frozen.
    """
    times = agenda_times(picture.program, picture.meeting)
    close, alone = picture.nominations_close, picture.meeting.kind is not MeetingKind.CORNER
    data = {
        "late_items": tuple(str(card.ref) for card in late(picture, label)) if label else (),
        "last_day": close - _MOMENT if close and label else None,
        "made": picture.made if alone else None,
        "late": picture.now >= picture.meeting.start,
        "closes": times.closed if alone else None,
        "requests": label is not None,
        "parked": tuple(str(ref) for ref in sorted(picture.parked, key=str)),
    }
    return Section("footer", "footer", data)
