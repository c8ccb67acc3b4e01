"""Amounts as people read them."""

from decimal import Decimal

import pytest
from hypothesis import given

from app.domain.amounts import band_of, banded, plain, total
from tests.numbers.worlds import NUMBERS, cents

EDGES = NUMBERS.bands


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "under 10k"),
        ("9999.99", "under 10k"),
        ("10000", "10–25k"),
        ("120000", "100–250k"),
        ("249999.99", "100–250k"),
        ("600000", "500k–1M"),
        ("1000000", "1–2.5M"),
        ("7000000", "5M or more"),
    ],
)
def test_an_amount_is_shown_as_its_band(amount: str, shown: str) -> None:
    assert str(band_of(Decimal(amount), EDGES)) == shown


@pytest.mark.parametrize(
    ("amounts", "shown"),
    [
        ((120_000, 600_000, 300_000), "850k–1.8M"),
        ((120_000, 120_000, 120_000), "300–750k"),
        ((1, 2, 3), "under 30k"),
        ((7_000_000, 120_000, 120_000), "5.2M or more"),
        ((12_000, 12_000, 30_000), "45–100k"),
    ],
)
def test_a_total_of_bands_says_no_more_than_its_bands(amounts: tuple[int, ...], shown: str) -> None:
    assert total(band_of(Decimal(a), EDGES) for a in amounts) == shown


@given(cents, cents)
def test_whatever_lies_in_one_band_looks_alike(one: Decimal, other: Decimal) -> None:
    if band_of(one, EDGES) == band_of(other, EDGES):
        assert banded({"a": one}, EDGES) == banded({"a": other}, EDGES)
    low, high = sorted([one, other])
    assert band_of(low, EDGES).middle <= band_of(high, EDGES).middle


def test_an_amount_as_it_is() -> None:
    assert [plain(Decimal(a)) for a in ("640000", "640123.45", "0.005", "0")] == ["640,000", "640,123.45", "0.01", "0"]
