"""How requests flowed in a time, from label events alone (metrics: *Impact*, *Utilization*).

Durations are business days; the middle one and the 85th of a hundred, never means, and neither below five. Requests
that still stand are told apart, as *at least*: else the numbers look better the worse things get. Waits for context are
not taken off, as a card keeps only the last of them.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from app.domain.agendas.parts_clock import ALLOWED, BLOCKERS_DECIDED, business_days, waiting
from app.domain.picture import Card, Picture, Stay

FEWEST = 5
"""Below so many there is no middle to speak of."""
REVIEWED, ACCEPTED, ROADMAP = "status::reviewed", "status::accepted", "status::roadmap"
RESOLVED, DECLINED, BACKLOG = "status::resolved", "status::declined", "status::backlog"
_DECIDED = (ACCEPTED, BACKLOG, DECLINED)
_ENDED = (RESOLVED, DECLINED)


@dataclass(frozen=True, slots=True)
class Step:
    """A card's way from one status into the next; `stay` is the one it left."""

    card: Card
    stay: Stay
    to: str
    at: datetime


def began(picture: Picture) -> datetime:
    """The start of what a meeting looks back on: the last one of its series, else the quarter."""
    year = picture.program.cadence.fiscal_year
    first = year.start(year.quarter_of(picture.now.date()))
    return picture.since or datetime.combine(first, time(), UTC)


def span(days: Sequence[int]) -> dict[str, object]:
    """How many, the middle and the 85th of a hundred; None for these below five."""
    found, enough = sorted(days), len(days) >= FEWEST
    return {
        "n": len(found),
        "middle": _rank(found, 50) if enough else None,
        "most": _rank(found, 85) if enough else None,
    }


def _rank(found: Sequence[int], percent: int) -> int:
    """The smallest of them that so many of a hundred do not exceed."""
    return found[math.ceil(len(found) * percent / 100) - 1]


def steps(picture: Picture) -> tuple[Step, ...]:
    """Every step since it began."""
    since = began(picture)
    return tuple(step for card in picture.cards for step in _steps(card) if since < step.at <= picture.now)


def _steps(card: Card) -> Iterator[Step]:
    for stay, following in zip(card.stays, card.stays[1:], strict=False):
        if following.since is not None:
            yield Step(card, stay, following.status, following.since)


def decisions(picture: Picture, found: Iterable[Step]) -> list[dict[str, object]]:
    """A row for each area and one for all: what came to *Reviewed*, what was decided, how fast, and what waits."""
    made = [step for step in found if step.stay.status == REVIEWED and step.to in _DECIDED]
    rows = [
        {"area": area.name, **_decided(picture, area.key, [step for step in made if step.card.area == area.key])}
        for area in picture.program.areas
    ]
    return [*rows, {"area": None, **_decided(picture, None, made)}]


def _decided(picture: Picture, area: str | None, made: Sequence[Step]) -> dict[str, object]:
    known = [(step, took) for step in made if (took := _stayed(picture, step)) is not None]
    here = [card for card in picture.in_status(REVIEWED) if area in (None, card.area)]
    clocks = [waiting(picture, card) for card in here]
    return {
        "entered": _entered(picture, area),
        "decided": len(made),
        "accepted": sum(step.to == ACCEPTED for step in made),
        **span([took for _, took in known]),
        "in_time": sum(took <= _allowed(step.card) for step, took in known),
        "waiting": len(here),
        "overdue": sum(clock.left is not None and clock.left < 0 for clock in clocks),
    }


def _entered(picture: Picture, area: str | None) -> int:
    """How often a request came to *Reviewed* since it began."""
    since, cards = began(picture), (card for card in picture.cards if area in (None, card.area))
    stays = (stay for card in cards for stay in card.stays if stay.status == REVIEWED and stay.since)
    return sum(stay.since is not None and since < stay.since <= picture.now for stay in stays)


def _allowed(card: Card) -> int:
    return BLOCKERS_DECIDED if card.label("severity") == "severity::blocker" else ALLOWED[REVIEWED]


def _stayed(picture: Picture, step: Step) -> int | None:
    since = step.stay.since
    return business_days(picture, since, step.at) if since else None


def time_in_status(picture: Picture, found: Sequence[Step]) -> list[dict[str, object]]:
    """A row for each status: the stays that ended since it began, and how long those who stand there have stood."""
    rows: list[dict[str, object]] = []
    for status in picture.taxonomy.workflow.statuses:
        left = (_stayed(picture, step) for step in found if step.stay.status == status.title)
        here = [business_days(picture, card.entered, picture.now) for card in picture.in_status(status.title)]
        now = {**span(here), "longest": max(here, default=None)}
        rows.append({"name": status.name, "left": span([days for days in left if days is not None]), "now": now})
    return rows


def ways(picture: Picture, found: Sequence[Step]) -> dict[str, object]:
    """From filing to the roadmap and to the release, and the ways back (metrics, *Reopen rate*, *Slip rate*)."""
    back = sum(step.stay.status in _ENDED and step.to == REVIEWED for step in found)
    slipped = sum(step.stay.status == ROADMAP and step.to == ACCEPTED for step in found)
    return {
        "to_roadmap": span(_since_created(picture, found, ROADMAP)),
        "to_resolved": span(_since_created(picture, found, RESOLVED)),
        "ended": sum(step.to in _ENDED for step in found),
        "reopened": back,
        "planned": sum(step.to == ROADMAP for step in found),
        "slipped": slipped,
    }


def _since_created(picture: Picture, found: Iterable[Step], to: str) -> list[int]:
    return [business_days(picture, step.card.issue.created_at, step.at) for step in found if step.to == to]


def friction(picture: Picture) -> list[dict[str, object]]:
    """A row for each area whose requests wait on a rule now, by their labels: moves held, context asked for, time run
    out.
    """
    rows = []
    for area in picture.program.areas:
        here = [card for card in picture.cards if card.area == area.key and card.issue.state == "opened"]
        asked = [c.put_on.get("context::needed", picture.now) for c in here if "context::needed" in c.issue.labels]
        held = sum("hold::open" in card.issue.labels for card in here)
        late = sum("sla::breached" in card.issue.labels for card in here)
        longest = max((business_days(picture, at, picture.now) for at in asked), default=0)
        if held or asked or late:
            rows.append({"area": area.name, "held": held, "asked": len(asked), "longest": longest, "late": late})
    return rows
