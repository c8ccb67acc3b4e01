"""Watches a running program: which floor called which, so that a test can say calls only go down.

Imports tell what a file knows; only a run tells what calls what through a Protocol, a callback or a lazy iterator.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

# Higher calls lower. Services call gateways through Protocols, never the other way round.
HEIGHT = {"main": 6, "entrypoints": 5, "bootstrap": 4, "settings": 3, "services": 2, "gateways": 1, "domain": 0}
GARDEN = "fakegitlab"


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """One function of the house called another, directly or with other people's code between them."""

    caller: str
    callee: str
    from_floor: str
    to_floor: str

    def __str__(self) -> str:
        return f"{self.caller} -> {self.callee}"

    def goes_up(self) -> bool:
        """Whether this call may not be. The garden shares nothing with the house; only the demo walks into it."""
        if self.from_floor == self.to_floor:
            return False
        if GARDEN in (self.from_floor, self.to_floor):
            return not self.caller.startswith("entrypoints.demo.")
        return HEIGHT[self.from_floor] < HEIGHT[self.to_floor]


@contextmanager
def watching(package: str = "app") -> Iterator[set[Call]]:
    """Gather every call between functions of `package` while the block runs, in threads started there too.

    A function of `package` on a floor nobody knows raises KeyError in `goes_up`.
    """
    calls: set[Call] = set()
    profile = _profiler(f"{package}.", calls)
    before, before_in_threads = sys.getprofile(), threading.getprofile()
    threading.setprofile(profile)
    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(before)
        threading.setprofile(before_in_threads)


def _profiler(prefix: str, calls: set[Call]) -> Callable[[FrameType, str, object], None]:
    """What the interpreter calls at every call: notes those that enter the package from within the package."""

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event != "call" or not _module(frame).startswith(prefix):
            return
        caller = _nearest_caller(frame, prefix)
        if caller is not None:
            calls.add(_call(caller, frame, prefix))

    return note


def _nearest_caller(frame: FrameType, prefix: str) -> FrameType | None:
    """The nearest frame of the package below this one, whoever stands between; none past the logging outlet.

    A log line is handed to whatever the roof hung up as formatter: that is an outlet, not a call.
    """
    below = frame.f_back
    while below is not None and not _module(below).startswith(prefix):
        if _module(below) == "logging":
            return None
        below = below.f_back
    return below


def _call(caller: FrameType, callee: FrameType, prefix: str) -> Call:
    return Call(_name(caller, prefix), _name(callee, prefix), _floor(caller, prefix), _floor(callee, prefix))


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _floor(frame: FrameType, prefix: str) -> str:
    return _module(frame).removeprefix(prefix).partition(".")[0]


def _name(frame: FrameType, prefix: str) -> str:
    return f"{_module(frame).removeprefix(prefix)}.{frame.f_code.co_qualname}"
