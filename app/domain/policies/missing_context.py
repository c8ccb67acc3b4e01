"""Missing context is asked for once, all of it together, of the author and the region's SME (T1, handbook S71).

The ask is one living checklist. It is cleared by an edit or by any adequate answer, whoever gives it. Where nobody
answers it is brought to mind, each time to somebody else and in a new note, since nobody hears of an edit; at last it
is let rest, and never closed (workflow 3.4). A request that was sent back asks in the words of whoever sent it (T7).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.asked_words import asked_words
from app.domain.case import SILENT, Case, Ruling, reopened_as
from app.domain.commands import MAY, Command, Word
from app.domain.context import Wanted
from app.domain.meeting_mode import stands_until
from app.domain.ours import CONTEXT, NEEDED, READY
from app.domain.plan import Finding, React, Say, Verdict
from app.domain.reassigned import reassigned
from app.domain.roster import Role
from app.domain.routes import route_of
from app.domain.taxonomy import Status
from app.domain.voice import OurNote
from app.domain.working_days import after_working_days, days_of

NAME = CONTEXT
PUT_OFF = timedelta(days=1)
"""Whoever was reminded elsewhere this week is left in peace until we look again."""
_DONE = "white_check_mark"


@dataclass(frozen=True, slots=True)
class _Ask:
    """An open question: since when, of whom, how often it was brought to mind (0 to 4), and the last comment that had
    it repeated or handed on; `by` is who handed it on.
    """

    since: datetime
    of: str
    rung: int = 0
    again: int | None = None
    by: str | None = None


def rule(case: Case) -> Ruling:
    """Ask, keep the checklist true, remind, or thank; only for open requests that came here after the rules took
    effect.
    """
    issue, history = case.snapshot.issue, case.history
    status = case.taxonomy.workflow.status(history.stood)
    if issue.state == "closed" or status is None or not _in_force(case):
        return SILENT
    if reopened_as(case):
        # Where it goes from here is asked first.
        return SILENT
    required = case.context.wanted(status.requires)
    words = asked_words(case) if status.title == case.taxonomy.workflow.start else None
    if not required and words is None:
        return _heard(case, _complete(case, status))
    if history.last is not None and history.last.target == history.stood != case.taxonomy.workflow.start:
        # The note about the move itself says what is missing.
        return SILENT
    note = case.voice.on(NAME)
    left = stands_until(case) if status.title != case.taxonomy.workflow.start and not (note and note.open) else None
    if left:
        return Ruling(look_again_at=left)
    due = _ask_at(case)
    if due > case.now and case.voice.on(NAME) is None:
        return Ruling(look_again_at=due)
    return _heard(case, _ask(case, status, required, case.context.wanted(status.requires + status.asks), words))


def _in_force(case: Case) -> bool:
    """Requests older than the rules are left in peace until somebody moves them (workflow 3.2)."""
    came = case.history.entered or case.snapshot.issue.created_at
    return came >= case.taxonomy.workflow.effective_from


def _ask_at(case: Case) -> datetime:
    """Not while the author is still typing: a little after creation, later while it is being edited (3.4)."""
    issue, flow = case.snapshot.issue, case.taxonomy.workflow
    return max(
        issue.created_at + flow.ask_after,
        min(issue.updated_at + flow.ask_after / 2, issue.created_at + flow.ask_at_latest),
    )


def _ask(
    case: Case,
    status: Status,
    required: tuple[Wanted, ...],
    all_of_it: tuple[Wanted, ...],
    words: tuple[str, str | None] | None,
) -> Ruling:
    before, items = case.voice.on(NAME), case.taxonomy.items
    missing = [w.item.key for w in all_of_it]
    was_asked = _asked(case, before)
    ask, reminder = _next(case, _earlier(before, missing, words) if before else None)
    state = {
        "open": True,
        "missing": missing,
        "unread": {w.item.key: w.heard for w in all_of_it if w.unread},
        "asked": list(dict.fromkeys([*was_asked, *missing])),
        "words": list(words) if words else None,
        **_kept(ask),
    }
    needed = {w.item.key for w in required}
    found = route_of(case)
    state |= {"route": found[0]} if found else {}
    data = _people(case, ask) | {
        "route": found[1] if found else None,
        "words": words,
        "status": None if status.title == case.taxonomy.workflow.start else status.name,
        "required": [w for w in all_of_it if w.item.key in needed],
        "welcome": [w for w in all_of_it if w.item.key not in needed],
        "answered": [items[k].title for k in _here(case, was_asked) if k not in missing],
        "options": case.context.options(),
    }
    say = Say(NAME, "context_asked", data, state, anew=_anew(before, ask, reminder))
    findings, look = (_finding(missing, ask, reminder),), _next_look(case, ask)
    return Ruling(None, frozenset({NEEDED}), frozenset({READY}), (say,), findings=findings, look_again_at=look)


def _asked(case: Case, before: OurNote | None) -> list[str]:
    """What our open question has asked for so far."""
    asked = before.state.get("asked") if before and before.open else ()
    return [key for key in _texts(asked) if key in case.taxonomy.items]


def _here(case: Case, asked: list[str]) -> list[str]:
    """What of it somebody has given; what is merely required no more was given by nobody, so it gets no tick."""
    missing = {wanted.item.key for wanted in case.context.wanted(asked)}
    return [key for key in asked if key not in missing]


def _kept(ask: _Ask) -> dict[str, object]:
    return {"since": ask.since.isoformat(), "of": ask.of, "rung": ask.rung, "again": ask.again, "by": ask.by}


def _people(case: Case, ask: _Ask) -> dict[str, object]:
    return {"author": ask.of, "by": ask.by, "also": _sme(case, ask.of), "lead": _lead(case), "rung": ask.rung}


def _finding(missing: list[str], ask: _Ask, reminder: str | None) -> Finding:
    verdict = Verdict.REMINDED if reminder else Verdict.ASKED
    return Finding(NAME, verdict, f"missing: {', '.join(missing) or 'what was asked for'}", who=reminder or ask.of)


def _earlier(before: OurNote, missing: list[str], words: tuple[str, str | None] | None) -> _Ask | None:
    """The question as it stood; forgotten where something was answered since, as then somebody is at it."""
    state = before.state
    since, of, rung, again = (state.get(key) for key in ("since", "of", "rung", "again"))
    if not before.open or not isinstance(since, str) or not isinstance(of, str) or not isinstance(rung, int):
        return None
    answered = set(_texts(state.get("missing"))) - set(missing)
    if answered or state.get("words") != (list(words) if words else None):
        return None
    by = state.get("by")
    return _Ask(
        datetime.fromisoformat(since),
        of,
        rung,
        again if isinstance(again, int) else None,
        by if isinstance(by, str) else None,
    )


def _next(case: Case, earlier: _Ask | None) -> tuple[_Ask, str | None]:
    """The question as it stands now, and who is reminded of it by that."""
    before = case.voice.on(NAME)
    kept = before.state.get("of") if before and before.open else None
    ask = earlier or _Ask(case.now, str(kept) if isinstance(kept, str) else case.snapshot.issue.author.username)
    for command in _followed(case):
        ask = replace(ask, since=case.now, rung=0, again=command.note.id)
        person = reassigned(case, command) if command.word is Word.REASSIGN else None
        if person:
            ask = replace(ask, of=person, by=command.note.author.username)
    rung = sum(at <= case.now for at in _rungs(case, ask))
    if rung <= ask.rung:
        return ask, None
    person = {1: ask.of, 2: _sme(case, ask.of), 3: _lead(case)}.get(rung)
    if person is not None and person in case.nudged:
        return ask, None
    return replace(ask, rung=rung), person


def _rungs(case: Case, ask: _Ask) -> list[datetime]:
    flow = case.taxonomy.workflow
    clocks = (flow.remind_after, flow.help_after, flow.lead_after, flow.park_after)
    days = days_of(case.program, case.area, ask.of, ask.since)
    return [after_working_days(ask.since, clock.days, days) for clock in clocks]


def _next_look(case: Case, ask: _Ask) -> datetime | None:
    later = _rungs(case, ask)[ask.rung :]
    return max(later[0], case.now + PUT_OFF) if later and later[0] <= case.now else next(iter(later), None)


def _anew(before: OurNote | None, ask: _Ask, reminder: str | None) -> bool:
    """Whether somebody has to hear of it: a question after an earlier one was done with, a reminder, a repetition."""
    if before is None:
        return False
    return not before.open or reminder is not None or ask.again != before.state.get("again")


def _complete(case: Case, status: Status) -> Ruling:
    note = case.voice.on(NAME)
    waited = NEEDED in case.snapshot.issue.labels
    new = status.title == case.taxonomy.workflow.start and case.history.entered is None
    says: tuple[Say, ...] = ()
    findings: tuple[Finding, ...] = ()
    if note and note.open:
        asked = [case.taxonomy.items[k].title for k in _here(case, _asked(case, note))]
        says = (Say(NAME, "context_ready", {"answered": asked}, {"open": False}),)
        findings = (Finding(NAME, Verdict.RESOLVED, "everything asked for is there"),)
    if not (waited or new or says):
        return SILENT
    return Ruling(add=frozenset({READY}), remove=frozenset({NEEDED}), says=says, findings=findings)


def _heard(case: Case, ruling: Ruling) -> Ruling:
    """Comments that had the question repeated or handed on do not count again, and are marked as done."""
    ids = [c.note.id for c in _followed(case)] if ruling.says else []
    reactions = tuple(React(note, _DONE) for note in dict.fromkeys(ids))
    return replace(ruling, handled=frozenset(ids), reactions=reactions) if ids else ruling


def _followed(case: Case) -> Iterable[Command]:
    """Comments about our open question, by those who may, that can be followed."""
    note = case.voice.on(NAME)
    if note is None or not note.open:
        return
    for command in case.heeded:
        asks = command.called and command.word in (Word.ASK_AGAIN, Word.REASSIGN)
        allowed = asks and case.roles(command.note.author, command.note.created_at) & MAY[command.word]
        if allowed and (command.word is Word.ASK_AGAIN or reassigned(case, command)):
            yield command


def _texts(state: object) -> tuple[str, ...]:
    return tuple(str(key) for key in state) if isinstance(state, list | tuple) else ()


def _sme(case: Case, asked: str) -> str | None:
    """The SME of the requester's region for this area, else the area's lead (S13); never whoever is asked anyway."""
    roster, author = case.program.roster, case.snapshot.issue.author.username
    person = roster.person(author)
    if case.area is None:
        return None
    region = person.region if person else None
    smes = roster.holders(Role.SME, case.area, case.now, region) if region else ()
    found = smes or roster.holders(Role.LEAD, case.area, case.now)
    return next((p.username for p in found if p.username not in (author, asked)), None)


def _lead(case: Case) -> str | None:
    found = case.program.roster.holders(Role.LEAD, case.area, case.now) if case.area else ()
    return found[0].username if found else None
