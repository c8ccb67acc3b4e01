"""Reading a request: which fields its people have told, and where (requests 2.2, 2.5).

The description is read by Markdown structure, so hints in comments, quotes and code never count. People's comments
are read for `name: value` lines only. A field is told, unreadable, or (not in the map) missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.domain.issue import Note
from app.domain.taxonomy import Field, FieldKind

READ_AT_MOST = 64 * 1024
"""Characters of a description that are read; it may be a megabyte (requests 2.5)."""
COMMENT_AT_MOST = 16 * 1024
"""Characters of one comment that are read."""
COMMENTS_AT_MOST = 256 * 1024
"""Characters of all comments that are parsed, the newest first: a parser is slow on what is made to be slow."""

# Emphasis and links are left as typed: they are no part of the structure, and parsing them costs most by far.
_MARKDOWN = MarkdownIt("commonmark", {"maxNesting": 20}).disable(["emphasis", "link", "image"])
_LONGEST_NAME = 80
_NOT_OF_NAMES = re.compile(r"[\W_]+")
_SHORT_CODE = re.compile(r"\s*:[a-z0-9_+-]{1,40}:")
_BEFORE_NAME = re.compile(r"\A(?:\s*\[[ xX]\])?\W*")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_TICKED = re.compile(r"\s*\[[xX]\]\s+(.+)")
_UNTICKED = re.compile(r"\s*\[ \]\s")
_ACCOUNT = re.compile(r"https?://\S{4,}|\b00[16][A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b")
_NOT_SAID = frozenset({"", "-", "–", "?", "tbd", "todo", "n/a", "…", "..."})


class Where(StrEnum):
    """Where a field was told."""

    DESCRIPTION = "description"
    NOTE = "note"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Told:
    """A field somebody told. `at` is when, known for notes only; `readable` is false for a value we can't use.

    What was told in an `internal` note counts like any other, and its words are never repeated (promise 11).
    """

    value: str
    where: Where
    at: datetime | None = None
    readable: bool = True
    internal: bool = False


Facts = Mapping[str, Told]
"""Fields by key. A field that nobody told is not in it."""


def read(
    description: str,
    notes: Iterable[Note],
    fields: tuple[Field, ...],
    milestone: str | None = None,
    prompts: tuple[str, ...] = (),
) -> Facts:
    """The fields of a request. Notes are people's comments, ours left out; a later telling wins, if readable.

    A milestone tells the field `target` (requests 2.2). What begins with one of `prompts` is our own question, copied.
    """
    by_name = {name.casefold(): f for f in fields for name in f.names}
    facts: dict[str, Told] = {}
    if milestone:
        facts["target"] = Told(milestone, Where.ISSUE)
    for field, value in _description(description[:READ_AT_MOST], by_name):
        if not value.startswith(prompts):
            _tell(facts, field, Told(value, Where.DESCRIPTION))
    for note in _comments(notes, by_name):
        for field, value in _lines(_blocks(note.body[:COMMENT_AT_MOST]), by_name):
            if not value.startswith(prompts):
                _tell(facts, field, Told(value, Where.NOTE, note.created_at, internal=note.internal))
    return facts


def _comments(notes: Iterable[Note], by_name: Mapping[str, Field]) -> list[Note]:
    """The comments worth parsing, oldest first: those with a line that may name a field, up to `COMMENTS_AT_MOST`."""
    names = tuple({_letters(name) for name in by_name})
    chosen: list[Note] = []
    room = COMMENTS_AT_MOST
    for note in sorted(notes, key=lambda n: (n.created_at, n.id), reverse=True):
        text = note.body[:COMMENT_AT_MOST]
        if not _may_name(text, names):
            continue
        room -= len(text)
        if room < 0:
            break
        chosen.append(note)
    return chosen[::-1]


def _may_name(text: str, names: tuple[str, ...]) -> bool:
    """Whether a line has a field's name before a colon, however dressed: cheap, and rather yes than no."""
    whole = _letters(text)
    names = tuple(name for name in names if name in whole)
    heads = (_letters(line.replace("：", ":").rpartition(":")[0]) for line in text.split("\n"))
    return any(name in head for head in heads if head for name in names)


