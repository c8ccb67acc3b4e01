"""A run that ends leaves nothing behind in the interpreter, whether it was cut off or not."""

import sys
import threading
import time
from datetime import timedelta

import pytest

from app.entrypoints import run_limit
from app.entrypoints.run_limit import RunLimit, RunTookTooLong


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is sent to threads, beside that it is sent."""
    told: list[object] = []
    plain = run_limit._raise_in

    def told_and_sent(thread: int, error: type[BaseException]) -> None:
        told.append(error)
        plain(thread, error)

    monkeypatch.setattr(run_limit, "_raise_in", told_and_sent)
    return told


def takes_ever_so_long() -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        pass


def traced() -> int:
    """How many steps a profiler sees of a thread that does little; it never ends where something is left behind."""
    seen: list[str] = []

    def little() -> None:
        sys.setprofile(lambda _frame, event, _what: seen.append(event))
        sum([1, 2])
        sys.setprofile(None)

    thread = threading.Thread(target=little, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    return len(seen)


def test_nothing_is_sent_to_a_run_that_ends_in_time(sent: list[object]) -> None:
    limit = RunLimit(timedelta(minutes=1), lambda: True)
    try:
        with limit.over():
            pass
    finally:
        limit.close()
    assert sent == []


def test_a_run_that_takes_too_long_is_cut_off_once_and_leaves_nothing(sent: list[object]) -> None:
    limit = RunLimit(timedelta(seconds=0.05), lambda: True)
    try:
        with pytest.raises(RunTookTooLong), limit.over():
            takes_ever_so_long()
    finally:
        limit.close()
    assert sent == [RunTookTooLong]
    assert traced() < 20


def test_what_is_sent_as_a_run_ends_comes_to_nothing(sent: list[object]) -> None:
    """The guard decided to cut the run off, which has just ended."""

    class JustThen(dict[int, float]):
        """Asked for the end of a run, it has it cut off meanwhile."""

        def pop(self, thread: int, _: object = None) -> None:  # type: ignore[override]
            """Gone, as the guard had it."""
            run_limit._raise_in(thread, RunTookTooLong)

    limit = RunLimit(timedelta(minutes=1), lambda: True)
    limit._ends = JustThen()
    try:
        with limit.over():
            pass
        limit._ends = {}
    finally:
        limit.close()
    assert sent == [RunTookTooLong]
    assert traced() < 20
