"""A configuration file as plain values, each with its place in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.gateways.config_errors import ConfigError

Trail = tuple[str | int, ...]
"""The way to a value: keys, and indexes into lists."""

Mark = tuple[int, int]
"""Line and column, counted from 1."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its values (text, number, truth, nothing, list, map) and where each key and value stands.

    `explained` are paths whose value is known to be wrong and has its error already.
    """

    file: str
    data: object
    values: Mapping[Trail, Mark]
    keys: Mapping[Trail, Mark]
    explained: frozenset[Trail] = frozenset()

    def at(self, path: Trail, message: str, cure: str, *, key: bool = False) -> ConfigError:
        """An error at a value, or at its key; where that has no place of its own, at what it stands in."""
        marks = self.keys if key else self.values
        while path and path not in marks:
            path, marks = path[:-1], self.values
        line, col = marks.get(path, (1, 1))
        return ConfigError(self.file, line, col, message, cure)

    def each(self, pattern: str, kind: type[T]) -> Iterator[tuple[Trail, T]]:
        """Values of this kind at a `/`-separated path where `*` is any key or index; all others are passed over.

        Checks written on it go on working where another part of the file is wrong.
        """
        found: list[tuple[Trail, object]] = [((), self.data)]
        for step in pattern.split("/"):
            found = [((*path, key), child) for path, value in found for key, child in _children(value, step)]
        return ((path, value) for path, value in found if isinstance(value, kind))

    def text(self, *path: str | int) -> str | None:
        """The text at a path, or None where there is none."""
        value = self.data
        for step in path:
            value = dict(_children(value, "*")).get(step)
        return value if isinstance(value, str) else None

    def texts(self, *path: str | int) -> list[tuple[Trail, str]]:
        """The entries of a list of texts; a text standing alone is a list of one."""
        alone = self.text(*path)
        if alone is not None:
            return [(path, alone)]
        value = self.data
        for step in path:
            value = dict(_children(value, "*")).get(step)
        entries = _children(value, "*") if isinstance(value, list) else []
        return [((*path, index), entry) for index, entry in entries if isinstance(entry, str)]


def _children(value: object, step: str) -> list[tuple[str | int, object]]:
    found: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        found = list(value.items())
    elif isinstance(value, list):
        found = list(enumerate(value))
    return found if step == "*" else [(key, child) for key, child in found if key == step]
