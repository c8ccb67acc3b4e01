"""Where a request stood from when to when, by its label events alone."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.issue import Issue, LabelEvent, Ref, User
from app.domain.picture import Card
from app.domain.stays import card_of
from app.domain.taxonomy import Taxonomy
from app.domain.voice import Bot
from tests.rules.world import shipped

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
US = User(1, "sounding-board")
BOT = Bot(1, "sounding-board", frozenset({2}))
KEN, JANE = User(11, "sme.ken"), User(12, "sa.jane")
TAXONOMY = shipped().taxonomy
STATUSES = ("new", "reviewed", "accepted", "backlog")

Told = tuple[float, Literal["+", "-"], str, User | None]
"""Days after Monday, put on or taken off, which label, by whom."""


def named(title: str) -> str:
    return title if "::" in title else f"status::{title}"


def events(*told: Told) -> list[LabelEvent]:
    return [
        LabelEvent(number, user, MONDAY + timedelta(days=at), named(title), "add" if sign == "+" else "remove")
        for number, (at, sign, title, user) in enumerate(told, 1)
    ]


def issue(*labels: str) -> Issue:
    titles = frozenset(named(label) for label in labels)
    return Issue(Ref("sme/feedback", 7), 84, 4, "SAML", "", titles, "opened", JANE, (), MONDAY, MONDAY)


def card(labels: Sequence[str], *told: Told, taxonomy: Taxonomy = TAXONOMY) -> Card:
    return card_of(issue(*labels), events(*told), taxonomy, BOT)


def lived(found: Card) -> list[str]:
    """Its stays, a line each: `reviewed 2..5 sme.ken`."""

    def told(at: datetime | None) -> str:
        return "" if at is None else f"{(at - MONDAY) / timedelta(days=1):g}"

    return [f"{s.status[8:]} {told(s.since)}..{told(s.until)} {s.by or '?'}" for s in found.stays]


STORIES: dict[str, tuple[tuple[str, ...], tuple[Told, ...], list[str]]] = {
    "moved twice by people": (
        ("accepted",),
        (
            (0, "+", "new", US),
            (2, "+", "reviewed", KEN),
            (2, "-", "new", KEN),
            (5, "-", "reviewed", KEN),
            (5, "+", "accepted", KEN),
        ),
        ["new 0..2 sounding-board", "reviewed 2..5 sme.ken", "accepted 5.. sme.ken"],
    ),
    "never had a status": ((), (), []),
    "its status is older than its events": (("reviewed",), (), ["reviewed .. ?"]),
    "left a status that is older than its events": (
        ("accepted",),
        ((3, "-", "reviewed", KEN), (3, "+", "accepted", KEN)),
        ["reviewed ..3 ?", "accepted 3.. sme.ken"],
    ),
    "whoever moved it is forgotten": (("new",), ((1, "+", "new", None),), ["new 1.. ?"]),
    "dragged to Closed, which took its status": (
        (),
        ((0, "+", "new", US), (2, "-", "new", KEN)),
        ["new 0.. sounding-board"],
    ),
    "put back within two minutes": (
        ("new",),
        (
            (0, "+", "new", US),
            (2, "+", "accepted", JANE),
            (2, "-", "new", JANE),
            (2.001, "+", "new", US),
            (2.001, "-", "accepted", US),
        ),
        ["new 0.. sounding-board"],
    ),
    "put back by an earlier bot of ours": (
        ("new",),
        ((0, "+", "new", KEN), (2, "-", "new", JANE), (2, "+", "accepted", JANE), (3, "+", "new", User(2, "old"))),
        ["new 0.. sme.ken"],
    ),
    "held for a week, then put back": (
        ("new",),
        ((0, "+", "new", US), (2, "-", "new", JANE), (2, "+", "accepted", JANE), (9, "+", "new", US)),
        ["new 0.. sounding-board"],
    ),
    "went back by our hand long after": (
        ("new",),
        ((0, "+", "new", US), (2, "-", "new", KEN), (2, "+", "backlog", KEN), (60, "+", "new", US)),
        ["new 0..2 sounding-board", "backlog 2..60 sme.ken", "new 60.. sounding-board"],
    ),
    "taken there and back by us, as two people told us": (
        ("new",),
        ((0, "+", "new", US), (2, "+", "backlog", US), (2, "-", "new", US), (3, "+", "new", US)),
        ["new 0..2 sounding-board", "backlog 2..3 sounding-board", "new 3.. sounding-board"],
    ),
    "taken back by a person": (
        ("new",),
        ((0, "+", "new", US), (2, "+", "accepted", JANE), (2, "-", "new", JANE), (3, "+", "new", JANE)),
        ["new 0..2 sounding-board", "accepted 2..3 sa.jane", "new 3.. sa.jane"],
    ),
    "two statuses at once, then the newer goes": (
        ("new",),
        ((0, "+", "new", US), (2, "+", "reviewed", KEN), (3, "-", "reviewed", KEN)),
        ["new 0..2 sounding-board", "reviewed 2..3 sme.ken", "new 3.. sme.ken"],
    ),
    "the same status once more": (("new",), ((0, "+", "new", US), (4, "+", "new", KEN)), ["new 0.. sounding-board"]),
}


@pytest.mark.parametrize("story", STORIES)
def test_where_it_stood(story: str) -> None:
    labels, told, expected = STORIES[story]
    assert lived(card(labels, *told)) == expected


def test_the_age_of_a_card_is_its_time_in_the_status_it_never_really_left() -> None:
    labels, told, _ = STORIES["put back within two minutes"]
    found = card(labels, *told)
    assert (found.status, found.entered) == ("status::new", MONDAY)


def renamed(old: str, new: str) -> Taxonomy:
    """The shipped labels, one of which took the place of another."""
    scopes = tuple(
        replace(s, labels=tuple(replace(one, previously=(old,)) if one.title == new else one for one in s.labels))
        for s in TAXONOMY.scopes
    )
    return replace(TAXONOMY, scopes=scopes)


MERGED: dict[str, tuple[tuple[str, ...], tuple[Told, ...]]] = {
    "still under its old title": (("approved",), ((0, "+", "approved", KEN),)),
    "merged, the new one first": (
        ("accepted",),
        ((0, "+", "approved", KEN), (4, "+", "accepted", US), (4, "-", "approved", US)),
    ),
    "merged, the old one first": (
        ("accepted",),
        ((0, "+", "approved", KEN), (4, "-", "approved", US), (4, "+", "accepted", US)),
    ),
}


@pytest.mark.parametrize("story", MERGED)
def test_a_label_that_took_the_place_of_another_is_no_move(story: str) -> None:
    labels, told = MERGED[story]
    found = card(labels, *told, taxonomy=renamed("status::approved", "status::accepted"))
    assert lived(found) == ["accepted 0.. sme.ken"]
    assert found.issue.labels == {"status::accepted"}
    assert found.put_on == {"status::accepted": MONDAY}


def test_an_area_that_was_renamed_is_known_by_its_present_title() -> None:
    found = card(["area::ml"], taxonomy=renamed("area::ml", "area::ai"))
    assert (found.area, set(found.issue.labels)) == ("ai", {"area::ai"})


def test_since_when_it_has_its_labels() -> None:
    told: tuple[Told, ...] = (
        (0, "+", "priority::3", US),
        (1, "+", "area::ai", JANE),
        (2, "-", "priority::3", US),
        (2, "+", "priority::1", US),
        (3, "-", "area::ai", KEN),
        (5, "+", "area::ai", KEN),
    )
    found = card(["priority::1", "area::ai", "theme::ai::chat"], *told)
    assert found.put_on == {"priority::1": MONDAY + timedelta(days=2), "area::ai": MONDAY + timedelta(days=5)}


def test_an_event_of_a_deleted_label_tells_nothing() -> None:
    gone = LabelEvent(1, KEN, MONDAY, None, "add")
    assert card_of(issue(), [gone], TAXONOMY, BOT).stays == ()


TOLD = st.tuples(
    st.integers(0, 40), st.sampled_from("+-"), st.sampled_from(STATUSES), st.sampled_from((KEN, JANE, None))
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], list[LabelEvent]]:
    """What GitLab can have: a label is put on where it is not, and taken off where it is."""
    on: set[str] = set(draw(st.sets(st.sampled_from(STATUSES), max_size=1)))
    told: list[Told] = []
    for at, sign, title, user in sorted(draw(st.lists(TOLD, max_size=12)), key=lambda one: one[0]):
        if (sign == "+") != (title in on):
            told.append((at, "+" if sign == "+" else "-", title, user))
            (on.add if sign == "+" else on.discard)(title)
    return sorted(on), events(*told)


@given(histories())
def test_stays_follow_each_other_without_a_gap(history: tuple[list[str], list[LabelEvent]]) -> None:
    labels, told = history
    stays = card_of(issue(*labels), told, TAXONOMY, BOT).stays
    for earlier, later in itertools.pairwise(stays):
        assert earlier.until == later.since is not None
        assert earlier.status != later.status
        assert earlier.since is None or earlier.since <= later.since
    assert [stay.until for stay in stays[-1:]] in ([], [None])
    assert all(stay.since is not None for stay in stays[1:])


@given(histories())
def test_a_card_with_statuses_stands_in_one_of_them(history: tuple[list[str], list[LabelEvent]]) -> None:
    labels, told = history
    found = card_of(issue(*labels), told, TAXONOMY, BOT)
    assert found.status in {named(label) for label in labels} or not labels


@given(histories(), st.randoms())
def test_the_order_in_which_events_come_does_not_matter(
    history: tuple[list[str], list[LabelEvent]], dice: Random
) -> None:
    labels, told = history
    mixed = list(told)
    dice.shuffle(mixed)
    assert card_of(issue(*labels), mixed, TAXONOMY, BOT) == card_of(issue(*labels), told, TAXONOMY, BOT)


@given(histories())
def test_a_label_was_put_on_when_its_last_event_says(history: tuple[list[str], list[LabelEvent]]) -> None:
    labels, told = history
    last = {event.label: event.at for event in told if event.action == "add"}
    found = card_of(issue(*labels), told, TAXONOMY, BOT)
    assert found.put_on == {named(one): last[named(one)] for one in labels if named(one) in last}
