"""What people write to us: `@bot word …` at the start of a line, and bare words where we asked for them.

A command counts only as people see it: outside quotes, code and HTML comments, in a comment of a person. Reading one
is linear in its length, whatever was typed. Which comments were carried out is kept in our notes' signed state.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.domain.blocks import long_quotes
from app.domain.issue import Note
from app.domain.quotes import without_quotes
from app.domain.roster import Role

READ_AT_MOST = 16 * 1024
"""Characters of one comment that are read."""
READ_IN_ALL = 128 * 1024
"""Characters of all comments that are parsed, the newest first."""
PER_COMMENT = 5
"""Commands of one comment that count."""
LONGEST = 400
"""Characters of a command that are kept."""


class Word(StrEnum):
    """What can be asked of us. UNKNOWN was written to us and is none of them."""

    CANCEL = "cancel"
    OVERRIDE = "override"
    ACCEPT = "accept"
    REVIEW = "review"
    ASK_AGAIN = "ask again"
    REASSIGN = "reassign"
    POINTS = "points"
    WHY = "why"
    HELP = "help"
    NOT_DUPLICATE = "not a duplicate"
    REQUEST = "request"
    UNKNOWN = "unknown"


MAY: Mapping[Word, frozenset[Role]] = {
    Word.CANCEL: frozenset({Role.AUTHOR, Role.LEAD, Role.PM, Role.PROGRAM_LEAD}),
    Word.OVERRIDE: frozenset({Role.LEAD, Role.PM, Role.PROGRAM_LEAD}),
    Word.ASK_AGAIN: frozenset(Role) - {Role.ANYONE},
    Word.REASSIGN: frozenset({Role.AUTHOR, Role.SME, Role.LEAD, Role.PM, Role.PROGRAM_LEAD}),
    Word.POINTS: frozenset({Role.SME, Role.LEAD}),
    Word.WHY: frozenset({Role.ANYONE}),
    Word.HELP: frozenset({Role.ANYONE}),
    Word.NOT_DUPLICATE: frozenset({Role.ANYONE}),
    Word.REQUEST: frozenset({Role.ANYONE}),
}
"""Who may use which, by what they are to the request when they write. Besides, whoever made a move may cancel it; and
ACCEPT and REVIEW make a move, so they are for those who may make it.
"""

AND_MOVER = frozenset({Word.CANCEL})
"""Words that whoever made the move may use too."""

HOW: Mapping[Word, tuple[str, str]] = {
    Word.CANCEL: ("cancel", "let go of a move that I keep"),
    Word.OVERRIDE: ("override <reason>", "make a move that I keep stand as it is"),
    Word.ACCEPT: ("accept", "agree to a move that somebody proposed"),
    Word.REVIEW: ("review", "take the way through the review where I offered it"),
    Word.ASK_AGAIN: ("ask again", "repeat my question about what is missing"),
    Word.REASSIGN: ("reassign @person", "ask somebody else for what is missing"),
    Word.POINTS: ("points +10 because <reason>", "add or take up to {most} points"),
    Word.NOT_DUPLICATE: ("not a duplicate", "let go of the requests I took for the same as this one"),
    Word.WHY: ("why", "tell what I go by on this card"),
    Word.HELP: ("help", "list these words"),
}
"""How each is written, and what it does; `{most}` are the points of the program's numbers."""

OF_MOVES = frozenset({Word.CANCEL, Word.OVERRIDE, Word.ACCEPT, Word.REVIEW})
"""Words about a move that we keep; bare, they count after our note."""

OF_ASKS = frozenset({Word.ASK_AGAIN, Word.REASSIGN})
"""Words about our question for context."""

DECISIONS = OF_MOVES | OF_ASKS | {Word.POINTS, Word.NOT_DUPLICATE}
"""Words that are followed in their writer's name, so only as they were written: Maintainers may change a comment."""

WHILE_WRITTEN = timedelta(seconds=5)
"""So long after it was posted a comment may change and is still as its writer wrote it: GitLab sets both times anew."""

_ALONE = frozenset({Word.CANCEL, Word.ACCEPT, Word.REVIEW, Word.ASK_AGAIN, Word.WHY, Word.HELP})
_ALSO = {"approve": Word.ACCEPT, "yes": Word.ACCEPT, "ask": Word.ASK_AGAIN, "not": Word.NOT_DUPLICATE}
_POLITE = frozenset({"", "again", "please", "thanks", "thank you", "this", "it", "the move"})
_STOPS = ".,:;!–—- "
_BECAUSE = ("because ", "since ", "as ", "please ", "thanks ")
_OTHERS = re.compile(r"[+-]1\b|(?:resolved|declined|duplicate)\b", re.IGNORECASE)
"""What others read: customer lines, and the answers to whoever closed a request."""

