"""A customer's name or an exact amount typed where those are private: whoever typed it is told, kindly and once.

Each person has one warning on a request, for all that they typed there. It is an internal note that never repeats what
was typed (promise 11), and is settled when that is gone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.blocks import READ_AT_MOST
from app.domain.case import SILENT, Case, Ruling
from app.domain.house_words import house_words
from app.domain.issue import User
from app.domain.numbers import Amounts
from app.domain.ours import NUMBERS, PRIVATE
from app.domain.plan import Finding, Say, Verdict

NAME = NUMBERS
WARNED_AT_ONCE = 10
"""People who are spoken to in one run; the others are in the next."""
POINTED_AT = 10
"""Comments that one warning leads to; the others are counted."""
SOON = timedelta(minutes=1)
_DESCRIPTION = 0


@dataclass(frozen=True, slots=True)
class _Text:
    """A comment, or the description with the title (`id` 0), and whether it is too old to be spoken of anew."""

    id: int
    author: User
    body: str
    old: bool


@dataclass(frozen=True, slots=True)
class _Typed:
    """A text in which something private seems to stand; neither `named` nor `amount`: one of the two."""

    text: _Text
    named: bool
    amount: bool


def rule(case: Case) -> Ruling:
    """Warn, and settle."""
    if case.program.amounts(case.snapshot.issue.ref.project) is Amounts.INLINE:
        return SILENT
    says = [say for typed in _by_person(case).values() if (say := _warning(case, typed))]
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
    yield _Text(_DESCRIPTION, issue.author, f"{issue.title}\n{issue.description[:READ_AT_MOST]}", old)
    for note in case.comments:
        old = note.created_at < flow.effective_from or case.now - note.updated_at > flow.judged_for
        yield _Text(note.id, note.author, note.body[:READ_AT_MOST], old)


def _by_person(case: Case) -> Mapping[str, Sequence[_Typed]]:
    """What was typed, by the topic of its author's warning."""
    found: defaultdict[str, list[_Typed]] = defaultdict(list)
    ours = house_words(case.taxonomy, case.program)
    for text in _texts(case):
        heard = case.reading.heard.get(text.id or None)
        named, amount = (heard.named, heard.amount_typed) if heard else (False, False)
        if named or amount or case.book.seems_typed(text.body, ours):
            found[f"{PRIVATE} {text.author.id}"].append(_Typed(text, named, amount))
    return found


def _warning(case: Case, typed: Sequence[_Typed]) -> Say | None:
    """The one warning for a person; old texts are left alone, unless they were spoken of before."""
    who = typed[0].text.author
    topic = f"{PRIVATE} {who.id}"
    ours = case.voice.on(topic)
    known = ours.state.get("texts") if ours else None
    spoken = [one for one in typed if not one.text.old or (isinstance(known, list) and one.text.id in known)]
    if not spoken:
        return None
    ids = [one.text.id for one in spoken]
    comments = [note_id for note_id in ids if note_id != _DESCRIPTION]
    title = _DESCRIPTION in ids and case.book.seems_typed(case.snapshot.issue.title, frozenset())
    said = {"named": any(one.named for one in spoken), "amount": any(one.amount for one in spoken), "title": title}
    shown = {"comments": comments[:POINTED_AT], "more": len(comments[POINTED_AT:]), "description": _DESCRIPTION in ids}
    state = {"open": True, **said, "texts": ids[-100:]}
    again = ours is not None and not ours.open
    return Say(topic, "private_words", {"who": who.username, **said, **shown}, state, anew=again, internal=True)
