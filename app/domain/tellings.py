"""What lines tell: fields under one of their names, one-liners about customers, and prose (requests 2.4; 2.5, 3 and 4).

Names come from a closed table, so that "the customer said: fix it" stays prose.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.blocks import Line
from app.domain.taxonomy import Field, FieldKind

NAME = Field(
    "customer_name", ("Customer", "Customer name", "Account name", "Company", "Customer/Prospect"), FieldKind.LINK
)
"""Where people type a customer's name, or a link in its place. Never asked for, and never kept (promise 11)."""

NONE_ANSWERS = frozenset({"workaround", "needed_by", "competitors"})
"""Fields to which "none" is an answer."""

_LONGEST_NAME = 80
_SHORTEST_MISTYPED = 6
_SHORT_CODE = re.compile(r"\s*:[a-z0-9_+-]{1,40}:")
_BEFORE_NAME = re.compile(r"\A(?:\s*\[[ xX]\])?\W*")
_TICKED = re.compile(r"\s*\[[xX]\]\s+(.+)")
_UNTICKED = re.compile(r"\s*\[ \]\s")
_TASK = re.compile(r"\A\s*\[[ xX]\]\s+")
_NOT_SAID = frozenset({"", "-", "–", "—", "?", "tbd", "todo", "n/a", "…", "...", "@", "none"})
_CHOOSE = re.compile(r"~(?:\"[^\"\n]{1,255}\"|\S{1,255}) OR ~|~[^~\n]{1,255}::[\"\s]*\Z")
_ONE_LINER = re.compile(
    r"(?:@[\w.-]{1,255}[\s,:]{1,9})?[*_]{0,9}([-+−–—]) ?1[\s*_]{1,9}customers?\b[\s*_]{0,9}(:?)(.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Telling:
    """A field somebody told, and in which words."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class OneLiner:
    """`+1 customer: …`, or its withdrawal, and the parts between its bars."""

    withdraws: bool
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All that the lines of one text tell, in their order; `tellings` leaves out what only looks like an answer.

    What stands behind a mistyped name stays prose; `meant` are the names that it seems to be.
    """

    tellings: tuple[Telling, ...]
    one_liners: tuple[OneLiner, ...]
    prose: tuple[str, ...]
    meant: tuple[str, ...] = ()


def names_of(fields: Iterable[Field]) -> Mapping[str, Field]:
    """The closed table: each name of each field, caseless."""
    ours = {name.casefold(): f for f in fields for name in f.names}
    return {**{name.casefold(): NAME for name in NAME.names}, **ours}


def listen(lines: Iterable[Line], by_name: Mapping[str, Field]) -> Told:
    """Sort lines. A text runs until the next known field or heading, another value to the end of its line."""
    hearing = _Hearing(by_name)
    for line in lines:
        hearing.line(line)
    hearing.end_section()
    told = tuple(t for t in hearing.tellings if not is_blank(t.field, t.text))
    told_keys = {t.field.key for t in told}
    spelled = spelling(by_name)
    meant = {name: None for text in hearing.others if (name := mistyped(text, spelled)) is not None}
    missed = tuple(name for name in meant if by_name[name.casefold()].key not in told_keys)
    return Told(told, tuple(hearing.one_liners), tuple(hearing.prose), missed)


def is_blank(field: Field, text: str) -> bool:
    """Whether words say nothing: placeholders, prompts, alternatives nobody chose from (rule 4)."""
    bare = text.strip(" .*_").casefold()
    if bare == "none" and field.key in NONE_ANSWERS:
        return False
    wrapped = text[:1] + text[-1:] in ("<>", "[]") and "://" not in text and text[:1] not in text[1:]
    return bare in _NOT_SAID or text.casefold().startswith("e.g.") or wrapped or bool(_CHOOSE.search(text[:2000]))


def one_liner(text: str) -> OneLiner | None:
    """The customer one-liner a line is, also in a task list. `+1 customer` alone is one that lacks its link."""
    found = _ONE_LINER.match(_TASK.sub("", text).lstrip(" *_"))
    if found is None:
        return None
    alone = found[1] == "+" and not found[3].strip(" *_.!")
    if not (alone or found[2] or "|" in found[3] or "://" in found[3]):
        return None
    return OneLiner(found[1] != "+", tuple(part for p in found[3].split("|") if (part := p.strip(" *_\\"))))


def named(text: str, by_name: Mapping[str, Field]) -> Telling | None:
    """The field a line names, and its value; a label's title names none. Work is bounded by the longest name."""
    code = _SHORT_CODE.match(text)
    name, colon, value = text[code.end() if code else 0 :].partition(":")
    if len(name) > _LONGEST_NAME or value.startswith(":"):
        return None
    plain = " ".join(_BEFORE_NAME.sub("", name).casefold().replace("(required)", "").split())
    found = by_name.get(plain.strip(" *_"))
    if found is None or not (colon or (_TICKED.match(text) and "yes" in found.choices)):
        return None
    return Telling(found, value.strip(" *_") if colon else "yes")


def spelling(by_name: Mapping[str, Field]) -> Mapping[str, str]:
    """The names that may be mistyped, by their letters alone."""
    names = {name: _letters(name) for f in by_name.values() if f is not NAME for name in f.names}
    return {letters: name for name, letters in names.items() if len(letters) >= _SHORTEST_MISTYPED}


def mistyped(text: str, spelled: Mapping[str, str]) -> str | None:
    """The name of a field that a line's beginning is but for its spaces, or for one letter within it."""
    name, _, value = text[: 3 * _LONGEST_NAME].partition(":")
    if not value.strip() or value.startswith(("//", ":")):
        return None
    typed = _letters(name)
    if len(typed) < _SHORTEST_MISTYPED or len(typed) > _LONGEST_NAME:
        return None
    return spelled.get(typed) or next((name for meant, name in spelled.items() if _one_off(typed, meant)), None)


def _one_off(typed: str, meant: str) -> bool:
    """Whether letters differ in one place. Another end is another word: `Released`, `Problems`."""
    if abs(len(typed) - len(meant)) > 1 or typed[0] != meant[0]:
        return False
    same = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if same is None:
        return False
    a, b = typed[same:], meant[same:]
    swapped = a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b or a == b[1:] or a[1:] == b[1:]


def _letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


@dataclass(slots=True)
class _Hearing:
    """Where we are in a text: in the section of a heading, in a value that runs on."""

    by_name: Mapping[str, Field]
    tellings: list[Telling] = field(default_factory=list)
    one_liners: list[OneLiner] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    section: Field | None = None
    of_section: list[str] = field(default_factory=list)
    running: Field | None = None
    of_running: list[str] = field(default_factory=list)

    def line(self, line: Line) -> None:
        said = one_liner(line.text)
        if line.heading:
            self.end_section()
            self._open(line.text)
        if said:
            self._end_value()
            self.one_liners.append(said)
        elif line.heading:
            return
        elif told := named(line.text, self.by_name):
            self._end_value()
            self.running, self.of_running = told.field, [told.text]
            if told.field.kind is not FieldKind.TEXT and told.text:
                self._end_value()
        else:
            self._go_on(line)

    def end_section(self) -> None:
        self._end_value()
        if self.section:
            self._tell(self.section, self.of_section)
        self.section, self.of_section = None, []

    def _open(self, heading: str) -> None:
        found = self.by_name.get(heading.strip(" :*_").casefold())
        self.section = None if found is NAME else found

    def _go_on(self, line: Line) -> None:
        self.others.append(line.text)
        if self.running and self.running.kind is not FieldKind.TEXT:
            # The value of a field may stand on the next line of its paragraph, no further down.
            if not line.first:
                self.of_running.append(line.text)
            ended = self.running is not None and not line.first
            self._end_value()
            if ended:
                return
        kept = self.of_running if self.running else self.of_section if self.section else self.prose
        kept.append(_said(line.text))

    def _end_value(self) -> None:
        if self.running:
            self._tell(self.running, self.of_running)
        self.running, self.of_running = None, []

    def _tell(self, told: Field, words: list[str]) -> None:
        self.tellings.append(Telling(told, " ".join(" ".join(words).split())))


def _said(line: str) -> str:
    """A ticked box counts as its text, an empty one as nothing."""
    if _UNTICKED.match(line + " "):
        return ""
    ticked = _TICKED.match(line)
    return ticked[1] if ticked else line
