"""A run that ends in time leaves nothing behind in the interpreter."""

from datetime import timedelta

import pytest

from app.entrypoints import run_limit
from app.entrypoints.run_limit import RunLimit


def test_nothing_is_taken_back_from_a_run_that_was_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """CPython 3.11 goes through every later step slowly once an asynchronous exception was taken back."""
    sent: list[object] = []
    monkeypatch.setattr(run_limit, "_raise_in", lambda thread, error: sent.append(error))
    limit = RunLimit(timedelta(minutes=1), lambda: True)
    try:
        with limit.over():
            pass
    finally:
        limit.close()
    assert sent == []
