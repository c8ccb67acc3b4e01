"""Reading grows with the length of a text and no faster, counted in calls, not in seconds; only 64 KiB are read."""

import sys
from types import FrameType

import pytest

from app.domain.blocks import READ_AT_MOST
from bench.reading import HOSTILE
from tests.reading.speech import DEAL, hear

MEGABYTE = 1024 * 1024


def calls(text: str) -> int:
    """How many functions are called to read a text, in Python and in C."""
    counted = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        hear(text)
    finally:
        sys.setprofile(before)
    return counted


def of_length(unit: str, length: int) -> str:
    """So much of a text."""
    return (unit * (length // len(unit) + 1))[:length]


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_four_times_the_text_takes_about_four_times_the_calls(name: str) -> None:
    unit = HOSTILE[name]
    quarter, whole = calls(of_length(unit, 4096)), calls(of_length(unit, 4 * 4096))
    assert whole <= 5 * quarter + 500


@pytest.mark.parametrize("name", ["back-ticks", "quotes in quotes", "open comments"])
def test_a_megabyte_takes_no_more_than_what_is_read_of_it(name: str) -> None:
    unit = HOSTILE[name]
    assert calls(of_length(unit, MEGABYTE)) <= calls(of_length(unit, READ_AT_MOST)) + 50


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_customer_below_what_is_hostile_is_found_or_rightly_hidden(name: str) -> None:
    unit = of_length(HOSTILE[name], 2000)
    heard = hear(f"+1 customer: {DEAL} | blocker\n\n{unit}\n")
    assert heard.lines[0].account.key == "0065g00000QwErT"
