"""ARR share (requests 2.6): an account's ARR is dealt out over the open requests it is on, by customer priority.

Dealt out in cents by largest remainder, so that the shares of all requests add up to the real ARR to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.domain.issue import Ref

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Claim:
    """One account on one open request, with its priority (1 to 10). `growth`: revenue to win, else to keep."""

    ref: Ref
    account: str
    priority: int
    growth: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What falls to one request, split by where the revenue comes from."""

    retention: Decimal = Decimal(0)
    growth: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """Both."""
        return self.retention + self.growth


NOTHING = Share()


def shares(claims: Iterable[Claim], worths: Mapping[str, Decimal]) -> dict[Ref, Share]:
    """The share of each request that somebody claims. Accounts of unknown worth add nothing."""
    by_account: defaultdict[str, list[Claim]] = defaultdict(list)
    dealt: dict[Ref, Share] = {}
    for claim in claims:
        by_account[claim.account].append(claim)
        dealt[claim.ref] = NOTHING
    for account in by_account.keys() & worths.keys():
        found = sorted(by_account[account], key=lambda c: (c.ref.project, c.ref.iid))
        cents = int((worths[account] / CENT).to_integral_value(ROUND_HALF_UP))
        for claim, part in zip(found, allotted(cents, [c.priority for c in found]), strict=True):
            dealt[claim.ref] = _with(dealt[claim.ref], part * CENT, growth=claim.growth)
    return dealt


def allotted(amount: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the amount; of equal remainders the first wins."""
    given = sum(weights)
    if not given:
        return [0] * len(weights)
    parts = [amount * weight // given for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % given), i))
    for index in remainders[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def _with(share: Share, part: Decimal, *, growth: bool) -> Share:
    return Share(share.retention + (0 if growth else part), share.growth + (part if growth else 0))
