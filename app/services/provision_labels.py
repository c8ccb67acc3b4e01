"""The labels of the program's projects, or of its group, kept as the taxonomy declares them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol, assert_never

from app.domain.failure import Permanent, Temporary, in_part
from app.domain.label_hiding import Hiding, may_hide, split_by, told_of
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
from app.domain.provision import Draft, Kind, Refusal, Step, Where, counted
from app.domain.provision_labels import LabelStep, as_declared, compare, seen_text
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
        of each label that stands there and is replaced or out of use, since its list counts none of subgroups; and
        the labels of each project, where another one may hide the group's."""
        steps: list[LabelStep] = []
        texts: list[str] = []
        refusals: list[Refusal] = []
        declared = 0
        for asked in self._asked:
            seen = self._seen[asked.place.path] = self._read(asked)
            hiding = self._hiding(asked, seen) if asked.place.group else ()
            compared = compare(asked, seen)
            refusals += split_by(compared, hiding)
            found = told_of(asked, seen, compared, hiding)
            texts.append(seen_text(asked, seen, found))
            declared += as_declared(asked, seen, found)
            steps += (*found, *unknown_statuses(asked.place, seen.labels, self._taxonomy))
        return Draft(tuple(steps), "\n".join(texts), tuple(refusals), as_declared=declared)

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

    def _hiding(self, asked: Asked, seen: Seen) -> tuple[Hiding, ...]:
        """The labels of projects, and of groups between, that bear a title of ours: there they hide the group's."""
        known = {one.id for one in seen.labels}
        own: dict[str, frozenset[int]] = {}
        found: list[Hiding] = []
        for project in self._projects:
            for label in self._door.listed(project):
                if label.own and may_hide(asked, label):
                    found.append(Hiding(label.title, project.path))
                elif not label.own and label.id not in known and may_hide(asked, label):
                    groups = asked.place.down_to(project)
                    own |= {one.path: self._door.own_ids(one) for one in groups if one.path not in own}
                    found += [Hiding(label.title, one.path, group=True) for one in groups if label.id in own[one.path]]
        return tuple(dict.fromkeys(found))

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
