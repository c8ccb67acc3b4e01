"""The whole world as JSON, and back: people, places, issues with their history, hooks with their recent deliveries.

Every record is written once, under its number, and pointed to by `{"$thing": number}`. Left out: waiting deliveries,
faults, the list of calls, rate-limit counters.
"""

import base64
import importlib
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from app.fakegitlab.state import State

FORMAT = 1
PACKAGE = "app.fakegitlab."
# Machinery, and what the server or the caller sets: not part of what happened.
_MACHINERY = (
    "lock outbox changes faults calls unknown_calls clock chains counted limits base_url webhooks_on _pretended"
)
NOT_SAVED = frozenset(_MACHINERY.split())
CACHES = frozenset({("Issue", "fragment"), ("Project", "listings")})
Saved = dict[str, Any]


class NotASavedWorld(ValueError):
    """The text is none that `save` wrote, or of another format."""


def save(state: State) -> Saved:
    """Everything, as values that `json` writes."""
    with state.lock:
        writer = _Writer()
        kept = {name: writer.value(one) for name, one in vars(state).items() if name not in NOT_SAVED}
        return {
            "format": FORMAT,
            "state": kept,
            "things": writer.things(),
            "clock": {"ahead": state.clock.ahead.total_seconds(), "stopped": writer.value(state.clock.stopped)},
        }


def load(state: State, saved: Saved) -> None:
    """Put a saved world in place of this one; raises NotASavedWorld."""
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise NotASavedWorld(f"this is no saved world of format {FORMAT}")
    try:
        reader = _Reader(saved["things"])
        values = {name: reader.value(one) for name, one in saved["state"].items()}
        stopped, ahead = reader.value(saved["clock"]["stopped"]), float(saved["clock"]["ahead"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ImportError) as problem:
        raise NotASavedWorld(f"this saved world is damaged: {problem!r}") from None
    with state.lock:
        for name in values.keys() - NOT_SAVED:
            _replace(state, name, values[name])
        state.clock.restore(ahead, stopped)
        state.names_epoch += 1
        state.changes.bump()


def _replace(state: State, name: str, value: object) -> None:
    """Tables are filled anew in place, for those who hold them; other values are exchanged."""
    current = getattr(state, name, None)
    if isinstance(current, dict) and isinstance(value, dict):
        current.clear()
        current.update(value)
    else:
        setattr(state, name, value)


class _Writer:
    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._waiting: deque[Any] = deque()

    def things(self) -> list[Saved]:
        written = []
        while self._waiting:
            one = self._waiting.popleft()
            kind = type(one)
            names = [each.name for each in fields(one) if (kind.__name__, each.name) not in CACHES]
            has = {name: self.value(getattr(one, name)) for name in names}
            written.append({"is": f"{kind.__module__.removeprefix(PACKAGE)}:{kind.__name__}", "has": has})
        return written

    def value(self, one: Any) -> Any:
        if one is None or isinstance(one, (bool, int, float, str)):
            return one
        if isinstance(one, datetime):
            return {"$at": one.isoformat()}
        if isinstance(one, date):
            return {"$day": one.isoformat()}
        if isinstance(one, bytes):
            return {"$bytes": base64.b64encode(one).decode()}
        if isinstance(one, Mapping):
            return {"$map": [[self.value(key), self.value(each)] for key, each in one.items()]}
        if isinstance(one, list):
            return [self.value(each) for each in one]
        for mark, kind in (("$tuple", tuple), ("$deque", deque)):
            if isinstance(one, kind):
                return {mark: [self.value(each) for each in one]}
        if isinstance(one, (set, frozenset)):
            return {"$set": sorted((self.value(each) for each in one), key=str)}
        if is_dataclass(one):
            return {"$thing": self._number(one)}
        raise TypeError(f"cannot save a {type(one).__name__}")

    def _number(self, one: Any) -> int:
        number = self._numbers.get(id(one))
        if number is None:
            number = self._numbers[id(one)] = len(self._numbers)
            self._waiting.append(one)
        return number


class _Reader:
    def __init__(self, written: list[Saved]) -> None:
        kinds = [_kind(one["is"]) for one in written]
        self._things = [object.__new__(kind) for kind in kinds]
        for thing, one in zip(self._things, written, strict=True):
            for each in fields(thing):
                given = each.name in one["has"]
                value = self.value(one["has"][each.name]) if given else _default(each)
                object.__setattr__(thing, each.name, value)

    def value(self, one: Any) -> Any:
        if isinstance(one, list):
            return [self.value(each) for each in one]
        if not isinstance(one, dict):
            return one
        ((mark, inner),) = one.items()
        match mark:
            case "$thing":
                return self._things[inner]
            case "$map":
                return {self.value(key): self.value(each) for key, each in inner}
            case "$at":
                return datetime.fromisoformat(inner)
            case "$day":
                return date.fromisoformat(inner)
            case "$bytes":
                return base64.b64decode(inner)
            case "$tuple":
                return tuple(self.value(each) for each in inner)
            case "$set":
                return {self.value(each) for each in inner}
            case "$deque":
                return deque((self.value(each) for each in inner), maxlen=1000)
        raise ValueError(mark)


def _kind(name: str) -> type[Any]:
    """The record class of a name like `model:Issue`; only records of this package can be named."""
    module, _, word = name.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), word)):
        raise ValueError(name)
    kind = getattr(sys.modules.get(PACKAGE + module) or importlib.import_module(PACKAGE + module), word)
    if not isinstance(kind, type) or not is_dataclass(kind) or not kind.__module__.startswith(PACKAGE):
        raise ValueError(name)
    return kind


def _default(each: "Field[Any]") -> Any:
    """What a field has that the saved world does not know: a cache, or newer than the file."""
    if each.default_factory is not MISSING:
        return each.default_factory()
    if each.default is MISSING:
        raise KeyError(each.name)
    return each.default
