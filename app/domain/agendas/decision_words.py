"""What a PM review says of a request that is to be decided on: all that is known, in the order it is needed."""

from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

from app.domain.adjustments import adjustments
from app.domain.agenda import Ask, Section
from app.domain.agendas.decisions_made import entries
from app.domain.agendas.decisions_wanted import Wanted, after_the_last_day, planned, verbs
from app.domain.agendas.pod_requests import missing
from app.domain.agendas.request_words import (
    NEW,
    REVIEWED,
    grave_first,
    in_one_breath,
    named,
    region,
    request,
)
from app.domain.agendas.tables import board_link
from app.domain.hold import kept
from app.domain.meeting_fairness import local_time
from app.domain.meeting_note import waiting
from app.domain.picture import Detail, Picture
from app.domain.taxonomy import scope_of

ROOM_AT_MOST = 3
"""Solutions architects asked to come for one request."""
LINES_AT_MOST = (40, 15, 0)
"""Requests that are listed though there is no time for them; ever fewer in a full description."""
_TELLING = ("severity", "context", "type", "sla")
"""Scopes of labels whose coming is news."""


def decisions(picture: Picture, found: tuple[Wanted, ...]) -> Section:
    """The block `decisions`."""
    items = [_item(picture, one) for one in found if one.minutes is not None]
    full = [item for item in items if item["full"]]
    fold = [item for item in items if not item["full"]]
    beyond = [_line(picture, one) for one in found if one.minutes is None]
    minutes = planned(found)
    data: dict[str, object] = {
        "first": not picture.earlier,
        "minutes": minutes,
        "full": full,
        "fold": fold,
        "fold_minutes": sum(one.minutes or 0 for one in found if not one.full),
        "link": board_link(picture, REVIEWED),
        "decided": entries(picture),
        "after": tuple(str(card.ref) for card in after_the_last_day(picture)),
    }
    first, *shorter = ({**data, "brief": at > 0, **_cut(beyond, most)} for at, most in enumerate(LINES_AT_MOST))
    return Section("decisions", "pm_review_decisions", first, minutes, tuple(shorter))


def _cut(lines: list[dict[str, object]], most: int) -> dict[str, object]:
    return {"beyond": lines[:most], "more": max(0, len(lines) - most), "left": len(lines)}


def needed(picture: Picture, one: Wanted) -> tuple[str, ...]:
    """The solutions architects who are asked to come for a request: those with the gravest customers."""
    detail = picture.details.get(one.card.ref)
    if detail is None or not one.full or one.card.issue.confidential:
        return ()
    return tuple(islice((line.author.username for line in grave_first(detail.lines)), ROOM_AT_MOST))


def _item(picture: Picture, one: Wanted) -> dict[str, object]:
    card, detail = one.card, picture.details.get(one.card.ref)
    asks = tuple((verb.value, Ask(verb, card.ref).key) for verb in verbs(picture.taxonomy.workflow, card))
    item = {**_line(picture, one), "asks": asks, "full": one.full, "minutes": one.minutes, "waits": None}
    if detail is None or card.issue.confidential:
        return {**item, "breath": (), "changes": (), "room": ()}
    room, hold = [_guest(picture, one, who) for who in needed(picture, one)], kept(detail.case)
    item |= {"waits": waiting(detail.case, hold) if hold else None}
    return {**item, "breath": in_one_breath(picture, detail), "changes": _changes(picture, detail), "room": room}


def _line(picture: Picture, one: Wanted) -> dict[str, object]:
    card = one.card
    told = request(picture, card)
    if card.issue.confidential:
        return told
    decided, detail = card.status == REVIEWED, picture.details.get(card.ref)
    return {
        **told,
        "status": None if decided else named(picture, card.status),
        "light": one.clock.light if decided else "",
        "left": one.clock.left if decided else None,
        "paused": card.label("context") == "context::needed",
        "times": 1 + sum(sheet.meeting.start > card.entered for sheet in picture.earlier) if decided else 1,
        "lacks": len(missing(detail)) if detail and card.status == NEW else 0,
    }


def _guest(picture: Picture, one: Wanted, username: str) -> dict[str, object]:
    where = region(picture, username)
    local = local_time(picture.program, picture.meeting, where) if where else None
    begins = one.begins or 0
    return {
        "who": username,
        "region": where,
        "from": begins,
        "to": begins + (one.minutes or 0),
        "night": local.start.strftime("%H:%M") if local and local.night else None,
    }


def _changes(picture: Picture, detail: Detail) -> tuple[dict[str, object], ...]:
    """What is new of it since the last review; nothing where none had an agenda yet."""
    return tuple(_all_changes(picture, detail)) if picture.since and picture.earlier else ()


def _all_changes(picture: Picture, detail: Detail) -> Iterator[dict[str, object]]:
    card = detail.card
    before = card.status_at(picture.since) if picture.since else None
    if before and before != card.status:
        yield {"kind": "moved", "was": named(picture, before), "is": named(picture, card.status), "at": card.entered}
    new = [line for line in detail.lines if picture.since_last(line.at)]
    if new and card.issue.created_at <= (picture.since or picture.now):
        where = dict.fromkeys(region(picture, line.author.username) for line in new)
        grave = dict.fromkeys(line.severity for line in new)
        said = tuple(told for told in (*where, *(one.value for one in grave if one)) if told)
        yield {"kind": "customers", "number": len(new), "said": said}
    if not before:
        yield {"kind": "filed", "at": card.issue.created_at}
    if rivals := sum(picture.since_last(line.at) and bool(line.competitors) for line in detail.lines):
        yield {"kind": "competitors", "number": rivals}
    if by_hand := [one for one in adjustments(detail.case.voice)[-1:] if picture.since_last(one.at)]:
        yield {"kind": "adjusted", "delta": by_hand[0].delta, "who": by_hand[0].who}
    for label in sorted(title for title in card.issue.labels if scope_of(title) in _TELLING):
        if picture.since_last(card.put_on.get(label)) and before:
            yield {"kind": "label", "label": label}
    if comments := [note for note in detail.case.comments if picture.since_last(note.created_at)]:
        yield {"kind": "comments", "number": len(comments), "at": max(map(attrgetter("created_at"), comments))}
