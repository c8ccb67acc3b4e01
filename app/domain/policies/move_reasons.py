"""What the move itself requires: a reason is part of declining, backlogging and stepping back (workflow 3.1, 3.3)."""

from app.domain.case import SILENT, Case, Objected, Objection, Ruling

NAME = "reasons"


def rule(case: Case) -> Ruling:
    """Object to a lawful move that nobody explained. What was said before the card came here is no reason for it."""
    step = case.history.last
    if step is None or not step.moves:
        return SILENT
    wanted = case.context.wanted(step.moves[0].requires, since=step.since)
    return Ruling(objections=(Objected(NAME, Objection.INCOMPLETE, wanted),)) if wanted else SILENT
