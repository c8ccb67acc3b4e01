"""From the words of fields to the values of a customer line (requests 2.2): one meaning for all dialects."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.domain import money
from app.domain.accounts import account_of, around_link, link_ends, without_links
from app.domain.customer import Account, ArrType, Severity
from app.domain.dates import day
from app.domain.taxonomy import Field
from app.domain.tellings import NAME, OneLiner, Telling, is_blank, named
from app.domain.values import choice, every_choice, from_book, in_closed_words, is_read, labels, unknown

ACCOUNT, SEVERITY, PRIORITY, IMPACT, ARR = "account", "severity", "customer_priority", "impact", "arr"
WORDS = ("workaround", IMPACT, "competitors")
KEYS = frozenset(
    (ACCOUNT, SEVERITY, PRIORITY, ARR, "arr_type", "needed_by", "subscription", "deployment", "call", *WORDS)
)
"""The fields that belong to a customer line, not to the request."""

_PRIORITY = re.compile(
    r"(?:customer )?(?:priority|prio|p)?\s?:?\s?(\d{1,2})(?:\s?/\s?10)?(?![\d.,:/-]|\s?[km%]\b)", re.IGNORECASE
)
_PRIORITY_LABEL = re.compile(r"priority::(\d{1,2})(?!\d)", re.IGNORECASE)
_PRIORITY_WORDS = frozenset({"low", "medium", "high"})
_TIERS = ("Ultimate", "Premium", "Free")
_LIKE_DATE = re.compile(
    r"\W*(?:q[1-4]|h[12]|fy ?\d|20\d\d|\d{1,2}[./-]|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w{0,6}\b)",
    re.IGNORECASE,
)
_LIKE_SEVERITY = re.compile(
    r"\W*(?:critical|urgent|important|high|medium|low|major|minor|severe|showstopper|blocker|retention|nice)\b",
    re.IGNORECASE,
)
_LEADING_LABEL = re.compile(r"[\s*_,;:|–—-]{0,9}~(?:\"[^\"\n]{1,255}\"|[\w:.?&/-]{1,255})")
_LEADING_GAP = re.compile(r"[\s*_,;:|–—-]{0,9}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LONGEST_TEXT = 500
_LONGEST_UNREAD = 80
_LONGEST_QUALIFIED = 5
_LONGEST_GRADE = 3


@dataclass(slots=True)
class Evidence:
    """The values of a line by CustomerLine's names, what was not understood and of which fields, and whether an exact
    sum was typed.
    """

    values: dict[str, object] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    amount_typed: bool = False


def weigh(tellings: Iterable[Telling]) -> Evidence:
    """The values that tellings come to; of a field told twice the later that can be read."""
    found = Evidence()
    for told in tellings:
        if told.field.key not in KEYS - {ACCOUNT} or every_choice(told.text, told.field.choices):
            continue
        found.amount_typed |= told.field.key == ARR and exact(told.text)
        values = _values(told)
        if values is None:
            found.unread.append(in_words(told))
            found.unclear.append(told.field.key)
        elif told.field.key == IMPACT and IMPACT in found.values:
            found.values[IMPACT] = f"{found.values[IMPACT]}; {values[IMPACT]}"[:_LONGEST_TEXT]
        else:
            found.values.update(values)
    return found


def in_words(told: Telling) -> str:
    """What names a telling that was not understood: its words where they can be no name and no sum, else its field."""
    private = told.field.key in (ACCOUNT, NAME.key, ARR) or money.typed(told.text)
    words = without_links(told.text)[:_LONGEST_UNREAD]
    return words if not private and in_closed_words(words, told.field.choices) else told.field.names[0]


def exact(text: str) -> bool:
    """Whether a sum was typed that is no band."""
    found = money.amount(text)
    return found.high is None if found else money.typed(text)


def of_parts(
    said: OneLiner, fields: Mapping[str, Field], names: Mapping[str, Field], known: frozenset[str]
) -> Iterator[Telling]:
    """What each part of a one-liner tells, in whatever order; a part nobody understands tells the field NOTHING."""
    for part in said.parts:
        if told := named(part, names):
            found = [told]
        elif (around := around_link(part)) and account_of(part, known):
            found = _beside(around, lambda text: _part(text, fields, names, known))
        else:
            found = [_part(part, fields, names, known)]
        yield from (told for told in found if not is_blank(told.field, told.text))


NOTHING = Field("", ("",))
"""The field of a part that was not understood."""


_LONGEST_PHRASE = 3
_NO_PHRASES = frozenset({"", ACCOUNT, IMPACT, PRIORITY})


def _beside(around: tuple[str, str, str], understand: Callable[[str], Telling]) -> list[Telling]:
    """A link's part may hold more than the link: parts between commas, or mere words of the dialect beside it."""
    before, link, after = around
    first, *parted = re.split("[,;]", after)
    found: list[Telling] = []
    left: list[str] = []
    words = f"{before} {first}".replace("*", " ").split()
    while words:
        size, told = _phrase(words, understand)
        found += [told] if told else []
        left += [] if told else words[:1]
        words = words[size:]
    found += [understand(part.strip(" *_\\")) for part in parted]
    return [understand(" ".join([link, *left])), *found]


