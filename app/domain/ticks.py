"""Who ticked what on an agenda, and when: GitLab's own notes say it (agendas 4.4, CONTRACT 12).

A box alone tells that somebody ticked; the system note "marked the checklist item **…** as completed" tells who, and
carries the item's hidden key. Only a note whose item has the label that we would write counts: whoever types a key of
ours behind words of his own gets nobody to decide by it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.issue import Note, User
from app.domain.managed_lines import Item, label_and_key
from app.domain.voice import Bot

Action = Literal["ticked", "unticked"]

EDITED = "changed the description"
"""GitLab's note of an edit in which no box changed."""
_MARKED = re.compile(r"marked the checklist item \*\*(.*)\*\* as (completed|incomplete)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mark:
    """One tick or its undoing, as a system note tells it. `note` is that note's id."""

    key: str
    label: str
    action: Action
    by: User
    at: datetime
    note: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """What somebody decided: the item's key, what was done, by whom and when, and what is written behind the item now.
    `note` is the id of GitLab's note of it.
    """

    key: str
    action: Action
    by: User
    at: datetime
    field: str = ""
    note: int = 0


@dataclass(frozen=True, slots=True)
class Ticks:
    """All that became of the boxes between two readings.

    `done` stands and may be acted on; `stale` is of items that are asked no more; `passing` was undone again before we
    looked; `unexplained` are keys whose box changed and nobody knows by whom. `contrary` are marks whose box stands
    otherwise: the text was read at another instant, or a line was ticked that only bears our key. They decide nothing.
    """

    done: tuple[Ticked, ...] = ()
    stale: tuple[Ticked, ...] = ()
    passing: tuple[Ticked, ...] = ()
    unexplained: tuple[str, ...] = ()
    contrary: tuple[Mark, ...] = ()


def marks(notes: Iterable[Note], after: int = 0) -> tuple[Mark, ...]:
    """The ticks that system notes tell of, the oldest first; `after` is the id of the last note already heeded."""
    found = []
    for note in sorted(notes, key=lambda each: each.id):
        told = _MARKED.fullmatch(note.body.strip()) if note.system and note.id > after else None
        named = label_and_key(told[1]) if told else None
        if told and named:
            action: Action = "ticked" if told[2] == "completed" else "unticked"
            found.append(Mark(named[1], named[0], action, note.author, note.created_at, note.id))
    return tuple(found)


def read_ticks(
    before: Mapping[str, Item], now: Mapping[str, Item], told: Iterable[Mark], asked: Mapping[str, Item], bot: Bot
) -> Ticks:
    """What people decided between two readings of a description's items (`items_in`), explained by the marks since.

    `before` is empty where nothing was read yet; `asked` are the items as we would write them now (`items_wanted`).
    A box that changed back and forth ends in one state, which is the last; our own marks only undo.
    """
    by_key = _by_key(told, asked)
    done: list[Ticked] = []
    stale: list[Ticked] = []
    passing: list[Ticked] = []
    unexplained: list[str] = []
    contrary: list[Mark] = []
    for key in dict.fromkeys((*now, *by_key)):
        was, stands, last = _on(before, key), _on(now, key), _standing(by_key.get(key, ()), bot)
        theirs = [_ticked(last, now.get(key))] if last and not bot.is_us(last.by) else []
        agrees = last is not None and (last.action == "ticked") == stands
        contrary += [last] if last and key in asked and not agrees else []
        if key not in asked:
            stale += theirs
        elif was != stands and not agrees:
            unexplained.append(key)
        elif was != stands:
            done += theirs
        elif agrees and not stands:
            passing += theirs
    return Ticks(tuple(done), tuple(stale), tuple(passing), tuple(unexplained), tuple(contrary))


def edited_by(notes: Iterable[Note], after: int, *, ticking: bool) -> tuple[User, ...]:
    """Who edited the description since a note. Whoever ticks something may have edited more in the same instant, which
    GitLab does not tell then: `ticking` counts them too.
    """
    since = (note for note in notes if note.system and note.id > after)
    edits = (note for note in since if note.body == EDITED or (ticking and _MARKED.fullmatch(note.body.strip())))
    return tuple(dict.fromkeys(note.author for note in edits))


def _by_key(told: Iterable[Mark], asked: Mapping[str, Item]) -> dict[str, list[Mark]]:
    """The marks of each item; those of a line with our key and another label are nobody's decision."""
    found: dict[str, list[Mark]] = {}
    for mark in told:
        if mark.key not in asked or asked[mark.key].label == mark.label:
            found.setdefault(mark.key, []).append(mark)
    return found


def _standing(told: Iterable[Mark], bot: Bot) -> Mark | None:
    """The mark by which a box is as it is: a tick of ours sets a person's again, that we had written over."""
    last: Mark | None = None
    theirs: Mark | None = None
    for mark in told:
        again = bot.is_us(mark.by) and mark.action == "ticked"
        theirs = mark if mark.action == "ticked" and not again else theirs
        last = theirs if again else mark
    return last


def _ticked(mark: Mark, item: Item | None) -> Ticked:
    return Ticked(mark.key, mark.action, mark.by, mark.at, item.field if item else "", mark.note)


def _on(items: Mapping[str, Item], key: str) -> bool:
    return key in items and items[key].box == "x"
