"""The labels of the program's projects, or of its group, kept as the taxonomy declares them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol, assert_never

from app.domain.failure import Permanent, Temporary, in_part
from app.domain.label_matching import concerned, passed_on, recounted, wanted_carriers, wanted_uses
from app.domain.label_succession import Succession
from app.domain.label_wishes import (
    AlterLabel,
    Asked,
    Carrier,
    DeleteLabel,
    LabelFields,
    LabelPlace,
    LabelWish,
    MakeLabel,
    MergeLabel,
    Seen,
    Standing,
    TellOnly,
    rival,
)
from app.domain.program import Program, Tier
from app.domain.provision import Act, Draft, Kind, Step, Where, counted
from app.domain.provision_labels import LabelStep, compare, seen_text
from app.domain.taxonomy import Taxonomy
from app.domain.unknown_statuses import unknown_statuses, unknown_titles


class Labels(Protocol):
    """Reads and changes labels. Raises Temporary, Permanent and Missing."""

    def listed(self, place: LabelPlace) -> Sequence[Standing]:
        """All labels there, inherited ones too, whole."""
        ...

    def own_ids(self, place: LabelPlace) -> frozenset[int]:
        """Those that belong to the place itself."""
        ...

    def create(self, place: LabelPlace, fields: LabelFields) -> None:
        """A new label."""
        ...

    def alter(self, place: LabelPlace, label_id: int, title: str, fields: LabelFields) -> None:
        """Other fields."""
        ...

    def delete(self, place: LabelPlace, label_id: int) -> None:
        """A label away, for ever."""
        ...

    def carriers(self, place: LabelPlace, title: str) -> Sequence[Carrier]:
        """All issues with a label, open and closed, whole."""
        ...

    def labels_of(self, carrier: Carrier) -> frozenset[str]:
        """An issue's labels now."""
        ...

    def relabel(self, carrier: Carrier, old: str, new: str) -> None:
        """One label for another, on an issue with these labels."""
        ...

    def uses(self, place: LabelPlace, label: Standing) -> tuple[str, ...]:
        """What besides issues holds a label."""
        ...


