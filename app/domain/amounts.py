"""Amounts as people may read them: as bands where the account book is private, as they are where it is not.

Where amounts are bands, every number that is shown, and every label that follows from numbers, is worked out from the
bands' middles: what is worked out from bands can tell no more about an account than its band does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_UNITS = ((1_000_000, "M"), (1_000, "k"))


@dataclass(frozen=True, slots=True)
class Band:
    """Amounts from `low` up to, not including, `high` (None: no end)."""

    low: int
    high: int | None

    @property
    def middle(self) -> Decimal:
        """What stands for any amount in it; of the endless one its beginning."""
        return Decimal(self.low if self.high is None else self.low + self.high) / (1 if self.high is None else 2)

    def __str__(self) -> str:
        return span(self.low, self.high)


def band_of(amount: Decimal, edges: Sequence[int]) -> Band:
    """The band an amount lies in. `edges` ascend."""
    low = max((edge for edge in edges if edge <= amount), default=0)
    return Band(low, min((edge for edge in edges if edge > amount), default=None))


def banded(worths: Mapping[str, Decimal], edges: Sequence[int]) -> dict[str, Decimal]:
    """Each amount replaced by the middle of its band."""
    return {key: band_of(amount, edges).middle for key, amount in worths.items()}


def span(low: int, high: int | None) -> str:
    """`100–250k`, `500k–1M`, `under 10k`, `5M or more`."""
    if high is None:
        return f"{_short(low)} or more"
    if low == 0:
        return f"under {_short(high)}"
    first, last = _short(low), _short(high)
    return f"{first[:-1] if first[-1] == last[-1] and not last[-1].isdigit() else first}–{last}"


def total(bands: Iterable[Band]) -> str:
    """From the sum of the lower ends to the sum of the upper ones, rounded outwards to two digits."""
    found = list(bands)
    highs = [band.high for band in found]
    low = _rounded(sum(band.low for band in found), up=False)
    if None in highs:
        return span(low, None)
    return span(low, _rounded(sum(high for high in highs if high is not None), up=True))


def plain(amount: Decimal) -> str:
    """`640,123.45`, and `640,000` without cents."""
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,.2f}".removesuffix(".00")


def _short(amount: int) -> str:
    for size, unit in _UNITS:
        if amount >= size:
            whole, rest = divmod(amount, size)
            return f"{whole}{unit}" if not rest else f"{Decimal(amount) / size:f}{unit}"
    return str(amount)


def _rounded(amount: int, *, up: bool) -> int:
    step: int = 10 ** max(0, len(str(amount)) - 2)
    return -(-amount // step) * step if up else amount // step * step
