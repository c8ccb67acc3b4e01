"""The rules of the program, in the order they speak. To add one: this table, its file, its template, its test."""

from collections.abc import Callable

from app.domain.case import Case, Ruling
from app.domain.policies import (
    allowed_moves,
    missing_context,
    move_reasons,
    one_status,
    open_closed,
    starting_status,
    status_requirements,
)

MOVES = "moves"
"""The name by which the table of moves, and all that objects to a move, is switched on and off."""

ENDS = open_closed.NAME
"""The rule that is told how a closed request ended; that is no move, and leaves no move to be judged."""

RULES: tuple[tuple[str, Callable[[Case], Ruling]], ...] = (
    (starting_status.NAME, starting_status.rule),
    (one_status.NAME, one_status.rule),
    (open_closed.NAME, open_closed.rule),
    (MOVES, allowed_moves.rule),
    (MOVES, status_requirements.rule),
    (MOVES, move_reasons.rule),
)
"""Each rule with the switch that `rules:` in the taxonomy turns. The verdict on the move follows the last of them."""

AFTERWARDS: tuple[tuple[str, Callable[[Case], Ruling]], ...] = ((missing_context.NAME, missing_context.rule),)
"""Rules that look at the card where the verdict leaves it."""