class ProvisionLabels:
    """The part of plan and apply for labels. With `deletes`, retired labels that nothing carries are deleted."""

    kind = Kind.LABELS

    def __init__(
        self,
        door: Labels,
        taxonomy: Taxonomy,
        program: Program,
        places: Mapping[str, Where],
        today: date,
        *,
        deletes: bool = False,
    ) -> None:
        self._door, self._taxonomy = door, taxonomy
        self._projects = [LabelPlace(project.path) for project in program.projects]
        group = program.labels_in
        self._in_group = group is not None
        scopes = {scope.key for scope in taxonomy.scopes if scope.key}
        loose = {scope.key for scope in taxonomy.scopes if not scope.exclusive and program.tier is Tier.FREE}
        lines = {label.title: places.get(f"label:{label.title}") for label in taxonomy.labels}
        self._asked = [
            Asked(
                place,
                taxonomy.labels,
                today,
                exclusive=frozenset(scopes - loose),
                delete=deletes,
                lines={title: line for title, line in lines.items() if line},
            )
            for place in ([LabelPlace(group, group=True)] if group else self._projects)
        ]
        self._seen: dict[str, Seen] = {}

    def draft(self) -> Draft[LabelWish]:
        """One list call a page and place. More only where something is to do: issues that carry a label to be merged
        or retired, whose a label under a subgroup is, what uses one that is to be deleted. In a group also the issues
        of each label that stands there and is replaced or out of use: its list counts none of subgroups."""
        steps: list[LabelStep] = []
        texts: list[str] = []
        declared = 0
        for asked in self._asked:
            seen = self._seen[asked.place.path] = self._read(asked)
            found = self._unshadowed(compare(asked, seen))
            texts.append(seen_text(asked, seen, found))
            declared += len({one.title for one in asked.labels} - {step.change.name for step in found})
            steps += (*found, *unknown_statuses(asked.place, seen.labels, self._taxonomy))
        return Draft(tuple(steps), "\n".join(texts), as_declared=declared)

    def passed_on(self, project: str) -> Succession:
        """Which labels of a project get another title by this kind, and which are merged; read unless a draft did."""
        asked = next(one for one in self._asked if one.place.group or one.place.path == project)
        return passed_on(asked, self._seen.get(asked.place.path) or self._read(asked))

    def ids(self, project: str) -> Mapping[str, int]:
        """The labels that may be used in a project now, by title, its groups' too."""
        return {one.title: one.id for one in self._door.listed(LabelPlace(project))}

    def _read(self, asked: Asked) -> Seen:
        labels = self._listed(asked)
        uncounted = {one.title for one in labels if one.issues is None}
        titles = uncounted.intersection((*concerned(asked, labels), *unknown_titles(labels, self._taxonomy)))
        carriers = {title: tuple(self._door.carriers(asked.place, title)) for title in sorted(titles)}
        labels = recounted(labels, carriers)
        wanted = wanted_carriers(asked, labels)
        carriers |= {title: tuple(self._door.carriers(asked.place, title)) for title in wanted if title not in carriers}
        uses = {one.title: self._door.uses(asked.place, one) for one in wanted_uses(asked, labels)}
        return Seen(labels, {title: carriers[title] for title in wanted}, uses)

    def _listed(self, asked: Asked) -> tuple[Standing, ...]:
        labels = tuple(self._door.listed(asked.place))
        if asked.place.group and "/" in asked.place.path and compare(asked, Seen(labels)):
            own = self._door.own_ids(asked.place)
            labels = tuple(replace(one, own=one.id in own) for one in labels)
        return labels

    def _unshadowed(self, steps: tuple[LabelStep, ...]) -> tuple[LabelStep, ...]:
        """A group's label is not made beside the same label of a project, which would go on hiding it there."""
        if not self._in_group or not any(step.change.act is Act.CREATE for step in steps):
            return steps
        holders: dict[str, list[str]] = {}
        for project in self._projects:
            for label in self._door.listed(project):
                if label.own:
                    holders.setdefault(label.title, []).append(project.path)
        told = tuple(_told_of(step, holders.get(step.change.name, ())) for step in steps)
        return tuple(sorted(told, key=lambda step: step.change.act is Act.REPORT))

    def make(self, step: Step[LabelWish]) -> None:
        """One step. A merge goes on with the issues that are left when it is made again."""
        match step.wish:
            case MakeLabel(place, fields):
                self._door.create(place, fields)
            case AlterLabel(place, label_id, title, fields):
                self._door.alter(place, label_id, title, fields)
            case MergeLabel() as wish:
                self._merge(wish)
            case DeleteLabel() as wish:
                self._delete(wish)
            case TellOnly():
                pass
            case _:
                assert_never(step.wish)

    def _merge(self, wish: MergeLabel) -> None:
        """Each issue is looked at again before it is changed: who moved a card meanwhile meant it."""
        carriers, passed = self._door.carriers(wish.place, wish.old), 0
        try:
            for carrier in carriers:
                labels = self._door.labels_of(carrier)
                if wish.old in labels and not rival(labels, wish.former, wish.new, wish.exclusive):
                    self._door.relabel(replace(carrier, labels=labels), wish.old, wish.new)
                    passed += 1
            self._door.alter(wish.place, wish.id, wish.old, LabelFields(archived=True))
        except (Temporary, Permanent) as problem:
            if not passed:
                raise
            raise in_part(
                problem, f"{passed} of {counted(len(carriers), 'issue')} got ~{wish.new} before it broke off."
            ) from problem

    def _delete(self, wish: DeleteLabel) -> None:
        """Looks once more, since deleting takes a label off everything that carries it."""
        label = next((one for one in self._door.listed(wish.place) if one.id == wish.id), None)
        if label is None:
            return
        users = [one.reference for one in self._door.carriers(wish.place, label.title)]
        users += self._door.uses(wish.place, label)
        if users or label.issues != 0:
            raise Permanent(f"~{label.title} is not deleted: by now it is used by {', '.join(users) or 'issues'}.")
        self._door.delete(wish.place, wish.id)


def _told_of(step: LabelStep, holders: Sequence[str]) -> LabelStep:
    """A step that would make a label which projects have already, as a report."""
    if step.change.act is not Act.CREATE or not holders:
        return step
    because = (
        f"{', '.join(holders)} has this label of its own, which would hide the group's; promote it there "
        "(Manage, Labels, Promote to group label), which keeps its issues"
    )
    change = replace(step.change, act=Act.REPORT, differences=(), because=because, unmet=True)
    return Step(change, TellOnly())
