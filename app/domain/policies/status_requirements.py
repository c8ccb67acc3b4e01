"""What a status requires (requests 2.2): a card stays only where its context is there."""

from app.domain.case import SILENT, Case, Objected, Objection, Ruling

NAME = "requirements"


def rule(case: Case) -> Ruling:
    """Object to a move whose target still wants something."""
    step, flow = case.history.last, case.taxonomy.workflow
    if step is None or not flow.who_may(step.source, step.target):
        return SILENT
    needed = flow.needed(step.target, step.moves[0] if step.moves else None)
    wanted = case.context.wanted(needed, since=step.since)
    return Ruling(objections=(Objected(NAME, Objection.INCOMPLETE, wanted),)) if wanted else SILENT
