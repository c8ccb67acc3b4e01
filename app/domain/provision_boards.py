"""Boards and their lists, compared with what the program declares: one list for each status, in the workflow's order.

A list is known by its label, a board by its name. Lists are moved, never made anew; lists that are not ours stay where
they are as far as ours can stand in order around them. Deleting a list touches no issue, and is a separate act.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.provision import Act, Change, Difference, Kind, Step, Where
from app.domain.taxonomy import scope_of

OPEN = "Open"
"""What stands left of the first list; GitLab leaves it out of its answers, as it does Closed (CONTRACT 5)."""
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ListSeen:
    """A list of a board. `title` is its label's, None for lists of other things (assignees, milestones, statuses)."""

    id: int
    title: str | None
    position: int


@dataclass(frozen=True, slots=True)
class BoardSeen:
    """A board: the labels it is narrowed to, and its lists as they stand, from the left."""

    id: int
    name: str
    labels: tuple[str, ...]
    lists: tuple[ListSeen, ...]


@dataclass(frozen=True, slots=True)
class BoardWanted:
    """A board that program.yml declares. `label` is what it is narrowed to, None for a board of everything."""

    name: str
    label: str | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The statuses in the workflow's order, and on which line each is declared. `merged` are labels whose cards went
    to another label, by title: a list of theirs is left over.
    """

    titles: tuple[str, ...]
    places: Mapping[str, Where] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)

    def retired(self, title: str) -> bool:
        """Whether this label was a status and is none any more."""
        return title in self.merged or (
            title not in self.titles and scope_of(title) in {scope_of(status) for status in self.titles}
        )


@dataclass(frozen=True, slots=True)
class MakeBoard:
    """A new board, with all its lists."""

    project: str
    board: str
    label: str | None
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a board shows: issues with these labels; all where there are none."""

    project: str
    board: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddList:
    """A new list, to stand at this index among all lists of the board."""

    project: str
    board: str
    title: str
    index: int


@dataclass(frozen=True, slots=True)
class MoveList:
    """A list, to stand at this index among all lists of the board."""

    project: str
    board: str
    title: str
    index: int


@dataclass(frozen=True, slots=True)
class DropList:
    """A list that is no longer wanted."""

    project: str
    board: str
    title: str


BoardWish = MakeBoard | Narrow | AddList | MoveList | DropList | None
"""None goes with a report: nothing is written."""

BoardSteps = tuple[Step[BoardWish], ...]


def compare(
    project: str,
    wanted: Sequence[BoardWanted],
    columns: Columns,
    seen: Sequence[BoardSeen],
    *,
    narrows: bool = True,
    deletes: bool = False,
) -> BoardSteps:
    """What makes the boards of a project as declared. `narrows` is whether GitLab can narrow a board (Premium)."""
    steps: list[Step[BoardWish]] = []
    for board in wanted:
        named = sorted((one for one in seen if one.name == board.name), key=lambda one: one.id)
        shown = board if narrows else replace(board, label=None)
        if not named:
            steps += [*_lookalikes(project, board, wanted, columns, seen), _made(project, shown, columns)]
            continue
        steps += [_doubled(project, board, len(named))] if len(named) > 1 else []
        steps += _narrowed(project, board, named[0]) if narrows else []
        steps += _ordered(project, board, columns, named[0])
        steps += _left_over(project, board, columns, named[0], deletes)
    return (*([] if narrows else _degraded(project, wanted)), *steps)


def canonical(project: str, seen: Iterable[BoardSeen]) -> str:
    """All that was compared, as one text."""
    boards = [[b.id, b.name, sorted(b.labels), [[x.id, x.title] for x in b.lists]] for b in seen]
    return json.dumps([project, sorted(boards, key=str)])


def _step(
    act: Act,
    project: str,
    name: str,
    wish: BoardWish,
    because: str,
    where: Where | None,
    *differences: Difference,
) -> Step[BoardWish]:
    return Step(Change(Kind.BOARDS, act, project, name, differences, where, because), wish)


def _made(project: str, board: BoardWanted, columns: Columns) -> Step[BoardWish]:
    differences = [Difference("lists", NOTHING, ", ".join(columns.titles))]
    if board.label:
        differences.insert(0, Difference("shows", NOTHING, f"issues with {board.label}"))
    wish = MakeBoard(project, board.name, board.label, columns.titles)
    return _step(
        Act.CREATE, project, board.name, wish, "the project has no board of this name", board.where, *differences
    )


def _lookalikes(
    project: str, board: BoardWanted, wanted: Sequence[BoardWanted], columns: Columns, seen: Sequence[BoardSeen]
) -> list[Step[BoardWish]]:
    """Boards that nobody declares and that hold all our lists: perhaps a board was renamed."""
    declared = {one.name for one in wanted}
    alike = [
        one.name
        for one in seen
        if one.name not in declared and set(columns.titles) <= {each.title for each in one.lists}
    ]
    because = f"program.yml does not name it, and it has all our lists; if it is {board.name}, rename one of the two"
    return [_step(Act.REPORT, project, name, None, because, board.where) for name in alike]


