"""Which standing label becomes which declared one, where titles have changed: renames in order, merges, and doubts.

GitLab remembers no former titles, so what is told apart is told by what stands where. What cannot be told apart is left
alone and said: a label that took another's identity would take its issues with it.
"""

import hashlib
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.taxonomy import Label

ON_ITS_WAY = " (sounding-board: on its way to this name)"
LONGEST_TITLE = 255


@dataclass(frozen=True, slots=True)
class Looks:
    """Colour (hex, small letters) and description: what a label keeps when only its title changes."""

    color: str
    description: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A title that was left alone, and why."""

    title: str
    because: str


@dataclass(slots=True)
class Succession:
    """`renames` are (title now, title then) in the order they can be made; `merges` are (old, new).

    `became` is the title from which each renamed label came. `past` are merges that were made before.
    """

    renames: list[tuple[str, str]] = field(default_factory=list)
    merges: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    became: dict[str, str] = field(default_factory=dict)
    past: list[tuple[str, str]] = field(default_factory=list)

    def rename(self, old: str, new: str) -> None:
        """The label `old` is called `new` from here on."""
        self.renames.append((old, new))
        self.became[new] = self.became.pop(old, old)

    @property
    def doubtful(self) -> frozenset[str]:
        """The titles left alone."""
        return frozenset(doubt.title for doubt in self.doubts)


def temporary(title: str) -> str:
    """The name of a label that waits for `title` to become free; of the same scope, and found again after a stop."""
    if len(title) + len(ON_ITS_WAY) <= LONGEST_TITLE:
        return title + ON_ITS_WAY
    short = hashlib.sha256(title.encode()).hexdigest()[:12]
    return f"{title[: LONGEST_TITLE - len(ON_ITS_WAY) - 13]} {short}{ON_ITS_WAY}"


def succession(
    declared: Sequence[Label], own: Mapping[str, Looks], inherited: Collection[str], spent: Collection[str] = ()
) -> Succession:
    """How the place's own labels come to their declared titles; `inherited` titles are taken and cannot move.

    `spent` labels are archived and on no issue: whatever they were to become has happened.
    """
    return _Finder({label.title: label for label in declared}, own, inherited, spent).found()


@dataclass(slots=True)
class _Finder:
    """Every state that a run leaves when it is cut short leads to the same end, or to the same doubt."""

    declared: Mapping[str, Label]
    own: Mapping[str, Looks]
    inherited: Collection[str]
    spent: Collection[str]
    result: Succession = field(default_factory=Succession)

    def found(self) -> Succession:
        for title, label in self.declared.items():
            self._fill(title, label)
        for cycle in self._cycles():
            self._turn(cycle)
        for title, label in self.declared.items():
            self._doubt_absent(title, label)
        return self.result

    def _fill(self, new: str, label: Label) -> None:
        """Bring those standing labels that are declared no more, and that this one replaces, to it."""
        waiting = temporary(new) in self.own
        former = [old for old in label.previously if old in self.own and old not in self.declared]
        alive = [old for old in former if old not in self.spent]
        if self._heir(new) is not None and len(alive) > 1 and not waiting:
            self._cannot_tell(new, alive)
            return
        if not alive and former and self._free(new):
            alive = former[:1]
        self.result.past += [(old, new) for old in former if old not in alive]
        for old in [temporary(new)] * waiting + alive:
            self._settle(old, new)

    def _cannot_tell(self, new: str, alive: Sequence[str]) -> None:
        names = ", ".join(f"~{old}" for old in alive)
        because = f"{names} are all to become ~{new}, which is itself to become ~{self._heir(new)}; merge them by hand"
        self.result.doubts.extend(Doubt(title, because) for title in (*alive, new))

    def _settle(self, old: str, new: str) -> None:
        stands = new in self._standing or new in self.result.became
        if self._free(new):
            self.result.rename(old, new)
        elif not stands or self._heir(new) is None:
            self.result.merges.append((old, new))
        elif path := self._way(new):
            for step in reversed(path):
                self.result.rename(*step)
            self.result.rename(old, new)
        else:
            names = f"~{old}, ~{new} and ~{self._heir(new)}"
            because = f"{names} are all there, so which of them became which cannot be told; move its issues by hand"
            self.result.doubts.append(Doubt(old, because))

    def _way(self, title: str) -> list[tuple[str, str]]:
        """The steps that make `title` free, each label moving on to its heir's title; none where they lead nowhere."""
        path: list[tuple[str, str]] = []
        at, onward = title, self._heir(title)
        while onward is not None and at in self._standing and (at, onward) not in path:
            path.append((at, onward))
            if self._free(onward):
                return path
            at, onward = onward, self._heir(onward)
        return []

    def _cycles(self) -> list[list[str]]:
        """Declared labels that replace each other in a circle, where all of them stand."""
        found: list[list[str]] = []
        for title in self.declared:
            circle = self._circle(title)
            known = any(title in other for other in found)
            if circle and not known and self._standing.issuperset(circle):
                found.append(circle)
        return found

    def _circle(self, title: str) -> list[str]:
        """The declared titles that this one leads to, until it comes round to it; none where it does not."""
        circle, at = [title], self._heir(title)
        while at is not None and at not in circle:
            circle.append(at)
            at = self._heir(at)
        return circle if at == title else []

    def _turn(self, circle: list[str]) -> None:
        """Titles do not tell whether labels have changed places already; colours and descriptions do."""
        heirs = [*circle[1:], circle[0]]
        if all(self.own[title] == looks(self.declared[title]) for title in circle):
            alike = len({self.own[title] for title in circle}) == 1
            if not alike:
                return
        elif all(self.own[old] == looks(self.declared[new]) for old, new in zip(circle, heirs, strict=True)):
            self.result.rename(circle[-1], temporary(circle[0]))
            for old, new in reversed(list(itertools.pairwise(circle))):
                self.result.rename(old, new)
            self.result.rename(temporary(circle[0]), circle[0])
            return
        names = " and ".join(f"~{title}" for title in circle)
        because = (
            f"{names} are to change places, and their colours and descriptions do not tell whether they have; "
            "take `previously` out where they have, rename them by hand where not"
        )
        self.result.doubts.extend(Doubt(title, because) for title in circle)

    def _doubt_absent(self, title: str, label: Label) -> None:
        """A title that is not there while its predecessor is, which is declared too: perhaps it has moved already."""
        if not self._free(title) or title in self.result.doubtful:
            return
        there = [old for old in label.previously if old in self.declared and old in self._standing]
        maybe = [old for old in there if not self._arrived(old, label)]
        if maybe:
            because = f"~{maybe[0]} is there and may be this label or its own successor, which cannot be told"
            cure = "rename it by hand, or take it out of `previously`"
            self.result.doubts.append(Doubt(title, f"{because}; {cure}"))
        for old in set(maybe).intersection(self._circle(title)):
            self._stays(old, title)

    def _arrived(self, old: str, new: Label) -> bool:
        """Of labels in a circle, colour and description tell, as where all stand: this one is not to move on. So it is
        when a run was cut short that made them all."""
        its_own = looks(self.declared[old])
        return bool(self._circle(old)) and self.own[old] == its_own != looks(new)

    def _stays(self, old: str, new: str) -> None:
        """It keeps its looks, by which it could be told that it is not what its title says."""
        because = f"it may be ~{new}, which is not there and replaces it; rename it by hand where it is"
        self.result.doubts.append(Doubt(old, because))

    @property
    def _standing(self) -> frozenset[str]:
        """Own labels that no step has moved yet."""
        moved = set(self.result.became.values())
        return frozenset(self.own).difference(moved)

    def _free(self, title: str) -> bool:
        taken = title in self._standing or title in self.result.became
        return not taken and title not in self.inherited

    def _heir(self, title: str) -> str | None:
        labels = self.declared.items()
        return next((new for new, label in labels if title in label.previously and new != title), None)


def looks(label: Label) -> Looks:
    """How a declared label looks."""
    return Looks(label.color.lower(), label.description)
