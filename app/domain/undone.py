"""How often people take back what we did: the measure of whether the rules are right.

Counted are label changes of ours that a person reverses soon after. Some who reverse us have only added what was
missing and move the card again, so it is an upper bound; what counts is whether it grows.
"""

from datetime import datetime, timedelta

from app.domain.issue import LabelEvent, Snapshot
from app.domain.voice import Bot

UNDO = "undo"
"""The rule under which the journal keeps what was taken back."""
SOON = timedelta(days=7)


def undone(snapshot: Snapshot, bot: Bot, now: datetime) -> tuple[LabelEvent, ...]:
    """Label changes by people within the last days that reverse one of ours from the days before, the oldest first."""
    ours: dict[str, LabelEvent] = {}
    found: list[LabelEvent] = []
    for event in sorted(snapshot.events, key=lambda one: (one.at, one.id)):
        if event.label is None:
            continue
        if bot.is_us(event.user):
            ours[event.label] = event
            continue
        before = ours.pop(event.label, None)
        if before and before.action != event.action and event.at - before.at <= SOON and now - event.at <= SOON:
            found.append(event)
    return tuple(found)
