"""Labels as declared, compared with labels as GitLab lists them (CONTRACT 2): what is to be done, in order.

A label that is not declared, and that no declared one replaces, is never touched (promise 10).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from app.domain.label_matching import Matching
from app.domain.label_merges import in_order, left_out
from app.domain.label_succession import temporary
from app.domain.label_wishes import (
    AlterLabel,
    Asked,
    Carrier,
    DeleteLabel,
    LabelFields,
    LabelWish,
    MakeLabel,
    MergeLabel,
    Seen,
    Standing,
    TellOnly,
    differences,
    narrowed,
    rival,
)
from app.domain.provision import Act, Change, Difference, Kind, Step, counted
from app.domain.taxonomy import Label, scope_of

LabelStep = Step[LabelWish]


def compare(asked: Asked, seen: Seen) -> tuple[LabelStep, ...]:
    """The steps, in the order they are to be made; reports come last."""
    steps = tuple(_Comparison(asked, seen).steps())
    return tuple(sorted(steps, key=lambda step: step.change.act is Act.REPORT))


def seen_text(asked: Asked, seen: Seen, steps: Sequence[LabelStep]) -> str:
    """All that was compared, as one text: the labels that declared ones touch, and the issues that steps name."""
    titles = {old.casefold() for one in asked.labels for old in (one.title, temporary(one.title), *one.previously)}
    labels = [
        (one.id, one.title, one.color.lower(), one.description, one.archived, one.priority, one.own)
        for one in sorted(seen.labels, key=lambda one: one.id)
        if one.title.casefold() in titles
    ]
    carriers = {title: sorted(one.reference for one in found) for title, found in sorted(seen.carriers.items())}
    return repr((asked.place, labels, carriers, [step.change for step in steps]))


def as_declared(asked: Asked, seen: Seen, steps: Sequence[LabelStep]) -> int:
    """How many labels are there as they are declared; one that is out of use and gone is none of them."""
    standing = {one.title for one in seen.labels}
    wanted = {one.title for one in asked.labels if one.title in standing or not asked.out_of_use(one)}
    return len(wanted - {step.change.name for step in steps})


class _Comparison(Matching):
    def steps(self) -> Iterator[LabelStep]:
        yield from self._creations()
        yield from self._renames()
        for label in self.settled:
            yield from self._defined(label)
        yield from self._merges()
        for label in self.settled:
            yield from self._retired(label)
        yield from self._deletions()
        for doubt in self.succession.doubts:
            yield self._report(doubt.title, doubt.because, self.heir(doubt.title), unmet=True)

    # What is wanted.

    def _wanted(self, label: Label, title: str | None = None) -> LabelFields:
        if self.asked.out_of_use(label):
            return LabelFields(title=title, archived=True)
        priority = None if self.asked.place.group else label.priority
        return LabelFields(title, label.color, label.description, priority, archived=False)

    def _renames(self) -> Iterator[LabelStep]:
        """Where a title is free only in between, two steps; the last one brings the other fields too."""
        labels = {one.title: one for one in self.asked.labels}
        came: dict[str, str] = {}
        for old, new in self.succession.renames:
            first = came.get(old, old)
            came[new] = first
            now = self.own[first]
            wanted = self._wanted(labels[new], new) if new in labels else LabelFields(title=new)
            found = (Difference("title", old, new), *differences(LabelFields(*_but_title(wanted)), now))
            because = f"~{old} is `previously` of ~{new}"
            if new not in labels:
                because = "it changes places with another label, so it needs a name in between"
            elif old != first or old == temporary(new):
                because = f"it was on its way to ~{new}"
            wish = AlterLabel(self.asked.place, now.id, old, narrowed(wanted, found))
            yield self._step(Act.RENAME, new, wish, found, because, now.issues if new in labels else 0)
            yield from self._two_of_a_scope(first, new)

    def _two_of_a_scope(self, old: str, new: str) -> Iterator[LabelStep]:
        both = [one for one in self.carriers(old) if rival(one.labels, self.former(new), new, exclusive=True)]
        if self.crosses(old, new) and both:
            because = f"as ~{new} it stands beside another label of `{scope_of(new)}::` there; keep one of them"
            yield self._report(old, because, new, both)

    def _defined(self, label: Label) -> Iterator[LabelStep]:
        """The label is made, or its fields are set right; one of a group above is only spoken of."""
        if label.title in self.succession.became:
            return
        found = self.in_place(label.title)
        if found:
            if not self.asked.out_of_use(label):
                yield from self._changed(label, found)
        elif label.title in self.inherited:
            yield from self._of_a_group(label, self.inherited[label.title])

    def _creations(self) -> Iterator[LabelStep]:
        """Before all else, and successors before those they follow: were a run cut short, a label that is there without
        its successor would pass for one that still has to move on."""
        titles = {*self.succession.became, *self.own, *self.inherited}
        absent = [one for one in self.settled if one.title not in titles and not self.asked.out_of_use(one)]
        yield from (self._made(one) for one in sorted(absent, key=lambda one: len(self._heirs(one.title))))

    def _heirs(self, title: str) -> list[str]:
        """The declared titles that this one leads to, one after the other."""
        found: list[str] = []
        heir = self.heir(title)
        while heir not in (title, *found):
            found.append(heir)
            title, heir = heir, self.heir(heir)
        return found

    def _changed(self, label: Label, now: Standing) -> Iterator[LabelStep]:
        wanted = self._wanted(label)
        if found := differences(wanted, now):
            wish = AlterLabel(self.asked.place, now.id, now.title, narrowed(wanted, found))
            yield self._step(Act.CHANGE, label.title, wish, found)

    def _of_a_group(self, label: Label, now: Standing) -> Iterator[LabelStep]:
        wanted = self._wanted(label)
        if found := differences(LabelFields(None, wanted.color, wanted.description, None, wanted.archived), now):
            because = f"it belongs to {self.asked.place.above} and cannot be changed from here; change it there"
            yield self._report(label.title, because, label.title, differing=found, unmet=True)

    def _made(self, label: Label) -> LabelStep:
        for old in label.previously:
            if old in self.inherited:
                because = f"~{old} belongs to {self.asked.place.above}; rename it there, or take it out of `previously`"
                return self._report(label.title, because, label.title, unmet=True)
        if twin := self._twin(label.title):
            because = (
                f"~{twin} is there, which differs only by its capitals; "
                f"`previously: [{twin}]` renames it and keeps its issues"
            )
            return self._report(label.title, because, label.title, unmet=True)
        wanted = self._wanted(label)
        found = differences(wanted, Standing(0, label.title, "", "", archived=False))
        wish = MakeLabel(self.asked.place, _titled(wanted, label.title))
        return replace(self._step(Act.CREATE, label.title, wish, found), beside=not self._heirs(label.title))

    def _twin(self, title: str) -> str | None:
        others = (one.title for one in self.seen.labels if one.title.casefold() == title.casefold())
        return next((one for one in others if one not in self.succession.became.values()), None)

    def _merges(self) -> Iterator[LabelStep]:
        merges = in_order(self.succession.merges)
        carriers = {old: self.carriers(old) for old, _ in merges}
        former = {new: self.former(new) for _, new in merges}
        left = left_out(merges, carriers, former, self.asked.exclusive)
        for old, new in merges:
            now, kept = self.own[old], left[old]
            count = len(carriers[old]) - len(kept)
            if count or not now.archived:
                because = f"it is `previously` of ~{new}, and both are there{_kept(now)}"
                found = (Difference("title", old, new), *differences(LabelFields(archived=True), now))
                exclusive = scope_of(new) in self.asked.exclusive
                wish = MergeLabel(self.asked.place, now.id, old, new, exclusive, former[new])
                yield self._step(Act.MERGE, old, wish, found, because, count, heir=new)
            if kept:
                because = f"these carry another label of `{scope_of(new)}::` already, and keep both; decide which it is"
                yield self._report(old, because, new, kept)
        yield from self._inherited_predecessors()

    def _inherited_predecessors(self) -> Iterator[LabelStep]:
        for label in self.settled:
            standing = label.title in self.own or label.title in self.inherited
            for old in label.previously:
                if standing and old in self.inherited and not self.inherited[old].archived:
                    because = f"it belongs to {self.asked.place.above}; merge it into ~{label.title} there"
                    yield self._report(old, because, label.title)

    def _retired(self, label: Label) -> Iterator[LabelStep]:
        now = self.in_place(label.title)
        if now is None or not self.asked.out_of_use(label) or now in self._going:
            return
        because = f"`retire_after` was {label.retire_after}"
        still = [one for one in self.carriers(label.title) if one.open]
        if not now.archived:
            wanted = LabelFields(archived=True)
            wish, found = AlterLabel(self.asked.place, now.id, now.title, wanted), differences(wanted, now)
            yield self._step(Act.RETIRE, label.title, wish, found, because + _kept(now), now.issues, carriers=still)
        elif still and not self.asked.delete:
            yield self._report(label.title, f"{because}, and it is still on open issues", label.title, still)

    @cached_property
    def _going(self) -> list[Standing]:
        """What can be deleted: nothing carries it, nothing else holds it, and that was found out, not assumed."""
        return [now for _, now in self.to_delete() if now.issues == 0 and self.seen.uses.get(now.title) == ()]

    def _deletions(self) -> Iterator[LabelStep]:
        if self.asked.delete and self.asked.place.group:
            for label in self.retiring:
                if label.title in self.own:
                    because = "a group's label is not deleted: epics and boards that we cannot list may use it"
                    yield self._report(label.title, because, label.title)
        for label, now in self.to_delete():
            if now in self._going:
                because = f"`retire_after` was {label.retire_after}, and nothing carries it"
                yield self._step(Act.DELETE, label.title, DeleteLabel(self.asked.place, now.id, now.title), (), because)
            else:
                yield self._report(
                    label.title, f"{self._used(now)}, so it is not deleted", label.title, self.carriers(now.title)
                )

    def _used(self, now: Standing) -> str:
        if now.issues is None:
            return "how many issues carry it was not told"
        if now.issues:
            return f"{counted(now.issues, 'issue')} {'has' if now.issues == 1 else 'have'} it"
        return "it is used by " + ", ".join(self.seen.uses.get(now.title, ("something that could not be asked",)))

    # How it is said.

    def _step(
        self,
        act: Act,
        name: str,
        wish: LabelWish,
        found: tuple[Difference, ...],
        because: str = "",
        issues: int | None = 0,
        heir: str = "",
        carriers: Sequence[Carrier] = (),
    ) -> LabelStep:
        where = self.asked.lines.get(heir or name)
        named = tuple(one.reference for one in carriers)
        return Step(Change(Kind.LABELS, act, self.asked.place.path, name, found, where, because, issues, named), wish)

    def _report(
        self,
        name: str,
        because: str,
        line: str,
        carriers: Sequence[Carrier] = (),
        differing: tuple[Difference, ...] = (),
        *,
        unmet: bool = False,
    ) -> LabelStep:
        step = self._step(Act.REPORT, name, TellOnly(), differing, because, len(carriers), line, carriers)
        return replace(step, change=replace(step.change, unmet=unmet))


def _kept(label: Standing) -> str:
    """Only issues are relabelled. A group's list does not tell of all merge requests."""
    number = label.merge_requests or 0
    return f"; {counted(number, 'open merge request')} {'keeps' if number == 1 else 'keep'} it" if number else ""


def _but_title(fields: LabelFields) -> tuple[None, str | None, str | None, int | None, bool | None]:
    return None, fields.color, fields.description, fields.priority, fields.archived


def _titled(fields: LabelFields, title: str) -> LabelFields:
    return LabelFields(title, fields.color, fields.description, fields.priority)
