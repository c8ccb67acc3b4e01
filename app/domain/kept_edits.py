"""*Kept from edits*: where lines go that people typed inside a block of the service (agendas 4.1).

They stand there as quotes: in a quote no command runs, and code, comments or folds left open end where it ends.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.domain.managed_blocks import defused
from app.domain.managed_lines import Item, as_written, without_keys

HEADING = "## Kept from edits"

_REQUEST = re.compile(r"(?<![\w./-])([\w.-]+(?:/[\w.-]+)+#\d{1,18})(?!\d)", re.ASCII)
_OF_KEY = re.compile(r"\A([\w.-]+(?:/[\w.-]+)+#\d{1,18})(?!\d)", re.ASCII)
_ENTRY = re.compile(r"(?:#+|[-*+]|\d{1,9}[.)]|\|)\s|[\w.-]+/")
"""How a line begins that is about one request: a heading, an entry, a row, or the request itself."""
_HEADING = re.compile(r"[\w ,;:.?'’&/-]{1,90}")
_LABEL = re.compile(r"[\w ,;:.'’-]{1,60}")


@dataclass(frozen=True, slots=True)
class Kept:
    """Lines, and where they were typed: the heading of the block, the request they stood under (`group/project#12`),
    and the label of the service's own line behind which they stood; "" where there is none.
    """

    heading: str
    lines: tuple[str, ...]
    about: str = ""
    behind: str = ""

    @property
    def place(self) -> str:
        """Where, as people read it."""
        behind = f" behind *{self.behind}*" if self.behind else ""
        if self.about:
            return f"{behind} at {self.about}+"
        return behind or (f" under *{self.heading}*" if self.heading else " outside the sections")


def keep(segments: Sequence[tuple[str, list[str]]], kept: Sequence[Kept]) -> list[tuple[str, list[str]]]:
    """The segments with these lines behind the heading, which is made behind the last block where it is missing."""
    told = list(segments)
    if not kept:
        return told
    lines = [line for each in kept for line in _quoted(each)]
    for i, (name, own) in enumerate(told):
        at = next((n for n, line in enumerate(own) if line.strip() == HEADING), None) if not name else None
        if at is not None:
            told[i] = (name, [*own[: at + 1], *lines, *own[at + 1 :]])
            return told
    behind = max((i for i, (name, _) in enumerate(told) if name), default=len(told) - 1)
    next_line = next((own[0] for _, own in told[behind + 1 :] if own), "text")
    told.insert(behind + 1, ("", ["", HEADING, *lines, *([""] if next_line.strip() else [])]))
    return told


def _quoted(kept: Kept) -> list[str]:
    quoted = [f"> {defused(without_keys(line.rstrip()))}".rstrip() for line in kept.lines]
    return ["", f"Typed{kept.place}:", "", *quoted]


def under(content: Sequence[str], own: Collection[str], run: Sequence[str]) -> str:
    """The request below which people typed these lines: what the nearest line of the service above is about, under the
    same heading; "" where there is none. `content` are all lines of the block, `own` those of the service.
    """
    size = len(run)
    at = next((i for i in range(len(content)) if list(content[i : i + size]) == list(run)), 0)
    for line in (bare for raw in reversed(content[:at]) if (bare := as_written(raw)) in own):
        found = _REQUEST.search(without_keys(line).split("](", 1)[0])
        if found and _ENTRY.match(line):
            return found[1]
        if line.startswith(("#", "<details", "</details")):
            return ""
    return ""


def heading(content: Sequence[str]) -> str:
    """The heading of a block, without its number, its minutes, and what would not stay plain; "" where it has none."""
    first = next((line for line in content if line.startswith("## ")), "")
    plain = re.sub(r"\s*\(\d+ min\).*", "", re.sub(r"\A## (?:\d+ · )?", "", without_keys(first))).strip()
    return plain if _HEADING.fullmatch(plain) else ""


def behind(heading: str, item: Item) -> Kept:
    """The words that people wrote behind a line, or in a cell, of the service that stands there no more."""
    key = item.key.replace("-%2D", "--")
    about = _OF_KEY.search(key.partition("/")[2])
    return Kept(heading, (item.field,), about[1] if about else "", item.label if _LABEL.fullmatch(item.label) else "")
