"""What is done about a judged move: it stands, is spoken of, or is put back and kept in mind (workflow 3.2, 3.5).

All objections to one move become one note. A put-back writes that note first, naming the label event and the
intention, then the labels (3.6); the plan keeps that order.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.case import SILENT, Case, Objected, Objection, Ruling
from app.domain.context import Wanted
from app.domain.history import Step
from app.domain.ours import HELD, MOVE, MOVES
from app.domain.plan import Finding, Say, Verdict
from app.domain.roster import Role
from app.domain.taxonomy import Mode


def pronounce(case: Case, objections: tuple[Objected, ...]) -> Ruling:
    """The ruling on the move being judged, or, when there is none, on what we still hold from an earlier one."""
    step = case.history.last
    if step is None:
        held = _still_held(case)
        return replace(held, findings=held.findings + _late(case))
    if not objections:
        return _stands(case, step)
    match step.mode:
        case Mode.OFF:
            return SILENT
        case Mode.OBSERVE:
            return Ruling(findings=(_finding(step, Verdict.OBSERVED, objections),))
        case Mode.GUIDE:
            said = _say(case, step, objections, "move_guided", Verdict.GUIDED)
            return replace(said, remove=frozenset({HELD}))
        case Mode.ENFORCE:
            return _left(case, step, objections) if step.left else _put_back(case, step, objections)


def _stands(case: Case, step: Step) -> Ruling:
    finding = Finding(
        MOVES, Verdict.STANDS, _which(step), step.source, step.target, step.mover, step.event.id, step.event.at
    )
    note = case.voice.on(MOVE)
    if note is None or not note.open:
        return Ruling(findings=(finding,))
    data = {"mover": step.mover, "source": case.status_name(step.source), "target": case.status_name(step.target)}
    return _resolved(data, finding)


def _resolved(data: Mapping[str, object], finding: Finding) -> Ruling:
    say = Say(MOVE, "move_settled", data, {"open": False})
    return Ruling(says=(say,), remove=frozenset({HELD}), findings=(finding,))


def _put_back(case: Case, step: Step, objections: tuple[Objected, ...]) -> Ruling:
    """Only where something is awaited does the card say so: a move that is for others to make awaits nothing."""
    said = _say(case, step, objections, "move_held", Verdict.PUT_BACK)
    waits = Objection.INCOMPLETE in [o.why for o in objections]
    add, remove = (frozenset({HELD}), frozenset[str]()) if waits else (frozenset[str](), frozenset({HELD}))
    return Ruling(status=step.source, add=add, remove=remove, says=said.says, findings=said.findings)


def _left(case: Case, step: Step, objections: tuple[Objected, ...]) -> Ruling:
    """After two put-backs in an hour the card belongs to people, and that is said once."""
    note = case.voice.on(MOVE)
    finding = _finding(step, Verdict.LEFT, objections)
    if note and note.open and note.template == "move_left":
        return Ruling(findings=(finding,))
    said = _say(case, step, objections, "move_left", Verdict.LEFT)
    return Ruling(says=said.says, remove=frozenset({HELD}), findings=(finding,))


def _say(case: Case, step: Step, objections: tuple[Objected, ...], template: str, verdict: Verdict) -> Ruling:
    wanted = _wanted(objections)
    state = {
        "open": True,
        "event": step.event.id,
        "from": step.source,
        "to": step.target,
        "who": step.mover,
        "at": step.event.at.isoformat(),
        "why": _whys(objections),
        "move": step.moves[0].id if step.moves else None,
        "missing": [w.item.key for w in wanted],
    }
    say = Say(MOVE, template, _words(case, step.mover, step.source, step.target, objections), state)
    return Ruling(says=(say,), findings=(_finding(step, verdict, objections),))


def _words(
    case: Case, mover: str | None, source: str, target: str, objections: tuple[Objected, ...]
) -> dict[str, object]:
    flow = case.taxonomy.workflow
    who = flow.who_may(source, target)
    return {
        "mover": mover,
        "source": case.status_name(source),
        "target": case.status_name(target),
        "why": _whys(objections),
        "who": _in_order(who),
        "people": _people(case, who),
        "wanted": _wanted(objections),
        "options": case.context.options(),
        "ways_out": [(status.name, _in_order(roles)) for status, roles in flow.ways_out(source)],
    }


def _in_order(roles: frozenset[Role]) -> list[Role]:
    """As the program lists them, nearest to the request first."""
    return sorted(roles, key=list(Role).index)


def _people(case: Case, who: frozenset[Role]) -> list[str]:
    """Those who can, by name: the first holder of each role that may make the step."""
    roster = case.program.roster
    order = [role for role in (Role.PM, Role.LEAD, Role.SME, Role.EM, Role.PROGRAM_LEAD) if role in who]
    return [p.username for role in order for p in roster.holders(role, case.area, case.now)[:1]]


def _late(case: Case) -> tuple[Finding, ...]:
    """An unlawful move that was found too late to put it back is only reported (workflow 3.6)."""
    late, hours = case.history.late, case.taxonomy.workflow.judged_for.total_seconds() / 3600
    if late is None:
        return ()
    because = f"against the rules, and older than {hours:g} hours"
    found = Finding(
        MOVES, Verdict.REPORTED, because, late.source, late.target, late.mover, late.event.id, late.event.at
    )
    return (found,)


def _still_held(case: Case) -> Ruling:
    """Keep the checklist of a held move true while the card waits where we put it."""
    note = case.voice.on(MOVE)
    if note is None or not note.open:
        return SILENT
    state = note.state
    source, target = str(state.get("from")), str(state.get("to"))
    if case.history.stood != (source if note.template == "move_held" else target):
        data = {"mover": None, "source": case.status_name(source), "target": case.status_name(target)}
        return _resolved(data, Finding(MOVES, Verdict.RESOLVED, "the card has moved on", source, case.history.stood))
    if note.template != "move_held" or Objection.INCOMPLETE.value not in _texts(state.get("why")):
        return SILENT
    return _refreshed(case, state, source, target)


def _refreshed(case: Case, state: Mapping[str, object], source: str, target: str) -> Ruling:
    flow = case.taxonomy.workflow
    move = next((m for m in flow.steps(source, target) if m.id == state.get("move")), None)
    keys = flow.needed(target, move) + (move.requires if move else ())
    wanted = case.context.wanted(keys, since=case.history.entered)
    missing = [w.item.key for w in wanted]
    if missing == state.get("missing"):
        return SILENT
    whys = [Objection(why) for why in _texts(state.get("why"))]
    objections = tuple(Objected(MOVES, why, wanted if why is Objection.INCOMPLETE else ()) for why in whys)
    who = state.get("who")
    words = _words(case, who if isinstance(who, str) else None, source, target, objections)
    finding = Finding(MOVES, Verdict.ASKED, f"still missing: {', '.join(missing) or 'nothing'}", source, target)
    return Ruling(says=(Say(MOVE, "move_held", words, {**state, "missing": missing}),), findings=(finding,))


def _whys(objections: tuple[Objected, ...]) -> list[str]:
    return list(dict.fromkeys(o.why.value for o in objections))


def _wanted(objections: tuple[Objected, ...]) -> list[Wanted]:
    found = {w.item.key: w for o in objections for w in o.wanted}
    return list(found.values())


def _finding(step: Step, verdict: Verdict, objections: tuple[Objected, ...]) -> Finding:
    missing = ", ".join(w.item.key for w in _wanted(objections))
    because = "; ".join(dict.fromkeys(o.why.value for o in objections)) + (f": {missing}" if missing else "")
    return Finding(MOVES, verdict, because, step.source, step.target, step.mover, step.event.id, step.event.at)


def _which(step: Step) -> str:
    return f"allowed by {step.moves[0].id}" if step.moves else "not judged"


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []
