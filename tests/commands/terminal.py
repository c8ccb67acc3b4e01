"""A person's terminal: types `sounding-board …` and sees what comes, and with which exit code."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.entrypoints.cli import main
from app.fakegitlab.model import Issue
from app.settings import PREFIX
from tests.scenarios.living import SIGNING_KEY


@contextmanager
def own_logging() -> Iterator[None]:
    """What a command sets up ends with it; the stand-in, which is in this process too, keeps still meanwhile."""
    root, access = logging.getLogger(), logging.getLogger("uvicorn.access")
    handlers, level, propagate = root.handlers[:], root.level, access.propagate
    access.disabled = True
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level
        access.disabled, access.propagate = False, propagate


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Terminal:
    """Runs commands in this process, in a directory and an environment of their own."""

    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    here: Path

    def sets(self, **settings: object) -> None:
        """Export `SOUNDING_BOARD_…` variables."""
        for name, value in settings.items():
            self.patch.setenv(f"{PREFIX}{name.upper()}", str(value))

    def __call__(self, *words: str) -> Ran:
        """Type a command."""
        self.patch.setattr(sys, "argv", ["sounding-board", *words])
        self.capsys.readouterr()
        code: object = 0
        with own_logging():
            try:
                main()
            except SystemExit as end:
                code = end.code
        said = self.capsys.readouterr()
        assert isinstance(code, int)
        assert "Traceback" not in said.out + said.err
        assert SIGNING_KEY not in said.out + said.err
        return Ran(code, said.out, said.err)


def number(issue: Issue) -> str:
    """How a person names an issue."""
    return f"{issue.project.full_path}#{issue.iid}"
