"""Blocks of the service in a description that otherwise belongs to people (agendas 4.1), found whatever they did.

A block stands between `<!-- sb:begin NAME hash=… lines=… -->` and `<!-- sb:end -->`. `lines` are the prints of the
lines the service wrote, so that what people typed among them is told apart without any memory of ours; `hash` binds
these to the name and to one document, so that a block pasted from another agenda, or a marker typed by hand, is
people's text. Anybody can compute both: they protect people's words. Decisions are protected by `ticks`.
"""

import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.domain.managed_lines import as_written, known_by

END = "<!-- sb:end -->"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_BEGIN = re.compile(
    r" {0,3}<!-- sb:begin ([a-z0-9][a-z0-9._-]{0,79}) hash=([0-9a-f]{12}) lines=((?:[A-Za-z0-9_-]{6})*) -->\s*"
)
_MARKER = re.compile(r"\s*<!-- sb:(?:begin|end)\b[^\n]*")
_WORDS = re.compile(r"[\W_]+")
PRINT = 6
"""Characters of a line's print."""
TELLING = 12
"""Letters and digits from which on nobody writes the same line by chance."""


@dataclass(frozen=True, slots=True)
class Block:
    """What the service wants to say in one place. `shorter` are ever shorter texts for a description that is full."""

    name: str
    text: str
    shorter: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"not a name of a block: {self.name!r}")


@dataclass(frozen=True, slots=True)
class Region:
    """A block as it stands: its raw lines with both markers (the second may be gone), what is the service's of the
    lines between, in the order of the text, and what people typed there."""

    name: str
    raw: tuple[str, ...]
    own: tuple[str, ...]
    typed: tuple[tuple[str, ...], ...]
    missing: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether people ticked and filled in at most: nothing typed, nothing taken away."""
        return not self.typed and not self.missing

    @property
    def content(self) -> tuple[str, ...]:
        """The raw lines between the markers."""
        return self.raw[1:-1] if is_end(self.raw[-1]) else self.raw[1:]


@dataclass(frozen=True, slots=True)
class Text:
    """Lines that belong to people, as they typed them."""

    lines: tuple[str, ...]


Part = Region | Text


def written(name: str, lines: Iterable[str], document: str) -> list[str]:
    """A block's lines with its markers around them."""
    safe = [defused(line) for line in lines]
    prints = "".join(known_by(line, document) for line in safe if line.strip())
    return [f"<!-- sb:begin {name} hash={_bound(name, prints, document)} lines={prints} -->", *safe, END]


def composed(parts: Iterable[str | Block], document: str) -> str:
    """The first text of a document: the people's part and the blocks, in their order, with a blank line between."""
    texts = (
        part.strip("\n") if isinstance(part, str) else "\n".join(written(part.name, part.text.split("\n"), document))
        for part in parts
    )
    return "\n\n".join(texts) + "\n"


@lru_cache(maxsize=16)
def parts(text: str, document: str) -> tuple[Part, ...]:
    """The text cut into the service's blocks and people's own lines; all raw lines joined give the text again. One run
    asks for the same text several times.
    """
    lines = text.split("\n")
    begins = [(i, found) for i, line in enumerate(lines) if (found := _begin(line, document))]
    ends = [i for i, line in enumerate(lines) if is_end(line)]
    return tuple(_cut(lines, begins, ends, document))


def is_end(line: str) -> bool:
    """Whether a line is the second marker of a block."""
    return line.strip() == END


def defused(line: str) -> str:
    """A line that looks like a marker and is none, as visible code."""
    return f"`{line.strip()}`" if _MARKER.fullmatch(line) else line


def _bound(name: str, prints: str, document: str) -> str:
    return hashlib.sha256(f"{document}\n{name}\n{prints}".encode()).hexdigest()[:12]


def _begin(line: str, document: str) -> tuple[str, str] | None:
    """Name and prints of a marker that was written for this document."""
    found = _BEGIN.fullmatch(line) if "<!-- sb:begin " in line else None
    if found is None or found[2] != _bound(found[1], found[3], document):
        return None
    return found[1], found[3]


def _cut(
    lines: Sequence[str], begins: Sequence[tuple[int, tuple[str, str]]], ends: Sequence[int], document: str
) -> Iterator[Part]:
    at = 0
    for number, (start, (name, prints)) in enumerate(begins):
        if start > at:
            yield Text(tuple(lines[at:start]))
        bound = begins[number + 1][0] if number + 1 < len(begins) else len(lines)
        at, region = _region(lines, start, bound, name, prints, ends, document)
        yield region
    if at < len(lines):
        yield Text(tuple(lines[at:]))


def _region(
    lines: Sequence[str], start: int, bound: int, name: str, prints: str, ends: Sequence[int], document: str
) -> tuple[int, Region]:
    left = Counter(prints[i : i + PRINT] for i in range(0, len(prints), PRINT))
    ours = _ours(lines, range(start + 1, bound), left.copy(), document)
    first = bisect_left(ends, start)
    last = _last(lines, start, ours, ends[first : bisect_left(ends, bound)])
    return last + 1, region_of(name, lines[start : last + 1], left, document)


def region_of(name: str, raw: Sequence[str], prints: Counter[str], document: str) -> Region:
    """A block of these raw lines, the first marker among them, by the prints of what the service wrote there."""
    left = prints.copy()
    inside = range(1, len(raw) - is_end(raw[-1]))
    ours = _ours(raw, inside, left, document)
    own = tuple(as_written(raw[i]) for i in inside if i in ours)
    return Region(name, tuple(raw), own, tuple(_typed(raw, inside, ours)), tuple(left.elements()))


def telling(line: str) -> bool:
    """Whether nobody writes this very line by chance."""
    return len(_WORDS.sub("", line)) >= TELLING


def _ours(lines: Sequence[str], where: range, left: Counter[str], document: str) -> set[int]:
    """Which lines the service wrote, each print once; the prints that are found are taken out of `left`."""
    ours: set[int] = set()
    count = left.total()
    for i in where:
        if not count:
            break
        mark = known_by(lines[i], document) if lines[i].strip() else ""
        if left[mark] > 0:
            ours.add(i)
            left[mark] -= 1
            count -= 1
    return ours


def _last(lines: Sequence[str], start: int, ours: set[int], stops: Sequence[int]) -> int:
    """The last line of a block: its end, or a later one where lines that can only be the service's stand before it.

    Without an end, the last such line and what follows it at once. A line like `---` proves nothing: people write it.
    """
    sure = [i for i in ours if telling(lines[i])]
    if stops:
        return stops[bisect_left(stops, max((i for i in sure if i < stops[-1]), default=start))]
    last = max(sure, default=start)
    while last + 1 in ours:
        last += 1
    return last


def _typed(lines: Sequence[str], inside: range, ours: set[int]) -> Iterator[tuple[str, ...]]:
    """What people typed: runs of lines with nothing of the service between, without blank lines around them."""
    run: list[str] = []
    for i in inside:
        if i not in ours and (run or lines[i].strip()):
            run.append(lines[i])
        elif i in ours and run:
            yield _trimmed(run)
            run = []
    if run:
        yield _trimmed(run)


def _trimmed(run: list[str]) -> tuple[str, ...]:
    while run and not run[-1].strip():
        run.pop()
    return tuple(run)
