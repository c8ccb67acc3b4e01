"""What the arithmetic of requests goes by: `numbers:` of `label_taxonomy.yml`, with the program's defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.customer import Severity


class Amounts(StrEnum):
    """How far amounts may be read in a project: as bands, or (the account book's circle) as they are."""

    BANDS = "bands"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Weights:
    """How the hundred points are dealt out (requests 2.6); they add up to 100."""

    revenue: int = 40
    customers: int = 20
    tier: int = 20
    alignment: int = 20


@dataclass(frozen=True, slots=True)
class Step:
    """What is due within so many days counts so many times."""

    days: int
    times: Decimal


def _steps(*steps: tuple[int, str]) -> tuple[Step, ...]:
    return tuple(Step(days, Decimal(times)) for days, times in steps)


@dataclass(frozen=True, slots=True)
class Urgency:
    """How a date weighs, the nearest step first. `growth` is for deals whose probability is below `low_probability`
    percent, `retention` goes by the health the account book tells, `otherwise` is for whom it tells neither.
    """

    growth: tuple[Step, ...] = _steps((90, "2.5"), (180, "1.5"))
    low_probability: int = 50
    retention: Mapping[str, tuple[Step, ...]] = field(
        default_factory=lambda: {
            "red": _steps((90, "4"), (180, "3"), (365, "2")),
            "yellow": _steps((90, "2.5"), (180, "2"), (365, "1.5")),
            "green": (),
        }
    )
    otherwise: tuple[Step, ...] = _steps((90, "1.5"), (180, "1.25"))


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who becomes an ARR Driver candidate: `share_at_least`, or the first `top` of the area. 0 switches either off.

    `nominated_at_most` is the cap on nominations of an area.
    """

    share_at_least: int = 500_000
    top: int = 5
    nominated_at_most: int = 5


class LineTells(StrEnum):
    """What a customer line can be asked to tell, by the key of its field."""

    SEVERITY = "severity"
    ARR = "arr"
    NEEDED_BY = "needed_by"
    DEPLOYMENT = "deployment"
    IMPACT = "impact"
    WORKAROUND = "workaround"
    SUBSCRIPTION = "subscription"
    COMPETITORS = "competitors"


@dataclass(frozen=True, slots=True)
class Need:
    """What a customer line has to tell; `severities` are those it is needed for (empty: all)."""

    what: LineTells
    severities: frozenset[Severity] = frozenset()

    def for_a(self, severity: Severity | None) -> bool:
        """Whether a line of this severity needs it."""
        return not self.severities or severity in self.severities


_DATED = frozenset({Severity.BLOCKER, Severity.RETENTION, Severity.FAST_FOLLOW})
_GRAVE = frozenset({Severity.BLOCKER, Severity.RETENTION})


@dataclass(frozen=True, slots=True)
class Numbers:
    """All of it. Amounts are in units of `currency`; `bands` are the edges between bands of amounts, ascending.

    `totals_from`: where amounts are bands, nothing is added up over fewer accounts than that. `band_from` are the
    points from which a request is in band 1, 2 and 3.
    """

    currency: str = "USD"
    bands: tuple[int, ...] = (10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000)
    totals_from: int = 3
    priority_of: Mapping[Severity, int] = field(
        default_factory=lambda: {
            Severity.BLOCKER: 10,
            Severity.RETENTION: 8,
            Severity.FAST_FOLLOW: 5,
            Severity.NICE: 1,
        }
    )
    weights: Weights = Weights()
    share_cap: int = 5_000_000
    customers_cap: int = 20
    tiers: Mapping[str, Decimal] = field(
        default_factory=lambda: {"ultimate": Decimal(1), "premium": Decimal("0.6"), "free": Decimal("0.2")}
    )
    unknown_tier: Decimal = Decimal("0.2")
    unknown_theme: Decimal = Decimal("0.5")
    urgency: Urgency = Urgency()
    adjust_at_most: int = 20
    adjustments_last: timedelta = timedelta(days=31)
    band_from: tuple[int, ...] = (75, 50, 25)
    hysteresis: int = 3
    band_one_at_most: int = 10
    candidates: Candidates = Candidates()
    candidates_by_area: Mapping[str, Candidates] = field(default_factory=dict)
    top_requests: int = 10
    customer_needs: tuple[Need, ...] = (
        Need(LineTells.SEVERITY),
        Need(LineTells.ARR),
        Need(LineTells.DEPLOYMENT),
        Need(LineTells.NEEDED_BY, _DATED),
        Need(LineTells.IMPACT, _GRAVE),
    )

    def candidates_of(self, area: str | None) -> Candidates:
        """What goes for an area."""
        return self.candidates_by_area.get(area, self.candidates) if area else self.candidates
