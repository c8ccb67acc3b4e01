"""Customer lines: which accounts a note gives evidence for, in any of four dialects (requests 2.4, 2.5).

A CRM link alone is no customer line: it takes a field for it, a label beside it, or a one-liner around it (rule 5).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from app.domain import tellings
from app.domain.accounts import account_of, crm_links, named_links, says_name, short_in, short_of, without_links
from app.domain.customer import Account, AccountKind, CustomerLine, Heard
from app.domain.evidence import (
    ACCOUNT,
    NOTHING,
    PRIORITY,
    SEVERITY,
    first_account,
    in_words,
    of_labels,
    of_parts,
    weigh,
)
from app.domain.issue import User
from app.domain.taxonomy import Field
from app.domain.tellings import NAME, OneLiner, Telling, Told

_MARKS_EVIDENCE = frozenset({SEVERITY, PRIORITY, "subscription", "deployment", "arr", "needed_by"})
"""Two of these beside a CRM link make the handbook's template, whichever line the link was put on."""

_TOGETHER = {"arr": "arr_unknown", "arr_unknown": "arr", "needed_by": "no_date", "no_date": "needed_by"}
_EVER = datetime.min.replace(tzinfo=UTC)
_OF_THE_REQUEST_TOO = frozenset({"workaround"})
_LONGEST_NAME = 5
_LONGEST_REASON = 120
WITHOUT_ACCOUNT = "+1 customer"
"""What names a one-liner in which no account can be found: its words may be the customer's name."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who told it, when, and in which note (None: the description)."""

    author: User
    at: datetime
    note_id: int | None = None
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What reading goes by: the closed table of fields, and the ids the account book knows."""

    fields: tuple[Field, ...]
    known: frozenset[str] = frozenset()

    @property
    def by_key(self) -> Mapping[str, Field]:
        """Fields by key."""
        return {f.key: f for f in self.fields}


def understand(told: Told, speaker: Speaker, table: Table) -> Heard:
    """What is told about customers, by the fields and the prose of a text, and by each of its one-liners."""
    by_key = table.by_key
    by_label = list(of_labels(told.prose, by_key))
    account = first_account(told.tellings, table.known) or _account_of_prose(told, by_label, table)
    keys = {t.field.key for t in told.tellings}
    labelled = [t for t in by_label if t.field.key not in keys] if account else []
    said = weigh([*labelled, *told.tellings])
    own = [_line(account, speaker, said.values)] if account else []
    short = [_one_liner(one, speaker, table) for one in told.one_liners]
    unclear = [*said.unclear, *(key for heard in short for key in heard.unclear)]
    unread = [*_no_accounts(told.tellings, account), *said.unread, *(word for heard in short for word in heard.unread)]
    lines = (*own, *(line for heard in short for line in heard.lines))
    return Heard(
        lines=lines,
        unread=tuple(dict.fromkeys(unread)),
        unclear=tuple(dict.fromkeys(unclear)),
        meant=told.meant,
        more_links=_more_links(told, lines, table),
        answers={} if account else said.values,
        named=_names(told, table) or any(heard.named for heard in short),
        amount_typed=said.amount_typed or any(heard.amount_typed for heard in short),
        at=speaker.at,
        note_id=speaker.note_id,
    )


def lines_of(heard: Iterable[Heard]) -> tuple[CustomerLine, ...]:
    """One line an account, the newest, unless that withdraws it; the account told first comes first.

    What is told without an account is about the only one that stands at that time, or else about the first that comes.
    """
    board = _board(heard)
    return tuple(board.answered(key) for key in board.standing)


def full_keys(heard: Sequence[Heard]) -> list[Heard]:
    """The same, but what is withdrawn by an account's short name is so by its key, where only one account has it."""
    told = {line.account.key: line.account for each in heard for line in each.lines if line.withdrawn is None}
    by_short: dict[str, list[Account]] = {}
    for account in told.values():
        by_short.setdefault(short_of(account.key), []).append(account)
    only = {short: accounts[0] for short, accounts in by_short.items() if len(accounts) == 1}
    return [replace(each, lines=tuple(_in_full(line, only) for line in each.lines)) for each in heard]


def _in_full(line: CustomerLine, only: Mapping[str, Account]) -> CustomerLine:
    found = only.get(line.account.key) if line.withdrawn is not None else None
    return replace(line, account=found) if found else line


def told_of_nobody(heard: Iterable[Heard]) -> tuple[int, ...]:
    """The comments that answer something about a customer, when none or several stood: nobody can tell about whom."""
    return tuple(_board(heard).dropped)


def _board(heard: Iterable[Heard]) -> "_Board":
    board = _Board()
    for each in sorted(heard, key=lambda h: (h.at or _EVER, h.note_id or 0)):
        board.hear(each)
    return board


