"""Switches that agendas lean on: a tick is only half answered where the rules beside it do nothing."""

from collections.abc import Iterable

from app.domain.ours import CONTEXT, MOVES
from app.domain.taxonomy import Mode, Taxonomy

_SILENT = frozenset({Mode.OFF, Mode.OBSERVE})
_WITHOUT = {
    MOVES: "what a tick lacks is asked for on the agenda alone, and no move is kept on the request",
    CONTEXT: "what a request lacks after a meeting is asked for by nobody",
}


def switch_lines(taxonomy: Taxonomy, areas: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each rule that only watches, in areas where ticks act."""
    acting = [area for area in areas if _mode(taxonomy, "agendas", area) is Mode.ENFORCE]
    return tuple(
        f"ticks on agendas act (agendas: enforce) while the rule {rule} only watches in {', '.join(found)}: {without}"
        for rule, without in _WITHOUT.items()
        if (found := [area for area in acting if _mode(taxonomy, rule, area) in _SILENT])
    )


def _mode(taxonomy: Taxonomy, rule: str, area: str) -> Mode:
    modes = taxonomy.workflow.modes if rule == MOVES else taxonomy.rules.get(rule)
    return modes.for_area(area) if modes else Mode.OFF
