"""A held move: the intention we keep in our signed note, and what becomes of it (workflow 3.5, 3.6).

It completes itself when all that it lacks is there, is let go of when somebody cancels it or its time is over, and
stands as it is when somebody overrides it. A move that is for others to make is a proposal: their 👍 on our note, or
their `accept`, makes it. Whoever moved the card had the role then; whoever agrees has it when they agree.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.case import SILENT, Case, Objection, Ruling
from app.domain.commands import MAY, Command, Word
from app.domain.context import Context, Wanted
from app.domain.held_ends import cancelled, completed, expired, moved_on, put_with
from app.domain.hold import TEMPLATE, Hold
from app.domain.issue import Award
from app.domain.move_words import decider, unread, words
from app.domain.ours import HELD, MOVE, MOVES
from app.domain.plan import Finding, React, Say, Verdict
from app.domain.roster import Role
from app.domain.taxonomy import Mode

REVIEW = "status::reviewed"
REASON_AT_LEAST = 10
"""Letters that make a reason to override."""
_DONE = "white_check_mark"
_TONE = re.compile(r"_tone[1-5]\Z")
_AGREES, _DISAGREES = frozenset({"thumbsup", "+1"}), frozenset({"thumbsdown", "-1"})


@dataclass(frozen=True, slots=True)
class Said:
    """A word about the move, and why it could not be followed, if so: no right to it, no reason given, nothing is done
    about moves now, or its comment was changed.
    """

    command: Command
    refused: str | None = None


def heard(case: Case, hold: Hold) -> tuple[Said, ...]:
    """Words about the held move since it is held, oldest first, up to the one that decides it. Bare words count only
    after our note; a bare `yes` of somebody who cannot agree is only talk.
    """
    found: list[Said] = []
    for command in case.commands:
        note = command.note
        if command.word not in _open(hold) or not hold.at <= command.at <= hold.until:
            continue
        talk = not command.called and note.body.strip().casefold().startswith("yes")
        if not command.called and note.id < hold.note.id and (talk or not command.changed):
            continue
        refused = _refused(case, hold, command)
        if refused == "not allowed" and talk:
            continue
        found.append(Said(command, refused))
        if not refused:
            break
    return tuple(found)


def outcome(case: Case, hold: Hold) -> Ruling:
    """What becomes of the move that is held."""
    if case.history.stood != hold.source:
        return moved_on(case, hold)
    mode = _mode(case, hold)
    if mode in (Mode.OFF, Mode.OBSERVE):
        return SILENT
    said = next((s.command for s in heard(case, hold) if not s.refused and s.command in case.heeded), None)
    if said and said.word is Word.CANCEL:
        return _done(cancelled(case, hold, said.note.author.username), said)
    if mode is Mode.ENFORCE:
        if said and said.word is Word.OVERRIDE:
            return _done(completed(case, hold, "override", said.note.author.username), said)
        if said:
            return _done(_agreed(case, hold, said.note.author.username, said.note.created_at, said.word), said)
        award = _award(case, hold)
        if award and _plain(award) in _DISAGREES:
            return cancelled(case, hold, award.user.username)
        if award:
            return _agreed(case, hold, award.user.username, award.at, Word.ACCEPT)
    return _waits(case, hold, mode)


def proposal(case: Case, source: str, target: str, why: Iterable[str]) -> str | None:
    """Who is asked to agree to a move that is not its mover's to make; None where it is, or where nobody is known."""
    return decider(case, source, target) if Objection.NOT_THEIRS.value in set(why) else None


def way_through(case: Case, mover: frozenset[Role], source: str, target: str, why: Iterable[str]) -> str | None:
    """The review, where no step leads to `target` and a way through it does that this mover may begin."""
    flow = case.taxonomy.workflow
    if Objection.NO_SUCH_STEP.value not in set(why) or REVIEW in (source, target):
        return None
    begins = [m for m in flow.steps(source, REVIEW) if not flow.overrides(m) and m.who & mover]
    return REVIEW if begins and flow.plain(REVIEW, target) else None


def _open(hold: Hold) -> frozenset[Word]:
    """The words that can be meant."""
    agree = {Word.ACCEPT} if hold.proposed else set()
    review = {Word.REVIEW} if hold.via else set()
    return frozenset({Word.CANCEL, Word.OVERRIDE} | agree | review)


def _followed(case: Case, hold: Hold) -> frozenset[Word]:
    """Those that are followed, as things are."""
    match _mode(case, hold):
        case Mode.OFF | Mode.OBSERVE:
            return frozenset()
        case Mode.GUIDE:
            return frozenset({Word.CANCEL})
        case Mode.ENFORCE:
            return _open(hold)


def _refused(case: Case, hold: Hold, command: Command) -> str | None:
    author = command.note.author
    roles = case.roles(author, command.note.created_at)
    if command.word not in (Word.ACCEPT, Word.REVIEW):
        mine = command.word is Word.CANCEL and author.username == hold.mover
        allowed = mine or bool(roles & MAY[command.word])
    else:
        allowed = bool(roles & case.taxonomy.workflow.who_may(hold.source, _aim(hold, command.word)))
    if not allowed:
        return "not allowed"
    if command.word not in _followed(case, hold):
        return "not now"
    if command.changed:
        return "changed"
    reasoned = len(command.rest.strip(" :–-")) >= REASON_AT_LEAST
    return "no reason" if command.word is Word.OVERRIDE and not reasoned else None


