"""What people write on an agenda: `@bot refresh`, `defer #12`, `timebox #12 10` (agendas 4.1, 4.3).

Hosts may write the bare words too, as a comment of their own. Only they, who run the meeting, put items off and share
its minutes out; anybody may ask for a refresh.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.domain.commands import Word, commands
from app.domain.issue import Note, Ref

MOST_MINUTES = 240
_REQUEST = r"(?P<project>[\w./+-]*)#(?P<iid>\d{1,9})"
_DEFER = re.compile(rf"defer\s+{_REQUEST}\.?", re.IGNORECASE | re.ASCII)
_MINUTES = r"(?P<minutes>\d{1,4})(?:\s*(?:m|min|minutes))?"
_TIMEBOX = re.compile(rf"timebox\s+{_REQUEST}\s+{_MINUTES}\.?", re.IGNORECASE | re.ASCII)
_REFRESH = re.compile(r"refresh(?:\s+please)?[.!]?", re.IGNORECASE)
_FIRST = re.compile(r"(refresh|defer|timebox)\b", re.IGNORECASE)
_MORE = re.compile(rf"defer\s+{_REQUEST}[\s,;:]", re.IGNORECASE | re.ASCII)
"""A request put off, and more words behind it."""

_TRIED = re.compile(r"(defer|timebox)\s+\S*\d[^\n]*", re.IGNORECASE | re.ASCII)
"""One of the words and a number: somebody means us, and is told what was wrong."""


class Wish(StrEnum):
    """What is asked of us on an agenda. UNREAD begins like one of them, or was said to us, and is none."""

    REFRESH = "refresh"
    DEFER = "defer"
    TIMEBOX = "timebox"
    HELP = "help"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing asked in a comment: of which request, and how many minutes. `word` is how it began."""

    wish: Wish
    note: Note
    ref: Ref | None = None
    minutes: int = 0
    word: str = ""


def wishes(notes: Iterable[Note], bot: str, hosts: Iterable[str], home: str) -> tuple[Said, ...]:
    """What people's comments ask of us, the oldest first. `#12` is a request of the project `home`."""
    of = list(notes)
    handles = {host.casefold() for host in hosts}
    bare = [said for note in of if note.author.username.casefold() in handles and (said := _bare(note, home))]
    called = [
        _read(command.rest, command.note, home) if command.word is Word.UNKNOWN else _other(command.word, command.note)
        for command in commands(of, bot)
        if command.called and command.word is not Word.REQUEST
    ]
    return tuple(sorted((*bare, *called), key=lambda said: said.note.id))


def _bare(note: Note, home: str) -> Said | None:
    """A comment that is one of the words and nothing else, or tries to be; anything else is talk."""
    text = note.body.strip().strip("`")
    said = _read(text, note, home) if len(note.body) < 200 else None
    return said if said and (said.wish is not Wish.UNREAD or _TRIED.fullmatch(text)) else None


def _other(word: Word, note: Note) -> Said:
    return Said(Wish.HELP if word is Word.HELP else Wish.UNREAD, note)


def _read(text: str, note: Note, home: str) -> Said:
    plain = " ".join(text.replace("`", " ").split())
    if _REFRESH.fullmatch(plain):
        return Said(Wish.REFRESH, note)
    if found := _DEFER.fullmatch(plain):
        return Said(Wish.DEFER, note, _ref(found, home))
    found = _TIMEBOX.fullmatch(plain)
    if found and 0 < int(found["minutes"]) <= MOST_MINUTES:
        return Said(Wish.TIMEBOX, note, _ref(found, home), int(found["minutes"]))
    began = _FIRST.match(plain)
    about = _MORE.match(plain)
    return Said(Wish.UNREAD, note, _ref(about, home) if about else None, word=began[1].lower() if began else "")


def _ref(found: re.Match[str], home: str) -> Ref:
    return Ref(found["project"] or home, int(found["iid"]))


def notes_after(notes: Iterable[Note], last: int) -> Iterator[Note]:
    """People's comments after the last one heeded, which no rule of ours has read yet."""
    return (note for note in notes if not note.system and note.id > last)
