"""A request's one note about a meeting: what was told in its agenda, and afterwards what came of it (agendas 4.1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.domain.cadence import MeetingKind
from app.domain.case import SILENT, Case, Ruling
from app.domain.hold import Hold, kept, ticked
from app.domain.issue import Ref
from app.domain.meeting import Meeting
from app.domain.meeting_clocks import agenda_times
from app.domain.meeting_mode import decided_at, mover
from app.domain.ours import MOVE
from app.domain.plan import Finding, Say, Verdict
from app.domain.request import OWNER, Told
from app.domain.roster import Role
from app.domain.taxonomy import scope_of
from app.domain.tick_labels import LABELS
from app.domain.told_by_tick import WORDS, Row, rows_in, to_state, topic

NEXT, WAS_DISCUSSED = "pm-review::next", "pm-review::discussed"
REVIEW = "status::reviewed"
SAFE = "customer_safe"
TEMPLATE = "meeting"
_DECIDES = frozenset({MeetingKind.PM_REVIEW, MeetingKind.ARR_DRIVER})
"""On the agendas of the others nothing stands up for decision, so that none was made is no news."""


def told_say(case: Case, meeting: Meeting, agenda: Ref, rows: Sequence[Row]) -> Say | None:
    """What the note says while the meeting is to come; None where nothing was told, nor had been before."""
    note = case.voice.on(topic(meeting))
    outcome = note.state.get("outcome") if note else None
    told = rows or rows_in(note)
    return _say(case, meeting, agenda, rows, outcome if isinstance(outcome, dict) else None) if told else None


def close_out(case: Case, meeting: Meeting, agenda: Ref) -> Ruling:
    """After the meeting: the note tells what came of it, and a request that was to be discussed has been."""
    outcome, rows = _outcome(case, meeting, agenda), rows_in(case.voice.on(topic(meeting)))
    reviewed = meeting.kind is MeetingKind.PM_REVIEW and NEXT in case.snapshot.issue.labels
    came = outcome["decided"] or outcome["waits"] or outcome["labels"]
    if not (came or rows or reviewed or (meeting.kind in _DECIDES and _undecided(case))):
        return SILENT
    others = {t for t in case.snapshot.issue.labels if scope_of(t) == scope_of(NEXT)} - {WAS_DISCUSSED}
    add, remove = ({WAS_DISCUSSED}, others) if reviewed else (set(), set())
    because = f"{'what came of it' if came else 'no decision noted'}: {meeting.title}"
    finding = Finding("agendas", Verdict.REPORTED, because, after=case.history.stood)
    say = _say(case, meeting, agenda, rows, outcome)
    return Ruling(add=frozenset(add), remove=frozenset(remove), says=(say,), findings=(finding,))


def _undecided(case: Case) -> bool:
    """Whether a decision was wanted; what was settled before the meeting needs no word about it."""
    return case.snapshot.issue.state == "opened" and case.history.stood in (case.taxonomy.workflow.start, REVIEW)


def _outcome(case: Case, meeting: Meeting, agenda: Ref) -> dict[str, object]:
    """Where it stands, who decided that since the agenda was there (None: nobody known), what they decided that waits
    for something still, labels that came, and what customers may hear.
    """
    at, by, created = decided_at(case), mover(case), agenda_times(case.program, meeting).created
    tick, hold = ticked(case.voice.on(MOVE)), kept(case)
    here = tick is not None and hold is None and tick.agenda == str(agenda) and tick.at == at
    since = at is not None and at >= created
    began = case.history.stood == case.taxonomy.workflow.start and by is None
    decided = here or (since and not began)
    told = case.facts.get(SAFE)
    return {
        "status": case.status_name(case.history.stood),
        "by": by if decided else None,
        "decided": decided,
        "waits": waiting(case, hold) if hold else None,
        "labels": _labels(case, meeting, created),
        "sentence": told.value if told and _by_pm(case, told) else None,
    }


def waiting(case: Case, hold: Hold) -> dict[str, object]:
    """A decision that is kept: whose, where it leads, and the titles of what is still missing (none: an agreement)."""
    missing = [w.item.title for w in case.context.wanted(hold.missing, since=hold.since)]
    return {"by": hold.mover, "target": case.status_name(hold.target), "missing": missing}


def _labels(case: Case, meeting: Meeting, since: datetime) -> list[str]:
    """What it was nominated or selected for since; a review's own nominations are no outcome of it."""
    own = {NEXT} if meeting.kind is MeetingKind.PM_REVIEW else set()
    put = {e.label for e in case.snapshot.events if e.action == "add" and e.at >= since}
    return sorted((set(LABELS.values()) - own) & put & case.snapshot.issue.labels)


def _by_pm(case: Case, told: Told) -> bool:
    """Whether a product manager wrote these words for customers, for all to see."""
    author = told.by or next((n.author.username for n in case.comments if n.created_at == told.at), None)
    if author is None or told.at is None or told.internal or not told.readable or not case.may_repeat(told.value):
        return False
    return Role.PM in case.program.roster.roles_at(author, case.area, told.at)


def _say(case: Case, meeting: Meeting, agenda: Ref, rows: Sequence[Row], outcome: Mapping[str, object] | None) -> Say:
    names = {field.key: field.names[0] for field in case.taxonomy.fields} | {OWNER: "Owner", WORDS: "Not understood"}
    told = [{"name": names.get(row.field, row.field), "value": row.value, "by": row.by} for row in rows]
    if outcome:
        told = [one for one, row in zip(told, rows, strict=True) if row.field != SAFE or not outcome["sentence"]]
    data = {"title": meeting.title, "day": meeting.start, "agenda": str(agenda), "rows": told, "outcome": outcome}
    data |= {"counts": any(row.field != WORDS for row in rows)}
    kept = dict(outcome) if outcome else None
    state = {"open": False, "agenda": str(agenda), "told": to_state(rows), "outcome": kept}
    return Say(topic(meeting), TEMPLATE, data, state)
