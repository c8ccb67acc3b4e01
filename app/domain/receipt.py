"""What we tell somebody about a comment of theirs of which we did not understand all (requests 2.4, Receipt).

Never a name or a sum: of texts only the names of their fields are told, of ARR only where it comes from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.domain.accounts import crm_links
from app.domain.blocks import READ_AT_MOST
from app.domain.case import Case
from app.domain.customer import AccountKind, CustomerLine, Heard
from app.domain.customer_lines import WITHOUT_ACCOUNT
from app.domain.issue import Note
from app.domain.ledger_note import short_of

TOLD_AT_MOST = 20
"""Customers, and things not understood, that one receipt names; the others are counted."""

_PLAIN_LINK = re.compile(r"https://[A-Za-z0-9.-]{1,200}/[A-Za-z0-9/._~%=&#+-]{1,300}")
_TEXTS = ("workaround", "impact", "competitors", "subscription")
_KINDS = {AccountKind.ACCOUNT: "account", AccountKind.OPPORTUNITY: "opportunity", AccountKind.OTHER: "customer"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was read, and what was not: `unread` in words that may be repeated, `more` CRM links that do not count.

    `no_account` and `unknown_gone` are one-liners without an account, and about a customer who is not here. `asks`: a
    CRM link stands there and nothing says whether it is a customer; `link` is that link where it may be repeated.
    `currency` is the only one that counts, where an amount was told in another. `cut`: only the beginning was read;
    `left_out`: nothing was. `whose`: it tells something about a customer, and nobody knows which.
    """

    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    more: int = 0
    no_account: bool = False
    unknown_gone: bool = False
    currency: str | None = None
    whose: bool = False
    asks: bool = False
    link: str | None = None
    cut: bool = False
    left_out: bool = False

    @property
    def due(self) -> bool:
        """Whether there is anything that its people have to hear."""
        told = (self.unread, self.more, self.no_account, self.unknown_gone, self.currency, self.asks, self.cut)
        return self.left_out or self.whose or any(told)


def of_comment(case: Case, note: Note) -> Receipt:
    """The receipt for a comment. Where it tells of no customer, the checklist says what could not be read in it."""
    if note.id in case.reading.not_read:
        return Receipt(left_out=True)
    heard = case.reading.heard.get(note.id)
    if heard is None:
        return Receipt()
    if not heard.lines and note.id in case.reading.of_nobody:
        return Receipt(whose=True, cut=heard.cut)
    if not heard.lines and WITHOUT_ACCOUNT not in heard.unread:
        return _asked(case, note, heard) if _uncounted(case, heard) else Receipt()
    return _receipt(case, heard)


def of_description(case: Case) -> Receipt:
    """The receipt for the description; the checklist tells what of its fields could not be read."""
    heard = case.reading.heard.get(None)
    if heard is None or not heard.lines:
        return Receipt()
    asked = {title for item in case.taxonomy.items.values() for p in item.met_by for title in _names(case, p.arg)}
    asked |= {told.value for told in case.facts.values() if not told.readable}
    found = _receipt(case, heard)
    return replace(found, unread=tuple(u for u in found.unread if u not in asked))


def _receipt(case: Case, heard: Heard) -> Receipt:
    unread = [word for word in heard.unread if word != WITHOUT_ACCOUNT]
    return Receipt(
        read=tuple(", ".join(_said(case, line)) for line in heard.lines[:TOLD_AT_MOST]),
        unread=tuple(word if case.may_repeat(word) else "some words" for word in unread[:TOLD_AT_MOST]),
        more=len(_uncounted(case, heard)),
        no_account=WITHOUT_ACCOUNT in heard.unread,
        unknown_gone=any(line.withdrawn is not None and not _ever_here(case, line) for line in heard.lines),
        currency=case.book.currency if any(_is_foreign(case, line) for line in heard.lines) else None,
        cut=heard.cut,
    )


def _asked(case: Case, note: Note, heard: Heard) -> Receipt:
    """A CRM link alone: is this a +1? (H22)"""
    wanted = _uncounted(case, heard)[0]
    links = (a for a in crm_links(note.body[:READ_AT_MOST]) if a.key == wanted and a.kind is not AccountKind.OTHER)
    link = next((a.link for a in links if a.link and _PLAIN_LINK.fullmatch(a.link) and case.may_repeat(a.link)), None)
    return Receipt(asks=True, link=link, cut=heard.cut)


def _uncounted(case: Case, heard: Heard) -> list[str]:
    """CRM links that count nowhere on this request."""
    counted = {line.account.key for line in case.reading.lines}
    return [key for key in heard.more_links if key not in counted]


def _ever_here(case: Case, line: CustomerLine) -> bool:
    told = (one for heard in case.reading.heard.values() for one in heard.lines)
    return any(one.account.key == line.account.key and one.withdrawn is None for one in told)


def _said(case: Case, line: CustomerLine) -> Iterator[str]:
    yield f"{_KINDS[line.account.kind]} {short_of(line.account.key)}"
    if line.withdrawn is not None:
        yield "withdrawn"
        return
    yield from (str(word) for word in (line.severity, line.arr_type) if word)
    if line.needed_by or line.no_date:
        yield line.needed_by.isoformat() if line.needed_by else "no date"
    yield from _arr(case, line)
    if line.priority:
        yield f"customer priority {line.priority}"
    if line.deployment:
        yield line.deployment
    yield from (key for key in _TEXTS if getattr(line, key))
    if line.call_wanted:
        yield "a call with the PM"


def _arr(case: Case, line: CustomerLine) -> Iterator[str]:
    if case.book.entry(line.account.key):
        yield "ARR from the account book"
    elif _is_foreign(case, line):
        yield "ARR in another currency"
    elif line.arr:
        yield "ARR as you wrote it"
    elif line.arr_unknown:
        yield "ARR unknown"


def _is_foreign(case: Case, line: CustomerLine) -> bool:
    """Whether its amount counts nowhere, because of its currency."""
    told = line.arr and line.arr.currency not in (None, case.book.currency)
    return bool(told) and case.book.entry(line.account.key) is None


def _names(case: Case, key: str) -> tuple[str, ...]:
    return next((f.names for f in case.taxonomy.fields if f.key == key), ())
