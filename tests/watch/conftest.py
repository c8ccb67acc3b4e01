"""The operator issue is a card like any other."""

from tests.rules.conftest import card

__all__ = ["card"]
