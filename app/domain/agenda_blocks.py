"""An agenda's blocks as its text has them: what stays as it is, because the meeting began, or another week owns it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from app.domain.agenda import Ask, Verb
from app.domain.cadence import MeetingKind
from app.domain.gathered import chosen
from app.domain.issue import Ref
from app.domain.managed_blocks import Block, Region, parts
from app.domain.managed_lines import Item
from app.domain.meeting import Meeting
from app.domain.tick_lines import NAME, TOLD


def as_they_stand(text: str, document: str) -> tuple[Block, ...]:
    """The blocks of a description in their order, without what people typed among the lines of ours."""
    cut = parts(text, document)
    best = chosen(cut)
    return tuple(
        Block(part.name, "\n".join(_of_ours(part)))
        for part in cut
        if isinstance(part, Region) and best[part.name] is part
    )


def week(meeting: Meeting) -> str:
    """What the names of a meeting's blocks begin with where several meetings share an issue; nothing elsewhere."""
    return f"{meeting.period.lower()}-" if meeting.kind is MeetingKind.CORNER else ""


def cancel_key(meeting: Meeting) -> str:
    """The key of the box that calls a meeting off: its own, where several share an issue."""
    return Ask(Verb.CANCEL, what=meeting.period.lower() if week(meeting) else "").key


def replaced(standing: Iterable[Block], new: Block, behind: int = 1) -> tuple[Block, ...]:
    """These blocks with a new one in the place of that name, or behind so many of them."""
    blocks = list(standing)
    if new.name in {block.name for block in blocks}:
        return tuple(new if block.name == new.name else block for block in blocks)
    return (*blocks[:behind], new, *blocks[behind:])


def with_ticks(standing: Iterable[Block], new: Sequence[Block]) -> tuple[Block, ...]:
    """These blocks with what is said of ticks now: what is open behind the first of them, the settled behind all."""
    said = {block.name for block in new}
    blocks = tuple(block for block in standing if block.name not in {NAME, TOLD} - said)
    for block in new:
        blocks = replaced(blocks, block, 1 if block.name == NAME else len(blocks))
    return blocks


def behind(blocks: Sequence[Block], name: str) -> int:
    """The place behind the block of that name, or behind all."""
    names = [block.name for block in blocks]
    return names.index(name) + 1 if name in names else len(names)


def others(standing: Sequence[Block], mine: str, new: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of other meetings in the same issue, as they stand."""
    names = {block.name for block in new}
    return tuple(block for block in standing if mine and not block.name.startswith(mine) and block.name not in names)


def requests_in(items: Mapping[str, Item]) -> tuple[Ref, ...]:
    """The requests that boxes and fields of an agenda are about, in their order."""
    asks = (Ask.of(key) for key in items)
    return tuple(dict.fromkeys(ask.about for ask in asks if ask and ask.about))


def _of_ours(region: Region) -> list[str]:
    typed = Counter(line for run in region.typed for line in run)
    kept = []
    for line in region.content:
        if line.strip() and typed[line] > 0:
            typed[line] -= 1
        else:
            kept.append(line)
    return kept
