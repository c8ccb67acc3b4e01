"""Who brought what was missing: told in the note that completes a move."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.case import Case
from app.domain.request import Where
from app.domain.taxonomy import Item, Source, scope_of


@dataclass(frozen=True, slots=True)
class Supply:
    """The titles of what one person brought; nobody is known where it came by an edit of the issue itself."""

    who: str | None
    titles: tuple[str, ...]


def supplied(case: Case, keys: Iterable[str]) -> tuple[Supply, ...]:
    """What was missing and is here, by who brought it, in the order of the list."""
    found: dict[str | None, list[str]] = {}
    for key in keys:
        item = case.taxonomy.items.get(key)
        if item:
            found.setdefault(_who(case, item), []).append(item.title)
    return tuple(Supply(who, tuple(titles)) for who, titles in found.items())


def _who(case: Case, item: Item) -> str | None:
    for predicate in item.met_by:
        match predicate.source:
            case Source.FIELD | Source.LINE:
                key = predicate.arg if predicate.source is Source.FIELD else "account"
                who = _teller(case, key)
            case Source.LABEL:
                who = _labeller(case, predicate.arg.replace("{area}", case.area or ""))
            case Source.LINK | Source.ROLE:
                who = None
        if who:
            return who
    return None


def _teller(case: Case, key: str) -> str | None:
    told = case.facts.get(key)
    if told is None or told.where is not Where.NOTE:
        return None
    return next((n.author.username for n in case.snapshot.notes if n.created_at == told.at), None)


def _labeller(case: Case, scope: str) -> str | None:
    for event in sorted(case.snapshot.events, key=lambda e: e.id, reverse=True):
        if event.action == "add" and event.label in case.snapshot.issue.labels and scope_of(event.label) == scope:
            return event.user.username if event.user else None
    return None
