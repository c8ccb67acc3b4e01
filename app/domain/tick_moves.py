"""What a ticked box does to a request's card: judged like a drag by whoever ticked, at that time (agendas 4.1).

The tick becomes our note about the move, which the rules know: made, it tells whether the labels followed; incomplete,
it is kept there and completes itself. So nothing is lost with the run that heeds it, and a second run changes nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from app.domain.agenda import Verb
from app.domain.case import Case, Ruling
from app.domain.context import Wanted
from app.domain.held_ends import COMPLETED, carried_out, made, put_with
from app.domain.hold import TEMPLATE, Tick, kept, ticked
from app.domain.meeting_clocks import agenda_times
from app.domain.meeting_mode import decided_at, due_at, held_at, lacks, mover
from app.domain.meeting_note import told_say
from app.domain.move_words import in_order, words
from app.domain.ours import CONTEXT, HELD, MOVE, MOVES
from app.domain.plan import Finding, Say, Verdict
from app.domain.roster import Role
from app.domain.taxonomy import Mode, Move
from app.domain.tick_decisions import Became, Made, Outcome, Weighed, became
from app.domain.tick_words import Words, understood
from app.domain.told_by_tick import Row, renewed, rows_in, told_over, topic

REVIEW = "status::reviewed"
TARGETS: Mapping[Verb, str] = {
    Verb.ACCEPT: "status::accepted",
    Verb.BACKLOG: "status::backlog",
    Verb.DECLINE: "status::declined",
    Verb.REVIEWED: REVIEW,
    Verb.CONTEXT: "status::new",
}
"""Where a ticked box brings a card."""


def weigh(case: Case, made_now: Made, earlier: Outcome | None = None) -> Weighed:
    """What is to be written for a ticked box, and what is said of it; `earlier` is what was said of it before."""
    target, stood, note = TARGETS[made_now.ask.verb], case.history.stood, case.voice.on(MOVE)
    tick, ours = tick_of(made_now), ticked(note)
    mine = ours is not None and (ours.key, ours.by_id, ours.at) == (tick.key, tick.by_id, tick.at)
    if off := _switched_off(case, made_now):
        return Weighed(off)
    heard, says, said = _heard(case, made_now)
    whole = Ruling(says=says, add=said.add, remove=said.remove)
    if mine and note and note.template == COMPLETED:
        return _made_before(case, heard, made_now, whole, said)
    if mine and note and not note.open:
        return Weighed(_ended(case, made_now, target))
    if earlier and earlier.open and not mine and not in_place(earlier) and not _asks_of_new(case, made_now):
        return Weighed(_ended(case, made_now, target))
    if _asks_of_new(case, made_now):
        return _question(heard, made_now, whole, said)
    if stood == target:
        return Weighed(became(made_now, Became.ALREADY, case, status=case.status_name(stood), mover=mover(case)))
    if _decided_otherwise(case, made_now, kept_already=mine):
        return Weighed(stale(case, made_now))
    move = _lawful(case, made_now, target)
    return _judged(heard, made_now, move, whole, said) if move else Weighed(_not_theirs(case, made_now, target))


def in_place(earlier: Outcome) -> bool:
    """Whether what is missing was asked for on the agenda alone, as the moves' own rule keeps none on the request."""
    return earlier.kind is Became.ASKED and not earlier.data.get("until")


def keys_of(case: Case, made_now: Made) -> tuple[str, ...]:
    """The keys of what the step needs, so far as can be said before it is judged."""
    flow, stood, target = case.taxonomy.workflow, case.history.stood, TARGETS[made_now.ask.verb]
    move = _lawful(case, made_now, target)
    note = case.voice.on(MOVE)
    made_before = flow.named(str(note.state.get("from")), stood, note.state.get("move")) if note else None
    found = move if stood != target else made_before
    return flow.needed(target, found) + (found.requires if found else ())