def _letters(text: str) -> str:
    return _NOT_OF_NAMES.sub("", text.casefold())


def _tell(facts: dict[str, Told], field: Field, told: Told) -> None:
    value = " ".join(told.value.split())
    if value.casefold() in _NOT_SAID or value.startswith("e.g.") or (value.startswith("<") and value.endswith(">")):
        return
    readable = _readable(field, value)
    known = facts.get(field.key)
    if readable or known is None or not known.readable:
        facts[field.key] = replace(told, value=value, readable=readable)


def _readable(field: Field, value: str) -> bool:
    match field.kind:
        case FieldKind.TEXT:
            return len(value) >= field.at_least
        case FieldKind.CHOICE:
            wanted = {_plain(c) for c in field.choices}
            return any(_plain(part) in wanted for part in re.split(r"[,/]", value))
        case FieldKind.DATE:
            return value.casefold() == "none" or _is_date(value)
        case FieldKind.LINK:
            return _ACCOUNT.search(value) is not None


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word).strip().casefold()


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading, or a paragraph of text (one string a line), outside quotes and code."""

    heading: bool
    lines: tuple[str, ...]


def _blocks(text: str) -> Iterator[_Block]:
    quoted = 0
    heading = False
    for token in _MARKDOWN.parse(text):
        if token.type in ("blockquote_open", "blockquote_close"):
            quoted += token.nesting
        elif token.type in ("heading_open", "heading_close"):
            heading = token.type == "heading_open"
        elif token.type == "inline" and not quoted:
            yield _Block(heading, tuple(_text(token).split("\n")))


def _text(inline: Token) -> str:
    """The inline's text as typed, without HTML (comments, tags) and code marks."""
    parts: list[str] = []
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type != "html_inline":
            parts.append(child.content)
    return "".join(parts)


def _description(text: str, by_name: Mapping[str, Field]) -> Iterator[tuple[Field, str]]:
    """Sections named by a field's heading, and `name: value` lines anywhere."""
    section: Field | None = None
    told: list[str] = []
    for block in _blocks(text):
        if block.heading:
            if section:
                yield section, " ".join(told)
            section, told = by_name.get(block.lines[0].strip().rstrip(":").casefold()), []
            continue
        lines = list(_lines([block], by_name))
        yield from lines
        if not lines:
            told.extend(filter(None, map(_prose, block.lines)))
    if section:
        yield section, " ".join(told)


def _prose(line: str) -> str:
    """A line of a section: a ticked box counts as its text, an empty one as nothing, a quick action as nothing."""
    if _UNTICKED.match(line) or line.startswith("/"):
        return ""
    ticked = _TICKED.match(line)
    return ticked.group(1) if ticked else line.strip()


def _lines(blocks: Iterable[_Block], by_name: Mapping[str, Field]) -> Iterator[tuple[Field, str]]:
    """`name: value` lines; a text runs on over the following lines of its paragraph."""
    for block in blocks:
        field: Field | None = None
        told: list[str] = []
        for line in block.lines if not block.heading else ():
            named = _named(line, by_name)
            if named and field:
                yield field, " ".join(told)
            if named:
                field, told = named[0], [named[1]]
            elif field and field.kind is FieldKind.TEXT and not line.startswith("/"):
                told.append(line)
        if field:
            yield field, " ".join(told)


def _named(line: str, by_name: Mapping[str, Field]) -> tuple[Field, str] | None:
    """The field a line names, and its value. Work is bounded by the longest name, whatever was typed."""
    line = line.translate(_INVISIBLE)
    code = _SHORT_CODE.match(line)
    name, colon, value = line[code.end() if code else 0 :].replace("：", ":", 1).partition(":")
    if not colon or len(name) > _LONGEST_NAME or line.startswith("/"):
        return None
    plain = " ".join(_BEFORE_NAME.sub("", name).casefold().replace("(required)", "").split())
    field = by_name.get(plain.strip(" *_"))
    return (field, value.strip(" *_")) if field else None
