"""Whatever lists a board has and however they stand: one apply puts ours in order, with the fewest moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.failure import Permanent
from app.domain.label_succession import Succession
from app.domain.program import Board, Program, Project
from app.domain.provision_boards import BoardSeen, ListSeen, staying
from app.services.provision_boards import ProvisionBoards
from tests.scenarios.living import shipped

PATH = "sme/customer-feedback"
TITLES = tuple(status.title for status in shipped().taxonomy.workflow.statuses)
FOREIGN = ("area::ai", "Doing", None, "region::apac")


@dataclass
class Shelf:
    """One board in memory, under GitLab's own rules of moving (app/services/boards/lists/move_service.rb)."""

    lists: list[ListSeen]
    moves: int = 0
    made: int = 0
    fails_at: int | None = None
    writes: int = field(default=0)

    def boards(self, project: str) -> Sequence[BoardSeen]:
        assert project == PATH
        return [BoardSeen(1, "All", (), tuple(sorted(self.lists, key=lambda one: (one.position, one.id))))]

    def passed_on(self, project: str) -> Succession:
        assert project == PATH
        return Succession()

    def ids(self, project: str) -> Mapping[str, int]:
        assert project == PATH
        return {title: number for number, title in enumerate(TITLES)}

    def create(self, project: str, name: str) -> BoardSeen:
        raise AssertionError((project, name))

    def narrow(self, project: str, board: BoardSeen, labels: tuple[str, ...]) -> BoardSeen:
        raise AssertionError((project, board, labels))

    def remove_list(self, project: str, board: BoardSeen, gone: ListSeen) -> None:
        raise AssertionError((project, board, gone))

    def add_list(self, project: str, board: BoardSeen, title: str, label_id: int) -> ListSeen:
        assert (project, board.id, title) == (PATH, 1, TITLES[label_id])
        assert all(one.title != title for one in self.lists), "has already been taken"
        self._written()
        self.made += 1
        last = max((one.position for one in self.lists), default=-1)
        new = ListSeen(1000 + self.made, title, last + 1)
        self.lists.append(new)
        return new

    def move_list(self, project: str, board: BoardSeen, moved: ListSeen, position: int) -> None:
        assert (project, board.id) == (PATH, 1)
        old = next(one for one in self.lists if one.id == moved.id).position
        if position == old or not 0 <= position < len(self.lists):
            raise AssertionError("List could not be moved!")
        self._written()
        self.moves += 1
        self.lists = [replace(one, position=_after(one, moved, old, position)) for one in self.lists]

    def _written(self) -> None:
        self.writes += 1
        if self.writes == self.fails_at:
            raise Permanent("broken off")


def _after(one: ListSeen, moved: ListSeen, old: int, new: int) -> int:
    if one.id == moved.id:
        return new
    if old < one.position <= new:
        return one.position - 1
    return one.position + 1 if new <= one.position < old else one.position


def part(shelf: Shelf) -> ProvisionBoards:
    """Plan and apply over the shelf."""
    program: Program = replace(shipped().program, projects=(Project(PATH, (Board("All"),)),))
    return ProvisionBoards(shelf, shelf, shipped().taxonomy, program, {})


def apply(shelf: Shelf) -> int:
    """How many steps were made."""
    kept = part(shelf)
    steps = [step for step in kept.draft().steps if step.wish is not None]
    for step in steps:
        kept.make(step)
    return len(steps)


@st.composite
def shelves(draw: st.DrawFn) -> Shelf:
    """Some of our lists and some of others, in any order."""
    titles: list[str | None] = draw(st.lists(st.sampled_from(TITLES), unique=True))
    titles = draw(st.permutations([*titles, *draw(st.lists(st.sampled_from(FOREIGN), unique=True))]))
    return Shelf([ListSeen(number + 1, title, number) for number, title in enumerate(titles)])


def in_order(shelf: Shelf) -> list[str | None]:
    """The titles as they stand."""
    return [one.title for one in sorted(shelf.lists, key=lambda one: (one.position, one.id))]


def longest(titles: Sequence[str | None]) -> int:
    """The length of the longest run of ours in order, by trying them all."""
    ranks = [TITLES.index(title) for title in titles if title in TITLES]
    return max(
        size for size in range(len(ranks) + 1) if any(list(some) == sorted(some) for some in combinations(ranks, size))
    )


@settings(max_examples=300, deadline=None)
@given(shelves())
def test_ours_are_in_order_and_others_stay_with_the_fewest_moves(shelf: Shelf) -> None:
    before, ids = in_order(shelf), {one.id: one.title for one in shelf.lists}
    stay = longest(before)
    ours = [title for title in before if title in TITLES]
    apply(shelf)
    after = in_order(shelf)
    assert [title for title in after if title in TITLES] == list(TITLES)
    assert [t for t in after if t not in TITLES] == [t for t in before if t not in TITLES]
    assert {one.id: one.title for one in shelf.lists if one.id in ids} == ids
    assert sorted(one.position for one in shelf.lists) == list(range(len(shelf.lists)))
    assert shelf.made == len(TITLES) - len(ours)
    assert shelf.moves <= len(ours) - stay + shelf.made
    if not shelf.made:
        assert shelf.moves == len(ours) - stay
    assert apply(shelf) == 0


@settings(max_examples=100, deadline=None)
@given(shelves(), st.integers(1, 12))
def test_broken_off_at_any_write_the_next_apply_finishes(shelf: Shelf, nth: int) -> None:
    shelf.fails_at = nth
    try:
        apply(shelf)
    except Permanent:
        apply(shelf)
    assert [title for title in in_order(shelf) if title in TITLES] == list(TITLES)
    assert apply(shelf) == 0


@given(st.permutations(TITLES))
def test_as_many_stay_as_can(order: Sequence[str]) -> None:
    stay = staying(TITLES, order)
    kept = [title for title in order if title in stay]
    assert kept == sorted(kept, key=TITLES.index)
    assert len(kept) == longest(order)


def test_gaps_between_positions_as_old_boards_have_them_do_no_harm() -> None:
    numbers = [0, 2, 3, 5, 6, 8, 9]
    titles = [*TITLES[1:4], TITLES[0], *TITLES[4:]]
    shelf = Shelf([ListSeen(n + 1, title, at) for n, (title, at) in enumerate(zip(titles, numbers, strict=True))])
    assert apply(shelf) == 1
    assert in_order(shelf) == list(TITLES)
    assert apply(shelf) == 0


@settings(max_examples=200, deadline=None)
@given(shelves(), st.data())
def test_positions_with_gaps_or_twice_the_same_are_evened_first(shelf: Shelf, data: st.DataObject) -> None:
    numbers = st.lists(st.integers(0, 12), min_size=len(shelf.lists), max_size=len(shelf.lists))
    positions = sorted(data.draw(numbers))
    shelf.lists = [replace(one, position=at) for one, at in zip(shelf.lists, positions, strict=True)]
    foreign = [title for title in in_order(shelf) if title not in TITLES]
    apply(shelf)
    assert [title for title in in_order(shelf) if title in TITLES] == list(TITLES)
    assert [title for title in in_order(shelf) if title not in TITLES] == foreign
    assert apply(shelf) == 0
