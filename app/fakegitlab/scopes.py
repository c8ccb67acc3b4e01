"""Scoped labels: exclusive on Premium (CONTRACT 2, documented), ordinary on Free (CONTRACT 2, sure)."""

from collections.abc import Iterable

from app.fakegitlab.model import Label


def scope(title: str) -> str | None:
    """Everything before the last `::`; None for an unscoped label."""
    key, separator, value = title.rpartition("::")
    return key if separator and key and value else None


def resolved(existing: list[Label], added: Iterable[Label], removed: Iterable[Label], exclusive: bool) -> list[Label]:
    """`existing | added - removed`, then, where exclusive, one label per scope.

    An added label replaces those of its scope (CONTRACT 2, documented).
    Of two added at once the last wins (CONTRACT 2, guess).
    """
    added, gone = list(added), set(removed)
    wanted = [label for label in dict.fromkeys([*existing, *added]) if label not in gone]
    if not exclusive:
        return wanted
    winner = {scope(label.title): label for label in added if label not in gone and scope(label.title)}
    return [label for label in wanted if winner.get(scope(label.title), label) is label]
