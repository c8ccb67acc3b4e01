"""What one run of `score` found for one request, as its ledger shows and keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.domain.points import Points


@dataclass(frozen=True, slots=True)
class Scored:
    """Points with their inputs, and the ARR share with its split as it may be read in this project (None: not at all).

    `adjusted_by` is who adjusted by hand, and `reason_in` the comment that says why; `as_of` is the day on which these
    numbers came to be.
    """

    points: Points
    tier: Decimal
    alignment: Decimal
    share: str | None
    retention: str | None
    growth: str | None
    as_of: date
    adjusted_by: str | None = None
    reason_in: int | None = None

    def same_as(self, other: "Scored") -> bool:
        """Whether nothing but the day differs."""
        return replace(self, as_of=other.as_of) == other

    def to_state(self) -> dict[str, object]:
        """As the note keeps it."""
        p = self.points
        parts = [p.total, p.ground, p.revenue, p.customers, p.tier, p.alignment, str(p.urgency), p.adjusted]
        return {
            "points": parts,
            "tier": str(self.tier),
            "alignment": str(self.alignment),
            "share": [self.share, self.retention, self.growth],
            "as_of": self.as_of.isoformat(),
            "adjusted": [self.adjusted_by, self.reason_in],
        }

    @classmethod
    def from_state(cls, state: object) -> "Scored | None":
        """What a note of ours kept; None where it kept nothing."""
        if not isinstance(state, Mapping):
            return None
        total, ground, revenue, customers, tier, alignment, urgency, adjusted = state["points"]
        points = Points(total, ground, revenue, customers, tier, alignment, Decimal(urgency), adjusted)
        by, reason_in = state["adjusted"]
        as_of = date.fromisoformat(state["as_of"])
        share, retention, growth = state["share"]
        tier_weight, weight = Decimal(state["tier"]), Decimal(state["alignment"])
        return cls(points, tier_weight, weight, share, retention, growth, as_of, by, reason_in)
