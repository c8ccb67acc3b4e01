"""What was not understood of a comment about customers is said in its thread, once, and settled when it is understood.

(requests 2.4, Receipt; 2.5, rules 8, 10 and 12.) For the description it is said in a comment of its own.
"""

from collections.abc import Iterator
from datetime import timedelta

from app.domain.case import SILENT, Case, Ruling
from app.domain.issue import Note
from app.domain.ours import NUMBERS, RECEIPT
from app.domain.plan import Finding, Say, Verdict
from app.domain.receipt import Receipt, of_comment, of_description

NAME = NUMBERS
ANSWERED_AT_ONCE = 10
"""Comments that are answered in one run; the others are in the next."""
SOON = timedelta(minutes=1)
_DESCRIPTION = f"{RECEIPT} description"


def rule(case: Case) -> Ruling:
    """Say it, keep it true, settle it."""
    says = list(_says(case))
    later = [say for say in says if case.voice.on(say.topic) is None][ANSWERED_AT_ONCE:]
    says = [say for say in says if say not in later]
    if not says:
        return SILENT
    changed = [say for say in says if (note := case.voice.on(say.topic)) is None or not note.says(say)]
    found = (Finding(NAME, _verdict(say), f"{say.topic}: {_because(say)}") for say in changed)
    return Ruling(says=tuple(says), findings=tuple(found), look_again_at=case.now + SOON if later else None)


def _verdict(say: Say) -> Verdict:
    return Verdict.ANSWERED if say.state["open"] else Verdict.RESOLVED


def _because(say: Say) -> str:
    return "not all of it was understood" if say.state["open"] else "nothing is left to be understood"


def _says(case: Case) -> Iterator[Say]:
    due = {topic: (receipt, note) for topic, receipt, note in _receipts(case) if receipt.due}
    for topic, (receipt, note) in due.items():
        if case.voice.on(topic) or (_lately(case, note) if note else _filed_lately(case)):
            yield _say(topic, receipt, note.id if note else None)
    there = {_DESCRIPTION, *(_topic(note) for note in case.comments)}
    for topic, ours in case.voice.notes.items():
        if topic.startswith(f"{RECEIPT} ") and ours.open and topic not in due:
            yield Say(topic, "receipt_settled", {"gone": topic not in there}, {"open": False})


def _receipts(case: Case) -> Iterator[tuple[str, Receipt, Note | None]]:
    for note in case.comments:
        yield _topic(note), of_comment(case, note), note
    yield _DESCRIPTION, of_description(case), None


def _topic(note: Note) -> str:
    return f"{RECEIPT} {note.id}"


def _say(topic: str, receipt: Receipt, note_id: int | None) -> Say:
    data = {name: getattr(receipt, name) for name in Receipt.__slots__} | {"in_comment": note_id is not None}
    state = {"open": True, **{name: _kept(value) for name, value in data.items() if value}}
    return Say(topic, "receipt", data, state, reply_to=note_id)


def _kept(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _lately(case: Case, note: Note) -> bool:
    """Whether somebody may still wait for an answer; nobody is answered about what they wrote before the rules."""
    flow = case.taxonomy.workflow
    return note.created_at >= flow.effective_from and case.now - note.updated_at <= flow.judged_for


def _filed_lately(case: Case) -> bool:
    """Not while the author is still typing, as for what is asked."""
    flow, filed = case.taxonomy.workflow, case.snapshot.issue.created_at
    return filed >= flow.effective_from and flow.ask_after <= case.now - filed <= flow.judged_for
