"""The six agendas as they really are, something in every section: people edit anywhere in them between refreshes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.agenda import Agenda, Section
from app.domain.agendas import arr_driver, corner, exchange, leaders, pm_review, pod
from app.domain.managed_blocks import Block, composed
from app.domain.managed_merge import items_in, merge
from app.domain.picture import Picture
from tests.agenda.test_people_edit_anywhere import edit, edited, typed
from tests.agendas import test_arr_driver, test_corner, test_exchange, test_leaders, test_pm_review, test_pod
from tests.agendas.pictures import WORDING

NAME = "an agenda"
Kind = Callable[[Picture], Agenda]
REAL: dict[str, tuple[Kind, Callable[[], Picture]]] = {
    "pm review": (pm_review.agenda, lambda: test_pm_review.review(*test_pm_review.full_area())),
    "pod": (pod.agenda, lambda: test_pod.meets(*test_pod.full_area())),
    "arr driver": (arr_driver.agenda, lambda: test_arr_driver.of(*test_arr_driver.quarter())),
    "corner": (corner.agenda, test_corner.full),
    "exchange": (exchange.agenda, test_exchange.full),
    "leaders": (leaders.agenda, lambda: test_leaders.of(*test_leaders.quarter())),
}
_WORDED: dict[tuple[str, int, bool], tuple[str | Block, ...]] = {}


def paper(name: str, version: int, *, calling: bool = False) -> tuple[str | Block, ...]:
    """The agenda in words: 0 as it is, 1 a night later, 2 with half of its requests, 3 with none."""
    key = (name, version, calling)
    if key not in _WORDED:
        agenda, of = REAL[name]
        picture = of()
        left = picture.cards[: (len(picture.cards), len(picture.cards), len(picture.cards) // 2, 0)[version]]
        picture = replace(picture, cards=left, now=picture.now + timedelta(days=version == 1))
        made = agenda(picture)
        _WORDED[key] = tuple(_said(part, picture.meeting.area, calling) for part in made.layout)
    return _WORDED[key]


def _said(part: str | Section, area: str | None, calling: bool) -> str | Block:
    if isinstance(part, str):
        return part
    return Block(part.name, WORDING.agenda(part.template, part.data, area, calling=calling))


def blocks(name: str, version: int) -> tuple[Block, ...]:
    """What the service writes of it."""
    return tuple(part for part in paper(name, version) if isinstance(part, Block))


@pytest.mark.parametrize("name", REAL)
def test_a_refresh_without_news_writes_nothing(name: str) -> None:
    text = composed(paper(name, 0), NAME)
    assert merge(text, blocks(name, 0), NAME).text == text
    called = merge(composed(paper(name, 0, calling=True), NAME), blocks(name, 0), NAME).text
    assert called == text


@pytest.mark.parametrize("name", REAL)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(edit, min_size=1, max_size=12), st.integers(0, 3))
def test_whatever_people_do_their_words_stay(name: str, edits: list[tuple[str, float, object]], version: int) -> None:
    text = composed(paper(name, 0, calling=True), NAME)
    for number, (what, where, more) in enumerate([*edits, ("refresh", 0.0, version)]):
        if what != "refresh":
            text = edited(text, what, where, more, number)
            continue
        assert isinstance(more, int)
        before = text
        text = merge(before, blocks(name, more), NAME).text
        assert typed(text) == typed(before)
        assert merge(text, blocks(name, more), NAME).text == text


@pytest.mark.parametrize("name", REAL)
def test_every_box_that_is_ticked_stays_ticked_while_it_is_asked(name: str) -> None:
    text = composed(paper(name, 0), NAME).replace("- [ ]", "- [x]")
    asked = {key for key, item in items_in(text, NAME).items() if item.box == "x"}
    for version in (1, 0):
        text = merge(text, blocks(name, version), NAME).text
        after = items_in(text, NAME)
        assert {key for key in asked if key in after and after[key].box != "x"} == set()
    assert asked <= set(items_in(text, NAME))
