"""Sections with a number: counted as they stand, so that nobody looks for one that was left out."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from app.domain.agenda import Section


def numbered(layout: Iterable[str | Section], names: Collection[str]) -> tuple[str | Section, ...]:
    """The layout, in which templates of the sections of these names know their `place`, from 1 on. People's own
    headings have none.
    """
    return tuple(_numbered(layout, names))


def _numbered(layout: Iterable[str | Section], names: Collection[str]) -> Iterator[str | Section]:
    place = 0
    for part in layout:
        if isinstance(part, str) or part.name not in names:
            yield part
            continue
        place += 1
        shorter = tuple({**data, "place": place} for data in part.shorter)
        yield replace(part, data={**part.data, "place": place}, shorter=shorter)
