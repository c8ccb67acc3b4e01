"""The sentences of a PM review that customers may hear (S180): only what the PM let pass, to the letter.

Anybody may write into the agenda, and GitLab does not tell who wrote which words. So the PM ticks a box below the
sentences; the marker keeps a print of each as it stood then, and one that was changed since is not passed on.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from app.domain.agenda import Ask, Verb
from app.domain.issue import Note
from app.domain.managed_lines import Item
from app.domain.voice import Bot

MAY_PASS = Ask(Verb.TOLD, what="sentences").key
"""The key of the PM's box."""
_EDITED = re.compile(r"changed the description|marked the checklist item ")
"""GitLab tells of a tick alone where an edit ticks a box and changes words."""


def sentences(items: Mapping[str, Item]) -> dict[str, str]:
    """The sentences people wrote, by their key."""
    found = ((key, item.field, Ask.of(key)) for key, item in items.items() if item.field)
    return {key: text for key, text, ask in found if ask and ask.verb is Verb.TOLD and ask.what == "sentence"}


def prints(items: Mapping[str, Item]) -> frozenset[str]:
    """A print of each sentence, with what it is about."""
    return frozenset(_print(key, text) for key, text in sentences(items).items())


def passed(items: Mapping[str, Item], known: frozenset[str]) -> dict[str, str]:
    """The sentences whose prints are known."""
    return {key: text for key, text in sentences(items).items() if _print(key, text) in known}


def editors(activity: Iterable[Note], since: datetime) -> frozenset[str]:
    """The handles of all who may have changed words from that instant on."""
    return frozenset(
        note.author.username for note in activity if note.created_at >= since and _EDITED.match(note.body.strip())
    )


def edited_between(activity: Iterable[Note], after: int, before: int, bot: Bot) -> bool:
    """Whether anybody but us may have changed words between two of GitLab's notes."""
    people = (note for note in activity if after < note.id < before and not bot.is_us(note.author))
    return any(_EDITED.match(note.body.strip()) for note in people)


def _print(key: str, text: str) -> str:
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()[:16]