def tick_of(made_now: Made) -> Tick:
    """The tick as our note about the move keeps it."""
    by = made_now.by
    return Tick(made_now.ask.key, by.username, by.id, made_now.at, str(made_now.agenda))


def stale(case: Case, made_now: Made, why: str = "moved") -> Outcome:
    """It was decided otherwise meanwhile."""
    status = case.status_name(case.history.stood)
    return became(made_now, Became.STALE, case, " ", why=why, status=status, mover=mover(case))


def _switched_off(case: Case, made_now: Made) -> Outcome | None:
    if case.taxonomy.paused_label in case.snapshot.issue.labels:
        return became(made_now, Became.REFUSED, case, " ", why="paused", label=case.taxonomy.paused_label)
    return stale(case, made_now, "closed") if case.snapshot.issue.state == "closed" else None


def _heard(case: Case, made_now: Made) -> tuple[Case, tuple[Say, ...], Words]:
    """The case with what stands behind the box, and the note that keeps it."""
    said = understood(made_now.words, made_now.ask.verb, made_now.by, case)
    before = rows_in(case.voice.on(topic(made_now.meeting)))
    rows = renewed(before, said.said, made_now.by.username, made_now.at, case.now)
    say = told_say(case, made_now.meeting, made_now.agenda, rows) if rows else None
    return _retold(case, rows, said), (say,) if say else (), said


def _retold(case: Case, rows: tuple[Row, ...], said: Words) -> Case:
    issue = case.snapshot.issue
    labels = (issue.labels - said.remove) | said.add
    snapshot = replace(case.snapshot, issue=replace(issue, labels=labels))
    facts = told_over(case.facts, rows, case.taxonomy.fields)
    reading = replace(case.reading, facts=facts)
    context = replace(case.context, snapshot=snapshot, facts=facts, reading=reading)
    return replace(case, facts=facts, reading=reading, context=context)


def _made_before(case: Case, heard: Case, made_now: Made, whole: Ruling, said: Words) -> Weighed:
    """It was made by an earlier run: its second half, or what it still lacks, or what became of the card since."""
    note = case.voice.on(MOVE)
    target = str(note.state.get("to")) if note else ""
    rest = carried_out(case)
    if case.history.stood != target and rest.status is None:
        return Weighed(_ended(case, made_now, target))
    whole = replace(whole, status=rest.status)
    if rest.status:
        return Weighed(_done(heard, made_now, target, (), said), whole)
    return Weighed(_done(heard, made_now, target, lacks(heard), said), whole)


def _done(case: Case, made_now: Made, target: str, wanted: tuple[Wanted, ...], said: Words) -> Outcome:
    """Made. What it lacks is promised to be asked for only where a rule asks."""
    meeting = held_at(case.program, case.area, made_now.at) if wanted else None
    due = due_at(case.program, meeting) if meeting else None
    titles, status = [w.item.title for w in wanted], case.status_name(target)
    if due and case.now < due:
        told = {"status": status, "missing": titles, "due": due.isoformat()} | _unheard(said)
        return became(made_now, Became.IN_MEETING, case, None, **told)
    asks = {"asks": case.mode(CONTEXT) in (Mode.GUIDE, Mode.ENFORCE)} if titles else {}
    return became(made_now, Became.DONE, case, None, status=status, missing=titles, **asks, **_unheard(said))


def _unheard(said: Words) -> dict[str, object]:
    """What of the words behind a box could not be used, where there is any."""
    found = {"unkept": list(said.unkept), "unread": list(said.unread), "quoted": said.quoted}
    return {name: value for name, value in found.items() if value}


def _ended(case: Case, made_now: Made, target: str) -> Outcome:
    """What we kept is kept no more: the move was made meanwhile, or let go of."""
    if case.history.stood == target:
        return became(made_now, Became.DONE, case, status=case.status_name(target), missing=[])
    return stale(case, made_now, "ended")


