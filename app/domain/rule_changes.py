"""Which rules differ between two versions of the taxonomy without taking effect anew (workflow 3.6).

A rule judges only moves made after its `effective_from`; a changed rule with the old instant would judge people by
what did not hold when they moved. Words (names, reasons, examples) are no rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.taxonomy import Field, Modes, Move, Source, Taxonomy


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A change that breaks the promise. `subject` and the first of `names` say where it is written."""

    subject: Literal["move", "workflow"]
    names: tuple[str, ...]
    message: str
    cure: str


def rule_changes(old: Taxonomy, new: Taxonomy) -> tuple[RuleChange, ...]:
    """All such changes, those of the moves first; moves that changed alike are told together."""
    alike: dict[tuple[str, datetime, datetime], list[str]] = {}
    for move in new.workflow.moves:
        why = _move_changed(old, new, move)
        if why:
            alike.setdefault((why, _since(old, move), move.effective_from), []).append(move.id)
    moves = (_of_moves(tuple(names), *about) for about, names in alike.items())
    return (*moves, *_of_workflow(old, new))


def _of_moves(names: tuple[str, ...], why: str, since: datetime, now: datetime) -> RuleChange:
    which = f"the move {names[0]}" if len(names) == 1 else f"the moves {', '.join(names[:-1])} and {names[-1]}"
    message = f"{which}: {why}, and `effective_from` ({_text(now)}) is not newer than before ({_text(since)})"
    return RuleChange("move", names, message, "give a newer `effective_from`, there or for the whole workflow")


def _of_workflow(old: Taxonomy, new: Taxonomy) -> Iterator[RuleChange]:
    since, now = old.workflow.effective_from, new.workflow.effective_from
    changed = _workflow_changed(old, new)
    if changed and now <= since:
        message = f"{', '.join(changed)} changed, and `effective_from` ({_text(now)}) is not newer than before"
        yield RuleChange("workflow", (), message, "give the workflow a newer `effective_from`")
    elif now < since:
        message = f"`effective_from` went back from {_text(since)} to {_text(now)}"
        yield RuleChange("workflow", (), message, "nobody is judged by a rule that was not there; give a newer one")


def _since(old: Taxonomy, move: Move) -> datetime:
    before = _before(old, move)
    return before.effective_from if before else old.workflow.effective_from


def _before(old: Taxonomy, move: Move) -> Move | None:
    return next((m for m in old.workflow.moves if m.id == move.id), None)


def _move_changed(old: Taxonomy, new: Taxonomy, move: Move) -> str:
    """What is wrong about the instant of a move, or nothing."""
    before, since = _before(old, move), _since(old, move)
    if before is None:
        return "it is new" if move.effective_from <= since else ""
    pairs = (
        ("where it begins", before.sources, move.sources),
        ("where it ends", before.targets, move.targets),
        ("who may make it", before.who, move.who),
        ("what it requires", _required(old, before), _required(new, move)),
        ("its mode", _modes(before.modes), _modes(move.modes)),
    )
    changed = [what for what, then, today in pairs if then != today]
    if changed and move.effective_from <= since:
        return f"{', '.join(changed)} changed"
    return "it takes effect earlier" if move.effective_from < since else ""


def _workflow_changed(old: Taxonomy, new: Taxonomy) -> list[str]:
    then, today = old.workflow, new.workflow
    gone = [m.id for m in then.moves if m.id not in {n.id for n in today.moves}]
    pairs = (
        (
            "the statuses",
            [(s.title, s.terminal) for s in then.statuses],
            [(s.title, s.terminal) for s in today.statuses],
        ),
        ("the status it starts in", then.start, today.start),
        ("what is asked for at the start", _asked(old), _asked(new)),
        ("the numbers", _numbers(old), _numbers(new)),
    )
    rules = (
        f"the rule `{name}`"
        for name in sorted({*old.rules, *new.rules})
        if _modes(old.rules.get(name)) != _modes(new.rules.get(name))
    )
    removed = [f"the moves (without {', '.join(gone)})"] if gone else []
    return [*removed, *(what for what, before, now in pairs if before != now), *rules]


def _numbers(taxonomy: Taxonomy) -> tuple[object, ...]:
    flow = taxonomy.workflow
    return flow.judged_for, flow.ask_after, flow.ask_at_latest, flow.put_backs, flow.put_backs_within


def _modes(modes: Modes | None) -> tuple[object, ...]:
    return (modes.default, dict(modes.by_area)) if modes else ()


def _asked(taxonomy: Taxonomy) -> frozenset[object]:
    start = taxonomy.workflow.status(taxonomy.workflow.start)
    return _meant(taxonomy, start.requires + start.asks) if start else frozenset()


def _required(taxonomy: Taxonomy, move: Move) -> frozenset[object]:
    """Everything a move takes, by what it means: its own items and those of its targets, and how each is met.

    What the first status wants is asked for, never required of a move; the way round the rules (T20) asks nothing.
    """
    flow = taxonomy.workflow
    targets = [s for s in flow.statuses if s.title in move.targets and s.title != flow.start]
    if flow.overrides(move):
        return frozenset()
    return frozenset((s.title, _meant(taxonomy, s.requires)) for s in targets) | {_meant(taxonomy, move.requires)}


def _meant(taxonomy: Taxonomy, keys: tuple[str, ...]) -> frozenset[object]:
    fields = {f.key: f for f in taxonomy.fields}
    return frozenset(
        (key, frozenset((p, _read(fields.get(p.arg)) if p.source is Source.FIELD else ()) for p in item.met_by))
        for key in keys
        if (item := taxonomy.items.get(key))
    )


def _read(field: Field | None) -> tuple[object, ...]:
    """How a field is read, its names apart: a further name only helps."""
    return (field.kind, field.at_least, field.choices, field.fresh) if field else ()


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
