"""What is done about a judged move: it stands, is spoken of, or is put back and kept in mind (workflow 3.2, 3.5).

All objections to one move become one note. A put-back writes that note first, naming the label event and the
intention, then the labels (3.6); the plan keeps that order.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain import held, meeting_mode
from app.domain.case import SILENT, Case, Objected, Objection, Ruling
from app.domain.held_ends import carried_out, overtaken
from app.domain.history import Step
from app.domain.hold import TEMPLATE, kept, ticked
from app.domain.move_words import awaits, in_order, missing, unread, whys, words
from app.domain.ours import HELD, MOVE, MOVES
from app.domain.plan import Finding, Say, Verdict
from app.domain.taxonomy import Mode

WRITING = timedelta(minutes=1)
"""So long after our note the labels of a tick are left to whoever heeds it: two processes would do it by halves."""

Then = tuple[tuple[Step, tuple[Objected, ...]], ...]
"""Moves that followed the one being judged, and what is objected to each."""


def pronounce(case: Case, objections: tuple[Objected, ...], then: Then = ()) -> Ruling:
    """The ruling on the move being judged, or, when there is none, on what we still hold from an earlier one. The moves
    that followed it go back with it.
    """
    step = case.history.last
    if step is None:
        waiting = _still_open(case)
        return replace(waiting, findings=waiting.findings + _late(case))
    if not objections:
        return _stands(case, step)
    until = meeting_mode.suffered(case, objections) if step.mode in (Mode.GUIDE, Mode.ENFORCE) else None
    if until:
        return Ruling(findings=(_finding(step, Verdict.STANDS, objections),), look_again_at=until)
    match step.mode:
        case Mode.OFF:
            return SILENT
        case Mode.OBSERVE:
            return Ruling(findings=(_finding(step, Verdict.OBSERVED, objections),))
        case Mode.GUIDE:
            said = _say(case, step, objections, "move_guided", Verdict.GUIDED)
            return replace(said, remove=frozenset({HELD}))
        case Mode.ENFORCE:
            return _left(case, step, objections) if step.left else _put_back(case, step, objections, then)


def _stands(case: Case, step: Step) -> Ruling:
    finding = Finding(
        MOVES, Verdict.STANDS, _which(step), step.source, step.target, step.mover, step.event.id, step.event.at
    )
    note = case.voice.on(MOVE)
    tick = ticked(note)
    if tick and tick.at >= step.event.at:
        later = _still_open(case)
        return replace(later, findings=(finding, *later.findings))
    if note is None or not (note.open or overtaken(case, note)):
        return Ruling(findings=(finding,))
    seen = note.state.get("event")
    mover = None if isinstance(seen, int) and seen > step.event.id else step.mover
    data = {"mover": mover, "source": case.status_name(step.source), "target": case.status_name(step.target)}
    return _resolved(data, finding)


def _resolved(data: Mapping[str, object], finding: Finding) -> Ruling:
    say = Say(MOVE, "move_settled", data, {"open": False})
    return Ruling(says=(say,), remove=frozenset({HELD}), findings=(finding,))


def _put_back(case: Case, step: Step, objections: tuple[Objected, ...], then: Then) -> Ruling:
    """The card says that it waits where something is awaited: an agreement, what is missing, a word that leads on."""
    said = _say(case, step, objections, TEMPLATE, Verdict.PUT_BACK, then)
    (say,) = said.says
    waits = say.state["asked"] or say.state["via"] or say.state["why"] == [Objection.INCOMPLETE.value]
    add, remove = (frozenset({HELD}), frozenset[str]()) if waits else (frozenset[str](), frozenset({HELD}))
    until = case.taxonomy.workflow.hold_for + step.event.at
    findings = said.findings + tuple(_finding(later, Verdict.PUT_BACK, why) for later, why in then)
    return Ruling(step.source, add, remove, said.says, findings=findings, look_again_at=until)


def _anew(case: Case, state: Mapping[str, object]) -> bool:
    """Nobody hears of an edit, so whoever has not been spoken to about this move yet gets a note of their own."""
    earlier = case.voice.on(MOVE)
    return earlier is not None and not (earlier.open and _same(earlier.state, state))


def _same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two notes keep the same wish of the same person, and the earlier told all whom the other tells."""
    told, tell = one.get("then") or [], other.get("then") or []
    heard = isinstance(told, list) and isinstance(tell, list) and all(who in told for who in tell)
    return heard and all(one.get(key) == other.get(key) for key in ("who", "from", "to"))


