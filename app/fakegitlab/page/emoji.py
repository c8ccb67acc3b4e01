"""Emoji by name, as GitLab draws them (doc/user/markdown.md, documented); the few that texts of the program have."""

import re

_DRAWN = {
    "alarm_clock": "⏰",
    "arrow_up": "⬆️",
    "bookmark_tabs": "📑",
    "busts_in_silhouette": "👥",
    "calendar": "📆",
    "hourglass": "⌛",
    "key": "🔑",
    "lock": "🔒",
    "red_circle": "🔴",
    "sparkles": "✨",
    "tada": "🎉",
    "thumbsup": "👍",
    "warning": "⚠️",
    "white_check_mark": "✅",
    "yellow_circle": "🟡",
}
_NAMED = re.compile(r"(?<![\w:]):(" + "|".join(_DRAWN) + r"):(?![\w:])")


def emoji(text: str) -> str:
    """The text with those names drawn."""
    return _NAMED.sub(lambda found: _DRAWN[found[1]], text)
