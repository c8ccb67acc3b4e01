"""What the service has to say, put into a description that people edit all the while (agendas 4.1, 4.4).

Nothing people typed is ever deleted: lines typed inside a block move to *Kept from edits*, once. Ticks and fields
follow their item's key. With no news the text comes back as it was, to the last character, and nothing needs writing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.gathered import chosen, gather
from app.domain.half_deleted import restored
from app.domain.kept_edits import Kept, keep
from app.domain.managed_blocks import Block, Part, Region, Text, is_end, parts, written
from app.domain.managed_lines import (
    Box,
    Item,
    as_written,
    items_of,
    with_item,
    without_live_keys,
)
from app.domain.references import commands_defused
from app.domain.typed_keys import with_own_keys

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
    own = (line for region in chosen(parts(text, document)).values() for line in region.own)
    return _keyed(own)


def items_wanted(blocks: Iterable[Block]) -> Mapping[str, Item]:
    """The items that blocks are about to show, by key."""
    return _keyed(line for block in blocks for line in block.text.split("\n"))


def _keyed(lines: Iterable[str]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for line in lines:
        for item in items_of(line):
            if not item.key.startswith("text:"):
                found.setdefault(item.key, item)
    return found


def _merged(
    current: str,
    cut: Sequence[Part],
    saying: Sequence[tuple[str, str]],
    document: str,
    boxes: Mapping[str, Box],
    settled: Collection[str],
) -> Merged:
    asked = {name: text.split("\n") for name, text in saying}
    found = gather(with_own_keys(restored(cut, asked, document), asked, document), asked, document)
    items = {key: _set(each.item, boxes) for key, each in found.items.items()}
    items |= {key: Item(key, "", box, "") for key, box in boxes.items() if key not in items}
    lines = {name: [_carried(line, items) for line in several] for name, several in asked.items()}
    here = {item.key for several in lines.values() for line in several for item in items_of(line)}
    kept = found.kept(here, settled)
    segments = _laid_out(found.parts, lines, document)
    text = "\n".join(line for _, several in keep(segments, kept) for line in several)
    return Merged(current if text == current else commands_defused(text), kept, items)


def _set(item: Item, boxes: Mapping[str, Box]) -> Item:
    return replace(item, box=boxes[item.key]) if item.key in boxes else item


def _carried(line: str, items: Mapping[str, Item]) -> str:
    for item in items_of(line):
        held = items.get(item.key)
        if held and held.touched:
            line = with_item(line, held)
    return line


def _laid_out(cut: Sequence[Part], saying: Mapping[str, Sequence[str]], document: str) -> list[tuple[str, list[str]]]:
    """The text in segments, each with its block's name ("" for people's), new blocks next to their neighbours."""
    regions = chosen(cut)
    segments: list[tuple[str, list[str]]] = []
    for part in cut:
        if isinstance(part, Text):
            segments.append(("", [without_live_keys(line) for line in part.lines]))
        elif regions[part.name] is not part:
            segments.append(("", [without_live_keys(line) for line in part.content]))
        elif part.name in saying:
            segments.append((part.name, _rewritten(part, written(part.name, saying[part.name], document))))
        else:
            segments.append((part.name, []))
    _close_up(segments)
    names = list(saying)
    present = set(regions) & set(names)
    for number, name in enumerate(names):
        if name not in present:
            _insert(segments, written(name, saying[name], document), number, names, present)
            present.add(name)
    return segments


def _close_up(segments: list[tuple[str, list[str]]]) -> None:
    """Where a block went, one of the two blank lines around it goes too: coming and going leaves no trail."""
    for i, (name, lines) in enumerate(segments):
        before = segments[i - 1][1] if i else []
        behind = segments[i + 1][1] if i + 1 < len(segments) else [""]
        if name and not lines and before and not before[-1].strip() and behind and not behind[0].strip():
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
        apart = segments[before][1][-1:] == [""]
        segments.insert(before + 1, (names[number], [*lines, ""] if apart else ["", *lines]))
        return
    behind = next((places[name] for name in names[number:] if name in present), 0)
    segments.insert(behind, (names[number], [*lines, ""]))
