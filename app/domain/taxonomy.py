"""The program's labels and rules as values: what `label_taxonomy.yml` says, checked and ready to judge by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.numbers import Numbers
from app.domain.roster import Role


class Mode(StrEnum):
    """How far a rule goes (workflow 3.2): nothing; journal only; comments; puts back."""

    OFF = "off"
    OBSERVE = "observe"
    GUIDE = "guide"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Label:
    """One label. `previously` are titles it replaces; `retire_after` is when it goes out of use.

    `strategic` is a theme's weight in the points, 0 to 1; `also_apply` are other teams' labels that go with it.
    """

    title: str
    color: str
    description: str
    previously: tuple[str, ...] = ()
    retire_after: date | None = None
    priority: int | None = None
    strategic: Decimal | None = None
    also_apply: tuple[str, ...] = ()

    def out_of_use(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.retire_after is not None and today > self.retire_after


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope of labels, `theme::ai` for `theme::ai::chat` (CONTRACT 2: all before the last `::`).

    `exclusive` means at most one per issue, `required` at least one. A scope without a key holds plain labels.
    """

    key: str
    title: str
    description: str
    labels: tuple[Label, ...]
    exclusive: bool = True
    required: bool = False


@dataclass(frozen=True, slots=True)
class Modes:
    """A rule's mode, by area where an area differs."""

    default: Mode
    by_area: Mapping[str, Mode] = field(default_factory=dict)

    def for_area(self, area: str | None) -> Mode:
        """The mode in force for a request of this area."""
        return self.by_area.get(area, self.default) if area else self.default


class FieldKind(StrEnum):
    """How the text of a field is understood."""

    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    LINK = "link"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Field:
    """Something a person tells in a request's text (requests 2.2), under any of `names`.

    `fresh` fields (a reason, new evidence) count only when told around the move they explain.
    """

    key: str
    names: tuple[str, ...]
    kind: FieldKind = FieldKind.TEXT
    at_least: int = 1
    choices: tuple[str, ...] = ()
    fresh: bool = False


class Source(StrEnum):
    """Where a predicate looks."""

    FIELD = "field"
    LINE = "line"
    LABEL = "label"
    LINK = "link"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Predicate:
    """One way to satisfy a requirement: `field:severity`, `label:theme::{area}`, `role:pm`, …"""

    source: Source
    arg: str

    def __str__(self) -> str:
        return f"{self.source}:{self.arg}"


@dataclass(frozen=True, slots=True)
class Item:
    """A named piece of context that a status may need. Any predicate of `met_by` satisfies it.

    `title`, `why` and `example` are what people are told when it is missing.
    """

    key: str
    title: str
    why: str
    example: str
    met_by: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """A column of the board. `requires` must be there for a card to stay; `asks` are asked for on the way."""

    title: str
    name: str
    requires: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A lawful step (workflow 3.3). `requires` names items beyond those of the target status."""

    id: str
    sources: frozenset[str]
    targets: frozenset[str]
    who: frozenset[Role]
    requires: tuple[str, ...]
    modes: Modes
    effective_from: datetime
    because: str = ""


@dataclass(frozen=True, slots=True)
class Workflow:
    """The statuses in board order, the lawful moves, and the numbers of workflow 3.6.

    `modes` and `effective_from` govern steps that no move names; `off` there switches all judging of moves off.
    A held move waits for `hold_for`. An ask for context that nobody answers is brought to mind after `remind_after`,
    `help_after` and `lead_after`, and let rest after `park_after`: whole working days (workflow 3.4).
    """

    statuses: tuple[Status, ...]
    start: str
    moves: tuple[Move, ...]
    modes: Modes
    effective_from: datetime
    judged_for: timedelta = timedelta(hours=72)
    ask_after: timedelta = timedelta(minutes=2)
    ask_at_latest: timedelta = timedelta(minutes=10)
    put_backs: int = 2
    put_backs_within: timedelta = timedelta(hours=1)
    hold_for: timedelta = timedelta(days=7)
    remind_after: timedelta = timedelta(days=3)
    help_after: timedelta = timedelta(days=7)
    lead_after: timedelta = timedelta(days=10)
    park_after: timedelta = timedelta(days=15)

    def status(self, title: str) -> Status | None:
        """The status with this label title."""
        return next((s for s in self.statuses if s.title == title), None)

    def named(self, source: str, target: str, name: object) -> Move | None:
        """The move of this id that names this step."""
        return next((m for m in self.steps(source, target) if m.id == name), None)

    def plain(self, source: str, target: str) -> Move | None:
        """The first move, no override, that names this step: whoever makes it, it says what the step takes."""
        return next((m for m in self.steps(source, target) if not self.overrides(m)), None)

    def steps(self, source: str, target: str) -> tuple[Move, ...]:
        """All moves that name this step, in the order they are written."""
        return tuple(m for m in self.moves if source in m.sources and target in m.targets)

    def overrides(self, move: Move) -> bool:
        """Whether a move is the way round the rules (T20): it names every step there is."""
        every = {s.title for s in self.statuses}
        return every <= move.sources and every <= move.targets

    def needed(self, target: str, move: Move | None) -> tuple[str, ...]:
        """What keeps a card in `target`, besides what the move requires. New asks and sends nothing back; an override
        goes round it.
        """
        status = self.status(target)
        if status is None or target == self.start or (move and self.overrides(move)):
            return ()
        return status.requires

    def ways_out(self, source: str) -> tuple[tuple[Status, frozenset[Role]], ...]:
        """Where a card may go from `source`, in board order, and who may take it there; overrides apart."""
        return tuple(
            (status, roles)
            for status in self.statuses
            if status.title != source and (roles := self.who_may(source, status.title))
        )

    def who_may(self, source: str, target: str) -> frozenset[Role]:
        """The roles that may make this step; overrides apart. Empty when nobody may."""
        moves = (m for m in self.steps(source, target) if not self.overrides(m))
        return frozenset[Role]().union(*(m.who for m in moves))


@dataclass(frozen=True, slots=True)
class Route:
    """Where requests with a label, such as bugs, are better brought first (H10)."""

    say: str
    link: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All of `label_taxonomy.yml`. `rules` holds the modes of the rules besides the moves, by rule name;
    `routes` are by label. `labels` are all that the program owns, in the order of the file, and `titles` theirs;
    `successors` are titles in use no more, each with the title that has replaced it: worked out once, as they are
    asked for each label of each issue.
    """

    scopes: tuple[Scope, ...]
    fields: tuple[Field, ...]
    items: Mapping[str, Item]
    workflow: Workflow
    rules: Mapping[str, Modes]
    paused_label: str
    numbers: Numbers = field(default_factory=Numbers)
    routes: Mapping[str, Route] = field(default_factory=dict)
    labels: tuple[Label, ...] = field(init=False, repr=False, compare=False)
    titles: frozenset[str] = field(init=False, repr=False, compare=False)
    successors: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        labels = tuple(label for scope in self.scopes for label in scope.labels)
        titles = frozenset(label.title for label in labels)
        pairs = ((old, label.title) for label in labels for old in label.previously)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "titles", titles)
        object.__setattr__(self, "successors", {old: new for old, new in pairs if old not in titles})

    def scope(self, key: str) -> Scope | None:
        """The scope with exactly this key."""
        return next((s for s in self.scopes if s.key == key), None)

    def current(self, title: str) -> str:
        """The title that a label has now: its own, or the one that names it in `previously`."""
        return self.successors.get(title, title)


def scope_of(title: str) -> str:
    """The scope key of a label title: everything before the last `::`, empty for a plain label (CONTRACT 2)."""
    return title.rpartition("::")[0]
