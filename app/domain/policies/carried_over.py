"""A duplicate's customers are carried to the request it is a duplicate of, and come back when it is reopened (T19)."""

from app.domain.carried import fingerprint
from app.domain.case import SILENT, Case, Ruling, carried_to
from app.domain.issue import Ref
from app.domain.ours import CARRIED_OVER, DUPLICATES
from app.domain.plan import Carry, Finding, Say, Verdict
from app.domain.taxonomy import Mode

NAME = DUPLICATES


def rule(case: Case) -> Ruling:
    """Carry them once, again where they change, and take them back."""
    here, before, to = case.snapshot.issue.ref, carried_to(case), case.canonical
    watching = case.mode(NAME) is Mode.OBSERVE and to is not None and case.program.holds_requests(to.project)
    if not watching and to not in (before, *case.snapshot.requests):
        to = None
    lines = case.reading.lines if to else ()
    back = (Carry(here, before),) if before and before != to else ()
    if to is None or not lines:
        return _taken_back(case, before) if before else SILENT
    note = case.voice.on(CARRIED_OVER)
    state = {"open": False, "to": str(to), "customers": fingerprint(lines)}
    say = Say(CARRIED_OVER, "carried_over", {"to": str(to), "accounts": len(lines)}, state)
    if note and note.says(say):
        return SILENT
    because = f"{len(lines)} of its customers go to {to}"
    return Ruling(
        says=(say,),
        errands=(*back, Carry(here, to, lines)),
        findings=(Finding(NAME, Verdict.COMPLETED, because),),
    )


def _taken_back(case: Case, before: Ref) -> Ruling:
    reopened = case.snapshot.issue.state == "opened"
    say = Say(CARRIED_OVER, "carried_back", {"to": str(before), "reopened": reopened}, {"open": False, "to": None})
    finding = Finding(NAME, Verdict.REPAIRED, f"its customers come back from {before}")
    return Ruling(says=(say,), errands=(Carry(case.snapshot.issue.ref, before),), findings=(finding,))
