"""What the service has to say, put into a description that people edit all the while (agendas 4.1, 4.4).

Nothing people typed is ever deleted: lines typed inside a block move to *Kept from edits*, once. Ticks and fields
follow their item's key. With no news the text comes back as it was, to the last character, and nothing needs writing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.kept_edits import Kept, keep
from app.domain.managed_blocks import Block, Part, Region, Text, is_end, parts, written
from app.domain.managed_lines import (
    Box,
    Item,
    as_written,
    items_of,
    known_by,
    with_item,
    without_keys,
    without_live_keys,
)
from app.domain.references import commands_defused

LIMIT = 1_048_576
"""Characters of a description (CONTRACT 3)."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The description to write, what was moved out of blocks this time, and what people made of each item."""

    text: str
    kept: tuple[Kept, ...]
    items: Mapping[str, Item]

    @property
    def too_long(self) -> bool:
        """Whether GitLab would refuse it, although every block says its shortest."""
        return len(self.text) > LIMIT


@dataclass(frozen=True, slots=True)
class _Found:
    """An item as it stands somewhere in the text, and its line."""

    item: Item
    line: str
    name: str


def merge(
    current: str,
    blocks: Sequence[Block],
    document: str,
    boxes: Mapping[str, Box] | None = None,
    settled: Collection[str] = (),
) -> Merged:
    """The description with its blocks brought up to date. `document` names it uniquely, the same at each refresh.

    `boxes` are boxes to be set otherwise than people left them (a tick that may not stand); `settled` are items whose
    tick and field were acted on, which may go without a trace. A line that GitLab would run as a command gets a
    backslash, which does not show (CONTRACT 8), whenever something is written; it alone is no reason to write.
    """
    cut, lengths = parts(current, document), [0] * len(blocks)
    while True:
        saying = [(b.name, (b.text, *b.shorter)[n]) for b, n in zip(blocks, lengths, strict=True)]
        merged = _merged(current, cut, saying, document, boxes or {}, settled)
        longest = max(
            (i for i, block in enumerate(blocks) if lengths[i] < len(block.shorter)),
            key=lambda i: len(saying[i][1]),
            default=None,
        )
        if not merged.too_long or longest is None:
            return merged
        lengths[longest] += 1


def items_in(text: str, document: str) -> Mapping[str, Item]:
    """What people made of the items in a description's blocks, by key; only lines as the service wrote them count."""
    found = (each for region in _chosen(parts(text, document)).values() for each in _items(region.name, region.own))
    return {each.item.key: each.item for each in found if not each.item.key.startswith("text:")}


def items_wanted(blocks: Iterable[Block]) -> Mapping[str, Item]:
    """The items that blocks are about to show, by key."""
    lines = (line for block in blocks for line in block.text.split("\n"))
    return {item.key: item for line in lines for item in items_of(line) if not item.key.startswith("text:")}


def _merged(
    current: str,
    cut: Sequence[Part],
    saying: Sequence[tuple[str, str]],
    document: str,
    boxes: Mapping[str, Box],
    settled: Collection[str],
) -> Merged:
    chosen = _chosen(cut)
    moved, typed = _sorted_out(chosen.values(), document)
    found = _collected(chosen.values(), moved, cut)
    items = {key: _set(each.item, boxes) for key, each in found.items()}
    items |= {key: Item(key, "", box, "") for key, box in boxes.items() if key not in items}
    saying_lines = {name: [_carried(line, items) for line in text.split("\n")] for name, text in saying}
    here = {item.key for lines in saying_lines.values() for line in lines for item in items_of(line)}
    kept = _kept(typed, [each for key, each in found.items() if key not in here and key not in settled])
    segments = _laid_out(cut, chosen, saying_lines, document)
    text = "\n".join(line for _, lines in keep(segments, kept) for line in lines)
    return Merged(current if text == current else commands_defused(text), kept, items)


def _chosen(cut: Iterable[Part]) -> dict[str, Region]:
    """Of several blocks of one name the one that is most the service's; the others became people's copies."""
    best: dict[str, Region] = {}
    for part in cut:
        if isinstance(part, Region):
            other = best.get(part.name)
            if other is None or (part.intact, len(part.own)) > (other.intact, len(other.own)):
                best[part.name] = part
    return best


