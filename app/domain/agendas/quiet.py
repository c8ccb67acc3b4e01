"""Sections with nothing to say this time: one line names them all, instead of a heading and a sentence each."""

from collections.abc import Iterable, Mapping

from app.domain.agenda import Section
from app.domain.picture import Picture

_TELLING = ("rows", "moved", "without", "never", "full", "fold", "left", "after", "decided")
"""What a section shows under."""


def with_quiet(
    picture: Picture, layout: Iterable[str | Section], names: Mapping[str, str]
) -> tuple[str | Section, ...]:
    """The layout without those of the sections that have `names` (by block) and are empty; the block `quiet`, behind
    the last of the others, says that there is nothing of these.
    """
    parts = tuple(layout)
    empty = [part for part in parts if isinstance(part, Section) and part.name in names and _is_empty(part)]
    if not empty:
        return parts
    said = tuple(names[section.name] for section in empty)
    line = Section("quiet", "quiet", {"names": said, "since": picture.since})
    last = max(at for at, part in enumerate(parts) if isinstance(part, Section) and part.name in names)
    both = (*parts[: last + 1], line, *parts[last + 1 :])
    return tuple(part for part in both if part not in empty)


def _is_empty(section: Section) -> bool:
    return not any(section.data.get(key) for key in _TELLING)
