"""The program the rules are tried with: the files that are shipped, in `enforce` unless a test says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from app.domain.ours import NUMBERS
from app.domain.program import Program
from app.domain.roster import Person, Role, Term
from app.domain.taxonomy import Mode, Modes, Taxonomy
from app.gateways.config_load import load

HOUSE = Path(__file__).parents[2]
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday morning, after the shipped rules took effect."""

SME_ONCE = "sme.once"
"""Was an SME of AI until the first of March, and is nobody now."""


@dataclass(frozen=True)
class World:
    """A taxonomy and a program; each method gives a changed copy."""

    taxonomy: Taxonomy
    program: Program

    def moves_in(self, mode: Mode, by_area: Mapping[str, Mode] | None = None) -> "World":
        """The moves, and steps that no move names, in this mode."""
        modes = Modes(mode, dict(by_area or {}))
        flow = self.taxonomy.workflow
        moves = tuple(replace(m, modes=modes) for m in flow.moves)
        changed = replace(flow, moves=moves, modes=modes)
        rules = {**self.taxonomy.rules, "moves": modes}
        return replace(self, taxonomy=replace(self.taxonomy, workflow=changed, rules=rules))

    def rule_in(self, rule: str, mode: Mode) -> "World":
        """One rule's switch turned."""
        if rule == "moves":
            return self.moves_in(mode)
        rules = {**self.taxonomy.rules, rule: Modes(mode)}
        return replace(self, taxonomy=replace(self.taxonomy, rules=rules))

    def effective_from(self, at: datetime, move: str | None = None) -> "World":
        """All rules, or one move, in effect since then."""
        flow = self.taxonomy.workflow
        moves = tuple(replace(m, effective_from=at) if move in (None, m.id) else m for m in flow.moves)
        changed = replace(flow, moves=moves, effective_from=at if move is None else flow.effective_from)
        return replace(self, taxonomy=replace(self.taxonomy, workflow=changed))


@cache
def shipped() -> World:
    """The shipped program in `enforce` but for the numbers, and one person whose time as SME is over."""
    found = load(HOUSE, Mode.ENFORCE)
    until = datetime(2026, 3, 1, tzinfo=UTC)
    once = Person(SME_ONCE, "Olga Once", "neur", (Term(Role.SME, "ai", until=until),))
    program = found.program
    roster = replace(program.roster, people=(*program.roster.people, once))
    quiet = World(found.taxonomy, replace(program, roster=roster))
    return quiet.rule_in(NUMBERS, Mode.OFF)
