"""Reading a request: what its people have told, and which customers it has (requests 2.2, 2.5).

Description and comments are read alike, by Markdown structure, so hints in comments, quotes and code never count. A
field is told, unreadable, or (not in the map) missing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from app.domain import blocks, tellings
from app.domain.accounts import CRM_WORDS, account_of
from app.domain.blocks import READ_AT_MOST
from app.domain.customer import CustomerLine, Heard
from app.domain.customer_lines import Speaker, Table, full_keys, lines_of, told_of_nobody, understand
from app.domain.evidence import ACCOUNT, KEYS, NOTHING, first_account, of_labels, of_parts
from app.domain.issue import Issue, Note, User
from app.domain.taxonomy import Field
from app.domain.tellings import NAME, Telling
from app.domain.values import every_choice, is_read

COMMENTS_AT_MOST = 256 * 1024
"""Characters of all comments that are parsed, the shortest first: a parser is slow on what is made to be slow, and a
customer line is short.
"""

OWNER = "@owner"
"""The fact that names a request's owner, by handle. Only a box of an agenda tells it: no field can have such a key."""

_NOT_OF_NAMES = re.compile(r"[\W_]+")
_PLUS_ONE = re.compile(r"1[\s*_]{1,5}customer", re.IGNORECASE)


class Where(StrEnum):
    """Where a field was told."""

    DESCRIPTION = "description"
    NOTE = "note"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Told:
    """A field somebody told. `at` is when, known for notes only; `readable` is false for a value we can't use.

    `by` is who told it in an agenda, and not in a comment of their own.
    What was told in an `internal` note counts like any other, and its words are never repeated (promise 11). Of an
    account only the link is kept.
    """

    value: str
    where: Where
    at: datetime | None = None
    readable: bool = True
    internal: bool = False
    by: str | None = None


Facts = Mapping[str, Told]
"""Fields by key. A field that nobody told is not in it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A request as read: its facts, its customers, and what was heard in each note (None: the description).

    `not_read` are comments left out because there is too much to read, `of_nobody` those about an unknown one of the
    customers: that has to be said.
    """

    facts: Facts = field(default_factory=dict, repr=False)
    lines: tuple[CustomerLine, ...] = field(default=(), repr=False)
    heard: Mapping[int | None, Heard] = field(default_factory=dict, repr=False)
    not_read: tuple[int, ...] = ()
    of_nobody: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """One body: who wrote it where, what its lines tell, and what that says about customers."""

    speaker: Speaker
    told: tellings.Told
    heard: Heard


def read(
    description: str,
    notes: Iterable[Note],
    fields: tuple[Field, ...],
    milestone: str | None = None,
    prompts: tuple[str, ...] = (),
) -> Facts:
    """The fields of a request alone. Notes are people's comments, ours left out; a later telling wins, if readable."""
    nobody = Speaker(User(0, ""), datetime.min.replace(tzinfo=UTC))
    return _read(description, nobody, notes, Table(fields), milestone, prompts).facts


def read_request(
    issue: Issue,
    notes: Iterable[Note],
    fields: tuple[Field, ...],
    prompts: tuple[str, ...] = (),
    known: frozenset[str] = frozenset(),
) -> Reading:
    """Everything a request tells. Notes are people's comments, ours and the system's left out; `known` are the ids of
    the account book.

    A milestone tells the field `target` (requests 2.2). What begins with one of `prompts` is our own question, copied.
    """
    author = Speaker(issue.author, issue.created_at)
    return _read(issue.description, author, notes, Table(fields, known), issue.milestone, prompts)


def _read(
    description: str,
    author: Speaker,
    notes: Iterable[Note],
    table: Table,
    milestone: str | None,
    prompts: tuple[str, ...],
) -> Reading:
    chosen, not_read = _chosen(notes, table)
    texts = [_hear(description, author, table, prompts)]
    texts += [_hear(n.body, Speaker(n.author, n.created_at, n.id, n.internal), table, prompts) for n in chosen]
    full = full_keys([text.heard for text in texts])
    texts = [replace(text, heard=heard) for text, heard in zip(texts, full, strict=True)]
    lines = lines_of(text.heard for text in texts)
    facts: dict[str, Told] = {"target": Told(milestone, Where.ISSUE)} if milestone else {}
    standing = {line.account.key for line in lines}
    for text in texts:
        _tell(facts, text, table, standing)
    heard = {text.speaker.note_id: text.heard for text in texts}
    return Reading(facts, lines, heard, not_read, told_of_nobody(heard.values()))


