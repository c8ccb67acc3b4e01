"""What is wrong with a configuration file, said so that a person who knows no programming can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ConfigError:
    """One mistake: where it is (`line` and `col` count from 1), what is wrong, and how to mend it."""

    file: str
    line: int
    col: int
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}: {self.message} — {self.cure}"


class ConfigInvalid(Exception):
    """The configuration cannot be used. `errors` are all its mistakes, in the order of the files' lines."""

    def __init__(self, errors: Iterable[ConfigError]) -> None:
        self.errors = tuple(sorted(set(errors)))
        super().__init__("\n".join(map(str, self.errors)))
