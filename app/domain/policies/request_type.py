"""Feature, enhancement or bug (H10): the label follows from what is ticked, until somebody chooses another."""

from app.domain.case import SILENT, Case, Ruling
from app.domain.plan import Finding, Verdict
from app.domain.taxonomy import scope_of

NAME = "request_type"
SCOPE = "type"
FIELD = "request_type"


def rule(case: Case) -> Ruling:
    """Put on the label of the type told, where a new request has none."""
    issue, told = case.snapshot.issue, case.facts.get(FIELD)
    scope = case.taxonomy.scope(SCOPE)
    if issue.state == "closed" or issue.created_at < case.taxonomy.workflow.effective_from or scope is None:
        return SILENT
    if case.history.stood != case.taxonomy.workflow.start:
        return SILENT
    if told is None or not told.readable or any(scope_of(title) == SCOPE for title in issue.labels):
        return SILENT
    names = {label.title.rpartition("::")[2].casefold(): label.title for label in scope.labels}
    title = names.get(told.value.strip().casefold())
    if title is None:
        return SILENT
    return Ruling(add=frozenset({title}), findings=(Finding(NAME, Verdict.COMPLETED, f"told in the {told.where}"),))
