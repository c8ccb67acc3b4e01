"""Lines of a document that the service wrote, known again after people ticked and filled in (agendas 4.1, 4.4).

A line may carry an item's key in a comment that GitLab does not show. Its box, and what people write behind the key,
belong to people and are no part of the line's identity; nor are line ends, spaces around it and the kind of bullet.
"""

import base64
import hashlib
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

Box = Literal[" ", "x", "~"]
"""A checklist box: open, ticked, or what GitLab calls inapplicable."""

TO_WRITE = "_(to write)_"
"""What stands in a cell until somebody writes there."""

_KEY = re.compile(r"<!-- sb:item ([^\s<>]{1,200}?)(?: ask=([0-9a-f]{6}))? -->")
_TASK = re.compile(r"(\s*(?:[-*+]|\d{1,9}[.)])\s+)\[([ xX~])\](?=\s)")
_BULLET = re.compile(r"[*+](?=\s)")
_BAR = re.compile(r"(?<!\\)\|")
_DASH = re.compile(r"\A\s*(?:[—–:]|-+(?=\s|\Z))")
_COMMAND = re.compile(r"\\(?=/[A-Za-z_])")


@dataclass(frozen=True, slots=True)
class Item:
    """What people made of one item: its label as the line says it, its box (None: it has none), and what they wrote
    ("" where nothing is written yet)."""

    key: str
    label: str
    box: Box | None
    field: str

    @property
    def touched(self) -> bool:
        """Whether anybody ticked it or wrote there."""
        return bool(self.field) or self.box in ("x", "~")


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where people write in a line: all from `start` to `end`, the key's comment among it."""

    key: str
    ask: str
    start: int
    end: int
    text: str


def item(key: str, label: str, prompt: str = "") -> str:
    """A checklist line people tick, and write behind: `- [ ] Accept — owner: … target: …`."""
    return f"- [ ] {label} {_comment(key, prompt)}{f' — {prompt}' if prompt else ''}"


def slot(key: str, prompt: str = TO_WRITE) -> str:
    """The content of a table cell people write in; nothing else may stand in that cell."""
    return f"{_comment(key, prompt)} {prompt}"


def known_by(line: str, document: str) -> str:
    """A line's print in one document: 36 bits of a hash."""
    content = f"{document}\n{identity(line)}".encode()
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()[:5])[:6].decode()


def identity(line: str) -> str:
    """What makes a line itself: all but its box, its fields, its kind of bullet and the spaces around it."""
    bare = as_written(line)
    parts, at = [], 0
    for found in _slots(bare):
        parts += [bare[at : found.start].rstrip(), f" <!-- sb:item {found.key} --> "]
        at = found.end
    bare = boxed("".join([*parts, bare[at:].lstrip() if parts else bare]), " ").strip()
    return _BULLET.sub("-", bare, count=1) if _BULLET.match(bare) else bare


def as_written(line: str) -> str:
    """A line as the service writes it: no spaces or carriage return at its end, no backslash before a slash."""
    bare = line.rstrip()
    return _COMMAND.sub("", bare, count=1) if bare.lstrip().startswith("\\/") else bare


def items_of(line: str) -> tuple[Item, ...]:
    """The items of a line; a checklist line without a key is one too, known by its text."""
    bare = as_written(line)
    task = _TASK.match(bare)
    box = _box(task[2]) if task else None
    found = tuple(Item(s.key, _label(bare, s, task), box, _given(s)) for s in _slots(bare))
    if found or not task:
        return found
    text = bare[task.end() :].strip()
    return (Item(f"text:{text}", text, box, ""),)


def with_item(line: str, held: Item) -> str:
    """The line with its item's box and field as people left them."""
    for found in _slots(line):
        if found.key == held.key and held.field:
            line = _filled(line, found, held.field)
            break
    return boxed(line, held.box) if held.box else line


