"""What we tell somebody about a comment of theirs of which we did not understand all (requests 2.4, Receipt).

Never a name or a sum: of texts only the names of their fields are told, of ARR only where it comes from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.domain.accounts import crm_links, short_of
from app.domain.blocks import readable
from app.domain.case import Case
from app.domain.customer import AccountKind, CustomerLine, Heard
from app.domain.customer_lines import WITHOUT_ACCOUNT
from app.domain.issue import Note
from app.domain.ledger import growth
from app.domain.taxonomy import Field, FieldKind

TOLD_AT_MOST = 20
"""Customers, and things not understood, that one receipt names; the others are counted."""

_PLAIN_LINK = re.compile(r"https://[A-Za-z0-9.-]{1,200}/[A-Za-z0-9/._~%=&#+-]{1,300}")
_PARTS = ("severity", "arr_type", "needed_by", "arr", "deployment")
_TEXTS = ("workaround", "impact", "competitors", "subscription")
_KINDS = {AccountKind.ACCOUNT: "account", AccountKind.OPPORTUNITY: "opportunity", AccountKind.OTHER: "customer"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was read, and what was not: `unread` in words that may be repeated, `may` what may stand there instead.

    `meant` are names of fields that were mistyped, `past` dates that were over when they were told, `more` CRM links
    that do not count.

    `no_account` and `unknown_gone` are one-liners without an account, and about a customer who is not here. `asks`: a
    CRM link stands there and nothing says whether it is a customer; `link` is that link where it may be repeated.
    `taken_from` are the people whose customers somebody else withdrew without a word why.
    `currency` is the only one that counts, where an amount was told in another. `cut`: only the beginning was read;
    `left_out`: nothing was. `whose`: it tells something about a customer, and nobody knows which.
    """

    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    more: int = 0
    no_account: bool = False
    unknown_gone: bool = False
    taken_from: tuple[str, ...] = ()
    currency: str | None = None
    whose: bool = False
    asks: bool = False
    link: str | None = None
    cut: bool = False
    left_out: bool = False

    @property
    def due(self) -> bool:
        """Whether there is anything that its people have to hear."""
        told = (self.unread, self.meant, self.past, self.more, self.no_account, self.unknown_gone, self.currency)
        return any((*told, self.taken_from, self.left_out, self.whose, self.asks, self.cut))


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
        meant = _meant(case, heard)
        return _asked(case, note, heard) if _uncounted(case, heard) and not meant else Receipt(meant=meant)
    return _receipt(case, heard)


def of_description(case: Case) -> Receipt:
    """The receipt for the description; the checklist tells what of its fields could not be read."""
    heard = case.reading.heard.get(None)
    if heard is None or not heard.lines:
        return Receipt(meant=_meant(case, heard) if heard else ())
    asked = {title for item in case.taxonomy.items.values() for p in item.met_by for title in _names(case, p.arg)}
    asked |= {told.value for told in case.facts.values() if not told.readable}
    found = _receipt(case, heard)
    unread = tuple(u for u in found.unread if u not in asked)
    return replace(found, unread=unread, may=found.may if unread else ())


def _receipt(case: Case, heard: Heard) -> Receipt:
    unread = [word for word in heard.unread if word != WITHOUT_ACCOUNT]
    return Receipt(
        read=tuple(f"{_who(line)}: {', '.join(_said(case, line))}" for line in heard.lines[:TOLD_AT_MOST]),
        unread=tuple(word if case.may_repeat(word) else "some words" for word in unread[:TOLD_AT_MOST]),
        may=tuple(_may_stand(case, heard)),
        meant=_meant(case, heard),
        past=tuple(dict.fromkeys(due for line in heard.lines if (due := _over(line)))),
        more=len(_uncounted(case, heard)),
        no_account=WITHOUT_ACCOUNT in heard.unread,
        unknown_gone=any(line.withdrawn is not None and not ever_here(case, line) for line in heard.lines),
        taken_from=tuple(dict.fromkeys(_taken_from(case, heard))),
        currency=case.book.currency if any(_is_foreign(case, line) for line in heard.lines) else None,
        cut=heard.cut,
    )