def _doubled(project: str, board: BoardWanted, many: int) -> Step[BoardWish]:
    because = f"there are {many} boards of this name; only the oldest is kept in order"
    return _step(Act.REPORT, project, board.name, None, because, board.where)


def _degraded(project: str, wanted: Sequence[BoardWanted]) -> list[Step[BoardWish]]:
    names = [board.name for board in wanted if board.label]
    because = "GitLab Free cannot narrow a board to an area, so these boards show the requests of all areas"
    return [_step(Act.REPORT, project, ", ".join(names), None, because, wanted[0].where)] if names else []


def _narrowed(project: str, board: BoardWanted, seen: BoardSeen) -> list[Step[BoardWish]]:
    labels = (board.label,) if board.label else ()
    if set(seen.labels) == set(labels):
        return []
    difference = Difference("shows", _shown(seen.labels), _shown(labels))
    because = "its area" if board.label else "a board without an area shows all"
    return [
        _step(Act.CHANGE, project, board.name, Narrow(project, board.name, labels), because, board.where, difference)
    ]


def _shown(labels: Sequence[str]) -> str:
    return f"issues with {' and '.join(sorted(labels))}" if labels else "all issues"


def _ordered(project: str, board: BoardWanted, columns: Columns, seen: BoardSeen) -> list[Step[BoardWish]]:
    """Additions and moves, each at the index where it belongs once those before it are made."""
    steps: list[Step[BoardWish]] = []
    now = [one.title for one in seen.lists]
    at_first = list(now)
    stay = staying(columns.titles, now)
    for number, title in enumerate(columns.titles):
        if title in stay:
            continue
        new = title not in now
        before = columns.titles[:number]
        if not new:
            now.remove(title)
        index = _index(now, before, [t for t in columns.titles[number:] if t in stay], new)
        now.insert(index, title)
        name, where = f"{board.name}: {title}", columns.places.get(title) or board.where
        wish = (AddList if new else MoveList)(project, board.name, title, index)
        difference = Difference("stands after", NOTHING if new else _left_of(at_first, title), _left_of(now, title))
        because = "each status has its list" if new else "the order of the workflow"
        steps.append(_step(Act.CREATE if new else Act.MOVE, project, name, wish, because, where, difference))
    return steps


def _index(now: Sequence[str | None], before: Sequence[str], later: Sequence[str], new: bool) -> int:
    """Behind the status before it; the first of all before the first that stays. A new one is at the end, and stays
    there where nothing of ours has to come after it.
    """
    if new and not later:
        return len(now)
    return now.index(before[-1]) + 1 if before else now.index(later[0])


def _left_of(now: Sequence[str | None], title: str) -> str:
    index = now.index(title)
    return (now[index - 1] or "a list that is not ours") if index else OPEN


def staying(wanted: Sequence[str], now: Sequence[str | None]) -> frozenset[str]:
    """The most lists that stand in the wanted order among each other already: none of them needs a move."""
    ranks = {title: rank for rank, title in enumerate(wanted)}
    tails: list[int] = []
    chains: list[tuple[str, ...]] = []
    for title in now:
        if title not in ranks or title is None:
            continue
        rank = ranks[title]
        at = bisect_left(tails, rank)
        chain = (*(chains[at - 1] if at else ()), title)
        tails[at : at + 1] = [rank]
        chains[at : at + 1] = [chain]
    return frozenset(chains[-1]) if chains else frozenset()


def from_the_left(lists: Iterable[ListSeen]) -> tuple[ListSeen, ...]:
    """Lists as they stand."""
    return tuple(sorted(lists, key=lambda one: (one.position, one.id)))


def uneven(lists: Sequence[ListSeen]) -> tuple[ListSeen, int] | None:
    """The next list to be set to its index, so that no other changes its place; None where positions are 0, 1, 2, …

    Those too far right come first, from the left; then those too far left, from the right.
    """
    far = [(one, at) for at, one in enumerate(lists) if one.position > at]
    near = [(one, at) for at, one in enumerate(lists) if one.position < at]
    return next(iter((*far, *reversed(near))), None)


def _left_over(
    project: str, board: BoardWanted, columns: Columns, seen: BoardSeen, deletes: bool
) -> list[Step[BoardWish]]:
    steps: list[Step[BoardWish]] = []
    for title in (one.title for one in seen.lists):
        if title is None or not columns.retired(title):
            continue
        into = columns.merged.get(title)
        because = f"its cards are in {into} now" if into else "no status of the workflow has this label"
        name = f"{board.name}: {title}"
        if deletes:
            steps.append(_step(Act.DELETE, project, name, DropList(project, board.name, title), because, board.where))
        else:
            because += "; the list is left as it is (--allow-delete takes it away, and touches no issue)"
            steps.append(_step(Act.REPORT, project, name, None, because, board.where))
    return steps
