"""Durations as people write them: `1w 2d 3h`; a day has 8 hours, a week 5 days
(doc/user/project/time_tracking.md, documented)."""

import re

MINUTE, HOUR = 60, 3600
DAY, WEEK = 8 * HOUR, 40 * HOUR
UNITS = {"mo": 4 * WEEK, "w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": 1}
_NAMES = {"month": "mo", "week": "w", "day": "d", "hour": "h", "hr": "h", "minute": "m", "min": "m", "second": "s"}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def seconds(text: str) -> int | None:
    """The seconds in it, negative after a leading `-`; a bare number is hours; None for what is no duration."""
    negative, rest = text.strip().startswith("-"), text.strip().lower().lstrip("-").strip()
    parts = _PART.findall(rest)
    if not parts or _PART.sub("", rest).strip(" ,"):
        return None
    total = 0.0
    for number, word in parts:
        unit = _NAMES.get(word.removesuffix("s") if len(word) > 1 else word, word) or "h"
        if unit not in UNITS:
            return None
        total += float(number) * UNITS[unit]
    return -int(total) if negative else int(total)


def human(total: int) -> str | None:
    """`1w 2d 3h`, or None for nothing."""
    if total == 0:
        return None
    parts, left = [], abs(total)
    for unit in ("mo", "w", "d", "h", "m", "s"):
        count, left = divmod(left, UNITS[unit])
        parts += [f"{count}{unit}"] if count else []
    return ("-" if total < 0 else "") + " ".join(parts)
