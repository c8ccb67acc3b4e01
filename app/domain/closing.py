"""The three answers to "resolved, declined or duplicate?" (T19), as people type them.

An answer ends a request, so only the offered forms count, each a line of its own; whatever else is only a comment.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.issue import Note, Ref
from app.domain.taxonomy import Taxonomy

JUST_BEFORE = timedelta(minutes=1)
"""A comment this shortly before the closing explains it: the button "Comment and close" writes the comment first."""

SHORT = 80
"""A longer line that begins with "declined" is a sentence of somebody's, and not a reason mistyped."""

_LONGEST = 400
_ANSWER = re.compile(
    r"(?:@(?P<to>[\w.-]+)[\s,:]+)?(?P<tick>`?)(?P<word>resolved|declined|duplicate)\b(?P<rest>[^`\n]*?)(?P=tick)[.!]?",
    re.IGNORECASE,
)
_OF_WHICH = re.compile(
    r"(?:[\s:]+(?:of\s+)?(?:(?P<project>[\w./-]*)#(?P<iid>[1-9]\d{0,9})|https?://\S+))?\s*", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The last status of the request, the label that says why, where there is one, and what it is a duplicate `of`."""

    status: str
    reason: str | None = None
    of: Ref | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """ "Declined" with a reason that is not in the taxonomy, or none; or a duplicate `of` what does not exist.

    What is said `internal`ly is never repeated.
    """

    said: str
    internal: bool = False
    of: Ref | None = None


def answers(
    notes: Iterable[Note], closed_at: datetime, taxonomy: Taxonomy, bot: str, here: Ref, asked: int | None = None
) -> Iterator[tuple[Note, Answer | Unread]]:
    """Comments since the request was closed whose first line is an answer, oldest first.

    Before the closing a comment counts only when it is an answer and nothing else. `bot` is the handle that may
    stand in front. After our note `asked` a reason may also stand alone; elsewhere it is a word like any other.
    """
    for note in sorted(notes, key=lambda n: (n.created_at, n.id)):
        if note.system or note.created_at < closed_at - JUST_BEFORE:
            continue
        first, *more = note.body.strip().splitlines() or [""]
        found = _read(first.strip(), taxonomy, bot, here)
        if found is None and asked is not None and note.id > asked:
            found = _alone(first.strip(), taxonomy)
        match found:
            case Answer() if note.created_at >= closed_at or not more:
                yield note, found
            case Unread(said=said) if note.created_at >= closed_at and not more and len(first) <= SHORT:
                yield note, Unread("" if note.internal else said, note.internal)


def duplicate(taxonomy: Taxonomy) -> Answer | None:
    """What GitLab's quick action `/duplicate` answers, where the taxonomy has that reason."""
    found = _declined("duplicate", taxonomy)
    return found if isinstance(found, Answer) else None


def _alone(line: str, taxonomy: Taxonomy) -> Answer | None:
    found = _declined(line.strip("`.!"), taxonomy) if len(line) <= SHORT else None
    return found if isinstance(found, Answer) else None


def _read(line: str, taxonomy: Taxonomy, bot: str, here: Ref) -> Answer | Unread | None:
    found = _ANSWER.fullmatch(line) if len(line) <= _LONGEST else None
    if found is None or (found["to"] or bot).casefold() != bot.casefold():
        return None
    word, rest = found["word"].casefold(), found["rest"]
    if word == "declined":
        return _declined(rest, taxonomy)
    if word == "resolved":
        return None if rest.strip() else Answer("status::resolved")
    which = _OF_WHICH.fullmatch(rest)
    declined = _declined("duplicate", taxonomy) if which else None
    if which and which["iid"] and isinstance(declined, Answer):
        return replace(declined, of=Ref(which["project"] or here.project, int(which["iid"])))
    return declined


def _declined(rest: str, taxonomy: Taxonomy) -> Answer | Unread | None:
    reason = rest.strip(" \t:–-")
    if reason.endswith("?"):
        return None
    scope = taxonomy.scope("declined")
    for label in scope.labels if scope else ():
        if _plain(reason) == _plain(label.title.rpartition("::")[2]):
            return Answer("status::declined", label.title)
    return Unread(reason)


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()
