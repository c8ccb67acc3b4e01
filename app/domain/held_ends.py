"""How a held move ends: it is completed, cancelled, expired, or overtaken by another (workflow 3.5, 3.6)."""

from app.domain.case import SILENT, Case, Ruling
from app.domain.hold import Hold
from app.domain.issue import LabelEvent
from app.domain.ours import HELD, MOVE, MOVES
from app.domain.plan import Finding, Say, Verdict
from app.domain.supply import Supply, supplied
from app.domain.voice import OurNote, ours

COMPLETED = "move_completed"


def carried_out(case: Case) -> Ruling:
    """The second half of a completion whose labels did not follow its note, and the end of one that never came."""
    note = case.voice.on(MOVE)
    if note is None or note.template != COMPLETED:
        return SILENT
    source, target = str(note.state.get("from")), str(note.state.get("to"))
    if overtaken(case, note):
        data = {"mover": None, "source": case.status_name(source), "target": case.status_name(target)}
        finding = Finding(MOVES, Verdict.RESOLVED, "the card has moved on", source, case.history.stood)
        return Ruling(says=(Say(MOVE, "move_settled", data, {"open": False}),), findings=(finding,))
    waits = not _since_completed(case, note) and case.history.stood == source
    if not waits or case.snapshot.issue.state == "closed":
        return SILENT
    return Ruling(status=target, add=put_with(note), remove=frozenset({HELD}))


def put_with(note: OurNote) -> frozenset[str]:
    """The labels that came with a tick: why it is declined, say."""
    put = note.state.get("put")
    return frozenset(str(title) for title in put) if isinstance(put, list) else frozenset()


def overtaken(case: Case, note: OurNote) -> bool:
    """Whether somebody moved the card after our note said it was done, and before it was: their move counts."""
    if note.template != COMPLETED:
        return False
    later = _since_completed(case, note)
    return bool(later) and not ours(later[0].user, case.bot, case.voice)


def _since_completed(case: Case, note: OurNote) -> list[LabelEvent]:
    """What happened to the status since we decided to complete a move."""
    statuses, after = {s.title for s in case.taxonomy.workflow.statuses}, note.state.get("after")
    found = [e for e in case.snapshot.events if e.label in statuses and isinstance(after, int) and e.id > after]
    return sorted(found, key=lambda e: e.id)


def completed(case: Case, hold: Hold, how: str, by: str | None) -> Ruling:
    """The note first, naming what is done, then the labels; `after` tells later whether they followed."""
    supply = supplied(case, hold.wanted) if how in ("arrived", "agreed") else ()
    data = {
        "mover": hold.mover,
        "source": case.status_name(hold.source),
        "target": case.status_name(hold.target),
        "how": how,
        "by": by,
        "supplied": [(s.titles, s.who) for s in supply],
    }
    event = hold.note.state.get("event")
    state = {"event": event, **made(case, hold.source, hold.target), "who": hold.mover, "how": how, "by": by}
    state |= {"move": hold.move.id if hold.move else None} | _ticked(hold)
    verdict = Verdict.OVERRIDDEN if how == "override" else Verdict.COMPLETED
    finding = Finding(MOVES, verdict, _because(how, by, supply), hold.source, hold.target, hold.mover)
    say = Say(MOVE, COMPLETED, data, state)
    add = put_with(hold.note)
    return Ruling(status=hold.target, add=add, remove=frozenset({HELD}), says=(say,), findings=(finding,))


def made(case: Case, source: str, target: str) -> dict[str, object]:
    """What a note keeps of a move that is made right after it: `after` tells later whether the labels followed."""
    statuses = {s.title for s in case.taxonomy.workflow.statuses}
    after = max((e.id for e in case.snapshot.events if e.label in statuses), default=0)
    return {"open": False, "from": source, "to": target, "after": after, "at": case.now.isoformat()}


def _ticked(hold: Hold) -> dict[str, object]:
    return {"tick": hold.tick.to_state()} if hold.tick else {}


def _because(how: str, by: str | None, supply: tuple[Supply, ...]) -> str:
    match how:
        case "override":
            return f"{by} overrode the rules with a reason"
        case "arrived":
            came = "; ".join(f"{', '.join(s.titles)} ({s.who or 'somebody'})" for s in supply)
            return f"what was missing is here{': ' + came if came else ''}"
        case _:
            return f"{by} may make it, and agreed"


def cancelled(case: Case, hold: Hold, by: str) -> Ruling:
    """Somebody who may let go of it."""
    data = _ends(case, hold) | {"by": by}
    finding = Finding(MOVES, Verdict.CANCELLED, f"{by} let go of it", hold.source, hold.target, hold.mover)
    state = {"open": False, "event": hold.note.state.get("event"), "from": hold.source} | _ticked(hold)
    say = Say(MOVE, "move_cancelled", data, state)
    return Ruling(remove=frozenset({HELD}), says=(say,), findings=(finding,))


def expired(case: Case, hold: Hold) -> Ruling:
    """Its time is over: said kindly, and nothing is lost."""
    data = _ends(case, hold) | {"days": case.taxonomy.workflow.hold_for.days, "proposed": hold.proposed}
    finding = Finding(MOVES, Verdict.EXPIRED, "its time is over", hold.source, hold.target, hold.mover)
    say = Say(MOVE, "move_expired", data, {"open": False} | _ticked(hold))
    return Ruling(remove=frozenset({HELD}), says=(say,), findings=(finding,))


def _ends(case: Case, hold: Hold) -> dict[str, object]:
    return {"mover": hold.mover, "source": case.status_name(hold.source), "target": case.status_name(hold.target)}


def moved_on(case: Case, hold: Hold) -> Ruling:
    """The card is elsewhere by now."""
    finding = Finding(MOVES, Verdict.RESOLVED, "the card has moved on", hold.source, case.history.stood)
    say = Say(MOVE, "move_settled", _ends(case, hold) | {"mover": None}, {"open": False} | _ticked(hold))
    return Ruling(remove=frozenset({HELD}), says=(say,), findings=(finding,))
