"""The quarter on one page (S46), in a region's first Corner of the next: its top asks, and what was decided."""

from collections import Counter
from datetime import UTC, datetime, time

from app.domain.agenda import Section
from app.domain.agendas.corner_decided import customers_here, in_order, monday
from app.domain.agendas.request_words import named, request
from app.domain.fiscal import Quarter
from app.domain.picture import Card, Picture

TOP = 5


def over(picture: Picture) -> Quarter | None:
    """The quarter that is over, in the first week of the next; None in any other week."""
    week = picture.program.cadence.fiscal_year.week_of(monday(picture))
    return week.quarter.previous if week.number == 1 else None


def top(picture: Picture) -> tuple[Card, ...]:
    """The region's weightiest open requests, where a quarter is over."""
    if over(picture) is None:
        return ()
    found = (card for card in _of_region(picture) if card.issue.state == "opened")
    return tuple(sorted(found, key=lambda card: in_order(picture, card)))[:TOP]


def quarter(picture: Picture) -> tuple[Section, ...]:
    """The block `quarter`, where one is over."""
    past = over(picture)
    if past is None:
        return ()
    data = {
        "quarter": str(past),
        "region": picture.meeting.region,
        "rows": [_row(picture, card) for card in top(picture)],
        "decided": _decided(picture, past),
        "open": sum(card.issue.state == "opened" for card in _of_region(picture)),
    }
    return (Section("quarter", "corner_quarter", data),)


def _of_region(picture: Picture) -> tuple[Card, ...]:
    return tuple(card for card in picture.cards if card.label("region") == f"region::{picture.meeting.region}")


def _row(picture: Picture, card: Card) -> dict[str, object]:
    told = request(picture, card)
    if card.issue.confidential:
        return told
    return {**told, "status": named(picture, card.status), "here": len(customers_here(picture, card))}


def _decided(picture: Picture, past: Quarter) -> tuple[tuple[str, int], ...]:
    """How many of the region's requests came in the quarter to where they stand, by status, in the board's order."""
    year = picture.program.cadence.fiscal_year
    first, end = (datetime.combine(year.start(one), time(), UTC) for one in (past, past.following))
    told = (card for card in _of_region(picture) if len(card.stays) > 1 and not card.issue.confidential)
    moved = Counter(card.status for card in told if first <= card.entered < end)
    later = picture.taxonomy.workflow.statuses[2:]
    return tuple((status.name, moved[status.title]) for status in later if moved[status.title])
