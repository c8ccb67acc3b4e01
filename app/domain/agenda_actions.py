"""Action items: open lines under *Actions* of a series' last agenda, carried to the next with their age (agendas 4.1).

Lines that people wrote are read as they stand; lines we carried are known by their key, and say how often that was.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from markdown_it import MarkdownIt

from app.domain import dates
from app.domain.agenda import Ask, Verb
from app.domain.managed_lines import Item, items_of, without_keys
from app.domain.picture import Action

KEY = "action/"
"""Before an action's name, in the key of its line in a later agenda."""
AT_MOST = 200
"""Actions that are carried; nobody does more."""
_READ_AT_MOST = 2_000
"""Characters of a line."""
_CHOICES = (Verb.ESCALATE, Verb.KEEP, Verb.DROP)
"""Of several that are ticked the first counts: what is dropped, nobody sees again."""
_TASK = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\[( )\](?:\s+(.*))?")
_HEADING = re.compile(r"[\s#*_:]*actions[\s#*_:]*", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:(?!-->).)*(?:-->|\Z)")
_TIMES = re.compile(r"[\s*_]*\((\d{1,4})(?:st|nd|rd|th) time(?:: keep, drop or escalate it)?\)[*_]*")
_HANDLE = re.compile(r"(?<![\w@/.])@([A-Za-z0-9_](?:[\w.-]{0,253}\w)?)", re.ASCII)
_NOBODY = frozenset({"all", "here", "everyone"})
_OURS = re.compile(r"(?::red_circle: )?(?:`(@[\w.-]{1,255})`: |(@[\w.-]{1,255}): )?(`+) ?(.*?) ?\3(?!`)", re.ASCII)
_BY = re.compile(
    r"\bby\s+(?:\w{3,9},?\s+)??(\d{4}-\d\d-\d\d|\d{1,2}(?:st|nd|rd|th)?\.? [A-Za-z]{3,9}|[A-Za-z]{3,9} \d{1,2})\b"
)
_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 20}).disable("inline")


@dataclass(frozen=True, slots=True)
class _Line:
    """An open line: what it says, its name if it was carried before, and how often it was."""

    text: str
    name: str | None
    times: int


def open_actions(description: str) -> tuple[Action, ...]:
    """The open actions of an agenda, in its order, as the next one of its series carries them; empty lines are none."""
    lines = description.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    items = {number: _items(line) for number, line in enumerate(lines) if "<!-- sb:item " in line}
    decided = _decided(items.values())
    found: dict[str, Action] = {}
    for line in _open(lines, items, _under_actions(lines)):
        name = line.name or name_of(line.text)
        found.setdefault(name, Action(name, line.text, line.times, _owner(line.text), decided.get(name)))
    return tuple(found.values())[:AT_MOST]


def name_of(text: str) -> str:
    """What an action is called from its first carry-over on: by its words, whatever is emphasised."""
    words = " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())
    return sha256(words.encode()).hexdigest()[:10]


def due(text: str, written: date) -> date | None:
    """The day until which it was promised: `by 25 Mar`, `by 2026-03-25`; None where none is named. A day without a year
    is the one nearest to when it was written.
    """
    found = _BY.search(text[:_READ_AT_MOST])
    if found is None:
        return None
    near = (dates.day(f"{found[1]} {year}") for year in (written.year - 1, written.year, written.year + 1))
    known = [day for day in (dates.day(found[1]), *near) if day]
    return min(known, key=lambda day: abs(day - written), default=None)


def _under_actions(lines: list[str]) -> list[int]:
    """The numbers of the lines under a heading *Actions*, without code and what does not show."""
    found: list[int] = []
    hidden: set[int] = set()
    level = 0
    started = 0
    for token in _BLOCKS.parse("\n".join(lines)):
        if token.map is None:
            continue
        first, end = token.map
        if token.type in ("fence", "code_block", "html_block"):
            hidden.update(range(first, end))
        elif token.type == "heading_open" and token.level == 0:
            if level and int(token.tag[1:]) <= level:
                found += range(started, first)
                level = 0
            if not level and _HEADING.fullmatch(lines[first]):
                level, started = int(token.tag[1:]), end
    found += range(started, len(lines)) if level else ()
    return [number for number in found if number not in hidden]


def _open(lines: list[str], items: Mapping[int, tuple[Item, ...]], numbers: list[int]) -> Iterator[_Line]:
    """The open checklist lines with words. A line carried by us counts wherever people moved it."""
    under = set(numbers)
    for number in sorted(under | items.keys()):
        of_line = items.get(number, ())
        carried = next((i for i in of_line if i.key.startswith(KEY) and i.box is not None), None)
        if carried:
            if carried.box == " ":
                yield _carried(carried)
        elif number in under and not _choices(of_line) and (told := _written(lines[number])):
            yield told


def _items(line: str) -> tuple[Item, ...]:
    return items_of(line[: 2 * _READ_AT_MOST])


def _choices(items: Iterable[Item]) -> tuple[tuple[str, Verb], ...]:
    """What hosts may tick about an action, by its line."""
    asks = (Ask.of(item.key) for item in items)
    return tuple((ask.what, ask.verb) for ask in asks if ask and ask.verb in _CHOICES and ask.about is None)


def _decided(lines: Iterable[tuple[Item, ...]]) -> Mapping[str, str]:
    """What hosts ticked, by the action's name."""
    ticked = {choice for items in lines if items and items[0].box == "x" for choice in _choices(items)}
    return {name: next(verb for verb in _CHOICES if (name, verb) in ticked) for name, _ in ticked}


def _written(line: str) -> _Line | None:
    """A line as people wrote it, without our count; None for a box that is ticked, or has no word."""
    found = _TASK.fullmatch(line[:_READ_AT_MOST])
    text = _COMMENT.sub("", without_keys(found[2] or "")) if found else ""
    times = _TIMES.search(text)
    plain = _plain(_TIMES.sub("", text, count=1))
    return _Line(plain, None, (int(times[1]) if times else 0) + 1) if re.search(r"\w", plain) else None


def _carried(item: Item) -> _Line:
    """A line of ours: the words in its code, and what people wrote behind it."""
    ours = _OURS.match(item.label)
    told = _with_owner(ours[1] or ours[2], ours[4]) if ours else item.label
    text = " — ".join(part for part in (told, _COMMENT.sub("", item.field)) if part)
    times = _TIMES.search(item.label[ours.end() :] if ours else item.label)
    name = item.key.removeprefix(KEY)
    return _Line(_plain(text), name, (int(times[1]) if times else 1) + 1)


def _with_owner(owner: str | None, words: str) -> str:
    return words if owner is None or owner in words else f"{owner} {words}"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _owner(text: str) -> str | None:
    """The first person named."""
    return next((m[1] for m in _HANDLE.finditer(text) if m[1].casefold() not in _NOBODY), None)
