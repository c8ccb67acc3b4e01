"""A terminal, as for the commands."""

from tests.commands.conftest import terminal

__all__ = ["terminal"]
