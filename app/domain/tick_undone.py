"""A box that was unticked: before its move was made, after, or by somebody else (agendas 4.1).

Whoever ticked may take it back while nothing came of it, at once afterwards, and until the meeting is over. Who may let
go of a kept move may do so here, too. Everybody else finds the box ticked again.
"""

from dataclasses import replace
from datetime import datetime

from app.domain.case import Case, Ruling
from app.domain.commands import MAY, Word
from app.domain.held_ends import COMPLETED, cancelled, carried_out, made, put_with
from app.domain.history import TAKEN_BACK_WITHIN
from app.domain.hold import Tick, kept, ticked
from app.domain.meeting_mode import held_at
from app.domain.meeting_note import told_say
from app.domain.ours import HELD, MOVE, MOVES
from app.domain.plan import Finding, Say, Verdict
from app.domain.tick_decisions import Became, Made, Outcome, Weighed, became
from app.domain.tick_moves import TARGETS, in_place
from app.domain.tick_words import understood
from app.domain.told_by_tick import rows_in, taken_back, topic
from app.domain.voice import OurNote

UNTICKED = "unticked"


def unweigh(case: Case, made_now: Made, earlier: Outcome | None = None) -> Weighed:
    """What is to be written for a box that was unticked, and what is said of it."""
    note = case.voice.on(MOVE)
    tick = ticked(note)
    if note is None or tick is None or tick.key != made_now.ask.key:
        return _nothing(case, made_now, earlier)
    if kept(case):
        return _let_go(case, made_now, note, tick)
    if note.template == COMPLETED and note.state.get("how") == UNTICKED:
        rest = replace(carried_out(case), says=_untold(case, made_now, tick.by, tick.at))
        return Weighed(_undone(case, made_now, "taken back", str(note.state.get("to"))), rest)
    if carried_out(case).status and tick.by_id == made_now.by.id:
        return Weighed(_undone(case, made_now, "let go"), _never_made(case, made_now, note, tick))
    if note.template != COMPLETED or str(note.state.get("to")) != case.history.stood:
        return _nothing(case, made_now, earlier)
    if tick.by_id != made_now.by.id:
        return Weighed(_not_theirs(case, made_now, tick))
    if _in_time(case, made_now, tick):
        return _taken_back(case, made_now, note, tick)
    return Weighed(_undone(case, made_now, "stays"))


def _nothing(case: Case, made_now: Made, earlier: Outcome | None) -> Weighed:
    """There is nothing to take back: the tick was heeded by nobody, or the card has moved on."""
    if earlier is not None and in_place(earlier):
        says = _untold(case, made_now, earlier.by or "", earlier.at)
        return Weighed(_undone(case, made_now, "let go"), Ruling(says=says))
    acted = earlier is not None and earlier.kind in (Became.DONE, Became.ASKED, Became.IN_MEETING)
    return Weighed(_undone(case, made_now, "moved on" if acted else "nothing"))


def _untold(case: Case, made_now: Made, by: str, at: datetime) -> tuple[Say, ...]:
    """What was told with the tick counts on the request no more."""
    words = understood(made_now.words, made_now.ask.verb, replace(made_now.by, username=by), case)
    before = rows_in(case.voice.on(topic(made_now.meeting)))
    rows = taken_back(before, words.said, by, at)
    say = told_say(case, made_now.meeting, made_now.agenda, rows) if rows != before else None
    return (say,) if say else ()


def _let_go(case: Case, made_now: Made, note: OurNote, tick: Tick) -> Weighed:
    hold = kept(case)
    may = case.roles(made_now.by, made_now.at) & MAY[Word.CANCEL]
    if hold is None or not (tick.by_id == made_now.by.id or may):
        return Weighed(_not_theirs(case, made_now, tick))
    ruling = cancelled(case, hold, made_now.by.username)
    says = (*_untold(case, made_now, tick.by, tick.at), *ruling.says)
    return Weighed(_undone(case, made_now, "let go"), replace(ruling, remove=ruling.remove | put_with(note), says=says))


def _never_made(case: Case, made_now: Made, note: OurNote, tick: Tick) -> Ruling:
    """The note said so already, and the labels had not followed."""
    source, target = case.history.stood, TARGETS[made_now.ask.verb]
    data = {"mover": None, "source": case.status_name(source), "target": case.status_name(target)}
    say = Say(MOVE, "move_cancelled", data | {"by": made_now.by.username}, {"open": False})
    says = (*_untold(case, made_now, tick.by, tick.at), say)
    return Ruling(says=says, remove=put_with(note) | {HELD})


def _in_time(case: Case, made_now: Made, tick: Tick) -> bool:
    """At once, until the agenda's meeting is over, or within the meeting in which the box was ticked."""
    ahead = tick.agenda == str(made_now.agenda) and made_now.at < made_now.meeting.end
    if ahead or made_now.at - tick.at <= TAKEN_BACK_WITHIN:
        return True
    meeting = held_at(case.program, case.area, tick.at)
    return meeting is not None and meeting.runs_at(made_now.at)


def _taken_back(case: Case, made_now: Made, note: OurNote, tick: Tick) -> Weighed:
    stood, source = case.history.stood, str(note.state.get("from"))
    by = made_now.by.username
    state = made(case, stood, source) | {"event": None, "who": by, "by": by, "move": None, "how": UNTICKED}
    state |= {"tick": tick.to_state()}
    data = {
        "mover": by,
        "source": case.status_name(stood),
        "target": case.status_name(source),
        "how": UNTICKED,
        "supplied": [],
        "on": tick.agenda,
    }
    finding = Finding(MOVES, Verdict.CANCELLED, f"unticked in {tick.agenda}", stood, source, by)
    ruling = Ruling(
        status=source,
        remove=put_with(note) | {HELD},
        says=(*_untold(case, made_now, tick.by, tick.at), Say(MOVE, COMPLETED, data, state)),
        findings=(finding,),
    )
    return Weighed(_undone(case, made_now, "taken back", source), ruling)


def _not_theirs(case: Case, made_now: Made, tick: Tick) -> Outcome:
    """Unticked by another: the decision is whoever's made it, and its box says so again."""
    target = case.status_name(TARGETS[made_now.ask.verb])
    return became(made_now, Became.REFUSED, case, "x", why="another's", whose=tick.by, target=target)


def _undone(case: Case, made_now: Made, how: str, stood: str | None = None) -> Outcome:
    status = case.status_name(stood or case.history.stood)
    return became(made_now, Became.UNDONE, case, how=how, status=status)