def _asks_of_new(case: Case, made_now: Made) -> bool:
    """Whether somebody has a question about a request that is New anyway, so that there is no card to move."""
    start = case.taxonomy.workflow.start
    return made_now.ask.verb is Verb.CONTEXT and case.history.stood == start == TARGETS[Verb.CONTEXT]


def _question(case: Case, made_now: Made, whole: Ruling, said: Words) -> Weighed:
    flow = case.taxonomy.workflow
    move = flow.plain(REVIEW, flow.start)
    if move is None or not move.who & case.roles(made_now.by, made_now.at):
        return Weighed(_not_theirs(case, made_now, flow.start, REVIEW))
    wanted = case.context.wanted(move.requires)
    if wanted:
        return Weighed(_asked(case, made_now, flow.start, wanted, None, said), replace(whole, add=frozenset()))
    return Weighed(became(made_now, Became.DONE, case, status=case.status_name(flow.start), question=True), whole)


def _decided_otherwise(case: Case, made_now: Made, *, kept_already: bool) -> bool:
    """Whether the card moved after the tick; or somebody else decided about it since the agenda is there.

    Once its move is kept, only a later one counts: our note of it has taken the place of what told who decided before.
    """
    at = decided_at(case)
    if at is None:
        return False
    undecided = case.history.stood in (case.taxonomy.workflow.start, REVIEW)
    if at > made_now.at or (at == made_now.at and not undecided):
        return True
    since = agenda_times(case.program, made_now.meeting).created
    return not (kept_already or undecided) and at >= since and mover(case) != made_now.by.username


def _lawful(case: Case, made_now: Made, target: str) -> Move | None:
    """The move that whoever ticked may make, the plain ones first; as a drag of theirs would be read."""
    flow, roles = case.taxonomy.workflow, case.roles(made_now.by, made_now.at)
    named = sorted(flow.steps(case.history.stood, target), key=flow.overrides)
    return next((move for move in named if move.who & roles), None)


def _not_theirs(case: Case, made_now: Made, target: str, source: str | None = None) -> Outcome:
    source = source or case.history.stood
    who = in_order(case.taxonomy.workflow.who_may(source, target))
    people = words(case, None, source, target, (), ())["people"]
    return became(
        made_now,
        Became.REFUSED,
        case,
        " ",
        why="role" if who else "no step",
        status=case.status_name(case.history.stood),
        target=case.status_name(target),
        who=[role.value for role in who],
        people=people,
    )


def _judged(case: Case, made_now: Made, move: Move, whole: Ruling, said: Words) -> Weighed:
    """The move of somebody who may make it: made where nothing is missing, or it may stand; else kept."""
    target, stood = TARGETS[made_now.ask.verb], case.history.stood
    wanted = case.context.wanted(
        case.taxonomy.workflow.needed(target, move) + move.requires, since=case.history.entered
    )
    meeting = held_at(case.program, case.area, made_now.at) if wanted else None
    meets = meeting is not None and case.now < due_at(case.program, meeting)
    if wanted and not meets:
        if _mode(case, move, made_now.at) is Mode.ENFORCE:
            return _kept(case, made_now, move, wanted, whole, said)
        return Weighed(_asked(case, made_now, target, wanted, None, said), replace(whole, add=frozenset()))
    state = made(case, stood, target) | _common(case, made_now, move, said) | {"how": "ticked"}
    data = {
        "mover": made_now.by.username,
        "source": case.status_name(stood),
        "target": case.status_name(target),
        "how": "ticked",
        "supplied": [],
        "on": str(made_now.agenda),
    }
    say = Say(MOVE, COMPLETED, data, state, anew=_others(case, made_now) is not None)
    finding = _finding(case, made_now, Verdict.COMPLETED, target, wanted)
    ruling = replace(
        whole,
        status=target,
        remove=whole.remove | {HELD},
        says=(*whole.says, say),
        findings=(finding,),
    )
    return Weighed(_done(case, made_now, target, wanted, said), ruling)


