"""A request that has never had a status starts as New (T1)."""

from app.domain.case import SILENT, Case, Ruling
from app.domain.plan import Finding, Verdict

NAME = "starting_status"


def rule(case: Case) -> Ruling:
    """Give the first status to an open request that never had one."""
    start = case.taxonomy.workflow.start
    if case.history.ever or case.snapshot.issue.state == "closed":
        return SILENT
    finding = Finding(NAME, Verdict.REPAIRED, "a new request starts here", after=start)
    return Ruling(status=start, findings=(finding,))
