"""Open or closed (T19, workflow 3.6): a request closed on the way is asked about once, and left closed.

What we ended so, and is opened again, is asked about too: it stands where nobody put it.

Dragging a card to *Closed* strips its status (CONTRACT 5); bringing that back is the work of "exactly one status".
"""

from app.domain.case import SILENT, Case, Ruling, reopened_as
from app.domain.closing import Answer, Unread, answers, duplicate
from app.domain.issue import Note
from app.domain.move_words import in_order
from app.domain.plan import Finding, Say, Verdict

NAME = "open_closed"
TOPIC = "closing"
REOPENED = "closing_reopened"


def rule(case: Case) -> Ruling:
    """Ask the closer what became of the request, take the answer, and forget the question when it is settled."""
    issue = case.snapshot.issue
    status = case.taxonomy.workflow.status(case.history.stood)
    if reason := reopened_as(case):
        return _where_to(case, reason)
    if issue.state == "opened" or (status and status.terminal):
        return _settled(case)
    if issue.closed_at is None or issue.closed_at < case.taxonomy.workflow.effective_from:
        return SILENT
    if case.bot.is_us(issue.closed_by):
        return SILENT
    note = case.voice.on(TOPIC)
    asked = note.id if note and note.open else None
    heard = answers(case.snapshot.notes, issue.closed_at, case.taxonomy, case.bot.username, issue.ref, asked)
    spoken = [(n, _there(case, n, a)) for n, a in heard if case.may_answer(n.author)]
    if issue.duplicate_of and not spoken and (marked := duplicate(case.taxonomy)):
        return _taken(case, marked, issue.closed_by.username if issue.closed_by else None)
    match spoken[-1][1] if spoken else None:
        case Answer() as answer:
            return _taken(case, answer, spoken[-1][0].author.username)
        case Unread() as unread:
            return _ask(case, unread)
        case None:
            return _ask(case, None)


def _there(case: Case, note: Note, answer: Answer | Unread) -> Answer | Unread:
    """The answer, unless it names an issue that is this one itself, or none that we can see."""
    if not isinstance(answer, Answer) or answer.of is None:
        return answer
    known = (case.snapshot.there or {}).get(answer.of, True)
    itself = answer.of == case.snapshot.issue.ref
    return answer if known and not itself else Unread("" if note.internal else str(answer.of), note.internal, answer.of)


def _where_to(case: Case, reason: str) -> Ruling:
    """What we ended because it was closed is open again, and only people know where it goes."""
    stood, before = case.history.stood, case.voice.on(TOPIC)
    data = {
        "author": case.snapshot.issue.author.username,
        "reason": reason,
        "status": case.status_name(stood),
        "ways_out": [(s.name, in_order(roles)) for s, roles in case.taxonomy.workflow.ways_out(stood)],
    }
    say = Say(
        TOPIC, REOPENED, data, {"open": True, "reason": reason}, anew=bool(before and before.template != REOPENED)
    )
    finding = Finding(NAME, Verdict.ASKED, f"open again in {stood}", who=case.snapshot.issue.author.username)
    return Ruling(says=(say,), findings=(finding,))


def _settled(case: Case) -> Ruling:
    note = case.voice.on(TOPIC)
    if note is None or not note.open:
        return SILENT
    reopened = case.snapshot.issue.state == "opened"
    data = _words(case, case.history.stood, None, reopened) | {"again": note.template == REOPENED}
    say = Say(TOPIC, "closing_settled", data, {"open": False})
    return Ruling(says=(say,), findings=(Finding(NAME, Verdict.RESOLVED, "the question is settled"),))


def _taken(case: Case, answer: Answer, who: str | None) -> Ruling:
    say = Say(TOPIC, "closing_settled", _words(case, answer.status, who, reopened=False), {"open": False})
    says = (say,) if case.voice.on(TOPIC) else ()
    finding = Finding(
        NAME, Verdict.RESOLVED, "the closer's answer", before=case.history.stood, after=answer.status, who=who
    )
    reason = frozenset({answer.reason}) if answer.reason else frozenset[str]()
    return Ruling(status=answer.status, add=reason, says=says, findings=(finding,))


def _ask(case: Case, unread: Unread | None) -> Ruling:
    closer = case.snapshot.issue.closed_by
    internal = unread is not None and (unread.internal or not case.may_repeat(unread.said))
    data = {
        "closer": closer.username if closer else None,
        "status": case.status_name(case.history.stood),
        "unread": ("" if internal else unread.said) if unread else None,
        "internal": internal,
        "nowhere": unread is not None and unread.of is not None,
        "reasons": [t.title.rpartition("::")[2] for s in case.taxonomy.scopes if s.key == "declined" for t in s.labels],
    }
    closed_at = case.snapshot.issue.closed_at
    state = {"open": True, "closed_at": closed_at.isoformat() if closed_at else None, "unread": data["unread"]}
    state |= {"internal": True} if internal else {}
    finding = Finding(NAME, Verdict.ASKED, f"closed in {case.history.stood}", who=closer.username if closer else None)
    return Ruling(says=(Say(TOPIC, "closing_asked", data, state),), findings=(finding,))


def _words(case: Case, status: str, who: str | None, reopened: bool) -> dict[str, object]:
    return {"status": case.status_name(status), "who": who, "reopened": reopened, "again": False}
