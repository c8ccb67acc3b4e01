"""Money as people type it: what is read, in a field of its own and as a part of a one-liner (requests 2.5, rule 6)."""

from decimal import Decimal

import pytest

from app.domain.customer import Amount
from app.domain.money import amount, typed, whole_amount


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("120k USD", 120_000, None, "USD"),
        ("$120k", 120_000, None, "USD"),
        ("USD 120k", 120_000, None, "USD"),
        ("120kUSD", 120_000, None, "USD"),
        ("120.000 €", 120_000, None, "EUR"),
        ("€120,000", 120_000, None, "EUR"),
        ("£1.2m", 1_200_000, None, "GBP"),
        ("CHF 1'250'000", 1_250_000, None, "CHF"),
        ("1 250 000 EUR", 1_250_000, None, "EUR"),
        ("1.2 Mio. €", 1_200_000, None, None),
        ("1.2 mio €", 1_200_000, None, "EUR"),
        ("2bn", 2_000_000_000, None, None),
        ("120", 120, None, None),
        ("120000", 120_000, None, None),
        ("120,000", 120_000, None, None),
        ("1.250.000", 1_250_000, None, None),
        ("1,250,000.50", Decimal("1250000.50"), None, None),
        ("1.250.000,50", Decimal("1250000.50"), None, None),
        ("1.250M", 1_250_000, None, None),
        ("1,5M", 1_500_000, None, None),
        ("1,250k", 1_250_000, None, None),
        ("1.250", 1250, None, None),
        ("12,50", Decimal("12.50"), None, None),
        ("100 seats, $50k", 50_000, None, "USD"),
        ("100 seats, 50k", 50_000, None, None),
        ("2026 renewal $80k", 80_000, None, "USD"),
        ("2026-03-31: $80k", 80_000, None, "USD"),
        ("20k now, $80k later", 80_000, None, "USD"),
        ("3k seats for $80k", 80_000, None, "USD"),
        ("A$80k", 80_000, None, "AUD"),
        ("US$80k", 80_000, None, "USD"),
        ("~ 80k", 80_000, None, None),
        ("about 80k ARR per year", 80_000, None, None),
        ("80k p.a.", 80_000, None, None),
        ("$80k/year", 80_000, None, "USD"),
        ("100k-250k", 100_000, 250_000, None),
        ("100–250k", 100_000, 250_000, None),
        ("$100k to $250k", 100_000, 250_000, "USD"),
        ("between 100k and 250k", 100_000, 250_000, None),
        ("$1.2–1.6M", 1_200_000, 1_600_000, "USD"),
        ("500–1M", 500_000, 1_000_000, None),
        ("500k–1M EUR", 500_000, 1_000_000, "EUR"),
        ("100000 - 250000", 100_000, 250_000, None),
    ],
)
def test_what_a_field_of_its_own_says(text: str, low: int | Decimal, high: int | None, currency: str | None) -> None:
    found = amount(text)
    assert found == Amount(Decimal(low), None if high is None else Decimal(high), currency)
    assert typed(text) or low < 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a lot",
        "100 seats",
        "3k seats",
        "50 %",
        "2026-03-31",
        "12 months",
        "1,250M",
        "1.25.000",
        "12,34,567",
        "-50k",
        "100 or 200",
        "FY27",
        "Q1",
        "18.9.2",
        "9" * 40,
        "999999999M",
    ],
)
def test_what_is_no_amount(text: str) -> None:
    assert amount(text) is None


@pytest.mark.parametrize("text", ["120k USD", "$120k", "ARR 120k", "net ARR: $120k/year", "120000", "100–250k", "1.2M"])
def test_a_whole_part_is_money(text: str) -> None:
    assert whole_amount(text) == amount(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "needs SCIM for 3k seats",
        "we lose $50k of it",
        "7",
        "120",
        "2026",
        "2026-03-31",
        "100 seats, $50k",
        "SCIM 2",
        "x" * 101,
    ],
)
def test_a_part_with_anything_else_is_not(text: str) -> None:
    assert whole_amount(text) is None
