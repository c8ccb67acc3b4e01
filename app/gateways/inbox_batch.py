"""Takes a batch of arrivals into the tables, in few statements."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from app.domain.inbox import Arrival, InboxRules, Receipt, arrived, revived
from app.gateways import inbox_rows as rows
from app.gateways.inbox_intake import Batch


def take_in(db: sqlite3.Connection, batch: Batch, rules: InboxRules) -> Sequence[Receipt]:
    """One receipt for each place of the batch. Within a transaction of the caller."""
    if None in batch:
        rows.beat(db)
    wishes = [wish for wish in batch if wish is not None]
    if not wishes:
        return [Receipt.ACCEPTED] * len(batch)
    keys = {arrival.subject.key for arrival, _ in wishes}
    known = rows.look_up(db, keys, {arrival.delivery for arrival, _ in wishes if arrival.delivery})
    dead_before = set(known.dead)
    new: dict[str, datetime] = {}
    receipts = [Receipt.ACCEPTED if wish is None else _take_in_one(known, new, *wish, rules) for wish in batch]
    if new:
        rows.save_deliveries(db, new)
    if Receipt.ACCEPTED in receipts:
        rows.save_waiting(db, known.waiting.values())
    if woken := dead_before - set(known.dead):
        rows.delete_dead(db, woken)
    return receipts


def _take_in_one(
    known: rows.Known, new: dict[str, datetime], arrival: Arrival, now: datetime, rules: InboxRules
) -> Receipt:
    key, delivery = arrival.subject.key, arrival.delivery
    if delivery in known.deliveries and key not in known.running and key not in known.dead:
        return Receipt.REPEATED
    if delivery and delivery not in known.deliveries:
        new[delivery] = now
        known.deliveries.add(delivery)
    letter = known.dead.pop(key, None)
    before = revived(letter) if letter else known.waiting.get(key)
    known.waiting[key] = arrived(before, arrival, now, rules)
    return Receipt.ACCEPTED
