"""The boards of the projects, kept as program.yml and the workflow declare them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol, assert_never

from app.domain.failure import Permanent, Temporary, in_part
from app.domain.label_succession import ON_ITS_WAY, Succession
from app.domain.program import Program, Project, Tier
from app.domain.provision import Draft, Kind, Step, Where
from app.domain.provision_boards import (
    AddList,
    BoardSeen,
    BoardSteps,
    BoardWanted,
    BoardWish,
    Columns,
    DropList,
    ListSeen,
    MakeBoard,
    MoveList,
    Narrow,
    canonical,
    compare,
    from_the_left,
    uneven,
)
from app.domain.taxonomy import Taxonomy


class Boards(Protocol):
    """Reads and changes boards. Raises Temporary, Permanent and Missing."""

    def boards(self, project: str) -> Sequence[BoardSeen]:
        """All boards of a project, whole."""
        ...

    def create(self, project: str, name: str) -> BoardSeen:
        """A new board without lists."""
        ...

    def narrow(self, project: str, board: BoardSeen, labels: tuple[str, ...]) -> BoardSeen:
        """Which labels an issue must carry to be shown."""
        ...

    def add_list(self, project: str, board: BoardSeen, title: str, label_id: int) -> ListSeen:
        """A list at the end."""
        ...

    def move_list(self, project: str, board: BoardSeen, moved: ListSeen, position: int) -> None:
        """A list to a position."""
        ...

    def remove_list(self, project: str, board: BoardSeen, gone: ListSeen) -> None:
        """A list away."""
        ...


class LabelsThere(Protocol):
    """What boards need to know of labels: the kind labels tells it, so that both see the same. Raises Temporary,
    Permanent."""

    def passed_on(self, project: str) -> Succession:
        """Which labels get another title, and which are merged."""
        ...

    def ids(self, project: str) -> Mapping[str, int]:
        """The labels that boards of a project may use, by title, read now."""
        ...


class ProvisionBoards:
    """The part of plan and apply for boards. With `deletes`, lists of retired statuses are taken away."""

    kind = Kind.BOARDS

    def __init__(
        self,
        door: Boards,
        labels: LabelsThere,
        taxonomy: Taxonomy,
        program: Program,
        places: Mapping[str, Where],
        *,
        deletes: bool = False,
    ) -> None:
        self._door, self._labels = door, labels
        self._taxonomy, self._program, self._places = taxonomy, program, places
        self._deletes = deletes
        self._seen: dict[str, tuple[BoardSeen, ...]] = {}
        self._label_ids: dict[str, Mapping[str, int]] = {}

    def draft(self) -> Draft[BoardWish]:
        """One call for each project with boards; one more where a list still bears an earlier title of a label."""
        self._seen, self._label_ids = {}, {}
        steps: list[Step[BoardWish]] = []
        texts: list[str] = []
        declared = 0
        for project in self._program.projects:
            if not project.boards:
                continue
            found = self._draft(project)
            texts.append(canonical(project.path, self._seen[project.path]))
            touched = {step.wish.board for step in found if step.wish}
            declared += sum(board.name not in touched for board in project.boards)
            steps += found
        return Draft(tuple(steps), "\n".join(texts), as_declared=declared)

    def _draft(self, project: Project) -> BoardSteps:
        seen = self._door.boards(project.path)
        passed_on = self._passed_on(project.path, seen)
        self._seen[project.path] = tuple(_then(board, passed_on) for board in seen)
        titles = tuple(status.title for status in self._taxonomy.workflow.statuses)
        places = {title: self._places[f"label:{title}"] for title in titles if f"label:{title}" in self._places}
        return compare(
            project.path,
            [self._wanted(project, index) for index in range(len(project.boards))],
            Columns(titles, places, dict((*passed_on.past, *passed_on.merges))),
            self._seen[project.path],
            narrows=self._program.tier is not Tier.FREE,
            deletes=self._deletes,
        )

    def _wanted(self, project: Project, index: int) -> BoardWanted:
        board = project.boards[index]
        label = f"area::{board.area}" if board.area else None
        return BoardWanted(board.name, label, self._places.get(f"board:{project.path}/{board.name}"))

    def _passed_on(self, project: str, seen: Sequence[BoardSeen]) -> Succession:
        """Which labels get another title by the same plan: they are the same lists; and which were merged.

        Asks for labels only where a board has one that some label replaces.
        """
        former = {old for label in self._taxonomy.labels for old in label.previously}
        titles = {one.title for board in seen for one in board.lists} | {t for board in seen for t in board.labels}
        if not any(title and (title in former or title.endswith(ON_ITS_WAY)) for title in titles):
            return Succession()
        return self._labels.passed_on(project)

    def make(self, step: Step[BoardWish]) -> None:
        """One step. A board is made with its lists; where that breaks off, the next plan goes on with the rest."""
        match step.wish:
            case MakeBoard() as wish:
                self._make_board(wish)
            case Narrow() as wish:
                self._narrow(wish)
            case AddList() as wish:
                self._add(wish)
            case MoveList() as wish:
                self._move(wish.project, self._board(wish), wish.title, wish.index)
            case DropList() as wish:
                board = self._board(wish)
                for gone in (one for one in board.lists if one.title == wish.title):
                    self._door.remove_list(wish.project, board, gone)
                    self._keep(wish.project, replace(board, lists=_without(board.lists, gone)))
            case None:
                pass
            case _:
                assert_never(step.wish)

    def _make_board(self, wish: MakeBoard) -> None:
        for title in (*wish.titles, *([wish.label] if wish.label else [])):
            self._label_id(wish.project, title)
        made = self._made_before(wish) or self._door.create(wish.project, wish.board)
        self._keep(wish.project, made)
        try:
            if wish.label and made.labels != (wish.label,):
                self._narrow(Narrow(wish.project, wish.board, (wish.label,)))
            for index, title in enumerate(wish.titles):
                self._add(AddList(wish.project, wish.board, title, index))
        except (Temporary, Permanent) as problem:
            raise in_part(problem, f"The board {wish.board} is made, and not all of it:") from problem

    def _made_before(self, wish: MakeBoard) -> BoardSeen | None:
        """By an earlier try that broke off, or by somebody else: GitLab takes a second board of the same name."""
        named = (one for one in self._door.boards(wish.project) if one.name == wish.board)
        return min(named, key=lambda one: one.id, default=None)

    def _narrow(self, wish: Narrow) -> None:
        for title in wish.labels:
            self._label_id(wish.project, title)
        made = self._door.narrow(wish.project, self._board(wish), wish.labels)
        self._keep(wish.project, replace(self._board(wish), labels=made.labels))

    def _add(self, wish: AddList) -> None:
        """Harmless where the list is there by now: GitLab refuses a second one of the same label."""
        board, label_id = self._board(wish), self._label_id(wish.project, wish.title)
        if all(one.title != wish.title for one in board.lists):
            self._add_list(wish, board, label_id)
        self._move(wish.project, self._board(wish), wish.title, wish.index)

    def _add_list(self, wish: AddList, board: BoardSeen, label_id: int) -> None:
        try:
            made = self._door.add_list(wish.project, board, wish.title, label_id)
            self._keep(wish.project, replace(board, lists=from_the_left((*board.lists, made))))
        except Permanent:
            self._seen[wish.project] = tuple(self._door.boards(wish.project))
            if all(one.title != wish.title for one in self._board(wish).lists):
                raise

    def _move(self, project: str, board: BoardSeen, title: str, index: int) -> None:
        """To the index among all lists. GitLab refuses to move a list to where it is."""
        moved = next((one for one in board.lists if one.title == title), None)
        if moved is None:
            raise Permanent(f"The list of {title} on the board {board.name} of {project} is gone; plan again.")
        index = min(index, len(board.lists) - 1)
        if board.lists[index] == moved:
            return
        board = self._evened(project, board)
        moved = next(one for one in board.lists if one.id == moved.id)
        if board.lists[index] == moved:
            return
        self._door.move_list(project, board, moved, index)
        order = list(_without(board.lists, moved))
        order.insert(index, moved)
        self._keep(project, replace(board, lists=tuple(replace(one, position=at) for at, one in enumerate(order))))

    def _evened(self, project: str, board: BoardSeen) -> BoardSeen:
        """The board with its lists at 0, 1, 2, …: a position means a place only there. Lists that went with their
        labels leave gaps, and a new list may then share its position. What a move did is read, not reckoned.
        """
        for _ in range(2 * len(board.lists)):
            found = uneven(board.lists)
            if found is None:
                break
            self._door.move_list(project, board, *found)
            board = self._again(project, board)
        return board

    def _again(self, project: str, board: BoardSeen) -> BoardSeen:
        """The board as it stands now, its lists under the titles that they will have."""
        titles = {one.id: one.title for one in board.lists}
        now = next((one for one in self._door.boards(project) if one.id == board.id), None)
        if now is None or {one.id for one in now.lists} != set(titles):
            raise Permanent(f"The board {board.name} of {project} was changed by somebody else meanwhile; plan again.")
        board = replace(board, lists=tuple(replace(one, title=titles[one.id]) for one in now.lists))
        self._keep(project, board)
        return board

    def _board(self, wish: Narrow | AddList | MoveList | DropList) -> BoardSeen:
        named = [one for one in self._seen.get(wish.project, ()) if one.name == wish.board]
        if not named:
            raise Permanent(f"The board {wish.board} of {wish.project} is gone; plan again.")
        return min(named, key=lambda one: one.id)

    def _keep(self, project: str, board: BoardSeen) -> None:
        others = (one for one in self._seen.get(project, ()) if one.id != board.id)
        self._seen[project] = (*others, board)

    def _label_id(self, project: str, title: str) -> int:
        """Looked up when it is needed: labels of the same plan are made by then."""
        if title not in self._label_ids.get(project, {}):
            self._label_ids[project] = self._labels.ids(project)
        if title not in self._label_ids[project]:
            raise Permanent(f"The label {title} is not there in {project} yet; apply the kind labels first.")
        return self._label_ids[project][title]


def _then(board: BoardSeen, passed_on: Succession) -> BoardSeen:
    """The board as it is once labels have their new titles."""
    titles = {old: new for new, old in passed_on.became.items()}
    lists = tuple(replace(one, title=titles.get(one.title, one.title)) if one.title else one for one in board.lists)
    return replace(board, lists=lists, labels=tuple(titles.get(title, title) for title in board.labels))


def _without(lists: Sequence[ListSeen], gone: ListSeen) -> tuple[ListSeen, ...]:
    return tuple(one for one in lists if one.id != gone.id)
