"""What a status requires (requests 2.2): a card stays only where its context is there."""

from app.domain.case import SILENT, Case, Objected, Objection, Ruling

NAME = "requirements"


def rule(case: Case) -> Ruling:
    """Object to a move whose target still wants something. What New wants is asked for, never a reason to go back."""
    step, flow = case.history.last, case.taxonomy.workflow
    if step is None or step.target == flow.start or not flow.who_may(step.source, step.target):
        return SILENT
    if step.moves and flow.overrides(step.moves[0]):
        return SILENT
    status = flow.status(step.target)
    wanted = case.context.wanted(status.requires if status else (), since=step.since)
    return Ruling(objections=(Objected(NAME, Objection.INCOMPLETE, wanted),)) if wanted else SILENT
