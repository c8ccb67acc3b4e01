"""Labels below a group that bear a title of its own. There they hide the group's: a title on an issue is theirs, a
rename of the group's leaves those issues behind, and a new label of that title is not what they carry (CONTRACT 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.label_wishes import AlterLabel, Asked, LabelWish, MergeLabel, Seen, Standing, TellOnly
from app.domain.provision import Act, Change, Kind, Refusal, Step
from app.domain.taxonomy import Label

_Step = Step[LabelWish]


@dataclass(frozen=True, slots=True)
class Hiding:
    """A label below the group. `holder` is the project it belongs to, or the `group` between."""

    title: str
    holder: str
    group: bool = False


def may_hide(asked: Asked, label: Standing) -> bool:
    """Whether a label below bears a title that ours has, or had. One that went out of use there hides nothing."""
    heirs = _heirs(asked)
    if label.archived and (label.title in heirs or any(map(asked.out_of_use, _declared(asked, label.title)))):
        return False
    return label.title in heirs or bool(_declared(asked, label.title))


def split_by(steps: Sequence[_Step], hiding: Sequence[Hiding]) -> tuple[Refusal, ...]:
    """Why labels may not get other titles: part of their issues would stay behind."""
    told: list[Refusal] = []
    for step in steps:
        pair = _retitled(step.wish)
        found = [one for one in hiding if one.title in pair]
        if found:
            title, holders = found[0].title, ", ".join(one.holder for one in found if one.title == found[0].title)
            message = (
                f"~{pair[0]} of {step.change.place} is to become ~{pair[1]}, and {holders} has ~{title} of its own, "
                "which hides the group's: its issues would stay behind. Clear that up there first."
            )
            told.append(Refusal(message))
    return tuple(dict.fromkeys(told))


def told_of(asked: Asked, seen: Seen, steps: Sequence[_Step], hiding: Sequence[Hiding]) -> tuple[_Step, ...]:
    """The steps with a report of each title that is hidden, in whose place no label is made; reports come last."""
    titles = dict.fromkeys(one.title for one in hiding)
    kept = [step for step in steps if step.change.act is not Act.CREATE or step.change.name not in titles]
    found = [*kept, *(_report(asked, seen, [one for one in hiding if one.title == title]) for title in titles)]
    return tuple(sorted(found, key=lambda step: step.change.act is Act.REPORT))


def _report(asked: Asked, seen: Seen, here: Sequence[Hiding]) -> _Step:
    title = here[0].title
    because = f"{', '.join(one.holder for one in here)} has this label of its own, {_cure(asked, seen, here)}"
    where = asked.lines.get(_heirs(asked).get(title, title))
    change = Change(Kind.LABELS, Act.REPORT, asked.place.path, title, (), where, because, unmet=True)
    return Step(change, TellOnly())


def _cure(asked: Asked, seen: Seen, here: Sequence[Hiding]) -> str:
    """What keeps its issues. Promoting brings a label to the nearest group only."""
    title = here[0].title
    if any(one.title == title and not one.archived for one in seen.labels):
        return "which hides the group's; give it another name there, put the group's on its issues, then delete it"
    if heir := _heirs(asked).get(title):
        return f"and ~{heir} replaces it; put ~{heir} on its issues, then archive it there"
    if all(not one.group and one.holder.rpartition("/")[0] == asked.place.path for one in here):
        promoted = "promote it there (Manage, Labels, Promote to group label), which keeps its issues"
        return f"which would hide the group's; {promoted}"
    after = "give it another name there, apply again, put the group's on its issues, then delete it"
    return f"which would hide the group's; {after}"


def _retitled(wish: LabelWish) -> tuple[str, ...]:
    match wish:
        case AlterLabel(title=old, fields=fields) if fields.title:
            return old, fields.title
        case MergeLabel(old=old, new=new):
            return old, new
        case _:
            return ()


def _declared(asked: Asked, title: str) -> list[Label]:
    return [label for label in asked.labels if label.title == title]


def _heirs(asked: Asked) -> dict[str, str]:
    """Titles that are declared no more, with those that replace them."""
    declared = {label.title for label in asked.labels}
    return {old: label.title for label in asked.labels for old in label.previously if old not in declared}
