"""The three answers to "resolved, declined or duplicate?" (T19), as people type them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain.issue import Note
from app.domain.taxonomy import Taxonomy

_ANSWER = re.compile(
    r"\A\s*(?:@[\w.-]+[\s,:]+)?`?(resolved|declined|duplicate)\b(?!\s*\?)[\s:,–-]*(?:because\s+)?([^\n`]{0,120})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The last status of the request, and the label that says why, where there is one."""

    status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """ "Declined" with a reason that is not in the taxonomy, or none."""

    said: str


def answers(notes: Iterable[Note], since: datetime, taxonomy: Taxonomy) -> Iterator[tuple[Note, Answer | Unread]]:
    """Comments since the request was closed that begin with one of the three words, oldest first."""
    for note in sorted(notes, key=lambda n: (n.created_at, n.id)):
        found = _ANSWER.match(note.body) if not note.system and note.created_at >= since else None
        if found:
            yield note, _answer(found.group(1).casefold(), found.group(2).strip(), taxonomy)


def _answer(word: str, rest: str, taxonomy: Taxonomy) -> Answer | Unread:
    if word == "resolved":
        return Answer("status::resolved")
    wanted = "duplicate" if word == "duplicate" else _plain(rest)
    scope = taxonomy.scope("declined")
    for label in scope.labels if scope else ():
        if wanted.startswith(_plain(label.title.rpartition("::")[2])):
            return Answer("status::declined", label.title)
    return Unread(rest)


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()
