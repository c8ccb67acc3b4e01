"""A document of the program as values: what should be there, what stands there, and what it is to say (agendas 4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.document_marker import DocumentName
from app.domain.issue import Issue, Ref, User
from app.domain.kept_edits import Kept
from app.domain.managed_blocks import Block
from app.domain.managed_lines import Box, Item


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that should be there. `labels` begin with the one it is found by; `layout` is its first text, without
    a mention; `calling` are the blocks of it with mentions, written once, by the winner; `since` is before anybody
    could have created it.
    """

    project: str
    name: DocumentName
    title: str
    labels: tuple[str, ...]
    layout: tuple[str | Block, ...]
    calling: tuple[Block, ...] = ()
    since: datetime | None = None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Its blocks, without a mention."""
        return tuple(part for part in self.layout if isinstance(part, Block))


@dataclass(frozen=True, slots=True)
class Standing:
    """A document as it stands in GitLab; whether this run created it, and the later ones it closed."""

    issue: Issue
    created: bool = False
    closed: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What a document is to say. `boxes` are to stand otherwise than people left them, `settled` are items acted on,
    `state` is kept in the signed marker (None: what is there stays), the last note heeded for ticks, say.
    """

    blocks: tuple[Block, ...]
    boxes: Mapping[str, Box] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    state: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one rewriting: the issue as we know it now, whether anything was written, the lines moved out of
    blocks, what people made of each item, and whose edit GitLab let us overwrite (it has no lock, CONTRACT 3).
    """

    issue: Issue
    changed: bool
    kept: tuple[Kept, ...]
    items: Mapping[str, Item]
    overwritten: tuple[User, ...] = ()
