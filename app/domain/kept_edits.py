"""*Kept from edits*: where lines go that people typed inside a block of the service (agendas 4.1).

They stand there as quotes: in a quote no command runs, and code, comments or folds left open end where it ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.managed_blocks import defused
from app.domain.managed_lines import without_keys

HEADING = "## Kept from edits"


@dataclass(frozen=True, slots=True)
class Kept:
    """Lines, and the name of the block in which they were typed."""

    block: str
    lines: tuple[str, ...]


def keep(segments: Sequence[tuple[str, list[str]]], kept: Sequence[Kept]) -> list[tuple[str, list[str]]]:
    """The segments with these lines behind the heading, which is made behind the last block where it is missing."""
    told = list(segments)
    if not kept:
        return told
    lines = [line for each in kept for line in _quoted(each)]
    for i, (name, own) in enumerate(told):
        at = next((n for n, line in enumerate(own) if line.strip() == HEADING), None) if not name else None
        if at is not None:
            told[i] = (name, [*own[: at + 1], *lines, *own[at + 1 :]])
            return told
    behind = max((i for i, (name, _) in enumerate(told) if name), default=len(told) - 1)
    next_line = next((own[0] for _, own in told[behind + 1 :] if own), "text")
    told.insert(behind + 1, ("", ["", HEADING, *lines, *([""] if next_line.strip() else [])]))
    return told


def _quoted(kept: Kept) -> list[str]:
    quoted = [f"> {defused(without_keys(line.rstrip()))}".rstrip() for line in kept.lines]
    return ["", f"Typed in `{kept.block}`:", "", *quoted]
