"""What a region's customers are to be told (S170, S190): decisions of the week, and those nobody passed on yet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.agenda import Section
from app.domain.agendas.folding import CUT_AT, folded
from app.domain.agendas.promises import STILL_COMING
from app.domain.agendas.request_words import customer_safe, named, region, weight
from app.domain.issue import Ref
from app.domain.managed_lines import items_of
from app.domain.picture import Card, Picture

KEY = "passed/"
"""Before request and weeks, in the key of a box that says its customers were told."""
FIRST_LOOK = timedelta(days=7)
"""What the first Corner of a region looks back at."""
_UNDECIDED = "status::reviewed"
_KEY = re.compile(rf"{KEY}(.+)#(\d{{1,18}})/(\d{{4}}-\d\d-\d\d)_(\d{{4}}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Untold:
    """A request whose customers of the region were not told, since the Corner of the week that began on `since`."""

    ref: Ref
    since: date


def lately(picture: Picture) -> datetime:
    """Since when the week counts: the last Corner, or a week."""
    return picture.since or picture.now - FIRST_LOOK


def monday(picture: Picture) -> date:
    """The first day of the Corner's week."""
    day = picture.meeting.start.date()
    return day - timedelta(days=day.weekday())


def decisions(picture: Picture) -> tuple[Card, ...]:
    """Requests that were decided since the last Corner, whoever's customers they are; the weightiest first."""
    start = picture.taxonomy.workflow.start
    found = (card for card in picture.cards if len(card.stays) > 1 and card.entered > lately(picture))
    decided = (card for card in found if card.status not in (start, _UNDECIDED))
    return tuple(sorted(decided, key=lambda card: in_order(picture, card)))


def in_order(picture: Picture, card: Card) -> tuple[bool, int, int]:
    """The weightiest first, and of confidential requests nothing is told by their place: they come last, by number."""
    hidden = card.issue.confidential
    return hidden, 0 if hidden else -weight(picture, card), card.ref.iid


def of_here(picture: Picture, card: Card) -> bool:
    """Whether somebody of the region asks for it."""
    return card.label("region") == f"region::{picture.meeting.region}" or bool(customers_here(picture, card))


def customers_here(picture: Picture, card: Card) -> tuple[str, ...]:
    """Who of the region brought each of its customers; one handle a customer. Nobody where its notes were not read."""
    detail = picture.details.get(card.ref)
    told_by = (line.author.username for line in detail.lines) if detail else ()
    return tuple(who for who in told_by if region(picture, who) == picture.meeting.region)


def decided_here(picture: Picture) -> tuple[Card, ...]:
    """The decisions that customers of the region wait for."""
    return tuple(card for card in decisions(picture) if of_here(picture, card))


def decided(picture: Picture) -> Section:
    """The block `decided`: status, the sentence customers may hear, who tells them; then what is still to be told."""
    rows = [_decision(picture, card) for card in decided_here(picture)]
    late = [_late(picture, one) for one in untold(picture)]
    data: dict[str, object] = {"since": lately(picture), "late": late, "late_more": 0}
    cut = (
        {**data, **folded(rows, most), "late": late[:most], "late_more": max(0, len(late) - most)} for most in CUT_AT
    )
    return Section("decided", "corner_decided", {**data, **folded(rows)}, shorter=tuple(cut))


def untold(picture: Picture) -> tuple[Untold, ...]:
    """What earlier Corners asked to be told, by their boxes, and nobody ticked or decided anew; the oldest first."""
    text = picture.previous.issue.description if picture.previous else ""
    told: dict[Untold, bool] = {}
    for asked, week, ticked in _boxes(text):
        if week < monday(picture):
            told[asked] = told.get(asked, False) or ticked
    anew = {card.ref for card in decided_here(picture)}
    found = {one.ref: one for one, done in sorted(told.items(), key=lambda t: t[0].since) if not done}
    done = {one.ref: one.since for one, ticked in told.items() if ticked}
    left = (one for one in found.values() if one.ref not in anew and done.get(one.ref, date.min) <= one.since)
    return tuple(sorted(left, key=lambda one: (one.since, one.ref.iid)))


def _boxes(text: str) -> Iterator[tuple[Untold, date, bool]]:
    for line in text.split("\n"):
        for item in items_of(line) if KEY in line else ():
            if (found := _KEY.fullmatch(item.key.replace("-%2D", "--"))) and item.box is not None:
                since, week = _day(found[3]), _day(found[4])
                if since and week:
                    yield Untold(Ref(found[1], int(found[2])), since), week, item.box != " "


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _key(picture: Picture, ref: Ref, since: date) -> str:
    return f"{KEY}{ref}/{since}_{monday(picture)}".replace("--", "-%2D")


def _decision(picture: Picture, card: Card) -> dict[str, object]:
    key = _key(picture, card.ref, monday(picture))
    if card.issue.confidential:
        return {"ref": str(card.ref), "confidential": True, "key": key}
    here = customers_here(picture, card)
    return {
        "ref": str(card.ref),
        "confidential": False,
        "was": named(picture, card.stays[-2].status),
        "is": named(picture, card.status),
        "target": card.issue.milestone if card.status in STILL_COMING else None,
        "sentence": customer_safe(picture, card),
        "customers": len(here),
        "tellers": tuple(dict.fromkeys(here)),
        "key": key,
    }


def _late(picture: Picture, one: Untold) -> dict[str, object]:
    weeks = (monday(picture) - one.since).days // 7 + 1
    return {"ref": str(one.ref), "weeks": weeks, "key": _key(picture, one.ref, one.since)}