def _taken_from(case: Case, heard: Heard) -> Iterator[str]:
    """Whose customers were withdrawn by somebody else, who does not say why."""
    told = [one for each in case.reading.heard.values() for one in each.lines if one.withdrawn is None]
    for line in heard.lines:
        before = [t for t in told if t.account.key == line.account.key and t.at < line.at]
        teller = max(before, key=lambda t: t.at).author if before and line.withdrawn == "" else line.author
        if teller.id != line.author.id:
            yield teller.username


def _asked(case: Case, note: Note, heard: Heard) -> Receipt:
    """A CRM link alone: is this a +1? (H22)"""
    wanted = _uncounted(case, heard)[0]
    links = (a for a in crm_links(readable(note.body)) if a.key == wanted and a.kind is not AccountKind.OTHER)
    link = next((a.link for a in links if a.link and _PLAIN_LINK.fullmatch(a.link) and case.may_repeat(a.link)), None)
    return Receipt(asks=True, link=link, cut=heard.cut)


def _uncounted(case: Case, heard: Heard) -> list[str]:
    """CRM links that count nowhere on this request."""
    counted = {line.account.key for line in case.reading.lines}
    return [key for key in heard.more_links if key not in counted]


def ever_here(case: Case, line: CustomerLine) -> bool:
    """Whether somebody told its account as a customer of this request."""
    told = (one for heard in case.reading.heard.values() for one in heard.lines)
    return any(one.account.key == line.account.key and one.withdrawn is None for one in told)


def _who(line: CustomerLine) -> str:
    return f"{_KINDS[line.account.kind]} {short_of(line.account.key)}"


def _over(line: CustomerLine) -> str | None:
    """The day it needs, where that was over when it was told."""
    return line.needed_by.isoformat() if line.needed_by and line.needed_by < line.at.date() else None


def _meant(case: Case, heard: Heard) -> tuple[str, ...]:
    """Names of fields that were mistyped, besides those that were told after all."""
    told = {f.key for f in case.taxonomy.fields if (fact := case.facts.get(f.key)) and fact.readable}
    return tuple(n for n in heard.meant if not any(n in f.names for f in case.taxonomy.fields if f.key in told))


def _may_stand(case: Case, heard: Heard) -> Iterator[str]:
    """What may stand in the fields that were not understood; for a part of a one-liner, in those not told yet."""
    for field in case.taxonomy.fields:
        part = "" in heard.unclear and any(_untold(case, line, field.key) for line in heard.lines)
        words = _words(field) if part or field.key in heard.unclear else None
        if words:
            yield f"{field.names[0]}: {words}"


def _untold(case: Case, line: CustomerLine, key: str) -> bool:
    if key == "needed_by" and line.no_date:
        return False
    if key == "arr" and (line.arr_unknown or case.book.entry(line.account.key)):
        return False
    return key in _PARTS and getattr(line, key) is None and line.withdrawn is None


def _words(field: Field) -> str | None:
    if field.key == "customer_priority":
        return "a number from 1 to 10"
    if field.kind is FieldKind.CHOICE:
        # One choice may be the short form of another: `dedicated`.
        choices = [
            c for c in field.choices if not any(o.casefold().endswith(f" {c.casefold()}") for o in field.choices)
        ]
        return " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))
    return {FieldKind.DATE: "a date, as 2027-03-31", FieldKind.MONEY: "a band, as 100–250k"}.get(field.kind)


def _said(case: Case, line: CustomerLine) -> Iterator[str]:
    if line.withdrawn is not None:
        yield "withdrawn"
        return
    yield from (str(word) for word in (line.severity, line.arr_type) if word)
    if not line.arr_type and line.account.kind is not AccountKind.OTHER:
        yield f"{'growth' if growth(line) else 'retention'} assumed"
    if line.needed_by or line.no_date:
        yield f"needed by {line.needed_by.isoformat()}" if line.needed_by else "no date"
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