def _mode(case: Case, move: Move, at: datetime) -> Mode:
    if case.mode(MOVES) is Mode.OFF or move.effective_from > at:
        return Mode.OFF
    return move.modes.for_area(case.area)


def _common(case: Case, made_now: Made, move: Move, said: Words) -> dict[str, object]:
    """What our note keeps of the tick, made or not; `put` are the labels that came with it."""
    entered, by = case.history.entered, made_now.by.username
    state: dict[str, object] = {"event": None, "who": by, "by": by, "move": move.id}
    state |= {"tick": tick_of(made_now).to_state()}
    return state | {"since": entered.isoformat() if entered else None, "put": sorted(said.add)}


def _kept(case: Case, made_now: Made, move: Move, wanted: tuple[Wanted, ...], whole: Ruling, said: Words) -> Weighed:
    """What is missing is asked for where the box is, and on the request; when it comes, the rules make the move."""
    target, stood, hold = TARGETS[made_now.ask.verb], case.history.stood, kept(case)
    mine = hold if hold and hold.tick == tick_of(made_now) else None
    instead = _others(case, made_now)
    keys, until = [w.item.key for w in wanted], made_now.at + case.taxonomy.workflow.hold_for
    fresh: dict[str, object] = {"asked": None, "agreed": None, "via": None}
    fresh |= {"instead": list(instead) if instead else None}
    state = {
        **(mine.note.state if mine else fresh),
        **_common(case, made_now, move, said),
        "open": True,
        "from": stood,
        "to": target,
        "at": made_now.at.isoformat(),
        "why": ["incomplete"],
        "until": until.isoformat(),
        "missing": keys,
        "wanted": list(dict.fromkeys([*(mine.wanted if mine else ()), *keys])),
    }
    if mine:
        state["put"] = sorted(put_with(mine.note) | said.add)
    data = words(case, made_now.by.username, stood, target, ["incomplete"], wanted)
    data |= {"until": until, "on": str(made_now.agenda)}
    data |= {"instead": (instead[0], case.status_name(instead[1])) if instead else None}
    say = Say(MOVE, TEMPLATE, data, state, anew=mine is None and case.voice.on(MOVE) is not None)
    finding = _finding(case, made_now, Verdict.ASKED, target, wanted)
    ruling = replace(whole, add=whole.add | {HELD}, says=(*whole.says, say), findings=(finding,))
    return Weighed(_asked(case, made_now, target, wanted, until, said), ruling)


def _others(case: Case, made_now: Made) -> tuple[str, str] | None:
    """Whose kept move this tick takes the place of, and where it was to go."""
    hold = kept(case)
    if hold is None or hold.mover is None or hold.mover == made_now.by.username:
        return None
    return hold.mover, hold.target


def _asked(
    case: Case, made_now: Made, target: str, wanted: tuple[Wanted, ...], until: datetime | None, said: Words
) -> Outcome:
    return became(
        made_now,
        Became.ASKED,
        case,
        None,
        status=case.status_name(case.history.stood),
        target=case.status_name(target),
        missing=[w.item.title for w in wanted],
        until=until.isoformat() if until else None,
        mine=_is_theirs(case, made_now, wanted),
        **_unheard(said),
    )


def _is_theirs(case: Case, made_now: Made, wanted: tuple[Wanted, ...]) -> bool:
    """Whether whoever ticked is likely the owner who is missing: the only PM of the area."""
    pms = case.program.roster.holders(Role.PM, case.area, made_now.at)
    owner = any(str(way) == "role:pm" for one in wanted for way in one.item.met_by)
    return owner and [one.username for one in pms] == [made_now.by.username]


def _finding(case: Case, made_now: Made, verdict: Verdict, target: str, wanted: tuple[Wanted, ...]) -> Finding:
    lacking = f", without {', '.join(w.item.key for w in wanted)}" if wanted else ""
    because = f"ticked in {made_now.agenda}{lacking}"
    return Finding(MOVES, verdict, because, case.history.stood, target, made_now.by.username)
