"""A request's one note about a meeting: what was told in its agenda, and afterwards what came of it (agendas 4.1)."""

from collections.abc import Mapping, Sequence

from app.domain.cadence import MeetingKind
from app.domain.case import Case, Ruling
from app.domain.hold import ticked
from app.domain.issue import Ref
from app.domain.meeting import Meeting
from app.domain.meeting_clocks import agenda_times
from app.domain.meeting_mode import decided_at, mover
from app.domain.ours import MOVE
from app.domain.plan import Finding, Say, Verdict
from app.domain.request import OWNER, Told
from app.domain.roster import Role
from app.domain.taxonomy import scope_of
from app.domain.told_by_tick import Row, rows_in, to_state, topic

NEXT, WAS_DISCUSSED = "pm-review::next", "pm-review::discussed"
SAFE = "customer_safe"
TEMPLATE = "meeting"


def told_say(case: Case, meeting: Meeting, agenda: Ref, rows: Sequence[Row]) -> Say | None:
    """What the note says while the meeting is to come; None where nothing was told."""
    note = case.voice.on(topic(meeting))
    outcome = note.state.get("outcome") if note else None
    return _say(case, meeting, agenda, rows, outcome if isinstance(outcome, dict) else None) if rows else None


def close_out(case: Case, meeting: Meeting, agenda: Ref) -> Ruling:
    """After the meeting: the note tells what came of it, and a request that was to be discussed has been."""
    outcome = _outcome(case, meeting, agenda)
    say = _say(case, meeting, agenda, rows_in(case.voice.on(topic(meeting))), outcome)
    reviewed = meeting.kind is MeetingKind.PM_REVIEW and NEXT in case.snapshot.issue.labels
    others = {t for t in case.snapshot.issue.labels if scope_of(t) == scope_of(NEXT)} - {WAS_DISCUSSED}
    add, remove = ({WAS_DISCUSSED}, others) if reviewed else (set(), set())
    finding = Finding("agendas", Verdict.REPORTED, f"discussed: {meeting.title}", after=case.history.stood)
    return Ruling(add=frozenset(add), remove=frozenset(remove), says=(say,), findings=(finding,))


def _outcome(case: Case, meeting: Meeting, agenda: Ref) -> dict[str, object]:
    """Where it stands, who decided that since the agenda was there (None: nobody did), and what customers may hear."""
    at = decided_at(case)
    tick = ticked(case.voice.on(MOVE))
    here = tick is not None and tick.agenda == str(agenda) and tick.at == at
    decided = here or (at is not None and at >= agenda_times(case.program, meeting).created)
    told = case.facts.get(SAFE)
    return {
        "status": case.status_name(case.history.stood),
        "by": mover(case) if decided else None,
        "decided": decided,
        "sentence": told.value if told and _by_pm(case, told) else None,
    }


def _by_pm(case: Case, told: Told) -> bool:
    """Whether a product manager wrote these words for customers, for all to see."""
    author = told.by or next((n.author.username for n in case.comments if n.created_at == told.at), None)
    if author is None or told.at is None or told.internal or not told.readable or not case.may_repeat(told.value):
        return False
    return Role.PM in case.program.roster.roles_at(author, case.area, told.at)


def _say(case: Case, meeting: Meeting, agenda: Ref, rows: Sequence[Row], outcome: Mapping[str, object] | None) -> Say:
    names = {field.key: field.names[0] for field in case.taxonomy.fields} | {OWNER: "Owner"}
    told = [{"name": names.get(row.field, row.field), "value": row.value, "by": row.by} for row in rows]
    if outcome:
        told = [one for one, row in zip(told, rows, strict=True) if row.field != SAFE or not outcome["sentence"]]
    data = {"title": meeting.title, "day": meeting.start, "agenda": str(agenda), "rows": told, "outcome": outcome}
    kept = dict(outcome) if outcome else None
    state = {"open": False, "agenda": str(agenda), "told": to_state(rows), "outcome": kept}
    return Say(topic(meeting), TEMPLATE, data, state)
