"""Dates as people type them: only what can mean one day (requests 2.2, *needed by*)."""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATER = ("september", "sept", "october", "november", "december")
_NAMES = frozenset(("january", "february", "march", "april", "june", "july", "august", *_LATER, *_MONTHS))
_YEAR_FIRST = re.compile(r"(?<![\d./-])(20\d\d)([-/.])(\d{1,2})([-/.])(\d{1,2})(?![\d/-]|\.\d)")
_YEAR_LAST = re.compile(r"(?<![\d./-])(\d{1,2})([-/.])(\d{1,2})([-/.])(20\d\d)(?![\d/-]|\.\d)")
_DAY_MONTH = re.compile(r"(?<![\d./-])(\d{1,2})(?:st|nd|rd|th)?[. -]{1,3}([A-Za-z]{3,9})[.,]?[ -]{1,3}(20\d\d)(?!\d)")
_MONTH_DAY = re.compile(r"(?<![A-Za-z])([A-Za-z]{3,9})\.? {1,3}(\d{1,2})(?:st|nd|rd|th)?,? {1,3}(20\d\d)(?!\d)")


def day(text: str) -> date | None:
    """The one day a text names; None where it names none, several, or one that could be read in two ways."""
    found = set(_days(text))
    return found.pop() if len(found) == 1 else None


def _days(text: str) -> Iterator[date | None]:
    for m in _YEAR_FIRST.finditer(text):
        yield _date(m[1], m[3], m[5]) if m[2] == m[4] else None
    for m in _YEAR_LAST.finditer(text):
        yield _of_two(m[1], m[3], m[5], dotted=m[2] == ".") if m[2] == m[4] else None
    for m in _DAY_MONTH.finditer(text):
        yield _date(m[3], _month(m[2]), m[1])
    for m in _MONTH_DAY.finditer(text):
        yield _date(m[3], _month(m[1]), m[2])


def _of_two(first: str, second: str, year: str, *, dotted: bool) -> date | None:
    """With dots the day comes first; with strokes only a number above twelve, or two alike, tells which is the day."""
    if dotted or int(first) > 12 or first == second:
        return _date(year, second, first)
    return _date(year, first, second) if int(second) > 12 else None


def _month(name: str) -> int:
    """1 to 12; 0 for any other word."""
    low = name.casefold()
    return _MONTHS.index(low[:3]) + 1 if low in _NAMES else 0


def _date(year: str, month: str | int, of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return None
