"""The shape of `numbers:` in `label_taxonomy.yml`, and the domain's value of it."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from app.domain.customer import Severity
from app.domain.numbers import Candidates, LineTells, Need, Numbers, Step, Urgency, Weights
from app.gateways.config_shapes import Duration, Shape, complaint, one_or_many

Fraction = Annotated[Decimal, Field(ge=0, le=1)]
Whole = Annotated[int, Field(ge=0)]
Points = Annotated[int, Field(ge=0, le=100)]
Priority = Annotated[int, Field(ge=1, le=10)]
Severities = Annotated[
    tuple[Severity, ...], BeforeValidator(one_or_many, json_schema_input_type=Severity | list[Severity])
]
_SHIPPED = Numbers()


def _currency(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise complaint(f"`{value}` is no currency", "write its three letters, like USD or EUR")
    return value


def _three(value: tuple[int, ...]) -> tuple[int, ...]:
    if len(value) != 3:
        raise complaint("there are three lines between four bands", "write three numbers, like [75, 50, 25]")
    return value


class WeightsShape(Shape):
    """How the hundred points are dealt out."""

    revenue: Points
    customers: Points
    tier: Points
    alignment: Points


class StepShape(Shape):
    """What is due within this time counts so many times."""

    within: Duration
    times: Decimal = Field(ge=1, le=10)


class RetentionShape(Shape):
    """Renewals, by the health that the account book tells."""

    red: tuple[StepShape, ...] = ()
    yellow: tuple[StepShape, ...] = ()
    green: tuple[StepShape, ...] = ()


class UrgencyShape(Shape):
    """How dates weigh."""

    growth: tuple[StepShape, ...] = Field(description="Deals whose probability is low, by their closing date.")
    low_probability: Points = Field(description="Percent below which a deal's probability is low.")
    retention: RetentionShape
    otherwise: tuple[StepShape, ...] = Field(description="Where the account book tells neither.")


class PriorityShape(Shape):
    """A customer's priority by severity, where nobody said one."""

    blocker: Priority
    retention: Priority
    fast_follow: Priority = Field(alias="fast-follow")
    nice: Priority


class CandidatesShape(Shape):
    """Who becomes an ARR Driver candidate; 0 switches a way off."""

    share_at_least: Whole = _SHIPPED.candidates.share_at_least
    top: Whole = _SHIPPED.candidates.top
    nominated_at_most: int = Field(default=_SHIPPED.candidates.nominated_at_most, ge=1)


class NeedShape(Shape):
    """What a customer line has to tell before the review."""

    what: LineTells
    severities: Severities = Field(default=(), description="Needed for these only; left out: for all.")


class NumbersShape(Shape):
    """The arithmetic of requests. What is left out is as shipped."""

    currency: Annotated[str, AfterValidator(_currency)] = Field(
        default=_SHIPPED.currency, description="Of all amounts."
    )
    bands: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=_SHIPPED.bands, min_length=1, description="The edges between bands of amounts, ascending."
    )
    totals_from: int = Field(
        default=_SHIPPED.totals_from, ge=3, description="Where amounts are bands: fewer accounts are not added up."
    )
    customer_priority: PriorityShape | None = None
    weights: WeightsShape | None = None
    share_cap: int = Field(default=_SHIPPED.share_cap, ge=1)
    customers_cap: int = Field(default=_SHIPPED.customers_cap, ge=1)
    tiers: dict[str, Fraction] = Field(default=dict(_SHIPPED.tiers), min_length=1)
    unknown_tier: Fraction = _SHIPPED.unknown_tier
    unknown_theme: Fraction = _SHIPPED.unknown_theme
    urgency: UrgencyShape | None = None
    adjust_at_most: Points = _SHIPPED.adjust_at_most
    adjustments_last: Duration = Field(default=_SHIPPED.adjustments_last, description="How long they count.")
    band_from: Annotated[tuple[Points, ...], AfterValidator(_three)] = _SHIPPED.band_from
    hysteresis: Points = _SHIPPED.hysteresis
    band_one_at_most: int = Field(default=_SHIPPED.band_one_at_most, ge=1)
    candidates: CandidatesShape = CandidatesShape()
    candidates_by_area: dict[str, CandidatesShape] = Field(default={})
    top_requests: int = Field(default=_SHIPPED.top_requests, ge=1, le=100)
    customer_needs: tuple[NeedShape, ...] | None = None


def numbers(shape: NumbersShape) -> Numbers:
    """The domain's value."""
    return Numbers(
        currency=shape.currency,
        bands=shape.bands,
        totals_from=shape.totals_from,
        priority_of=_priorities(shape.customer_priority) if shape.customer_priority else _SHIPPED.priority_of,
        weights=Weights(**dict(shape.weights)) if shape.weights else _SHIPPED.weights,
        share_cap=shape.share_cap,
        customers_cap=shape.customers_cap,
        tiers=shape.tiers,
        unknown_tier=shape.unknown_tier,
        unknown_theme=shape.unknown_theme,
        urgency=_urgency(shape.urgency) if shape.urgency else _SHIPPED.urgency,
        adjust_at_most=shape.adjust_at_most,
        adjustments_last=shape.adjustments_last,
        band_from=shape.band_from,
        hysteresis=shape.hysteresis,
        band_one_at_most=shape.band_one_at_most,
        candidates=_candidates(shape.candidates),
        candidates_by_area={area: _candidates(c) for area, c in shape.candidates_by_area.items()},
        top_requests=shape.top_requests,
        customer_needs=_SHIPPED.customer_needs if shape.customer_needs is None else _needs(shape.customer_needs),
    )


def _priorities(shape: PriorityShape) -> dict[Severity, int]:
    return {severity: getattr(shape, severity.value.replace("-", "_")) for severity in Severity}


def _candidates(shape: CandidatesShape) -> Candidates:
    return Candidates(shape.share_at_least, shape.top, shape.nominated_at_most)


def _needs(shapes: tuple[NeedShape, ...]) -> tuple[Need, ...]:
    return tuple(Need(shape.what, frozenset(shape.severities)) for shape in shapes)


def _urgency(shape: UrgencyShape) -> Urgency:
    by_health = {health: _steps(steps) for health, steps in shape.retention}
    return Urgency(_steps(shape.growth), shape.low_probability, by_health, _steps(shape.otherwise))


def _steps(shapes: tuple[StepShape, ...]) -> tuple[Step, ...]:
    return tuple(Step(shape.within.days, shape.times) for shape in shapes)
