"""What stands behind a box: `owner: … target: …`, as the fields of a request and the labels that say why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.agenda import Verb
from app.domain.case import Case
from app.domain.evidence import KEYS
from app.domain.issue import User
from app.domain.managed_lines import answers
from app.domain.request import OWNER
from app.domain.taxonomy import Field, FieldKind, Taxonomy, scope_of
from app.domain.told_by_tick import WORDS

LONGEST = 400
"""Characters of one answer that are kept."""

_ALSO = {
    "owner": OWNER,
    "target": "target",
    "reason": "reason",
    "question": "what_is_missing",
    "revisit on": "revisit",
    "sentence for customers": "customer_safe",
    "sentence": "customer_safe",
}
_FIRST = {Verb.ACCEPT: "owner", Verb.CONTEXT: "question"}
"""What the words are that stand before any name; a reason, else."""

_ACCEPTED = re.compile(
    r"(?:owner:?\s+(?P<owner>@?[\w.-]+(?: [\w.-]+){0,2}?))?"
    r"(?:\s*[,;]?\s*(?:and\s+)?\btarget:?\s+(?P<target>%?\"?[\w.-]*\d(?:[\w.-]*\w)?\"?))?\.?",
    re.IGNORECASE | re.ASCII,
)
"""Both, or one of them, where somebody left the colons out: no more than that, so that nothing else is meant."""

_REASONS = {Verb.BACKLOG: "backlog", Verb.DECLINE: "declined"}
"""The scope whose label says why."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was said, by key of the field; labels to put on and take off for it. `unkept` are the names of answers that
    may be a customer's name or a sum, and are kept nowhere; `unread` of those that say nothing we can use, and `quoted`
    what they say.
    """

    said: Mapping[str, str] = field(default_factory=dict)
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    unkept: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    quoted: str = ""


def understood(text: str, verb: Verb, by: User, case: Case) -> Words:
    """The words behind a ticked box."""
    names = _names(case.taxonomy)
    first = _FIRST.get(verb, "reason")
    text = _with_colons(text, by, case) if verb is Verb.ACCEPT else text
    found = answers(f"{first}: {text}", tuple(names)) if text.strip() else {}
    said: dict[str, str] = {}
    unkept, unread, quoted = [], [], []
    for name, value in found.items():
        answer = _owner(value, by, case) if names[name] == OWNER else value[:LONGEST]
        if answer is None and case.may_repeat(value):
            unread.append(name)
            quoted.append(value[:LONGEST])
        elif answer is None or (names[name] != OWNER and not case.may_repeat(value)):
            unkept.append(name)
        else:
            said[names[name]] = answer
    label = _reason(said.get("reason", ""), verb, case.taxonomy)
    others = {title for title in case.snapshot.issue.labels if label and scope_of(title) == scope_of(label)}
    said |= {WORDS: " · ".join(quoted)} if quoted else {}
    add, remove = frozenset({label} if label else ()), frozenset(others - {label})
    return Words(said, add, remove, tuple(unkept), tuple(unread), said.get(WORDS, ""))


def _with_colons(text: str, by: User, case: Case) -> str:
    """`owner @pm.ai, target 18.9` as `owner: @pm.ai target: 18.9`; anything else, or of an unknown owner, as it is."""
    plain = _ACCEPTED.fullmatch(text.strip())
    told = {name: value for name, value in plain.groupdict().items() if value} if plain else {}
    if not told or _owner(told.get("owner", "me"), by, case) is None:
        return text
    return " ".join(f"{name}: {value}" for name, value in told.items())


def _names(taxonomy: Taxonomy) -> dict[str, str]:
    """The key of the field behind each name; not of those that belong to customers."""
    own = {name: one.key for one in taxonomy.fields if _is_tellable(one) for name in one.names}
    known = {one.key for one in taxonomy.fields} | {OWNER}
    lowered = {name.casefold(): key for name, key in own.items()}
    return {name.casefold(): key for name, key in {**lowered, **_ALSO}.items() if key in known}


def _is_tellable(one: Field) -> bool:
    return one.key not in KEYS and one.kind is not FieldKind.MONEY


def _owner(value: str, by: User, case: Case) -> str | None:
    """The handle of somebody of the program, by handle or name; `me` is whoever ticked."""
    plain = value.strip(" `@.,").casefold()
    if plain == "me":
        return by.username
    people = case.program.roster.people
    return next((p.username for p in people if plain in (p.username.casefold(), p.name.casefold())), None)


def _reason(text: str, verb: Verb, taxonomy: Taxonomy) -> str | None:
    """The label whose last word, or words, a reason begins with."""
    key = _REASONS.get(verb)
    scope = taxonomy.scope(key) if key else None
    words = _plain(re.sub(r"[~\"]|::", " ", text))
    for label in scope.labels if scope else ():
        name = _plain(label.title.rpartition("::")[2])
        if re.match(rf"(?:{key} )?{re.escape(name)}(?!\w)", words):
            return label.title
    return None


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()
