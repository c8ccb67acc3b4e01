"""Meeting mode (workflow 3.5): what is decided while an area meets stands, and what it lacks is asked for later.

For two working days one checklist on the agenda collects it, and the cards are left in peace; then the usual rules ask.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.case import Case, Objected, Objection
from app.domain.context import Wanted
from app.domain.hold import ticked
from app.domain.issue import Ref
from app.domain.meeting import Meeting
from app.domain.meeting_clocks import due_after
from app.domain.meetings import meeting_at
from app.domain.ours import MOVE
from app.domain.program import Program
from app.domain.roster import Role

WORKING_DAYS = 2
"""From a meeting to the end of the day on which what it left open is due."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A line of the checklist: a request that was moved in the meeting, by whom, where to, and the titles of what that
    still lacks. `private` is a confidential request: elsewhere it shows as its number only.
    """

    ref: Ref
    status: str
    mover: str | None
    missing: tuple[str, ...]
    due: datetime
    private: bool = False


def held_at(program: Program, area: str | None, instant: datetime) -> Meeting | None:
    """The pod or PM review of the request's area that runs at this instant."""
    known = area is not None and any(one.key == area for one in program.areas)
    return meeting_at(program, area, instant) if known and area else None


def due_at(program: Program, meeting: Meeting) -> datetime:
    """When what the meeting left open is due."""
    return due_after(program, meeting, WORKING_DAYS)


def stands_until(case: Case) -> datetime | None:
    """Until when the card's last move stands whatever it lacks; None where it was not made in a meeting, or is due."""
    at = decided_at(case)
    meeting = held_at(case.program, case.area, at) if at else None
    due = due_at(case.program, meeting) if meeting else None
    return due if due and case.now < due else None


def decided_at(case: Case) -> datetime | None:
    """When somebody decided that the card should be where it is: its box was ticked, or it was dragged."""
    step, note = case.history.last, case.voice.on(MOVE)
    if step is not None:
        return step.event.at
    tick = ticked(note)
    made = tick and note and not note.open and note.state.get("to") == case.history.stood
    return tick.at if tick and made else case.history.entered


def suffered(case: Case, objections: tuple[Objected, ...]) -> datetime | None:
    """Until when a move with these objections is not put back: an incomplete one, and any of the product manager's."""
    step = case.history.last
    incomplete = all(o.why is Objection.INCOMPLETE for o in objections)
    return stands_until(case) if step and (incomplete or Role.PM in step.roles) else None


def owed(case: Case) -> Owed | None:
    """What a request that was moved in its area's meeting still lacks; None where it lacks nothing, or is due."""
    wanted, due = lacks(case), stands_until(case)
    if not wanted or due is None:
        return None
    issue, step, tick = case.snapshot.issue, case.history.last, ticked(case.voice.on(MOVE))
    mover = step.mover if step else tick.by if tick else None
    titles = tuple(w.item.title for w in wanted)
    target = step.target if step else case.history.stood
    return Owed(issue.ref, case.status_name(target), mover, titles, due, issue.confidential)


def lacks(case: Case) -> tuple[Wanted, ...]:
    """What the place of the card, and the move that brought it there, still want."""
    step, note, flow = case.history.last, case.voice.on(MOVE), case.taxonomy.workflow
    if step is not None:
        move = step.moves[0] if step.moves else flow.plain(step.source, step.target)
        return case.context.wanted(flow.needed(step.target, move) + (move.requires if move else ()), step.since)
    stood = case.history.stood
    made = note if note and ticked(note) and note.state.get("to") == stood else None
    move = flow.named(str(made.state.get("from")), stood, made.state.get("move")) if made else None
    since = made.state.get("since") if made else None
    told_since = datetime.fromisoformat(since) if isinstance(since, str) else None
    return case.context.wanted(flow.needed(stood, move) + (move.requires if move else ()), told_since)


def mover(case: Case) -> str | None:
    """Who brought the card where it stands, in whose name soever; None where nobody can say."""
    stood, note = case.history.stood, case.voice.on(MOVE)
    came = [e.user for e in sorted(case.snapshot.events, key=lambda e: e.id) if (e.label, e.action) == (stood, "add")]
    user = came[-1] if came else None
    if user is not None and not case.bot.is_us(user):
        return user.username
    who = note.state.get("who") if note and not note.open and note.state.get("to") == stood else None
    return who if isinstance(who, str) else None
