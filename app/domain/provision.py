"""The program as code, compared with what GitLab has: changes as values, shown before anything is written (promise 10).

Every kind of thing (labels, boards, …) has its own pure comparison, `provision_<kind>.py`, that returns steps in the
order in which they are to be made. Nothing that is not declared is ever touched; deleting is a separate, counted act.
"""

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from app.domain.failure import Missing, Permanent

W = TypeVar("W", covariant=True)

NAMED = 10
"""So many names are told where there are more; the rest is counted."""

ISSUES_A_MINUTE = 300
"""So many issues are relabelled a minute at most. Each is a webhook event, GitLab counts those of a whole namespace
together and drops what exceeds its limit: 500 a minute on the Free tier (CONTRACT 1)."""


class Kind(StrEnum):
    """What a change is about, in the order in which kinds are applied."""

    LABELS = "labels"
    BOARDS = "boards"
    TEMPLATES = "templates"
    DOCUMENTS = "documents"
    HOOKS = "hooks"
    SCHEDULES = "schedules"
    VARIABLES = "variables"


class Act(StrEnum):
    """What is done. REPORT does nothing: it tells what a person has to do, or what was left alone and why."""

    CREATE = "create"
    CHANGE = "change"
    RENAME = "rename"
    MERGE = "merge"
    MOVE = "move"
    RETIRE = "retire"
    DELETE = "delete"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Where:
    """The line of the configuration that asks for a change."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as declared. Secrets are never values here: say "set" or "not set"."""

    field: str
    now: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do, as people are shown it. `place` is the project or group, by full path.

    `because` is said beside `where`. `issues` is how many issues it touches, open and closed; None where GitLab did
    not say. `named` are those issues (or the first of them) where people should look at each. `unmet` marks a
    report of something declared that is not there, or not as it is declared, and that only people can mend: a run that
    leaves it is not green.
    """

    kind: Kind
    act: Act
    place: str
    name: str
    differences: tuple[Difference, ...] = ()
    where: Where | None = None
    because: str = ""
    issues: int | None = 0
    named: tuple[str, ...] = ()
    unmet: bool = False


@dataclass(frozen=True, slots=True)
class Step(Generic[W]):
    """A change and what is to be written for it, in the terms of its kind. One that may be made `beside` its neighbours
    which may too needs none of them and hinders none.
    """

    change: Change
    wish: W
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan may not be applied as it is, with the numbers, and the flag that lifts it (None: none does)."""

    message: str
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Draft(Generic[W]):
    """What one kind would do. `seen` is a canonical text of all that was compared, for the checksum; no secrets.

    `as_declared` is how many declared things GitLab has already as they are declared.
    """

    steps: tuple[Step[W], ...]
    seen: str
    refusals: tuple[Refusal, ...] = ()
    as_declared: int = 0


@dataclass(frozen=True, slots=True)
class Provision:
    """The whole plan. `seen` is a checksum of what GitLab had, and of the configuration, when it was made.

    `kinds` were asked for; those among `unseen` could not be looked at, which is never taken for nothing to do.
    """

    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...]
    seen: str
    kinds: tuple[Kind, ...] = tuple(Kind)
    unseen: tuple[Kind, ...] = ()
    as_declared: Mapping[Kind, int] = field(default_factory=dict)

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that write something."""
        return tuple(change for change in self.changes if change.act is not Act.REPORT)

    @property
    def unmet(self) -> int:
        """How many declared things are not as declared, and wait for people."""
        return sum(change.unmet for change in self.changes)

    @property
    def touched(self) -> int:
        """How many issues they touch at most: one that several touch counts for each."""
        return sum(change.issues or 0 for change in self.pending)

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """The changes of one kind, in their order; reports among them."""
        return tuple(change for change in self.changes if change.kind is kind)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one plan may do. More is refused, with the numbers, until somebody lifts it."""

    deletions: int = 0
    issues: int = 200


def checksum(seen: Iterable[str]) -> str:
    """One short sum over what was seen, in the order it was read."""
    whole = hashlib.sha256()
    for text in seen:
        whole.update(len(text).to_bytes(8, "big") + text.encode())
    return whole.hexdigest()


def refusals(changes: Iterable[Change], limits: Limits) -> tuple[Refusal, ...]:
    """What stops a plan: too many deletions, too many issues touched, a number of issues that nobody knows."""
    pending = [c for c in changes if c.act is not Act.REPORT]
    deleted = sum(c.act is Act.DELETE for c in pending)
    touched = sum(c.issues or 0 for c in pending)
    unknown = [c.name for c in pending if c.issues is None]
    found: list[Refusal] = []
    if deleted > limits.deletions:
        message = f"It would delete {counted(deleted, 'thing')}; {limits.deletions or 'none'} may be deleted."
        found.append(Refusal(message, f"--allow-delete {deleted}"))
    if touched > limits.issues:
        message = f"It would touch {issues_told(pending)}; {limits.issues} may be touched."
        found.append(Refusal(message, f"--allow-issues {touched}"))
    if unknown:
        names = ", ".join(unknown[:NAMED]) + (f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else "")
        found.append(Refusal(f"How many issues carry {names} could not be counted, so nothing is taken for unused."))
    return tuple(found)


def not_looked_at(problems: Mapping[Kind, Permanent], well: Sequence[Kind]) -> tuple[Refusal, ...]:
    """Why kinds are missing from a plan, once for each reason; the flag plans the kinds that are well.

    A project that is not there is one reason for all kinds that are kept in it, and no flag lifts it.
    """
    reasons: dict[str, list[Kind]] = {}
    for kind, problem in problems.items():
        place = problem.place if isinstance(problem, Missing) else ""
        reasons.setdefault(place or str(problem), []).append(kind)
    flag = " ".join(f"--only {kind}" for kind in well) or None
    told = [(kinds, problems[kinds[0]]) for kinds in reasons.values()]
    return tuple(
        Refusal(f"{', '.join(kinds)} could not be looked at: {why}", None if isinstance(why, Missing) else flag)
        for kinds, why in told
    )


def counted(number: int, thing: str) -> str:
    """`1 issue`, `2 issues`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def issues_told(changes: Iterable[Change]) -> str:
    """How many issues these changes touch: `30 issues`. Several may touch the same ones, which nobody has counted:
    `up to 45 issues`.
    """
    numbers = [change.issues for change in changes if change.issues]
    return f"{'up to ' if len(numbers) > 1 else ''}{counted(sum(numbers), 'issue')}"


@dataclass(frozen=True, slots=True)
class Folded:
    """The first changes of each act, and how many more there are."""

    shown: tuple[Change, ...]
    more: Mapping[Act, int]


def fold(changes: Iterable[Change], at_most: int, acts: Container[Act] = frozenset(Act)) -> Folded:
    """Long lists of these acts cut to their first `at_most`; all others stay whole."""
    shown: list[Change] = []
    counts: Counter[Act] = Counter()
    for change in changes:
        counts[change.act] += 1
        if change.act not in acts or counts[change.act] <= at_most:
            shown.append(change)
    return Folded(tuple(shown), {act: n - at_most for act, n in counts.items() if act in acts and n > at_most})
