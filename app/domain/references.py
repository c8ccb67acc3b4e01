"""References to labels in GitLab's Markdown: `~"status::new"`, `~status::new`, `/label ~bug` (CONTRACT 8).

The pattern is GitLab's (app/models/label.rb): a word, or words joined by one or two colons, or anything in quotes;
digits alone are a label's id. A project's path before it makes it that project's label.
"""

import re
from bisect import bisect
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from markdown_it import MarkdownIt

_WORD = r"[A-Za-z0-9_\-?.&]+"
_WORDS = rf"{_WORD}(?::{{1,2}}{_WORD})*(?<![.?])"
_REFERENCE = re.compile(
    rf"(?P<project>(?<![\w./-])[\w.-]+(?:/[\w.-]+)*)?(?<![\\~])~(?:\"(?P<quoted>[^\"\n]+)\"|(?P<plain>{_WORDS}))"
)
_PLAIN = re.compile(rf"(?!\d+\Z){_WORDS}")
_QUICK_ACTION = re.compile(r"[ \t]{0,3}/[A-Za-z]")
_COMMAND_LINE = re.compile(r"^[ \t]{0,3}/[A-Za-z_]+(?=\s|\Z)", re.MULTILINE)
_TICKS = re.compile(r"`+")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_RETURN = re.compile(r"\r(?!\n)")
"""Ends a line by itself, too, for whoever reads Markdown (CommonMark 2.1)."""
_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 20}).disable("inline")
_QUERY = "glql"
"""Fenced blocks of this kind are live queries: GitLab reads the references in them."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference: the label's title, the project named before it, and where it stands in the text."""

    title: str
    quoted: bool
    project: str | None
    start: int
    end: int


def references(text: str) -> Iterator[Reference]:
    """All references in a text, in code too, from `~` to their end. Ids (`~12`) are none: they never go out of date."""
    for found in _REFERENCE.finditer(text):
        quoted, project = found["quoted"], found["project"]
        title = quoted or found["plain"]
        if quoted or not title.isdecimal():
            start = found.start() + len(project or "")
            yield Reference(title, quoted is not None, project, start, found.end())


def written(title: str, *, quoted: bool) -> str | None:
    """The reference to a label, in quotes where it has to be; None for a title that cannot be referenced by name."""
    if '"' in title or "\n" in title:
        return None
    return f"~{title}" if not quoted and _PLAIN.fullmatch(title) else f'~"{title}"'


def renamed(text: str, titles: Mapping[str, str], ours: Callable[[str], bool]) -> str:
    """The text with references to the labels of `titles` under their new titles, and nothing else changed.

    What is in code stays as it is, live queries apart. A reference into a project that is not `ours` stays too.
    """
    readable, parts, at = shown(text), [], 0
    for found in references(readable):
        new = titles.get(found.title) if found.project is None or ours(found.project) else None
        reference = written(new, quoted=found.quoted) if new else None
        if reference:
            parts += [text[at : found.start], reference]
            at = found.end
    return "".join([*parts, text[at:]])


def runs_something(text: str) -> bool:
    """Whether a line outside code begins with a slash: GitLab would run it as a quick action at each edit."""
    return any(_QUICK_ACTION.match(line) for line in shown(text).split("\n"))


def commands_defused(text: str) -> str:
    """The text with a backslash, which does not show, before each line that GitLab could take for a quick action."""
    if not _COMMAND_LINE.search(text):
        return text
    lines = _RETURN.sub("\n", text).split("\n")
    for number, line in enumerate(shown(text).split("\n")):
        if _COMMAND_LINE.match(line):
            lines[number] = lines[number].replace("/", "\\/", 1)
    return "\n".join(lines)


def shown(text: str) -> str:
    """The text with its code blotted out, at the same places: what GitLab reads references and quick actions in."""
    text = _RETURN.sub("\n", text)
    lines = text.split("\n")
    for token in _BLOCKS.parse(text):
        if not token.map or token.type not in ("fence", "code_block"):
            continue
        first, end = token.map
        hidden = (first, end - 1) if token.info.strip() == _QUERY else range(first, end)
        for number in hidden:
            lines[number] = "\0" * len(lines[number])
    blotted = "\n".join(lines)
    parts, at = [], 0
    for start, end in _inline_code(blotted):
        parts += [blotted[at:start], re.sub(r"[^\n]", "\0", blotted[start:end])]
        at = end
    return "".join([*parts, blotted[at:]])


def _inline_code(text: str) -> Iterator[tuple[int, int]]:
    """Where code stands between back-ticks: a run of them to the next as long, in the same paragraph. Linear."""
    runs = list(_TICKS.finditer(text))
    ends: dict[tuple[int, int], deque[int]] = {}
    breaks = [found.start() for found in _BLANK_LINE.finditer(text)]
    keys = [(bisect(breaks, run.start()), len(run[0])) for run in runs]
    for number, key in enumerate(keys):
        ends.setdefault(key, deque()).append(number)
    after = 0
    for number, key in enumerate(keys):
        waiting = ends[key]
        while waiting and waiting[0] <= number:
            waiting.popleft()
        if number >= after and waiting:
            after = waiting[0] + 1
            yield runs[number].start(), runs[waiting[0]].end()
