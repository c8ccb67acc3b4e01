"""Points: the formula, its caps, urgency and tiers, and that no input can grow and make them fall."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.account_book import AccountBook, BookEntry
from app.domain.customer import ArrType, CustomerLine, Severity
from app.domain.ledger import priority_of, severity_of, tier_of, urgency_of, worths
from app.domain.points import Inputs, points
from tests.numbers.worlds import NUMBERS, TODAY, book, entry, line

FULL = Inputs(Decimal(5_000_000), 20, Decimal(1), Decimal(1))
NONE = Inputs(Decimal(0), 0, Decimal(0), Decimal(0))


def told(given: Inputs) -> tuple[int, ...]:
    """Total, then revenue, customers, tier, alignment."""
    p = points(given, NUMBERS)
    assert p.ground == p.revenue + p.customers + p.tier + p.alignment
    return p.total, p.revenue, p.customers, p.tier, p.alignment


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (FULL, (100, 40, 20, 20, 20)),
        (NONE, (0, 0, 0, 0, 0)),
        (replace(NONE, share=Decimal(5_000_000)), (40, 40, 0, 0, 0)),
        (replace(NONE, share=Decimal(50_000_000)), (40, 40, 0, 0, 0)),
        (replace(NONE, share=Decimal(2_235)), (20, 20, 0, 0, 0)),
        (replace(NONE, accounts=1), (5, 0, 5, 0, 0)),
        (replace(NONE, accounts=4), (11, 0, 11, 0, 0)),
        (replace(NONE, accounts=20), (20, 0, 20, 0, 0)),
        (replace(NONE, accounts=500), (20, 0, 20, 0, 0)),
        (replace(NONE, tier=Decimal("0.6")), (12, 0, 0, 12, 0)),
        (replace(NONE, alignment=Decimal("0.5")), (10, 0, 0, 0, 10)),
        (Inputs(Decimal(640_000), 4, Decimal("0.85"), Decimal("0.6")), (74, 35, 10, 17, 12)),
    ],
)
def test_the_formula(inputs: Inputs, expected: tuple[int, ...]) -> None:
    assert told(inputs) == expected


@pytest.mark.parametrize(
    ("urgency", "adjusted", "total"),
    [("1", 0, 40), ("1.25", 0, 50), ("2.5", 0, 100), ("4", 0, 100), ("4", -20, 80), ("1", 20, 60), ("1", 50, 60)],
)
def test_urgency_stops_at_a_hundred_and_people_change_twenty_at_most(urgency: str, adjusted: int, total: int) -> None:
    ground = replace(NONE, share=Decimal(5_000_000))
    assert points(replace(ground, urgency=Decimal(urgency), adjusted=adjusted), NUMBERS).total == total


@pytest.mark.parametrize(("adjusted", "total"), [(20, 100), (-20, 80)])
def test_points_stay_between_nothing_and_a_hundred(adjusted: int, total: int) -> None:
    assert points(replace(FULL, adjusted=adjusted), NUMBERS).total == total
    assert points(replace(NONE, adjusted=-20), NUMBERS).total == 0


weights = st.integers(0, 10_000).map(lambda n: Decimal(n) / 10_000)
inputs = st.builds(
    Inputs,
    share=st.integers(0, 10**9).map(lambda c: Decimal(c) / 100),
    accounts=st.integers(0, 60),
    tier=weights,
    alignment=weights,
    urgency=st.integers(100, 400).map(lambda n: Decimal(n) / 100),
    adjusted=st.integers(-30, 30),
)


@given(inputs, inputs, st.sampled_from(["share", "accounts", "tier", "alignment", "urgency", "adjusted"]))
def test_points_never_fall_when_an_input_grows(one: Inputs, other: Inputs, name: str) -> None:
    low, high = sorted([getattr(one, name), getattr(other, name)])
    grown: dict[str, Any] = {name: high}
    shrunk: dict[str, Any] = {name: low}
    less, more = points(replace(one, **shrunk), NUMBERS), points(replace(one, **grown), NUMBERS)
    assert less.total <= more.total
    assert 0 <= less.total <= 100


@pytest.mark.parametrize(
    ("severity", "told_priority", "priority"),
    [
        (Severity.BLOCKER, None, 10),
        (Severity.RETENTION, None, 8),
        (Severity.FAST_FOLLOW, None, 5),
        (Severity.NICE, None, 1),
        (None, None, 1),
        (Severity.NICE, 7, 7),
        (Severity.NICE, 70, 10),
        (Severity.BLOCKER, 0, 1),
    ],
)
def test_a_customers_priority(severity: Severity | None, told_priority: int | None, priority: int) -> None:
    assert priority_of(line(severity=severity, priority=told_priority), NUMBERS) == priority


def tier(lines: list[CustomerLine], of: AccountBook) -> Decimal:
    return tier_of(lines, worths(lines, of), of, NUMBERS)


def test_tiers_are_weighted_by_arr_and_the_book_knows_better_than_the_note() -> None:
    lines = [line(1, subscription="Free"), line(2, subscription="GitLab Premium"), line(3)]
    assert tier(lines, book()) == (Decimal("0.2") + Decimal("0.6") + Decimal("0.2")) / 3
    of = book(entry(1, 300_000, tier="Ultimate"), entry(2, 100_000))
    assert tier(lines, of) == (Decimal(300_000) + Decimal(60_000)) / 400_000
    assert tier([], of) == 0


IN_60, IN_120, IN_300, IN_400 = (TODAY + timedelta(days=days) for days in (60, 120, 300, 400))


@pytest.mark.parametrize(
    ("told_line", "known", "times"),
    [
        ({"needed_by": IN_60}, {}, "1.5"),
        ({"needed_by": IN_120}, {}, "1.25"),
        ({"needed_by": IN_300}, {}, "1"),
        ({}, {}, "1"),
        ({}, {"renewal": IN_60}, "1.5"),
        ({"needed_by": IN_60}, {"probability": 30}, "2.5"),
        ({"needed_by": IN_120}, {"probability": 30}, "1.5"),
        ({"needed_by": IN_60}, {"probability": 80}, "1"),
        ({"arr_type": ArrType.RENEWAL, "needed_by": IN_60}, {"health": "red"}, "4"),
        ({"arr_type": ArrType.RENEWAL, "needed_by": IN_300}, {"health": "red"}, "2"),
        ({"arr_type": ArrType.RENEWAL, "needed_by": IN_120}, {"health": "yellow"}, "2"),
        ({"arr_type": ArrType.RENEWAL, "needed_by": IN_60}, {"health": "green"}, "1"),
        ({"arr_type": ArrType.RENEWAL, "needed_by": IN_400}, {"health": "red"}, "1"),
        ({"arr_type": ArrType.RENEWAL, "needed_by": IN_60}, {"probability": 30}, "1.5"),
        ({"needed_by": IN_60, "severity": Severity.NICE}, {"probability": 30}, "1"),
        ({"needed_by": IN_60, "severity": None}, {}, "1"),
        ({"needed_by": TODAY - timedelta(days=90)}, {}, "1.5"),
        ({"needed_by": TODAY - timedelta(days=91)}, {}, "1"),
    ],
)
def test_urgency(told_line: dict[str, Any], known: dict[str, Any], times: str) -> None:
    of = book(entry(1, 1000, **known)) if known else book()
    assert urgency_of([line(1, **told_line)], of, NUMBERS, TODAY) == Decimal(times)


@given(st.integers(-100, 500), st.integers(-100, 500), st.sampled_from([None, "red", "yellow", "green"]))
def test_what_is_due_sooner_hurries_no_less(one: int, other: int, health: str | None) -> None:
    sooner, later = sorted((max(-90, one), max(-90, other)))
    of = book(BookEntry(line().account.key, Decimal(1), health=health))

    def due(days: int) -> Decimal:
        asked = line(arr_type=ArrType.RENEWAL, needed_by=TODAY + timedelta(days=days))
        return urgency_of([asked], of, NUMBERS, TODAY)

    assert due(sooner) >= due(later)


def test_the_most_urgent_and_the_strongest_customer_speak_for_the_request() -> None:
    lines = [
        line(1, severity=Severity.NICE),
        line(2, severity=Severity.FAST_FOLLOW, needed_by=IN_120),
        line(3, severity=None),
    ]
    assert urgency_of(lines, book(), NUMBERS, TODAY) == Decimal("1.25")
    assert severity_of(lines) is Severity.FAST_FOLLOW
    assert severity_of([]) is None


def test_a_date_is_an_argument() -> None:
    lines = [line(needed_by=date(2026, 6, 30))]
    assert [urgency_of(lines, book(), NUMBERS, date(2026, month, 1)) for month in (1, 2, 5)] == [
        Decimal("1"),
        Decimal("1.25"),
        Decimal("1.5"),
    ]
