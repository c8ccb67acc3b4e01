"""Takes a batch of arrivals into the tables of SQLite, in few statements."""

import sqlite3
from collections.abc import Sequence

from app.domain.inbox import InboxRules, Receipt
from app.domain.intake import Batch, deliveries_of, keys_of, taken_in, wishes
from app.gateways import inbox_rows as rows


def take_in(db: sqlite3.Connection, batch: Batch, rules: InboxRules) -> Sequence[Receipt]:
    """One receipt for each place of the batch. Within a transaction of the caller."""
    if None in batch:
        rows.beat(db)
    wished = wishes(batch)
    if not wished:
        return [Receipt.ACCEPTED] * len(batch)
    came = deliveries_of(wished)
    known = rows.look_up(db, keys_of(wished), came)
    dead_before, known_before = set(known.dead), set(known.deliveries)
    receipts = taken_in(known, batch, rules)
    if new := {delivery: at for delivery, at in came.items() if delivery not in known_before}:
        rows.save_deliveries(db, new)
    if Receipt.ACCEPTED in receipts:
        rows.save_waiting(db, known.waiting.values())
    if woken := dead_before - set(known.dead):
        rows.delete_dead(db, woken)
    return receipts
