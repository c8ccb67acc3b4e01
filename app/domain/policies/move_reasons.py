"""What the move itself requires: a reason is part of declining, backlogging and stepping back (workflow 3.1, 3.3)."""

from app.domain.case import SILENT, Case, Objected, Objection, Ruling

NAME = "reasons"


def rule(case: Case) -> Ruling:
    """Object to a move that nobody explained. What was said before the card came here is no reason for it.

    Whoever proposes another's move hears at once what that one will take.
    """
    step = case.history.last
    move = case.taxonomy.workflow.plain(step.source, step.target) if step and not step.moves else None
    move = step.moves[0] if step and step.moves else move
    if step is None or move is None:
        return SILENT
    wanted = case.context.wanted(move.requires, since=step.since)
    return Ruling(objections=(Objected(NAME, Objection.INCOMPLETE, wanted),)) if wanted else SILENT
