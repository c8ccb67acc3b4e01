"""Points, 0 to 100 (requests 2.6): what a request weighs, with every number it was worked out from."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.domain.numbers import Numbers
from app.domain.shares import allotted

_FINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Inputs:
    """What points are worked out from: ARR share, number of accounts, tier and alignment (0 to 1), urgency (from 1),
    and the sum of what people adjusted.
    """

    share: Decimal
    accounts: int
    tier: Decimal
    alignment: Decimal
    urgency: Decimal = Decimal(1)
    adjusted: int = 0


@dataclass(frozen=True, slots=True)
class Points:
    """The points and how they came about: `revenue + customers + tier + alignment = ground`, times urgency, at most
    100, then adjusted.
    """

    total: int
    ground: int
    revenue: int
    customers: int
    tier: int
    alignment: int
    urgency: Decimal
    adjusted: int


def points(given: Inputs, numbers: Numbers) -> Points:
    """The points of a request. None of its inputs can grow and make them fall."""
    weights = numbers.weights
    parts = [
        weights.revenue * _part(math.log10(1 + float(max(given.share, Decimal(0)))), math.log10(1 + numbers.share_cap)),
        weights.customers * _part(math.log(1 + given.accounts), math.log(1 + numbers.customers_cap)),
        weights.tier * _part(float(given.tier), 1),
        weights.alignment * _part(float(given.alignment), 1),
    ]
    ground = (sum(parts) + _FINE // 2) // _FINE
    adjusted = max(-numbers.adjust_at_most, min(numbers.adjust_at_most, given.adjusted))
    urged = min(100, int((ground * given.urgency).to_integral_value(ROUND_HALF_UP)))
    total = max(0, min(100, urged + adjusted))
    revenue, customers, tier, alignment = allotted(ground, parts)
    return Points(total, ground, revenue, customers, tier, alignment, given.urgency, adjusted)


def _part(value: float, most: float) -> int:
    """How much of the most there can be, in millionths: small enough errors for the same answer everywhere."""
    return round(max(0.0, min(1.0, value / most)) * _FINE)
