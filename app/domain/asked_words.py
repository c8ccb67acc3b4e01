"""What a request that was sent back lacks, in the words of whoever sent it (T7)."""

from datetime import datetime

from app.domain.case import Case
from app.domain.issue import Note
from app.domain.ours import READY

FIELD = "what_is_missing"
ANSWERED_BY = 2
"""Characters that make an answer to words only a person can judge."""


def asked_words(case: Case) -> tuple[str, str | None] | None:
    """Who asks, and in what words (None where they are not for everybody's eyes); None where nobody does, or any more.

    Nobody but a person can tell whether free words were answered: whoever else says something after them, or marks the
    request as ready, has done so.
    """
    told = case.facts.get(FIELD)
    asked_of_new = case.snapshot.issue.created_at if told and told.by else None
    entered = case.history.entered or asked_of_new
    if told is None or not told.readable or told.at is None or entered is None:
        return None
    if told.at < entered - case.taxonomy.workflow.hold_for:
        return None
    asker = told.by or next((n.author.username for n in case.comments if n.created_at == told.at), None)
    if asker is None or any(_answers(note, asker, told.at) for note in case.comments) or _ready_since(case, told.at):
        return None
    return asker, told.value if case.may_repeat(told.value) and not told.internal else None


def _answers(note: Note, asker: str, asked_at: datetime) -> bool:
    """A comment of somebody else, after the words; what only calls somebody is none."""
    later = note.created_at > asked_at and note.author.username != asker
    return later and len(note.body.strip()) >= ANSWERED_BY and not note.body.strip().startswith("@")


def _ready_since(case: Case, asked_at: datetime) -> bool:
    events = (e for e in case.snapshot.events if e.label == READY and e.action == "add")
    return any(e.at > asked_at and not case.bot.is_us(e.user) for e in events)
