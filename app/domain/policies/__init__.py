"""The rules of the program, in the order they speak. To add one: this table, its file, its template, its test."""

from collections.abc import Callable

from app.domain.case import Case, Ruling
from app.domain.ours import MOVES
from app.domain.policies import (
    allowed_moves,
    carried_over,
    commands,
    ledger_at_once,
    likely_duplicates,
    missing_context,
    move_reasons,
    one_status,
    open_closed,
    private_words,
    receipts,
    request_type,
    starting_status,
    status_requirements,
)

Rules = tuple[tuple[str, Callable[[Case], Ruling]], ...]
"""Rules, each with the switch that `rules:` in the taxonomy turns."""

OBJECTING: Rules = (
    (MOVES, allowed_moves.rule),
    (MOVES, status_requirements.rule),
    (MOVES, move_reasons.rule),
)
"""Rules that object to the move being judged."""

RULES: Rules = (
    (starting_status.NAME, starting_status.rule),
    (one_status.NAME, one_status.rule),
    *OBJECTING,
    (request_type.NAME, request_type.rule),
    (commands.NAME, commands.rule),
)
"""Rules that look at the card as it is. The verdict on the move follows the last of them."""

ENDS: Rules = ((open_closed.NAME, open_closed.rule),)
"""How a closed request ended: told, it leaves no move to be judged; else it is asked where the verdict leaves it."""

AFTERWARDS: Rules = (
    (missing_context.NAME, missing_context.rule),
    (ledger_at_once.NAME, ledger_at_once.rule),
    (receipts.NAME, receipts.rule),
    (private_words.NAME, private_words.rule),
    (likely_duplicates.NAME, likely_duplicates.rule),
    (carried_over.NAME, carried_over.rule),
)
"""Rules that look at the card where the verdict leaves it."""
