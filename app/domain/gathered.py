"""What people did to a description, sorted out before it is written anew: their words, and the items' ticks and fields.

A line of the service that people moved, into another block or among their own lines, is still the service's: it goes
back with its tick and field, and stands once. A line that they retyped is theirs, and loses its hidden key.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.kept_edits import Kept, behind, heading, under
from app.domain.managed_blocks import Part, Region, Text
from app.domain.managed_lines import Item, as_written, items_of, known_by, without_live_keys


@dataclass(frozen=True, slots=True)
class Found:
    """An item as it stands, its line, and the block where that belongs."""

    item: Item
    line: str
    block: str


@dataclass(slots=True)
class Gathered:
    """Each item by key, items that stand twice, what people typed inside blocks, the parts without the lines that go
    back to their block, and the heading of each block."""

    items: dict[str, Found] = field(default_factory=dict)
    twice: list[Found] = field(default_factory=list)
    typed: list[Kept] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)

    def add(self, found: Iterable[Found]) -> None:
        """Take items in; the first of a key counts."""
        for each in found:
            if self.items.setdefault(each.item.key, each) is not each and each.item.field:
                self.twice.append(each)

    def kept(self, here: Collection[str], settled: Collection[str]) -> tuple[Kept, ...]:
        """What moves to *Kept from edits*: typed lines, and words behind lines whose item is no more. A tick alone is
        no word: what it led to is told among the ticks.
        """
        gone = [each for key, each in self.items.items() if key not in here and key not in settled]
        said = (each for each in (*gone, *self.twice) if each.item.field)
        words = dict.fromkeys(behind(self.headings.get(each.block, ""), each.item) for each in said)
        return (*self.typed, *words)


def chosen(parts: Iterable[Part]) -> dict[str, Region]:
    """Of several blocks of one name the one that is most the service's; the others are people's copies."""
    best: dict[str, Region] = {}
    for part in parts:
        if isinstance(part, Region):
            other = best.get(part.name)
            if other is None or (part.intact, len(part.own)) > (other.intact, len(other.own)):
                best[part.name] = part
    return best


def gather(parts: Sequence[Part], saying: Mapping[str, Sequence[str]], document: str) -> Gathered:
    """Sort it out. `saying` are the lines each block is about to have."""
    regions = chosen(parts)
    found = Gathered()
    for region in regions.values():
        found.add(_items(region.name, region.own))
        found.headings[region.name] = heading(region.own)
    missing = Counter(mark for region in regions.values() for mark in region.missing)
    for region in regions.values():
        for run in region.typed:
            left = tuple(line for line in run if not _goes_back(line, missing, region.name, found, document))
            if any(line.strip() for line in left):
                found.typed.append(Kept(found.headings[region.name], left, under(region.content, region.own, run)))
    unmarked = (line for name, lines in saying.items() if name not in regions for line in lines if items_of(line))
    missing.update(known_by(line, document) for line in unmarked)
    for part in parts:
        if isinstance(part, Text):
            part = Text(tuple(line for line in part.lines if not _comes_back(line, missing, found, document)))
        found.parts.append(part)
    return found


def _comes_back(line: str, missing: Counter[str], found: Gathered, document: str) -> bool:
    """Whether a line among people's is one of an item's that its block has lost."""
    keyed = without_live_keys(line) != line and not any(item.key in found.items for item in items_of(line))
    return keyed and _goes_back(line, missing, "moved lines", found, document)


def _goes_back(line: str, missing: Counter[str], block: str, found: Gathered, document: str) -> bool:
    mark = known_by(line, document) if line.strip() else ""
    if missing[mark] <= 0:
        return False
    missing[mark] -= 1
    found.add(_items(block, [as_written(line)]))
    return True


def _items(block: str, lines: Iterable[str]) -> Iterator[Found]:
    return (Found(item, line, block) for line in lines for item in items_of(line))
