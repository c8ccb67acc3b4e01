"""Missing context is asked for once, all of it together, of the author and the region's SME (T1, handbook S71).

The ask is one living checklist. It is cleared by an edit or by any adequate answer, whoever gives it.
"""

from datetime import datetime

from app.domain.case import SILENT, Case, Ruling
from app.domain.context import Wanted
from app.domain.ours import NEEDED, READY
from app.domain.plan import Finding, Say, Verdict
from app.domain.roster import Role
from app.domain.taxonomy import Status

NAME = "context"


def rule(case: Case) -> Ruling:
    """Ask, keep the checklist true, or thank; only for open requests that came here after the rules took effect."""
    issue, history = case.snapshot.issue, case.history
    status = case.taxonomy.workflow.status(history.stood)
    if issue.state == "closed" or status is None or not _in_force(case):
        return SILENT
    required = case.context.wanted(status.requires)
    if not required:
        return _complete(case, status)
    if history.last is not None and history.last.target == history.stood != case.taxonomy.workflow.start:
        # The note about the move itself says what is missing.
        return SILENT
    due = _ask_at(case)
    if due > case.now and case.voice.on(NAME) is None:
        return Ruling(look_again_at=due)
    return _ask(case, status, required, case.context.wanted(status.requires + status.asks))


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


def _ask(case: Case, status: Status, required: tuple[Wanted, ...], all_of_it: tuple[Wanted, ...]) -> Ruling:
    before = case.voice.on(NAME)
    missing = [w.item.key for w in all_of_it]
    asked = _asked(before.state.get("asked") if before and before.open else ())
    state = {
        "open": True,
        "missing": missing,
        "unread": {w.item.key: w.heard for w in all_of_it if w.heard},
        "asked": list(dict.fromkeys([*asked, *missing])),
    }
    needed = {w.item.key for w in required}
    data = {
        "author": case.snapshot.issue.author.username,
        "also": _sme(case),
        "status": None if status.title == case.taxonomy.workflow.start else status.name,
        "required": [w for w in all_of_it if w.item.key in needed],
        "welcome": [w for w in all_of_it if w.item.key not in needed],
        "answered": [case.taxonomy.items[k].title for k in asked if k not in missing and k in case.taxonomy.items],
        "options": case.context.options(),
    }
    finding = Finding(NAME, Verdict.ASKED, f"missing: {', '.join(missing)}", who=case.snapshot.issue.author.username)
    say = Say(NAME, "context_asked", data, state)
    return Ruling(add=frozenset({NEEDED}), remove=frozenset({READY}), says=(say,), findings=(finding,))


def _complete(case: Case, status: Status) -> Ruling:
    note = case.voice.on(NAME)
    waited = NEEDED in case.snapshot.issue.labels
    new = status.title == case.taxonomy.workflow.start and case.history.entered is None
    says: tuple[Say, ...] = ()
    findings: tuple[Finding, ...] = ()
    if note and note.open:
        keys = [k for k in _asked(note.state.get("asked")) if k in case.taxonomy.items]
        missing = {w.item.key for w in case.context.wanted(keys)}
        asked = [case.taxonomy.items[k].title for k in keys if k not in missing]
        says = (Say(NAME, "context_ready", {"answered": asked}, {"open": False}),)
        findings = (Finding(NAME, Verdict.RESOLVED, "everything asked for is there"),)
    if not (waited or new or says):
        return SILENT
    return Ruling(add=frozenset({READY}), remove=frozenset({NEEDED}), says=says, findings=findings)


def _asked(state: object) -> tuple[str, ...]:
    return tuple(str(key) for key in state) if isinstance(state, list | tuple) else ()


def _sme(case: Case) -> str | None:
    """The SME of the requester's region for this area, else the area's lead (S13); never the author twice."""
    roster, author = case.program.roster, case.snapshot.issue.author.username
    person = roster.person(author)
    if case.area is None:
        return None
    region = person.region if person else None
    smes = roster.holders(Role.SME, case.area, case.now, region) if region else ()
    found = smes or roster.holders(Role.LEAD, case.area, case.now)
    return next((p.username for p in found if p.username != author), None)