def _hear(body: str, speaker: Speaker, table: Table, prompts: tuple[str, ...]) -> _Text:
    told = tellings.listen(blocks.lines(blocks.readable(body)), tellings.names_of(table.fields))
    told = replace(told, tellings=tuple(t for t in told.tellings if not (prompts and t.text.startswith(prompts))))
    heard = replace(understand(told, speaker, table), cut=len(body) > READ_AT_MOST)
    return _Text(speaker, told, heard)


def _chosen(notes: Iterable[Note], table: Table) -> tuple[list[Note], tuple[int, ...]]:
    """The comments worth parsing, oldest first, up to `COMMENTS_AT_MOST`, and those that are too much."""
    by_name = tellings.names_of(table.fields)
    names, spelled = tuple({_letters(name) for name in by_name}), tellings.spelling(by_name)
    worth = [(len(text), n) for n in notes if _may_tell(text := blocks.readable(n.body), names, spelled)]
    chosen: list[Note] = []
    left: list[int] = []
    room = COMMENTS_AT_MOST
    for length, note in sorted(worth, key=lambda w: (w[0], -w[1].id)):
        room -= length
        if room >= 0:
            chosen.append(note)
        else:
            left.append(note.id)
    return sorted(chosen, key=lambda n: (n.created_at, n.id)), tuple(sorted(left))


def _may_tell(text: str, names: tuple[str, ...], spelled: Mapping[str, str]) -> bool:
    """Whether a line may name a field, or a customer, however dressed: cheap, and rather yes than no."""
    if any(tellings.mistyped(line, spelled) for line in text.split("\n") if ":" in line[:80]):
        return True
    low = text.casefold()
    if _PLUS_ONE.search(text) or ("://" in low and any(word in low for word in CRM_WORDS)):
        return True
    whole = _letters(text)
    names = tuple(name for name in names if name in whole)
    heads = (_letters(head) for head in _heads(text.split("\n"))) if names else ()
    return any(name in head for head in heads if head for name in names)


def _heads(lines: list[str]) -> Iterable[str]:
    """Of each line what stands before a colon, or all of it in a heading or beside a ticked box."""
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        whole = "#" in line or "[x]" in line.casefold() or below.strip()[:2] in ("--", "==")
        yield line if whole else line.rpartition(":")[0]


def _letters(text: str) -> str:
    return _NOT_OF_NAMES.sub("", text.casefold())


def _tell(facts: dict[str, Told], text: _Text, table: Table, standing: set[str]) -> None:
    """Add what a text tells. What it tells about customers who are gone again is gone with them."""
    accounts = {line.account.key for line in text.heard.lines}
    gone = bool(accounts) and not accounts & standing
    speaker = text.speaker
    where = Where.DESCRIPTION if speaker.note_id is None else Where.NOTE
    at = None if speaker.note_id is None else speaker.at
    for telling in _all_tellings(text, table):
        if not (gone and telling.field.key in KEYS):
            _keep(facts, telling, Told(telling.text, where, at, internal=speaker.internal), table.known)


def _all_tellings(text: _Text, table: Table) -> Iterable[Telling]:
    by_key = table.by_key
    if text.heard.lines:
        yield from of_labels(text.told.prose, by_key)
    for said in text.told.one_liners:
        parts = list(of_parts(said, by_key, tellings.names_of(table.fields), table.known))
        if not said.withdraws and first_account(parts, table.known):
            yield from parts
    for told in text.told.tellings:
        yield Telling(by_key.get(ACCOUNT, NAME), told.text) if told.field is NAME and account_of(told.text) else told


def _keep(facts: dict[str, Told], telling: Telling, told: Told, known: frozenset[str]) -> None:
    asked = telling.field
    if asked in (NAME, NOTHING) or every_choice(telling.text, asked.choices):
        return
    readable = is_read(asked, telling.text, known)
    if asked.key == ACCOUNT:
        account = account_of(telling.text, known)
        told = replace(told, value=(account.link or account.key) if account else "")
    before = facts.get(asked.key)
    if readable or before is None or not before.readable:
        facts[asked.key] = replace(told, readable=readable)