def _phrase(words: list[str], understand: Callable[[str], Telling]) -> tuple[int, Telling | None]:
    """The phrase that words begin with, and how many they are; `120k USD` is one, `blocker 2026-03-31` are two."""
    best: tuple[int, Telling | None] = (1, None)
    for size in range(1, min(_LONGEST_PHRASE, len(words)) + 1):
        told = understand(" ".join(words[:size]))
        alone = understand(words[size - 1]).field.key
        if told.field.key not in _NO_PHRASES and (best[1] is None or (best[1].field == told.field and alone == "")):
            best = (size, told)
    return best


def _part(part: str, fields: Mapping[str, Field], names: Mapping[str, Field], known: frozenset[str]) -> Telling:
    key = _key_of(part, fields, names, known)
    return Telling(fields.get(key, NOTHING), "yes" if key == "call" else part)


def _key_of(part: str, fields: Mapping[str, Field], names: Mapping[str, Field], known: frozenset[str]) -> str:
    words = len(_WORD.findall(part))
    if account_of(part, known):
        return ACCOUNT
    if (found := names.get(part.casefold())) and found.key == "call":
        return "call"
    for key in (SEVERITY, "arr_type", "deployment"):
        if words <= 3 and key in fields and choice(part, fields[key].choices):
            return key
    if _PRIORITY_LABEL.search(part) or _PRIORITY.fullmatch(part):
        return PRIORITY
    if words <= 2 and _tier(part):
        return "subscription"
    if words <= 4 and day(part):
        return "needed_by"
    qualified = words <= _LONGEST_QUALIFIED and money.qualified(part)
    if money.whole_amount(part) or unknown(part) or from_book(part) or qualified:
        return ARR
    vague = _LIKE_DATE.match(part) or (words <= _LONGEST_GRADE and _LIKE_SEVERITY.match(part))
    return IMPACT if words >= 3 and not vague else ""


def of_labels(texts: Iterable[str], fields: Mapping[str, Field]) -> Iterator[Telling]:
    """The severity and the customer priority that labels tell which begin a line, also behind its link (rule 9):
    within a sentence, they may be what it denies.
    """
    for text in texts:
        for title in labels(_leading(text)):
            for key in (SEVERITY, PRIORITY):
                reference = f'~"{title}"'
                told = Telling(fields[key], reference) if key in fields else None
                if told and (_priority(reference) if key == PRIORITY else choice(reference, told.field.choices)):
                    yield told


def _leading(text: str) -> str:
    """The labels that a line begins with, whatever links stand among them."""
    at, found = 0, ""
    while True:
        gap = _LEADING_GAP.match(text, at)
        start = gap.end() if gap else at
        if label := _LEADING_LABEL.match(text, at):
            found, at = found + label[0], label.end()
        elif end := link_ends(text, start):
            at = end
        else:
            return found


def _values(told: Telling) -> Mapping[str, object] | None:
    """The values of CustomerLine that a telling gives; None where it is not understood."""
    text, key = told.text, told.field.key
    match key:
        case "severity" | "arr_type":
            return _enumerated(told, Severity if key == SEVERITY else ArrType)
        case "arr":
            found = money.amount(text)
            if found is None and not is_read(told.field, text):
                return None
            return {} if from_book(text) else {"arr": found, "arr_unknown": None if found else unknown(text)}
        case "needed_by":
            date = day(text)
            none = text.casefold().strip(" .") == "none"
            return {"needed_by": date, "no_date": none} if date or none else None
        case "customer_priority":
            number = _priority(text)
            return {"priority": number} if number else {} if text.casefold() in _PRIORITY_WORDS else None
        case "subscription":
            return {"subscription": _tier(text) or without_links(text)[:_LONGEST_UNREAD]}
        case "deployment" | "call":
            chosen = choice(text, told.field.choices)
            return ({"call_wanted": chosen == "yes"} if key == "call" else {key: chosen}) if chosen else None
        case _:
            return {key: without_links(text)[:_LONGEST_TEXT]}


def _enumerated(told: Telling, words: type[Severity] | type[ArrType]) -> Mapping[str, object] | None:
    """The severity or ARR type whose word is chosen; a program may have words of its own, which come to nothing."""
    chosen = choice(told.text, told.field.choices)
    found = choice(chosen, [w.value for w in words]) if chosen else None
    return {told.field.key: words(found)} if found else {} if chosen else None


def _priority(text: str) -> int | None:
    found = _PRIORITY_LABEL.search(text) or _PRIORITY.match(text)
    number = int(found[1]) if found else 0
    return number if 1 <= number <= 10 else None


def _tier(text: str) -> str | None:
    """The one subscription tier that a text names."""
    words = {word.casefold() for word in _WORD.findall(text[:_LONGEST_TEXT])}
    found = [tier for tier in _TIERS if tier.casefold() in words]
    return found[0] if len(found) == 1 else None


def first_account(tellings: Iterable[Telling], known: frozenset[str]) -> Account | None:
    """The account told in a field of its own."""
    asked = (t.text for t in tellings if t.field.key in (ACCOUNT, NAME.key))
    return next((found for text in asked if (found := account_of(text, known))), None)