def _left(case: Case, step: Step, objections: tuple[Objected, ...]) -> Ruling:
    """After two put-backs in an hour the card belongs to people, and that is said once."""
    note = case.voice.on(MOVE)
    finding = _finding(step, Verdict.LEFT, objections)
    if note and note.open and note.template == "move_left":
        return Ruling(findings=(finding,))
    said = _say(case, step, objections, "move_left", Verdict.LEFT)
    return Ruling(says=said.says, remove=frozenset({HELD}), findings=(finding,))


def _say(
    case: Case, step: Step, objections: tuple[Objected, ...], template: str, verdict: Verdict, then: Then = ()
) -> Ruling:
    why, wanted = whys(objections), missing(objections)
    move = step.moves[0] if step.moves else case.taxonomy.workflow.plain(step.source, step.target)
    keeps = template == TEMPLATE
    asked = held.proposal(case, step.source, step.target, why) if keeps else None
    via = held.way_through(case, step.roles, step.source, step.target, why) if keeps else None
    until = step.event.at + case.taxonomy.workflow.hold_for
    state = {
        "open": True,
        "event": then[-1][0].event.id if then else step.event.id,
        "from": step.source,
        "to": step.target,
        "who": step.mover,
        "at": step.event.at.isoformat(),
        "why": why,
        "move": move.id if move else None,
        "missing": [w.item.key for w in wanted],
        "unread": unread(wanted),
    }
    if keeps:
        instead = _instead(case, step, state["event"])
        state |= {"until": until.isoformat(), "since": step.since.isoformat() if step.since else None}
        state |= {"asked": asked, "agreed": None, "via": via, "instead": instead, "wanted": state["missing"]}
        state |= {"then": [later.mover for later, _ in then]} if then else {}
    data = words(case, step.mover, step.source, step.target, why, wanted)
    if keeps:
        data |= {"until": until, "asked": asked, "instead": _named(case, instead), "then": _followed(case, then)}
        data |= {"via": case.status_name(via) if via else None, "new_accounts": case.context.new_accounts(step.since)}
        data |= {"grown": case.context.grown(step.since)}
    said = Say(MOVE, template, data, state, anew=_anew(case, state))
    return Ruling(says=(said,), findings=(_finding(step, verdict, objections),))


def _followed(case: Case, then: Then) -> list[dict[str, object]]:
    """The moves that went back with it, and why they could not stand anyway."""
    flow = case.taxonomy.workflow
    return [
        {
            "mover": later.mover,
            "source": case.status_name(later.source),
            "target": case.status_name(later.target),
            "why": whys(objections),
            "who": in_order(flow.who_may(later.source, later.target)),
        }
        for later, objections in then
    ]


def _instead(case: Case, step: Step, seen: object) -> list[str] | None:
    """Whose kept move this one takes the place of, and where it was to go."""
    note = case.voice.on(MOVE)
    if note is None or not note.open or note.template != TEMPLATE:
        return None
    state = note.state
    if state.get("event") == seen:
        before = state.get("instead")
        return [str(one) for one in before] if isinstance(before, list) else None
    who, why = state.get("who"), state.get("why")
    if not isinstance(who, str) or who == step.mover or not isinstance(why, list) or not awaits(map(str, why)):
        return None
    return [who, str(state.get("to"))]


def _named(case: Case, instead: list[str] | None) -> tuple[str, str] | None:
    return (instead[0], case.status_name(instead[1])) if instead else None


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


def _still_open(case: Case) -> Ruling:
    """What becomes of a move we hold, or of another thing we said about a move."""
    hold, note = kept(case), case.voice.on(MOVE)
    if hold:
        return held.outcome(case, hold)
    if note is None or not note.open:
        return _soon(case)
    source, target = str(note.state.get("from")), str(note.state.get("to"))
    if case.history.stood == target:
        return SILENT
    data = {"mover": None, "source": case.status_name(source), "target": case.status_name(target)}
    return _resolved(data, Finding(MOVES, Verdict.RESOLVED, "the card has moved on", source, case.history.stood))


def _soon(case: Case) -> Ruling:
    """The second half of a move whose first half is our note. Who heeds a tick is given time to write it themselves."""
    rest, note = carried_out(case), case.voice.on(MOVE)
    tick, at = ticked(note), note.state.get("at") if note else None
    if rest.status is None or tick is None or not isinstance(at, str):
        return rest
    ripe = datetime.fromisoformat(at) + WRITING
    return rest if case.now >= ripe else Ruling(look_again_at=ripe)


def _finding(step: Step, verdict: Verdict, objections: tuple[Objected, ...]) -> Finding:
    lacking = ", ".join(w.item.key for w in missing(objections))
    because = "; ".join(whys(objections)) + (f": {lacking}" if lacking else "")
    return Finding(MOVES, verdict, because, step.source, step.target, step.mover, step.event.id, step.event.at)


def _which(step: Step) -> str:
    return f"allowed by {step.moves[0].id}" if step.moves else "not judged"
