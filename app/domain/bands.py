"""Who is in which priority band, who is an ARR Driver candidate, and who is on an area's list (requests 2.6, 2.7, H24).

All three keep still: a request changes its place only when its numbers moved by more than the hysteresis, and one of
ten seats changes hands only when somebody leaves it, or is outdone by more than that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.domain.numbers import Numbers

T = TypeVar("T")
LOWEST = 4
BLOCKERS_AT_LEAST = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """One request of an area: its points, the band it is in now (None: none yet), and whether a blocker is on it."""

    points: int
    band: int | None = None
    blocker: bool = False


def band(standing: Standing, numbers: Numbers) -> int:
    """The band its own numbers give it, 1 to 4; whether there is a seat in band 1 is not asked."""
    now, slack = standing.band, numbers.hysteresis
    found = _plain(standing.points, numbers)
    if now is not None and found < now:
        found = min(now, _plain(standing.points - slack, numbers))
    elif now is not None and found > now:
        found = max(now, _plain(standing.points + slack, numbers))
    return min(found, BLOCKERS_AT_LEAST) if standing.blocker else found


def _plain(points: int, numbers: Numbers) -> int:
    return next((place for place, least in enumerate(numbers.band_from, 1) if points >= least), LOWEST)


def banded_area(area: Mapping[T, Standing], numbers: Numbers) -> dict[T, int]:
    """The band of each request of one area, given in a fixed order: at most so many in band 1, the others in 2."""
    found = {request: band(standing, numbers) for request, standing in area.items()}
    wanting = {request: area[request].points for request, place in found.items() if place == 1}
    sitting = [request for request in wanting if area[request].band == 1]
    first = seated(wanting, sitting, numbers.band_one_at_most, numbers.hysteresis)
    return {request: 2 if place == 1 and request not in first else place for request, place in found.items()}


def seated(points: Mapping[T, int], before: Sequence[T], seats: int, slack: int) -> list[T]:
    """Who has a seat: those who had one, while there is nobody with more points by more than the slack; free seats go
    to the most points. In the order of `before`, the newcomers after them.
    """
    order = {request: index for index, request in enumerate(points)}
    held = sorted((r for r in dict.fromkeys(before) if r in points), key=lambda r: (-points[r], order[r]))[:seats]
    rest = sorted((r for r in points if r not in held), key=lambda r: (-points[r], order[r]))
    for newcomer in rest:
        if len(held) < seats:
            held.append(newcomer)
            continue
        weakest = min(held, key=lambda r: (points[r], -order[r]))
        if points[newcomer] <= points[weakest] + slack:
            break
        held[held.index(weakest)] = newcomer
    kept = [r for r in before if r in held]
    return [*dict.fromkeys(kept), *(r for r in held if r not in kept)]


def ranked(points: Mapping[T, int], before: Sequence[T], seats: int, slack: int) -> list[T]:
    """A list kept stable: who is on it as `seated` says, in the order of before; one passes its neighbour only with
    more points by more than the slack. Newcomers begin where their points put them.
    """
    held = seated(points, before, seats, slack)
    listed = [r for r in held if r in before]
    for newcomer in sorted((r for r in held if r not in listed), key=lambda r: -points[r]):
        place = next((i for i, r in enumerate(listed) if points[newcomer] > points[r]), len(listed))
        listed.insert(place, newcomer)
    moved = True
    while moved:
        moved = False
        for i in range(len(listed) - 1):
            if points[listed[i + 1]] > points[listed[i]] + slack:
                listed[i], listed[i + 1] = listed[i + 1], listed[i]
                moved = True
    return listed


def leading(order: Iterable[T], top: int, before: frozenset[T]) -> frozenset[T]:
    """The first `top`, and who was among them before and has not fallen more than two places behind."""
    listed = list(order)
    return frozenset(listed[:top]) | (before & frozenset(listed[: top + 2] if top else []))
