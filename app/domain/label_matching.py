"""Which standing labels are which declared ones (CONTRACT 2), and what has to be asked before they can be compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from app.domain.label_succession import Looks, Succession, succession, temporary
from app.domain.label_wishes import Asked, Carrier, Seen, Standing
from app.domain.taxonomy import Label, scope_of


def passed_on(asked: Asked, seen: Seen) -> Succession:
    """Which labels get another title, and which are merged: one answer for all that depends on it, boards too."""
    return Matching(asked, seen).succession


def wanted_carriers(asked: Asked, labels: Sequence[Standing]) -> tuple[str, ...]:
    """The titles whose issues have to be listed before comparing; none where everything is as declared."""
    return tuple(dict.fromkeys(Matching(asked, Seen(tuple(labels))).wanted_carriers()))


def wanted_uses(asked: Asked, labels: Sequence[Standing]) -> tuple[Standing, ...]:
    """The labels of which has to be asked what besides issues holds them, before they may be deleted."""
    found = Matching(asked, Seen(tuple(labels))).to_delete()
    return tuple(label for _, label in found if label.issues == 0)


def concerned(asked: Asked, labels: Sequence[Standing]) -> tuple[str, ...]:
    """The own labels whose issues have to be known before anything can be said of them: those that declared ones
    replace, that wait for their title, and that go out of use."""
    titles = {old for one in asked.labels for old in (temporary(one.title), *one.previously)}
    titles |= {one.title for one in asked.labels if asked.out_of_use(one)}
    return tuple(one.title for one in labels if one.own and one.title in titles)


def recounted(labels: Sequence[Standing], carriers: Mapping[str, Sequence[Carrier]]) -> tuple[Standing, ...]:
    """The labels with the counts that these issues give, where GitLab's list tells none."""

    def one(label: Standing) -> Standing:
        if label.issues is not None or label.title not in carriers:
            return label
        still = sum(carrier.open for carrier in carriers[label.title])
        return replace(label, open=still, closed=len(carriers[label.title]) - still)

    return tuple(map(one, labels))


@dataclass
class Matching:
    """What is declared for a place, found among what stands there."""

    asked: Asked
    seen: Seen

    def wanted_carriers(self) -> Iterator[str]:
        """The titles whose issues have to be listed one by one."""
        for old, _ in self.succession.merges:
            if self.own[old].issues != 0:
                yield old
        for new, old in self.succession.became.items():
            if self.crosses(old, new) and self.own[old].issues != 0:
                yield old
        for label in self.retiring:
            found = self.in_place(label.title)
            if found and (found.open != 0 or (self.asked.delete and found.issues != 0)):
                yield label.title

    def to_delete(self) -> Iterator[tuple[Label, Standing]]:
        """Retired labels of a project, where deleting is allowed. A group's may stand on epics, and on boards of
        projects that nobody lists for us, so that is never known to be unused."""
        if self.asked.delete and not self.asked.place.group:
            for label in self.retiring:
                if found := self.in_place(label.title):
                    yield label, found

    @cached_property
    def own(self) -> dict[str, Standing]:
        """The labels of the place itself, by title."""
        return {one.title: one for one in self.seen.labels if one.own}

    @cached_property
    def inherited(self) -> dict[str, Standing]:
        """The labels of the groups above, by title."""
        return {one.title: one for one in self.seen.labels if not one.own}

    @cached_property
    def succession(self) -> Succession:
        """Which labels get another title, and which are merged. A spent one is archived and on no issue."""
        own = {title: Looks(one.color.lower(), one.description) for title, one in self.own.items()}
        spent = frozenset(title for title, one in self.own.items() if one.archived and one.issues == 0)
        return succession(self.asked.labels, own, self.inherited, spent)

    @cached_property
    def settled(self) -> tuple[Label, ...]:
        """The declared labels about which there is no doubt."""
        return tuple(one for one in self.asked.labels if one.title not in self.succession.doubtful)

    @property
    def retiring(self) -> Iterator[Label]:
        """The declared labels that have gone out of use."""
        return (one for one in self.settled if self.asked.out_of_use(one))

    def in_place(self, title: str) -> Standing | None:
        """The own label with this title that keeps it."""
        moved = self.succession.became.values()
        return None if title in moved else self.own.get(title)

    def crosses(self, old: str, new: str) -> bool:
        """Whether a new title brings a label into another scope of which an issue carries one."""
        return scope_of(old) != scope_of(new) and scope_of(new) in self.asked.exclusive

    def former(self, new: str) -> frozenset[str]:
        """The standing titles that become this one."""
        merged = {old for old, title in self.succession.merges if title == new}
        return frozenset(merged | ({self.succession.became[new]} if new in self.succession.became else set()))

    def heir(self, title: str) -> str:
        """The declared title that replaces this one; itself where none does."""
        return next((one.title for one in self.asked.labels if title in one.previously), title)

    def carriers(self, title: str) -> tuple[Carrier, ...]:
        """The issues with this label; their other labels under the titles they will have."""
        new = {was: title for title, was in self.succession.became.items()}
        new.pop(title, None)
        found = self.seen.carriers.get(title, ())
        return tuple(replace(one, labels=frozenset(new.get(t, t) for t in one.labels)) for one in found)
