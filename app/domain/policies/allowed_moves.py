"""Which moves there are, and who may make them (workflow 3.3)."""

from app.domain.case import SILENT, Case, Objected, Objection, Ruling
from app.domain.ours import MOVES


def rule(case: Case) -> Ruling:
    """Object to a step that is not in the table, or that somebody else has to make."""
    step = case.history.last
    if step is None or step.lawful:
        return SILENT
    possible = case.taxonomy.workflow.who_may(step.source, step.target)
    why = Objection.NOT_THEIRS if possible else Objection.NO_SUCH_STEP
    return Ruling(objections=(Objected(MOVES, why),))