def _sorted_out(regions: Iterable[Region], document: str) -> tuple[list[_Found], list[Kept]]:
    """Of the lines that do not belong in their block: items moved here from another block, and what people typed."""
    regions = tuple(regions)
    elsewhere = Counter(mark for region in regions for mark in region.missing)
    moved: list[_Found] = []
    kept: list[Kept] = []
    for region in regions:
        for run in region.typed:
            left = []
            for line in run:
                mark = known_by(line, document) if line.strip() else ""
                if elsewhere[mark] > 0:
                    elsewhere[mark] -= 1
                    moved += _items(region.name, [as_written(line)])
                else:
                    left.append(line)
            kept.append(Kept(region.name, tuple(left)))
    return moved, [each for each in kept if any(line.strip() for line in each.lines)]


def _collected(regions: Iterable[Region], moved: Iterable[_Found], cut: Iterable[Part]) -> dict[str, _Found]:
    """Each item once: from the blocks, else from where people took it; what they took without a touch is nothing."""
    found: dict[str, _Found] = {}
    for region in regions:
        for each in _items(region.name, region.own):
            found.setdefault(each.item.key, each)
    for each in (*moved, *_outside(cut)):
        found.setdefault(each.item.key, each)
    return found


def _outside(cut: Iterable[Part]) -> Iterator[_Found]:
    for part in cut:
        if isinstance(part, Text):
            lines = [as_written(line) for line in part.lines if without_live_keys(line) != line]
            yield from (_Found(each.item, "", each.name) for each in _items("", lines))


def _items(name: str, lines: Iterable[str]) -> Iterator[_Found]:
    for line in lines:
        for item in items_of(line):
            yield _Found(item, line, name)


def _set(item: Item, boxes: Mapping[str, Box]) -> Item:
    return replace(item, box=boxes[item.key]) if item.key in boxes else item


def _carried(line: str, items: Mapping[str, Item]) -> str:
    for item in items_of(line):
        held = items.get(item.key)
        if held and held.touched:
            line = with_item(line, held)
    return line


def _kept(typed: Iterable[Kept], vanished: Iterable[_Found]) -> tuple[Kept, ...]:
    """What moves to *Kept from edits*: typed lines, and lines people ticked or filled in whose item is no more."""
    gone = {(each.name, each.line): None for each in vanished if each.item.touched and each.line}
    return (*typed, *(Kept(name, (without_keys(line),)) for name, line in gone))


def _laid_out(
    cut: Iterable[Part], chosen: Mapping[str, Region], saying: Mapping[str, Sequence[str]], document: str
) -> list[tuple[str, list[str]]]:
    """The text in segments, each with its block's name ("" for people's), new blocks next to their neighbours."""
    segments: list[tuple[str, list[str]]] = []
    for part in cut:
        if isinstance(part, Text):
            segments.append(("", [without_live_keys(line) for line in part.lines]))
        elif chosen[part.name] is not part:
            segments.append(("", [without_live_keys(line) for line in part.content]))
        elif part.name in saying:
            segments.append((part.name, _rewritten(part, written(part.name, saying[part.name], document))))
        else:
            segments.append((part.name, []))
    _close_up(segments)
    names = list(saying)
    present = set(chosen) & set(names)
    for number, name in enumerate(names):
        if name not in present:
            _insert(segments, written(name, saying[name], document), number, names, present)
            present.add(name)
    return segments


def _close_up(segments: list[tuple[str, list[str]]]) -> None:
    """Where a block went, one of the two blank lines around it goes too: coming and going leaves no trail."""
    for i, (_, lines) in enumerate(segments):
        before = segments[i - 1][1] if i else []
        behind = segments[i + 1][1] if i + 1 < len(segments) else [""]
        if not lines and before and not before[-1].strip() and behind and not behind[0].strip():
            before.pop()


def _rewritten(region: Region, lines: list[str]) -> list[str]:
    """The new lines; the old ones, to the character, where they say the same."""
    same = [as_written(line) for line in region.raw] == [as_written(line) for line in lines]
    return list(region.raw) if same and is_end(region.raw[-1]) else lines


def _insert(
    segments: list[tuple[str, list[str]]], lines: list[str], number: int, names: Sequence[str], present: set[str]
) -> None:
    """Behind the nearest block before it, else before the nearest behind it, else at the top."""
    places = {name: i for i, (name, _) in enumerate(segments) if name}
    before = next((places[name] for name in reversed(names[:number]) if name in present), None)
    if before is not None:
        segments.insert(before + 1, (names[number], ["", *lines]))
        return
    behind = next((places[name] for name in names[number:] if name in present), 0)
    segments.insert(behind, (names[number], [*lines, ""]))