_NO_DUPLICATE = re.compile(r"not (?:an? )?duplicates?\b(?!.*\?$)", re.IGNORECASE)
_MARKDOWN = without_quotes(MarkdownIt("commonmark", {"maxNesting": 20}).disable(["emphasis", "link", "image"]))
_CALL = re.compile(r"[ \t]*@([\w.-]{1,255})(?:[ \t,:]+|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing asked of us in a comment. `rest` is what follows the word. `called` is false for a bare word."""

    word: Word
    rest: str
    note: Note
    called: bool = True

    @property
    def changed(self) -> bool:
        """Whether it decides something, in a comment that was changed after it was written."""
        return self.word in DECISIONS and self.note.updated_at - self.note.created_at > WHILE_WRITTEN

    @property
    def at(self) -> datetime:
        """When it was said, at the latest."""
        return self.note.updated_at if self.changed else self.note.created_at


def commands(notes: Iterable[Note], bot: str) -> tuple[Command, ...]:
    """The commands of people's comments (ours and the system's left out beforehand), oldest first."""
    found: list[Command] = []
    room = READ_IN_ALL
    for note in sorted(notes, key=lambda n: (n.created_at, n.id), reverse=True):
        text = note.body[:READ_AT_MOST]
        bare = _bare(note)
        if bare:
            found.append(bare)
        elif f"@{bot}".casefold() in text.casefold():
            room -= len(text)
            if room < 0:
                break
            found += reversed(list(_called(note, text, bot))[:PER_COMMENT])
    return tuple(found[::-1])


def _bare(note: Note) -> Command | None:
    """A comment that is one of the words for moves and nothing else."""
    text = note.body.strip() if len(note.body) <= 2 * LONGEST else ""
    if not text or "\n" in text or len(text) > LONGEST or text.startswith("@"):
        return None
    found = _read(text.strip("`"), note, called=False)
    return found if found.word in OF_MOVES else None


def _called(note: Note, text: str, bot: str) -> Iterator[Command]:
    for line in _lines(text):
        said = _after_call(line, bot)
        if said and not _OTHERS.match(said.lstrip("`")):
            yield _read(said[:LONGEST], note, called=True)


def _after_call(line: str, bot: str) -> str | None:
    """What follows our handle; None where the line does not begin with it."""
    call = _CALL.match(line[: LONGEST + 300])
    if call is None or call.group(1).casefold() != bot.casefold():
        return None
    return line[call.end() :].strip()


def _read(said: str, note: Note, called: bool) -> Command:
    """The word a line begins with. A question (`cancel?`) asks nothing of us but help."""
    plain = " ".join(said.replace("`", " ").split())
    head, _, rest = plain.partition(" ")
    word = _word(head)
    if word is Word.ASK_AGAIN:
        again, _, rest = rest.partition(" ")
        head, rest = again, rest if again.casefold().rstrip(_STOPS) == "again" else "?"
    if word is Word.NOT_DUPLICATE and not _NO_DUPLICATE.match(plain):
        word = Word.UNKNOWN
    # An agreement may come with a condition (`accept, but later`), so it is taken only where it stands alone.
    explained = word in (Word.CANCEL, Word.ASK_AGAIN) and _explains(head, rest)
    if word in _ALONE and (plain.endswith("?") or not (_is_polite(rest) or explained)):
        word = word if word in (Word.WHY, Word.HELP) else Word.UNKNOWN
    return Command(word, plain if word is Word.UNKNOWN else rest.strip(), note, called)


def _is_polite(rest: str) -> bool:
    return rest.casefold().strip(_STOPS) in _POLITE


def _explains(head: str, rest: str) -> bool:
    """Whether what follows a word only says why: after a stop, or a word such as *because*."""
    return head[-1:] in _STOPS or rest[:1] in _STOPS or rest.casefold().startswith(_BECAUSE)


def _word(head: str) -> Word:
    name = head.casefold().rstrip(".!,:?")
    if name in _ALSO:
        return _ALSO[name]
    return Word(name) if name in set(Word) - {Word.UNKNOWN, Word.ASK_AGAIN, Word.NOT_DUPLICATE} else Word.UNKNOWN


def _lines(text: str) -> Iterator[str]:
    """The lines people see of paragraphs and list items; never of quotes, code, headings or HTML."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    tokens = _MARKDOWN.parse(text)
    quoted, heading = long_quotes(text, tokens), False
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            heading = token.type == "heading_open"
        elif token.type == "inline" and not heading and token.map and token.map[0] not in quoted:
            yield from _text(token).split("\n")


def _text(inline: Token) -> str:
    """As typed, without HTML; code keeps its marks, so that it begins no command."""
    parts: list[str] = []
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "code_inline":
            parts.append(f"`{child.content}`")
        elif child.type == "html_inline":
            parts.append("\u200b")
        else:
            parts.append(child.content)
    return "".join(parts)