def boxed(line: str, box: Box) -> str:
    """The line with its box so; a line without a box as it is."""
    return _TASK.sub(lambda m: f"{m[1]}[{box}]", line, count=1) if _TASK.match(line) else line


def without_keys(line: str) -> str:
    """A line that is people's: without the hidden keys, and nothing else changed that shows."""
    return re.sub(rf"{_KEY.pattern} ?", "", line) if "<!-- sb:item " in line else line


def with_keys_of(line: str, known: Collection[str]) -> str:
    """The line with other keys as plain comments: people typed in them, so they hold words, and count nowhere."""
    return _KEY.sub(lambda m: m[0] if m[1] in known else m[0].replace("sb:item", "sb:typed", 1), line)


def without_live_keys(line: str) -> str:
    """The same for lines where a key would count: checklist items and rows of tables."""
    return without_keys(line) if _TASK.match(line) or line.lstrip().startswith("|") else line


def label_and_key(text: str) -> tuple[str, str] | None:
    """Label and key in the text of a checklist item, as GitLab's note tells it; None where it has no key."""
    found = _KEY.search(text)
    return (text[: found.start()].strip(), found[1]) if found else None


def answers(field: str, names: tuple[str, ...]) -> dict[str, str]:
    """What a field says to each name asked for: `owner: Ken target: 18.9`. A name without an answer is left out."""
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    marks = list(re.finditer(rf"(?:\A|(?<=[\s,;·]))({pattern})\s*:", field, re.IGNORECASE)) if names else []
    ends = [*(mark.start() for mark in marks[1:]), len(field)]
    told = {m[1].casefold(): field[m.end() : end].strip(" \t,;·…") for m, end in zip(marks, ends, strict=False)}
    return {name: told[name.casefold()] for name in names if told.get(name.casefold())}


def _comment(key: str, prompt: str) -> str:
    if not re.fullmatch(r"[^\s<>]{1,200}", key) or "--" in key:
        raise ValueError(f"not a key of an item: {key!r}")
    return f"<!-- sb:item {key} ask={_ask(prompt)} -->" if prompt else f"<!-- sb:item {key} -->"


def _ask(prompt: str) -> str:
    return hashlib.sha256(_trimmed(prompt).encode()).hexdigest()[:6]


def _slots(line: str) -> Iterator[_Slot]:
    """In a row of a table each cell with a key; in any other line all from its first key to its end."""
    if "<!-- sb:item " not in line:
        return
    keys = list(_KEY.finditer(line))
    if not line.lstrip().startswith("|"):
        for found in keys[:1]:
            yield _Slot(found[1], found[2] or "", found.start(), len(line), line[found.end() :])
        return
    bars = [bar.start() for bar in _BAR.finditer(line)]
    taken = -1
    for found in keys:
        start = bars[bar - 1] + 1 if (bar := bisect_left(bars, found.start())) else 0
        end = bars[bar] if (bar := bisect_left(bars, found.end())) < len(bars) else len(line)
        if start > taken:
            yield _Slot(found[1], found[2] or "", start, end, line[start : found.start()] + line[found.end() : end])
            taken = start


def _given(found: _Slot) -> str:
    """What people wrote in a slot; "" where it still says what it asks."""
    text = _trimmed(without_keys(found.text))
    return "" if found.ask == _ask(text) else text


def _trimmed(text: str) -> str:
    return _DASH.sub("", text, count=1).strip()


def _filled(line: str, found: _Slot, field: str) -> str:
    comment = _KEY.search(line, found.start)
    if comment is None:
        return line
    if line.lstrip().startswith("|"):
        return f"{line[: found.start]} {comment[0]} {field} {line[found.end :]}"
    return f"{line[: comment.end()]} — {field}"


def _label(line: str, found: _Slot, task: re.Match[str] | None) -> str:
    return line[task.end() : found.start].strip() if task else ""


def _box(mark: str) -> Box:
    return "x" if mark in "xX" else "~" if mark == "~" else " "
