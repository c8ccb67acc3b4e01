"""A terminal in an empty directory, as the commands' tests have it."""

from tests.commands.conftest import terminal

__all__ = ["terminal"]