@dataclass(slots=True)
class _Board:
    """Who stands, as notes are read one after the other, and what was answered about whom before and after its line."""

    standing: dict[str, CustomerLine] = field(default_factory=dict)
    before: dict[str, dict[str, object]] = field(default_factory=dict)
    after: dict[str, dict[str, object]] = field(default_factory=dict)
    nobodys: dict[str, object] = field(default_factory=dict)
    begun: bool = False
    dropped: list[int] = field(default_factory=list)

    def hear(self, heard: Heard) -> None:
        for line in heard.lines:
            self._line(line)
        if heard.lines and not self.begun and self.standing:
            if len(self.standing) == 1:
                self.before[next(iter(self.standing))] = self.nobodys
            self.begun = True
        if not self.begun:
            self.nobodys.update(heard.answers)
        elif len(self.standing) == 1:
            self.after.setdefault(next(iter(self.standing)), {}).update(heard.answers)
        elif heard.note_id is not None and heard.answers.keys() - _OF_THE_REQUEST_TOO:
            self.dropped.append(heard.note_id)

    def _line(self, line: CustomerLine) -> None:
        key = line.account.key
        earlier = {**self.before.pop(key, {}), **self.after.pop(key, {})}
        if line.withdrawn is not None:
            self.standing.pop(key, None)
            return
        self.standing[key], self.before[key] = line, earlier

    def answered(self, key: str) -> CustomerLine:
        """The line with its answers: earlier ones fill what it does not tell, later ones win."""
        line = self.standing[key]
        told = self.before.get(key, {}).items()
        values = {k: v for k, v in told if getattr(line, k) in (None, False) and not _said_otherwise(line, k)}
        return replace(line, **{**values, **self.after.get(key, {})})  # type: ignore[arg-type]


def _said_otherwise(line: CustomerLine, key: str) -> bool:
    """Whether the line answers this in another way: with no date, with an amount nobody knows."""
    return key in _TOGETHER and getattr(line, _TOGETHER[key]) not in (None, False)


def _line(account: Account, speaker: Speaker, values: Mapping[str, object]) -> CustomerLine:
    return CustomerLine(
        account,
        speaker.author,
        speaker.at,
        speaker.note_id,
        internal=speaker.internal,
        **values,  # type: ignore[arg-type]
    )


def _one_liner(said: OneLiner, speaker: Speaker, table: Table) -> Heard:
    by_key = table.by_key
    parts = list(of_parts(said, by_key, tellings.names_of(table.fields), table.known))
    account = first_account(parts, table.known)
    named = any(_name_in(t.text, table) for t in parts if t.field.key in (ACCOUNT, NAME.key))
    if account is None and said.withdraws and (short := next(filter(None, map(short_in, said.parts)), None)):
        reason = "; ".join(without_links(part) for part in said.parts if not short_in(part))[:_LONGEST_REASON]
        line = _line(Account(short, AccountKind.OTHER), speaker, {})
        return Heard((replace(line, withdrawn=reason),))
    if account is None:
        first = said.parts[0] if said.parts else ""
        return Heard(unread=(WITHOUT_ACCOUNT,), named=named or (bool(first) and says_name(first)))
    others = [t for t in parts if t.field.key != ACCOUNT]
    if said.withdraws:
        reason = "; ".join(without_links(t.text) for t in others)[:_LONGEST_REASON]
        return Heard((replace(_line(account, speaker, {}), withdrawn=reason),), named=named)
    found = weigh(others)
    parts_unread = [_unread_part(t, said) for t in others if t.field is NOTHING]
    return Heard(
        (_line(account, speaker, found.values),),
        (*found.unread, *parts_unread),
        (*found.unclear, *([""] if parts_unread else [])),
        named=named,
        amount_typed=found.amount_typed,
    )


def _unread_part(told: Telling, said: OneLiner) -> str:
    """A part's own words where they can be neither name nor sum, as `Q3ish`; else which part it is."""
    within = (i for i, part in enumerate(said.parts, 1) if told.text in part)
    return in_words(told) or f"part {next(within)}"


def _account_of_prose(told: Told, by_label: list[Telling], table: Table) -> Account | None:
    """The first CRM link in the framework's dialect, by a label; or in the template, on another line than its own."""
    marks = {t.field.key for t in told.tellings} & _MARKS_EVIDENCE
    return next(_crm_links(told, table), None) if by_label or len(marks) > 1 else None


def _crm_links(told: Told, table: Table) -> Iterator[Account]:
    texts = (*told.prose, *(t.text for t in told.tellings))
    return (account for text in texts for account in crm_links(text, table.known))


def _more_links(told: Told, lines: tuple[CustomerLine, ...], table: Table) -> tuple[str, ...]:
    parts = (part for one in told.one_liners for part in one.parts)
    found = (*_crm_links(told, table), *(account for part in parts for account in crm_links(part, table.known)))
    counted = {line.account.key for line in lines}
    return tuple(dict.fromkeys(account.key for account in found if account.key not in counted))


def _no_accounts(told: Iterable[Telling], account: Account | None) -> Iterator[str]:
    """The name of the account's field, where it holds something that is no account."""
    return (t.field.names[0] for t in told if t.field.key == ACCOUNT and account is None)


def _names(told: Told, table: Table) -> bool:
    fields = (t.text for t in told.tellings if t.field.key in (ACCOUNT, NAME.key))
    texts = (*told.prose, *(t.text for t in told.tellings))
    return any(_name_in(text, table) for text in fields) or any(
        says_name(name) for text in texts for name in named_links(text, table.known)
    )


def _name_in(text: str, table: Table) -> bool:
    """Whether what was typed for an account is as short as a name, and neither filler nor an id the book knows."""
    if any(says_name(name) for name in named_links(text, table.known)):
        return True
    words = [word for word in text.split() if not account_of(word, table.known)] if table.known else [text]
    return says_name(" ".join(words)) and len(without_links(text).split()) <= _LONGEST_NAME
