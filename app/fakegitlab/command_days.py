"""Days as people name them in `/due` in the usual forms of the Chronic library
(differs from doc/user/project/quick_actions.md, documented)."""

import re
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_LATER = re.compile(r"in (\d+) (day|week|month)s?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?")


def day_named(text: str, today: date) -> date | None:
    """`tomorrow`, `in 2 weeks`, `this Friday`, `December 31st`, `2026-10-01`; None for anything else."""
    words = text.strip().lower()
    named = {"today": today, "tomorrow": today + timedelta(days=1), "next week": today + timedelta(days=7)}
    weekday = re.sub(r"^(this|next) ", "", words)
    if words in named:
        return named[words]
    if weekday in WEEKDAYS:
        ahead = (WEEKDAYS.index(weekday) - today.weekday()) % 7 or 7
        return today + timedelta(days=ahead)
    try:
        return _counted(words, today) or _dated(words, today)
    except ValueError:
        return None


def _counted(words: str, today: date) -> date | None:
    later = _LATER.fullmatch(words)
    if later is None:
        return None
    if later[2] != "month":
        return today + timedelta(days=int(later[1]) * (7 if later[2] == "week" else 1))
    years, month = divmod(today.month - 1 + int(later[1]), 12)
    return today.replace(year=today.year + years, month=month + 1, day=min(today.day, 28))


def _dated(words: str, today: date) -> date | None:
    if _ISO.fullmatch(words):
        return date.fromisoformat(words)
    match = _MONTH_DAY.fullmatch(words)
    month = next((n for n, name in enumerate(MONTHS, 1) if match and name.startswith(match[1])), None)
    if match is None or month is None:
        return None
    day = date(int(match[3] or today.year), month, int(match[2]))
    return day if match[3] or day >= today else day.replace(year=day.year + 1)
