"""What becomes of a batch of arrivals, whatever keeps the inbox: pure, so that every store decides alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.inbox import Arrival, Came, DeadLetter, InboxRules, Receipt, Waiting, arrived, revived

Wish = tuple[Arrival, datetime]
Batch = Sequence[Wish | None]
"""Arrivals and when they came; None is a question whether writing works."""


@dataclass(slots=True)
class Known:
    """What a store says about a batch of arrivals, by subject key; changed while the batch is gone through."""

    deliveries: set[str]
    waiting: dict[str, Waiting]
    dead: dict[str, DeadLetter]
    running: frozenset[str]


def wishes(batch: Batch) -> list[Wish]:
    """The arrivals of a batch."""
    return [wish for wish in batch if wish is not None]


def keys_of(wished: Iterable[Wish]) -> set[str]:
    """The subjects they are about."""
    return {arrival.subject.key for arrival, _ in wished}


def deliveries_of(wished: Iterable[Wish]) -> dict[str, Came]:
    """The deliveries that brought them, and how each came first."""
    came: dict[str, Came] = {}
    for arrival, now in wished:
        if arrival.delivery:
            came.setdefault(arrival.delivery, Came(now, arrival.trace))
    return came


def taken_in(known: Known, batch: Batch, rules: InboxRules) -> list[Receipt]:
    """One receipt for each place of the batch; what is known changes with each."""
    return [Receipt.ACCEPTED if wish is None else _taken_in(known, *wish, rules) for wish in batch]


def _taken_in(known: Known, arrival: Arrival, now: datetime, rules: InboxRules) -> Receipt:
    key, delivery = arrival.subject.key, arrival.delivery
    if delivery in known.deliveries and key not in known.running and key not in known.dead:
        return Receipt.REPEATED
    if delivery:
        known.deliveries.add(delivery)
    letter = known.dead.pop(key, None)
    before = revived(letter) if letter else known.waiting.get(key)
    known.waiting[key] = arrived(before, arrival, now, rules)
    return Receipt.ACCEPTED
