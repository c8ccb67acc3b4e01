"""A customer's name or an exact amount typed where those are private: whoever typed it is told, kindly and once.

The warning is an internal note; it never repeats what was typed (promise 11), and is settled when that is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.domain.blocks import READ_AT_MOST
from app.domain.case import SILENT, Case, Ruling
from app.domain.numbers import Amounts
from app.domain.ours import NUMBERS, PRIVATE
from app.domain.plan import Finding, Say, Verdict

NAME = NUMBERS
WARNED_AT_ONCE = 10
"""Texts that are spoken of in one run; the others are in the next."""
SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Text:
    """A comment, or the description with the title (`note_id` None), and whether it is too old to be spoken of anew."""

    topic: str
    note_id: int | None
    author: str
    body: str
    old: bool


def rule(case: Case) -> Ruling:
    """Warn, and settle."""
    if case.program.amounts(case.snapshot.issue.ref.project) is Amounts.INLINE:
        return SILENT
    texts = {text.topic: text for text in _texts(case)}
    says = [say for text in texts.values() if (say := _warning(case, text))]
    later = [say for say in says if case.voice.on(say.topic) is None][WARNED_AT_ONCE:]
    says = [say for say in says if say not in later]
    warned = {say.topic for say in [*says, *later]}
    for topic, ours in case.voice.notes.items():
        if topic.startswith(f"{PRIVATE} ") and ours.open and topic not in warned:
            says.append(Say(topic, "private_words_settled", {}, {"open": False}, internal=True))
    changed = [say for say in says if (note := case.voice.on(say.topic)) is None or not note.says(say)]
    look = case.now + SOON if later else None
    return Ruling(says=tuple(says), findings=tuple(_finding(say) for say in changed), look_again_at=look)


def _finding(say: Say) -> Finding:
    if say.state["open"]:
        return Finding(NAME, Verdict.ASKED, f"{say.topic}: a name or an amount seems to have been typed")
    return Finding(NAME, Verdict.RESOLVED, f"{say.topic}: the words are gone")


def _texts(case: Case) -> Iterator[_Text]:
    issue, flow = case.snapshot.issue, case.taxonomy.workflow
    typing = case.now - issue.created_at < flow.ask_after
    old = typing or issue.created_at < flow.effective_from or case.now - issue.created_at > flow.judged_for
    whole = f"{issue.title}\n{issue.description[:READ_AT_MOST]}"
    yield _Text(f"{PRIVATE} description", None, issue.author.username, whole, old)
    for note in case.comments:
        old = note.created_at < flow.effective_from or case.now - note.updated_at > flow.judged_for
        yield _Text(f"{PRIVATE} {note.id}", note.id, note.author.username, note.body[:READ_AT_MOST], old)


def _warning(case: Case, text: _Text) -> Say | None:
    ours = case.voice.on(text.topic)
    if text.old and ours is None:
        return None
    heard = case.reading.heard.get(text.note_id)
    named, amount = (heard.named, heard.amount_typed) if heard else (False, False)
    either = not (named or amount) and not case.may_repeat(text.body)
    if not (named or amount or either):
        return None
    data = {"who": text.author, "named": named, "amount": amount, "in_comment": text.note_id, "title": False}
    if text.note_id is None:
        data["title"] = not case.may_repeat(case.snapshot.issue.title)
    state = {"open": True, "named": named, "amount": amount, "title": data["title"]}
    return Say(text.topic, "private_words", data, state, internal=True)
