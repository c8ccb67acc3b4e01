"""Words that people typed inside a hidden key: they stay where they are, and are no key any more.

A key of the service is taken away where its line becomes people's. Any other was typed in, or pasted from elsewhere.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from app.domain.managed_blocks import Part, Region, Text
from app.domain.managed_lines import items_of, known_by, with_keys_of, without_live_keys


def with_own_keys(parts: Sequence[Part], saying: Mapping[str, Sequence[str]], document: str) -> tuple[Part, ...]:
    """The parts with only those keys that the service wrote here or is about to write in `saying`."""
    lines = [line for several in saying.values() for line in several]
    lines += [line for part in parts if isinstance(part, Region) for line in part.own]
    lines += _moved(parts, document)
    known = {item.key for line in lines if "<!-- sb:item " in line for item in items_of(line)}
    return tuple(_cleared(part, known) for part in parts)


def _moved(parts: Sequence[Part], document: str) -> Iterator[str]:
    """Lines that people moved away from where the service wrote them."""
    missing = {mark for part in parts if isinstance(part, Region) for mark in part.missing}
    for part in parts if missing else ():
        lines = part.content if isinstance(part, Region) else part.lines
        yield from (line for line in lines if "<!-- sb:item " in line and known_by(line, document) in missing)


def _cleared(part: Part, known: Collection[str]) -> Part:
    """Among people's own lines only where a key would count: the others are left alone."""
    if isinstance(part, Text):
        lives = (without_live_keys(line) != line for line in part.lines)
        return Text(tuple(with_keys_of(x, known) if live else x for x, live in zip(part.lines, lives, strict=True)))
    raw, own = (tuple(with_keys_of(line, known) for line in lines) for lines in (part.raw, part.own))
    typed = tuple(tuple(with_keys_of(line, known) for line in run) for run in part.typed)
    return replace(part, raw=raw, own=own, typed=typed)