def who_may_say(case: Case, hold: Hold, word: Word) -> frozenset[Role]:
    """The roles that a word about this move is for."""
    if word in (Word.ACCEPT, Word.REVIEW):
        return case.taxonomy.workflow.who_may(hold.source, _aim(hold, word))
    return MAY[word]


def _aim(hold: Hold, word: Word) -> str:
    return hold.via or hold.target if word is Word.REVIEW else hold.target


def _award(case: Case, hold: Hold) -> Award | None:
    """The first reaction on our note, since the proposal, by somebody who may make the move."""
    may = case.taxonomy.workflow.who_may(hold.source, hold.target)
    for award in case.snapshot.awards or ():
        counts = _plain(award) in _AGREES | _DISAGREES and hold.at <= award.at <= hold.until
        if hold.proposed and counts and not case.bot.is_us(award.user) and case.roles(award.user, award.at) & may:
            return award
    return None


def _plain(award: Award) -> str:
    """Its name, whatever the colour of the hand."""
    return _TONE.sub("", award.name)


def _agreed(case: Case, hold: Hold, by: str, at: datetime, word: Word) -> Ruling:
    """Somebody who may make the step wants it: it is made now, or held for what it lacks."""
    target, flow = _aim(hold, word), case.taxonomy.workflow
    mover = by if word is Word.REVIEW else hold.mover
    now_held = replace(
        hold,
        target=target,
        mover=mover,
        agreed=None if word is Word.REVIEW else by,
        until=at + flow.hold_for,
        why=frozenset({Objection.INCOMPLETE.value}),
        move=flow.plain(hold.source, target),
        via=None,
    )
    wanted = _wanted(case, now_held)
    if not wanted:
        return completed(case, now_held, "review" if word is Word.REVIEW else "agreed", by)
    return _refreshed(case, now_held, wanted)


def _waits(case: Case, hold: Hold, mode: Mode) -> Ruling:
    incomplete = Objection.INCOMPLETE.value in hold.why
    wanted = _wanted(case, hold) if incomplete else ()
    # Whatever came is written in the issue's last change, so a sweep that runs late is not held against anybody.
    in_time = min(case.now, case.snapshot.issue.updated_at) <= hold.until
    if hold.completes and not wanted and in_time and mode is Mode.ENFORCE:
        return completed(case, hold, "agreed" if hold.agreed else "arrived", hold.agreed)
    if case.now >= hold.until:
        return expired(case, hold)
    if not incomplete or (tuple(w.item.key for w in wanted), tuple(unread(wanted))) == (hold.missing, hold.unread):
        return Ruling(look_again_at=hold.until)
    return _refreshed(case, hold, wanted)


def _refreshed(case: Case, hold: Hold, wanted: tuple[Wanted, ...]) -> Ruling:
    """The checklist kept true."""
    missing = [w.item.key for w in wanted]
    whys = [why.value for why in Objection if why.value in hold.why]
    data = words(case, hold.mover, hold.source, hold.target, whys, wanted) | {
        "until": hold.until,
        "agreed": hold.agreed,
        "asked": proposal(case, hold.source, hold.target, whys),
        "on": hold.tick.agenda if hold.tick else None,
    }
    state = {
        **hold.note.state,
        "to": hold.target,
        "who": hold.mover,
        "why": whys,
        "move": hold.move.id if hold.move else None,
        "until": hold.until.isoformat(),
        "missing": missing,
        "unread": unread(wanted),
        "wanted": list(dict.fromkeys([*hold.wanted, *missing])),
        "agreed": hold.agreed,
        "via": hold.via,
    }
    because = f"still missing: {', '.join(missing) or 'nothing'}"
    finding = Finding(MOVES, Verdict.ASKED, because, hold.source, hold.target)
    say = Say(MOVE, TEMPLATE, data, state)
    return Ruling(add=frozenset({HELD}), says=(say,), findings=(finding,), look_again_at=hold.until)


def _wanted(case: Case, hold: Hold) -> tuple[Wanted, ...]:
    keys = case.taxonomy.workflow.needed(hold.target, hold.move) + (hold.move.requires if hold.move else ())
    return _with_put(case, hold).wanted(keys, since=hold.since or case.history.entered)


def _with_put(case: Case, hold: Hold) -> Context:
    """The context with the labels that come with a tick, which may be on their way still."""
    issue, put = case.snapshot.issue, put_with(hold.note)
    if not put:
        return case.context
    return replace(case.context, snapshot=replace(case.snapshot, issue=replace(issue, labels=issue.labels | put)))


def _done(ruling: Ruling, command: Command) -> Ruling:
    """The comment was carried out: it says so itself, and does not count again."""
    return replace(ruling, handled=frozenset({command.note.id}), reactions=(React(command.note.id, _DONE),))


def _mode(case: Case, hold: Hold) -> Mode:
    """How far we may go about it. Of a closed request nothing is moved."""
    if case.snapshot.issue.state == "closed" or case.mode(MOVES) is Mode.OFF:
        return Mode.OFF
    modes = hold.move.modes if hold.move else case.taxonomy.workflow.modes
    return modes.for_area(case.area)
