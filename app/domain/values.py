"""What the words of a field come to: whether they can be read, and which choice they make (requests 2.2, 2.3)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from app.domain.accounts import account_of
from app.domain.dates import day
from app.domain.money import amount
from app.domain.taxonomy import Field, FieldKind

_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"https?://\S{4,}|\b00[16][A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b")
_LABEL = re.compile(r"~(?:\"([^\"\n]{1,255})\"|([\w:.?&/-]{1,255}))")
_APART = re.compile(r"[,/;(–—!|\[]|\.(?:\s|\Z)|\s-\s|\s(?:or|and)\s")
_MEANT_FOR_NOBODY = re.compile(r"[\s_-]+")
_UNKNOWN = re.compile(
    r"(?:still |yet )?(?:unknown|not known)(?: yet)?\b[\s,:;.()–—-]*(.*?)\)?", re.IGNORECASE | re.DOTALL
)
_CLOSED_WORD = re.compile(
    r"q[1-4](?:ish)?|h[12](?:ish)?|fy\d{2,4}|20\d\d|\d{1,3}|\d{1,2}(?:st|nd|rd|th)|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?"
)
_TIMES_AND_FILLING = (
    "a about after and around as asap at before beginning by day days dunno early end for from half high in it know "
    "last late later low maybe medium mid middle month months next no none not now of on or perhaps quarter quarters "
    "quite so soon sometime somewhere spring start still summer autumn fall winter that the then think this till to "
    "today tomorrow until unknown very we week weeks when year years yes yet "
    "critical important saas upsell urgent "
)
_TALK_OF_TIME = frozenset(_TIMES_AND_FILLING.split())
_FROM_BOOK = re.compile(r"(?:from |see |in )?(?:the )?(?:account )?book\W*", re.IGNORECASE)
_THE_SAME = {"nicetohave": "nice"}
_SHORTEST_REASON = 5


def is_read(field: Field, text: str, known: frozenset[str] = frozenset()) -> bool:
    """Whether the words of a field are an answer to it."""
    match field.kind:
        case FieldKind.TEXT:
            return len(text) >= field.at_least
        case FieldKind.CHOICE:
            return choice(text, field.choices) is not None
        case FieldKind.DATE:
            return text.casefold().strip(" .") == "none" or day(text) is not None
        case FieldKind.LINK:
            return account_of(text, known) is not None if field.key == "account" else bool(_LINK.search(text))
        case FieldKind.MONEY:
            return amount(text) is not None or unknown(text) is not None or from_book(text)


def choice(text: str, choices: Iterable[str]) -> str | None:
    """The one of the choices that words, or a label's last part, make; None where they make none or several."""
    wanted = _wanted(tuple(choices))
    found = {wanted[part] for part in _parts(text[:2000]) if part in wanted}
    return found.pop() if len(found) == 1 else None


def in_closed_words(text: str, choices: Iterable[str]) -> bool:
    """Whether all of the words are choices, dates, or talk about time: so none can be a name (promise 11)."""
    ours = _closed_words(tuple(choices))
    words = _WORD.findall(text.casefold())
    return all(word in ours or _CLOSED_WORD.fullmatch(word) for word in words)


def every_choice(text: str, choices: tuple[str, ...]) -> bool:
    """Whether words only repeat what can be chosen, as a prompt does."""
    return len(choices) > 1 and _all_bare(choices) <= set(_parts(text[:2000]))


def labels(text: str) -> Iterator[str]:
    """The titles of the labels a text refers to, quoted or not."""
    return (m[1] or m[2] for m in _LABEL.finditer(text))


def unknown(text: str) -> str | None:
    """The reason given for an amount nobody knows; None where it is not called unknown, or without a reason."""
    found = _UNKNOWN.fullmatch(text.strip())
    return found[1].strip() if found and len(found[1].strip()) >= _SHORTEST_REASON else None


def from_book(text: str) -> bool:
    """Whether an amount is left to the account book."""
    return _FROM_BOOK.fullmatch(text.strip()) is not None


def _parts(text: str) -> Iterator[str]:
    for title in labels(text):
        yield _bare(title.rpartition("::")[2])
    for part in _APART.split(_LABEL.sub(" ", text)):
        yield _bare(part.strip(" .:*_"))


def _bare(word: str) -> str:
    return _MEANT_FOR_NOBODY.sub("", word).casefold()


# What the choices of a field come to is asked for each line of a long text, and the same each time.
@lru_cache(maxsize=256)
def _wanted(choices: tuple[str, ...]) -> Mapping[str, str]:
    wanted = {_bare(c): c for c in choices}
    return wanted | {same: wanted[word] for same, word in _THE_SAME.items() if word in wanted}


@lru_cache(maxsize=256)
def _closed_words(choices: tuple[str, ...]) -> frozenset[str]:
    return _TALK_OF_TIME.union(*(_WORD.findall(c.casefold()) for c in choices))


@lru_cache(maxsize=256)
def _all_bare(choices: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_bare, choices))
