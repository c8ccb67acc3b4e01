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
from app.domain.customer import Heard
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
    """A text in which something private seems to stand, and whether it told of a customer who counts."""

    text: _Text
    named: bool
    amount: bool
    counts: bool

    @property
    def kind(self) -> str:
        """What it is, as people are told."""
        if self.named and self.amount:
            return "a customer's name and an exact amount"
        return "a customer's name" if self.named else "an exact amount"


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
    here = {line.account.key for heard in case.reading.heard.values() for line in heard.lines}
    for text in _texts(case):
        heard = case.reading.heard.get(text.id or None, Heard())
        named = heard.named or case.book.types_name(text.body, ours)
        amount = heard.amount_typed or case.book.types_amount(text.body, here)
        if named or amount:
            counts = any(line.withdrawn is None for line in heard.lines)
            found[f"{PRIVATE} {text.author.id}"].append(_Typed(text, named, amount, counts))
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
    title = _DESCRIPTION in ids and _in_title(case)
    said = {"kinds": {one.kind: [o.text.id for o in spoken if o.kind == one.kind][-100:] for one in spoken}}
    shown = {
        "places": list(_places(spoken)),
        "title": title,
        "description": _DESCRIPTION in ids,
        "amount": any(one.amount for one in spoken),
        "counts": any(one.counts for one in spoken),
    }
    state = {"open": True, "title": title, "counts": shown["counts"], **said, "texts": ids[-100:]}
    again = ours is not None and not ours.open
    return Say(topic, "private_words", {"who": who.username, **shown}, state, anew=again, internal=True)


def _places(spoken: Sequence[_Typed]) -> Iterator[dict[str, object]]:
    """Of each kind where it stands: in the description, and in which comments, numbered as they were written."""
    comments = [one.text.id for one in spoken if one.text.id != _DESCRIPTION]
    for kind in dict.fromkeys(one.kind for one in spoken):
        ids = [one.text.id for one in spoken if one.kind == kind]
        numbered = [(n, id) for n, id in enumerate(comments, 1) if id in ids]
        shown, more = numbered[:POINTED_AT], len(numbered[POINTED_AT:])
        yield {"kind": kind, "description": _DESCRIPTION in ids, "comments": shown, "more": more}


def _in_title(case: Case) -> bool:
    title = case.snapshot.issue.title
    return case.book.types_name(title, frozenset()) or case.book.types_amount(title, ())
