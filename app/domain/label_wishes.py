"""Labels as plan and apply speak of them: what GitLab lists, what is wished of it, and by which fields they differ.

Labels are addressed by id, since a title that begins with digits may hit another label (CONTRACT 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.provision import Difference, Where
from app.domain.taxonomy import Label, scope_of


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """A project or group that labels live in, by full path."""

    path: str
    group: bool = False

    @property
    def above(self) -> str:
        """The groups it inherits labels from, as people call them."""
        steps = self.path.split("/")[:-1]
        groups = ["/".join(steps[:end]) for end in range(len(steps), 0, -1)]
        return f"the group {groups[0]}" if len(groups) == 1 else f"one of the groups {', '.join(groups)}"

    def down_to(self, project: "LabelPlace") -> tuple["LabelPlace", ...]:
        """The groups between this one and a project in it."""
        steps = project.path.split("/")
        first = len(self.path.split("/")) + 1
        return tuple(LabelPlace("/".join(steps[:end]), group=True) for end in range(first, len(steps)))


@dataclass(frozen=True, slots=True)
class Standing:
    """A label as GitLab lists it. `own` is false for one of a group above. Counts are None where they were not told."""

    id: int
    title: str
    color: str
    description: str
    archived: bool = False
    priority: int | None = None
    own: bool = True
    open: int | None = 0
    closed: int | None = 0
    merge_requests: int | None = 0

    @property
    def issues(self) -> int | None:
        """How many issues carry it, open and closed."""
        return None if self.open is None or self.closed is None else self.open + self.closed


@dataclass(frozen=True, slots=True)
class Carrier:
    """An issue that carries a label. `reference` is its full reference, `group/project#12`."""

    project_id: int
    iid: int
    reference: str
    labels: frozenset[str]
    open: bool


@dataclass(frozen=True, slots=True)
class LabelFields:
    """Fields of a label as they are to be; None leaves one as it is."""

    title: str | None = None
    color: str | None = None
    description: str | None = None
    priority: int | None = None
    archived: bool | None = None


@dataclass(frozen=True, slots=True)
class MakeLabel:
    """A new label."""

    place: LabelPlace
    fields: LabelFields


@dataclass(frozen=True, slots=True)
class AlterLabel:
    """Other fields, perhaps another title, for the label with this id."""

    place: LabelPlace
    id: int
    title: str
    fields: LabelFields


@dataclass(frozen=True, slots=True)
class MergeLabel:
    """All issues with `old` get `new` in its stead; then `old` is archived. In an `exclusive` scope an issue that has
    another label of that scope keeps what it has; `former` are all titles that become `new`."""

    place: LabelPlace
    id: int
    old: str
    new: str
    exclusive: bool
    former: frozenset[str]


@dataclass(frozen=True, slots=True)
class DeleteLabel:
    """A label goes for ever, if nothing carries it by then."""

    place: LabelPlace
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class TellOnly:
    """Nothing is written."""


LabelWish = MakeLabel | AlterLabel | MergeLabel | DeleteLabel | TellOnly


@dataclass(frozen=True, slots=True)
class Asked:
    """What is declared for one place. `exclusive` are the scopes of which an issue carries one label; `delete` lets
    retired labels that nothing carries be deleted; `lines` are the lines that declare labels, by title.
    """

    place: LabelPlace
    labels: tuple[Label, ...]
    today: date
    exclusive: frozenset[str] = frozenset()
    delete: bool = False
    lines: Mapping[str, Where] = field(default_factory=dict)

    def out_of_use(self, label: Label) -> bool:
        """Whether its last day is over."""
        return label.out_of_use(self.today)


@dataclass(frozen=True, slots=True)
class Seen:
    """What GitLab has there. `carriers` are the issues with each label of `wanted_carriers`; `uses` says what else
    holds a label of `wanted_uses`, empty where nothing does.
    """

    labels: tuple[Standing, ...]
    carriers: Mapping[str, tuple[Carrier, ...]] = field(default_factory=dict)
    uses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def rival(labels: frozenset[str], former: frozenset[str], new: str, exclusive: bool) -> str | None:
    """The label that keeps an issue from getting `new` for one of its `former` titles: another one of an exclusive
    scope. It was chosen in the words that count now, so it is the newer decision, and stays.
    """
    scope = scope_of(new)
    if not exclusive or not scope or new in labels:
        return None
    return next((title for title in sorted(labels - former) if scope_of(title) == scope), None)


def differences(wanted: LabelFields, now: Standing) -> tuple[Difference, ...]:
    """The wanted fields that the label does not have. GitLab gives colours as hex, and no description as none."""
    pairs = (
        ("title", now.title, wanted.title),
        ("color", now.color.lower(), wanted.color and wanted.color.lower()),
        ("description", now.description, wanted.description),
        ("priority", _number(now.priority), _number(wanted.priority) if wanted.priority is not None else None),
        ("archived", _yes(now.archived), _yes(wanted.archived) if wanted.archived is not None else None),
    )
    return tuple(Difference(name, has, wish) for name, has, wish in pairs if wish is not None and wish != has)


def narrowed(wanted: LabelFields, to: tuple[Difference, ...]) -> LabelFields:
    """Only the fields that differ, so that nothing else is written."""
    names = {difference.field for difference in to}
    return LabelFields(
        title=wanted.title if "title" in names else None,
        color=wanted.color if "color" in names else None,
        description=wanted.description if "description" in names else None,
        priority=wanted.priority if "priority" in names else None,
        archived=wanted.archived if "archived" in names else None,
    )


def _number(priority: int | None) -> str:
    return "none" if priority is None else str(priority)


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
