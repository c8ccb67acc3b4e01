"""The watcher itself: what it calls going up, on a tiny house built for the purpose."""

import logging
import sys
import threading
from collections.abc import Iterator
from functools import reduce
from types import ModuleType

import pytest

from tests.house.floors import watching

TINY_HOUSE = {
    "domain.rules": """
def decide(): return 1
def decide_and_tell(tell): return tell()
""",
    "gateways.door": """
from functools import reduce
import threading
def read(): return [1]
def read_each(on_each): return reduce(lambda total, row: total + on_each(row), [1, 2], 0)
def write(lines): return list(lines)
""",
    "services.work": """
import logging, threading
def on_each(row): return row
def lines():
    yield 1
def honest(decide, read): return decide(), read()
def hands_up_a_callback(read_each): return read_each(on_each)
def hands_down_a_lazy_iterator(write): return write(lines())
def asks_the_rule_to_tell(decide_and_tell): return decide_and_tell(on_each_alone)
def on_each_alone(): return 1
def in_a_thread(decide_and_tell):
    thread = threading.Thread(target=asks_the_rule_to_tell, args=(decide_and_tell,))
    thread.start()
    thread.join()
def logs(): logging.getLogger("tiny").warning("hello")
""",
    "entrypoints.demo": """
def opens(start): return start()
def format_line(record): return True
""",
    "entrypoints.webhook": "def opens(start): return start()",
    "fakegitlab.world": """
def start(): return 1
def phones_the_house(decide): return decide()
""",
    "attic.trunk": "def rummage(decide): return decide()",
}


class Tiny:
    """The tiny house's functions, by `floor.module.function`."""

    def __getitem__(self, path: str) -> object:
        module, _, function = path.rpartition(".")
        return getattr(sys.modules[f"tiny.{module}"], function)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Tiny:
    for name, source in TINY_HOUSE.items():
        module = ModuleType(f"tiny.{name}")
        exec(compile(source, f"{name}.py", "exec"), module.__dict__)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return Tiny()


def calls_up(tiny: Tiny, function: str, *arguments: str) -> list[str]:
    """Run one function of the tiny house with others as its arguments; the calls that went up."""
    with watching("tiny") as calls:
        tiny[function](*(tiny[argument] for argument in arguments))  # type: ignore[operator]
    assert calls, "the watcher saw nothing"
    return sorted(str(call) for call in calls if call.goes_up())


def test_calls_that_go_down_are_fine(tiny: Tiny) -> None:
    assert calls_up(tiny, "services.work.honest", "domain.rules.decide", "gateways.door.read") == []


def test_a_callback_that_reaches_up_is_seen_through_other_peoples_code(tiny: Tiny) -> None:
    assert calls_up(tiny, "services.work.hands_up_a_callback", "gateways.door.read_each") == [
        "gateways.door.read_each.<locals>.<lambda> -> services.work.on_each"
    ]


def test_a_lazy_iterator_handed_down_is_seen_when_it_is_pulled(tiny: Tiny) -> None:
    assert calls_up(tiny, "services.work.hands_down_a_lazy_iterator", "gateways.door.write") == [
        "gateways.door.write -> services.work.lines"
    ]


def test_a_rule_that_calls_back_is_seen(tiny: Tiny) -> None:
    assert calls_up(tiny, "services.work.asks_the_rule_to_tell", "domain.rules.decide_and_tell") == [
        "domain.rules.decide_and_tell -> services.work.on_each_alone"
    ]


def test_threads_started_meanwhile_are_watched_too(tiny: Tiny) -> None:
    with watching("tiny") as calls:
        tiny["services.work.in_a_thread"](tiny["domain.rules.decide_and_tell"])  # type: ignore[operator]
    assert "domain.rules.decide_and_tell -> services.work.on_each_alone" in {str(call) for call in calls}


def test_the_demo_may_open_the_garden_and_nobody_else(tiny: Tiny) -> None:
    assert calls_up(tiny, "entrypoints.demo.opens", "fakegitlab.world.start") == []
    assert calls_up(tiny, "entrypoints.webhook.opens", "fakegitlab.world.start") == [
        "entrypoints.webhook.opens -> fakegitlab.world.start"
    ]


def test_the_garden_may_not_call_the_house(tiny: Tiny) -> None:
    assert calls_up(tiny, "fakegitlab.world.phones_the_house", "domain.rules.decide") == [
        "fakegitlab.world.phones_the_house -> domain.rules.decide"
    ]


def test_a_folder_without_a_floor_is_an_error(tiny: Tiny) -> None:
    with pytest.raises(KeyError, match="attic"):
        calls_up(tiny, "attic.trunk.rummage", "domain.rules.decide")


@pytest.fixture
def outlet(tiny: Tiny) -> Iterator[None]:
    """The tiny house's log lines pass through a function of its faces."""
    logger = logging.getLogger("tiny")
    logger.addFilter(tiny["entrypoints.demo.format_line"])  # type: ignore[arg-type]
    yield
    logger.removeFilter(tiny["entrypoints.demo.format_line"])  # type: ignore[arg-type]


@pytest.mark.usefixtures("outlet")
def test_a_log_line_on_its_way_out_is_no_call(tiny: Tiny) -> None:
    with watching("tiny") as calls:
        tiny["services.work.logs"]()  # type: ignore[operator]
    assert calls == set()


def test_the_watcher_leaves_everything_as_it_was(tiny: Tiny) -> None:
    before = sys.getprofile(), threading.getprofile()
    with pytest.raises(ZeroDivisionError), watching("tiny"):
        reduce(lambda a, b: a // b, [1, 0])
    assert (sys.getprofile(), threading.getprofile()) == before
