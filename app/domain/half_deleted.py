"""Blocks whose first marker people deleted: known by their end, and by lines that the service is about to write."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from app.domain.managed_blocks import Part, Region, Text, is_end, region_of, telling
from app.domain.managed_lines import known_by


def restored(parts: Sequence[Part], saying: Mapping[str, Sequence[str]], document: str) -> tuple[Part, ...]:
    """The parts, with such a block instead of its lines among people's. `saying` are each block's lines."""
    there = {part.name for part in parts if isinstance(part, Region)}
    lost = {name: _prints(lines, document) for name, lines in saying.items() if name not in there}
    return tuple(_restored(parts, lost, document))


def _restored(parts: Sequence[Part], lost: dict[str, Counter[str]], document: str) -> Iterator[Part]:
    for part in parts:
        lines = part.lines if isinstance(part, Text) else ()
        at = 0
        for stop in [i for i, line in enumerate(lines) if lost and is_end(line)]:
            found = _start(lines[at:stop], lost, document)
            if found:
                start, name = at + found[0], found[1]
                yield Text(lines[at:start])
                yield region_of(name, ("", *lines[start : stop + 1]), lost.pop(name), document)
                at = stop + 1
        if at < len(lines) or not lines:
            yield Text(lines[at:]) if isinstance(part, Text) else part


def _start(lines: Sequence[str], lost: Mapping[str, Counter[str]], document: str) -> tuple[int, str] | None:
    """Where the first line stands that only a lost block can have, and which block."""
    for i, line in enumerate(lines):
        if telling(line):
            mark = known_by(line, document)
            name = next((name for name, prints in lost.items() if prints[mark]), None)
            if name:
                return i, name
    return None


def _prints(lines: Sequence[str], document: str) -> Counter[str]:
    return Counter(known_by(line, document) for line in lines if line.strip())
