"""Bands keep still: hysteresis, ten seats in band 1, and lists that change only for a reason."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bands import Standing, band, banded_area, leading, ranked, seated
from tests.numbers.worlds import NUMBERS

standings = st.builds(Standing, st.integers(0, 100), st.sampled_from([None, 1, 2, 3, 4]), st.booleans())
areas = st.lists(standings, max_size=30).map(lambda several: dict(enumerate(several)))


@pytest.mark.parametrize(
    ("points", "now", "expected"),
    [
        (75, None, 1), (74, None, 2), (50, None, 2), (49, None, 3), (25, None, 3), (24, None, 4),
        (75, 2, 2), (77, 2, 2), (78, 2, 1), (74, 1, 1), (72, 1, 1), (71, 1, 2),
        (100, 4, 1), (0, 1, 4), (28, 4, 3), (27, 4, 4), (22, 3, 3), (21, 3, 4),
        (51, 4, 3), (53, 4, 2),
    ],
)  # fmt: skip
def test_a_band_is_left_only_past_the_line(points: int, now: int | None, expected: int) -> None:
    assert band(Standing(points, now), NUMBERS) == expected


@pytest.mark.parametrize(
    ("points", "now", "expected"), [(0, None, 2), (10, 4, 2), (80, None, 1), (74, 1, 1), (0, 1, 2)]
)
def test_a_blocker_is_in_band_two_at_least(points: int, now: int | None, expected: int) -> None:
    assert band(Standing(points, now, blocker=True), NUMBERS) == expected


@given(standings, st.lists(st.integers(-3, 3), max_size=20), st.integers(0, 100))
def test_points_that_waver_within_the_hysteresis_move_a_card_once_at_most(
    start: Standing, wavers: list[int], around: int
) -> None:
    settled = now = band(replace(start, points=around), NUMBERS)
    moves = 0
    for waver in wavers:
        then = band(replace(start, points=max(0, min(100, around + waver)), band=now), NUMBERS)
        moves += then != now
        now = then
    assert moves <= 1
    assert abs(now - settled) <= 1


@given(standings)
def test_a_band_given_is_kept_while_nothing_changes(standing: Standing) -> None:
    given_band = band(standing, NUMBERS)
    assert band(replace(standing, band=given_band), NUMBERS) == given_band


@given(standings, standings)
def test_more_points_never_lead_to_a_lower_band(one: Standing, other: Standing) -> None:
    low, high = sorted([one.points, other.points])
    assert band(replace(one, points=high), NUMBERS) <= band(replace(one, points=low), NUMBERS)


@given(areas)
def test_band_one_has_ten_seats(area: dict[int, Standing]) -> None:
    assert sum(place == 1 for place in banded_area(area, NUMBERS).values()) <= 10


@given(areas)
def test_the_next_score_with_the_same_points_changes_nothing(area: dict[int, Standing]) -> None:
    first = banded_area(area, NUMBERS)
    after = {key: replace(standing, band=first[key]) for key, standing in area.items()}
    assert banded_area(after, NUMBERS) == first


@given(areas)
def test_who_sits_in_band_one_is_displaced_only_by_somebody_clearly_better(area: dict[int, Standing]) -> None:
    places = banded_area(area, NUMBERS)
    sitting = [key for key, s in area.items() if s.band == 1 and band(s, NUMBERS) == 1]
    for key in sitting[:10] if len(sitting) <= 10 else []:
        if places[key] != 1:
            newcomers = [area[k].points for k, place in places.items() if place == 1 and area[k].band != 1]
            assert newcomers
            assert max(newcomers) > area[key].points + NUMBERS.hysteresis


def full_house(**other: Standing) -> dict[str, Standing]:
    return {f"old {n}": Standing(80 + n, 1) for n in range(10)} | other


def test_the_eleventh_waits_until_it_is_clearly_better_or_somebody_leaves() -> None:
    close = banded_area(full_house(new=Standing(83)), NUMBERS)
    assert (close["new"], close["old 0"]) == (2, 1)
    better = banded_area(full_house(new=Standing(84)), NUMBERS)
    assert (better["new"], better["old 0"], better["old 1"]) == (1, 2, 1)
    left = {key: s for key, s in full_house(new=Standing(79)).items() if key != "old 5"}
    assert banded_area(left, NUMBERS)["new"] == 1


def test_a_list_keeps_its_order_until_somebody_is_clearly_ahead() -> None:
    before = ["a", "b", "c"]
    assert ranked({"a": 50, "b": 52, "c": 53}, before, 10, 3) == ["a", "b", "c"]
    assert ranked({"a": 50, "b": 52, "c": 54}, before, 10, 3) == ["a", "b", "c"]
    assert ranked({"a": 50, "b": 54, "c": 53}, before, 10, 3) == ["b", "a", "c"]
    assert ranked({"a": 50, "b": 54, "new": 52}, ["b", "a"], 10, 3) == ["b", "new", "a"]
    assert ranked({"a": 50, "b": 40, "new": 43}, ["a", "b"], 2, 3) == ["a", "b"]
    assert ranked({"a": 50, "b": 40, "new": 44}, ["a", "b"], 2, 3) == ["a", "new"]


point_maps = st.dictionaries(st.integers(0, 20), st.integers(0, 100))


@given(point_maps, st.lists(st.integers(0, 20), unique=True), st.integers(1, 10))
def test_a_list_is_full_holds_each_once_and_stays_as_it_is(
    points: dict[int, int], before: list[int], seats: int
) -> None:
    found = ranked(points, [r for r in before if r in points], seats, 3)
    assert len(found) == len(set(found)) == min(seats, len(points))
    assert ranked(points, found, seats, 3) == found
    assert all(points[later] <= points[earlier] + 3 for earlier, later in pairwise(found))
    outside = [p for r, p in points.items() if r not in found]
    assert not outside or max(outside) <= min(points[r] for r in found) + 3


def test_seats_go_to_the_most_points_and_a_smaller_house_keeps_the_best() -> None:
    assert seated({"a": 1, "b": 3, "c": 2}, [], 2, 3) == ["b", "c"]
    assert seated({"a": 1, "b": 3, "c": 2}, ["a", "b", "c"], 2, 3) == ["b", "c"]


def test_a_candidate_stays_two_places_longer() -> None:
    order = ["a", "b", "c", "d", "e"]
    assert leading(order, 2, frozenset()) == {"a", "b"}
    assert leading(order, 2, frozenset({"d", "e"})) == {"a", "b", "d"}
    assert leading(order, 0, frozenset({"a"})) == frozenset()
