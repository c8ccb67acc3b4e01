"""The walk over an area's board (S151-S157), what has stood longest first, and the regions nobody hears of."""

from collections.abc import Sequence
from datetime import date, datetime

from app.domain.agenda import Section
from app.domain.agendas.parts_clock import Waiting, waiting
from app.domain.agendas.request_words import region, request
from app.domain.agendas.tables import board_link
from app.domain.dates import day
from app.domain.ours import NEEDED
from app.domain.picture import Card, Detail, Picture
from app.domain.taxonomy import Status

LINES_AT_MOST = (12, 4, 0)
"""Requests of each status; ever fewer in a full description."""
_LAST = date.max


def board(picture: Picture) -> Section:
    """The block `board`: a fold for each status."""
    flow = picture.taxonomy.workflow.statuses
    empty = tuple(status.name for status in flow if not picture.in_status(status.title))
    filled = [(_column(picture, status), _rows(picture, status)) for status in flow if status.name not in empty]
    first, *shorter = (
        {"columns": [{**column, **_cut(rows, most)} for column, rows in filled], "empty": empty}
        for most in LINES_AT_MOST
    )
    return Section("board", "pod_board", first, 0, tuple(shorter))


def _cut(rows: Sequence[object], most: int) -> dict[str, object]:
    return {"rows": rows[:most], "more": max(0, len(rows) - most), "number": len(rows)}


def _column(picture: Picture, status: Status) -> dict[str, object]:
    late = sum(waiting(picture, card).light == "red" for card in picture.in_status(status.title))
    return {"name": status.name, "late": late, "link": board_link(picture, status.title)}


def _rows(picture: Picture, status: Status) -> list[dict[str, object]]:
    clocks = [(card, waiting(picture, card)) for card in picture.in_status(status.title)]
    ordered = sorted(clocks, key=lambda pair: _stale(picture, *pair))
    return [_row(picture, card, clock) for card, clock in ordered]


def _stale(picture: Picture, card: Card, clock: Waiting) -> tuple[object, ...]:
    """What is overdue most, then what is due soonest; without a clock by the day it is looked at again, then by age."""
    if card.issue.confidential:
        return (1, 0, _LAST, 0, card.ref.iid)
    left = clock.left if clock.left is not None else 0
    return (0, left, _revisit(picture, card) or _LAST, -clock.days, card.ref.iid)


def _row(picture: Picture, card: Card, clock: Waiting) -> dict[str, object]:
    told = request(picture, card)
    if card.issue.confidential:
        return told
    detail = picture.details.get(card.ref)
    again = _revisit(picture, card)
    return {
        **told,
        "days": clock.days,
        "light": clock.light,
        "waits": NEEDED in card.issue.labels,
        "fresh": picture.since_last(card.entered),
        "target": card.issue.milestone,
        "reason": card.label("backlog") or card.label("declined"),
        "revisit": again,
        "due": again is not None and again <= _next_pod(picture).date(),
        "added": _added(detail) if detail and card.status == "status::backlog" else 0,
    }


def _added(detail: Detail) -> int:
    """Customers who came after it went where it is."""
    return sum(line.at > detail.card.entered for line in detail.lines)


def _revisit(picture: Picture, card: Card) -> date | None:
    """When a request of the backlog is looked at again, as told on it."""
    detail = picture.details.get(card.ref)
    told = detail.case.facts.get("revisit") if detail and card.status == "status::backlog" else None
    return day(told.value) if told and not told.internal else None


def _next_pod(picture: Picture) -> datetime:
    return picture.next_one.start if picture.next_one else picture.meeting.start


def silent(picture: Picture) -> Section:
    """The block `silent`: regions from which nothing came since the last pod, the longest silent first."""
    last: dict[str, datetime] = {}
    for card in picture.cards:
        for where in _regions(picture, card):
            last[where] = max(last.get(where, card.issue.created_at), card.issue.created_at)
    quiet = [where for where in picture.program.regions if not picture.since_last(last.get(where))]
    known = [(where, (picture.now - last[where]).days) for where in quiet if where in last]
    rows = sorted(known, key=lambda row: (-row[1], row[0]))
    never = tuple(where for where in quiet if where not in last)
    return Section("silent", "pod_silent", {"rows": rows, "never": never, "since": picture.since})


def _regions(picture: Picture, card: Card) -> set[str]:
    """Where a request is from: by its label, else by where its author is."""
    label = card.label("region")
    where = label.rpartition("::")[2] if label else region(picture, card.issue.author.username)
    return {where} if where else set()
