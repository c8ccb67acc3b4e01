"""What an agenda's marker says about earlier ticks, and when what waits is looked at again: questions of `heed`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.domain.agenda import Ask
from app.domain.agenda_blocks import as_they_stand, cancel_key, week
from app.domain.agenda_due import Due, Stage, refreshed
from app.domain.agenda_state import AgendaState, outcome_of, short
from app.domain.issue import Issue, User
from app.domain.meeting import Meeting
from app.domain.program import Program
from app.domain.roster import Role
from app.domain.tick_decisions import Became, Decision, Outcome
from app.domain.tick_moves import TARGETS
from app.domain.ticks import Mark

SETTLES = timedelta(minutes=5)
"""So long a tick that the text does not show waits for a text that does; later it is known to be of another line."""
_AN_HOUR = timedelta(hours=1)


def nominated(state: AgendaState, ask: Ask) -> int:
    """How many other requests this agenda has nominated by such a box."""
    good = (Became.DONE, Became.ALREADY, Became.LATE)
    others = ((Ask.of(key), outcome_of(kept)) for key, kept in state.told.items() if key != ask.key)
    return sum(one is not None and one.verb is ask.verb and was is not None and was.kind in good for one, was in others)


def looks_again(due: Due, now: datetime, state: AgendaState) -> bool:
    """Whether what waits on a request is looked at again although nobody did anything here: while the meeting is on,
    when it is closed out, and for two hours from the beginning of each night, so that a late run does it too.
    """
    meeting = due.meeting
    on = due.stage is Stage.HELD and now < meeting.end + _AN_HOUR
    closes = due.stage is Stage.OVER and meeting.period not in state.over
    return on or closes or refreshed(meeting, now) != refreshed(meeting, now - 2 * _AN_HOUR)


def strangers(program: Program, area: str | None, by: User, at: datetime, editors: Iterable[User]) -> tuple[str, ...]:
    """Those of them who may not speak for whoever ticked: not they themselves, and of no role that they have."""
    theirs = program.roster.roles_at(by.username, area, at) - {Role.ANYONE}
    others = (user.username for user in editors if user.id != by.id)
    return tuple(one for one in others if not theirs & program.roster.roles_at(one, area, at))


def failed(decision: Decision) -> Outcome:
    """GitLab refused for good: said so, and tried again as long as the tick stands."""
    told = {"verb": decision.ask.verb.value, "about": str(decision.ask.about) if decision.ask.about else None}
    by = decision.by.username if decision.by else None
    return Outcome(decision.ask.key, Became.FAILED, by, decision.at, None, told)


def settled_by(state: AgendaState, ask: Ask, outcome: Outcome) -> dict[str, dict[str, object]]:
    """What waited behind another box about where a request goes, once this box has acted: it waits no more. By key."""
    acted = outcome.kind in (Became.DONE, Became.ALREADY, Became.IN_MEETING)
    if not (acted and ask.about and ask.verb in TARGETS):
        return {}
    found = {}
    for key, kept in state.told.items():
        other, was = Ask.of(key), outcome_of(kept)
        rival = other is not None and other.about == ask.about and other.verb in TARGETS and key != ask.key
        if rival and was and was.open:
            private = {"private": True} if was.data.get("private") else {}
            told = {name: was.data.get(name) for name in ("verb", "about")} | private
            instead = replace(was, kind=Became.REPLACED, box=" ", data=told | {"instead": ask.verb.value})
            found[key] = {
                **instead.to_state(),
                **{name: kept[name] for name in ("id", "note", "words") if name in kept},
            }
    return found


def waits(mark: Mark, now: datetime) -> bool:
    """Whether a tick that the text does not show may still come to be shown."""
    return now - mark.at < SETTLES


def ticker(kept: Mapping[str, object]) -> User | None:
    """Who made a decision that is kept."""
    number, name = kept.get("id"), kept.get("by")
    return User(number, name) if isinstance(number, int) and isinstance(name, str) else None


def heeded_until(kept: Mapping[str, object]) -> int:
    """The note of the tick that is kept."""
    note = kept.get("note")
    return note if isinstance(note, int) else 0


def trace(words: str) -> str:
    """Words as they are known again: never themselves, a marker is public."""
    return short(words) if words else ""


def leaves_no_trace(key: str, kept: Mapping[str, object]) -> bool:
    """Whether an item may go from the agenda with what stands behind it: it was acted on, and its words were kept."""
    ask, outcome = Ask.of(key), outcome_of(kept)
    if ask is None or outcome is None or outcome.kind not in (Became.DONE, Became.ALREADY):
        return False
    kept_there = outcome.kind is Became.DONE and ask.verb in TARGETS and not outcome.data.get("unkept")
    return kept_there or not kept.get("words")


def night_of(state: AgendaState, meeting: Meeting, issue: Issue) -> str:
    """The night for which an agenda was refreshed last, or made."""
    return state.night or refreshed(meeting, issue.created_at)


def older_numbers(state: AgendaState, meeting: Meeting, issue: Issue) -> date | None:
    """The day whose numbers an agenda shows when its meeting begins, where that is not the meeting's own: no run came
    since.
    """
    night = night_of(state, meeting, issue)
    return date.fromisoformat(night) if night < refreshed(meeting, meeting.start) else None


def called_off(state: AgendaState, meeting: Meeting) -> str | None:
    """Who called the meeting off before it began; None while it is to be held."""
    outcome = outcome_of(state.told.get(cancel_key(meeting), {}))
    held = outcome is None or outcome.kind is not Became.DONE or outcome.at >= meeting.start
    return None if held or outcome is None else outcome.by


def was_open(issue: Issue, meeting: Meeting) -> bool:
    """Whether the agenda was open when its meeting began; else it was not held by it."""
    return issue.state == "opened" or issue.closed_at is None or issue.closed_at >= meeting.start


def acts_closed(state: AgendaState, due: Due, issue: Issue) -> bool:
    """Whether the boxes of an agenda that people closed still act: until the day on which we would have closed it, and
    until its requests were told what came of it. Nothing is composed there.
    """
    meeting = due.meeting
    there = any(block.name.startswith(week(meeting)) for block in as_they_stand(issue.description, str(due.name)))
    if not there or called_off(state, meeting):
        return False
    return due.stage < Stage.DONE or (was_open(issue, meeting) and meeting.period not in state.over)
