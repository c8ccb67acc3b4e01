"""Exactly one status (T18): the last that stood; also where nothing is exclusive (Free tier, CONTRACT 2)."""

from app.domain.case import SILENT, Case, Ruling
from app.domain.plan import Finding, Verdict

NAME = "one_status"


def rule(case: Case) -> Ruling:
    """Mend a request whose status was removed, doubled, or run over; silently, with a line in the journal.

    A single status that a move not standing has just brought is left for the move's own rules to speak about.
    """
    history = case.history
    to_be_judged = history.last.target if history.last and not history.last.stands else history.stood
    if not history.ever or history.present in ((history.stood,), (to_be_judged,)):
        return SILENT
    because = {0: "no status was left", 1: "a status that did not stand was in place"}.get(
        len(history.present), f"{len(history.present)} statuses at once"
    )
    finding = Finding(NAME, Verdict.REPAIRED, because, before=", ".join(history.present), after=history.stood)
    return Ruling(status=history.stood, findings=(finding,))
