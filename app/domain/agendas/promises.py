"""Promises (requests 2.3, *fast-follow*): what customers were sold or kept on, by when, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.customer import CustomerLine, Severity
from app.domain.picture import Card, Detail, Picture

ACCEPTED, ROADMAP, RESOLVED = "status::accepted", "status::roadmap", "status::resolved"
STILL_COMING = (ACCEPTED, ROADMAP, RESOLVED)
"""What customers may wait for, or have: elsewhere no target or release is said, whatever was told before."""


class State(StrEnum):
    """What became of a promise so far, the worst first."""

    WITHDRAWN = "withdrawn"
    SLIPPED = "slipped"
    OVERDUE = "overdue"
    OPEN = "open"
    LATE = "kept late"
    KEPT = "kept"


BROKEN = (State.WITHDRAWN, State.SLIPPED, State.OVERDUE)


@dataclass(frozen=True, slots=True)
class Promise:
    """A customer's fast-follow line on a request; `due` is None where nobody told a date."""

    detail: Detail
    line: CustomerLine
    state: State

    @property
    def due(self) -> date | None:
        """By when."""
        return self.line.needed_by


def promises(picture: Picture) -> tuple[Promise, ...]:
    """All promises on requests that were read, by date; the kept ones only where they were kept since last time. Those
    on confidential requests come last, one a request and state: neither place nor number tells of their customers.
    """
    found = [promise for detail in picture.details.values() for promise in _of(detail, picture)]
    found.sort(key=lambda p: (p.due or date.max, p.detail.ref.project, p.detail.ref.iid, p.line.at))
    hidden = {(p.detail.ref, p.state): p for p in reversed(found) if p.detail.card.issue.confidential}
    return (*(p for p in found if not p.detail.card.issue.confidential), *reversed(hidden.values()))


def _of(detail: Detail, picture: Picture) -> Iterator[Promise]:
    card = detail.card
    if card.status == RESOLVED and not picture.since_last(card.entered):
        return
    for line in detail.lines:
        if line.severity is Severity.FAST_FOLLOW:
            yield Promise(detail, line, _state(card, line.needed_by, picture.now.date()))


def _state(card: Card, due: date | None, today: date) -> State:
    """A promise is withdrawn when its request left the accepted ones (T9, T12), slipped when it left the roadmap (T11);
    moves of the target within the roadmap leave no label event.
    """
    if card.status == RESOLVED:
        return State.KEPT if due is None or card.entered.date() <= due else State.LATE
    before = {stay.status for stay in card.stays[:-1]}
    if card.status not in (ACCEPTED, ROADMAP) and before & {ACCEPTED, ROADMAP}:
        return State.WITHDRAWN
    if card.status == ACCEPTED and ROADMAP in before:
        return State.SLIPPED
    return State.OVERDUE if due and due < today else State.OPEN
