"""Customers that came with duplicates: kept in the signed state of an internal note of the request that stays.

They are read from there like what people tell: a newer line of the same account counts, and one account counts once.
What the note keeps is no more than its readers may see (promise 11): no words of anybody, amounts as bands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from app.domain.amounts import band_of
from app.domain.customer import Account, AccountKind, Amount, ArrType, CustomerLine, Heard, Severity
from app.domain.customer_lines import lines_of
from app.domain.issue import Ref, User
from app.domain.numbers import Amounts
from app.domain.ours import CARRIED
from app.domain.plan import Carry, Say
from app.domain.request import Reading
from app.domain.voice import OurNote, Voice

_WORDS = ("subscription", "deployment", "workaround", "impact", "competitors", "arr_unknown")
"""What people told in words of their own: it stays on the duplicate, and the note says that it is there."""


def topic(source: Ref) -> str:
    """The topic of the note for one duplicate: each has its own, so that no two runs write over each other."""
    return f"{CARRIED} {source}"


def with_carried(reading: Reading, voice: Voice) -> Reading:
    """The reading of a request with the customers of its duplicates."""
    notes = [note for about, note in voice.notes.items() if about.startswith(f"{CARRIED} ")]
    lines = _known_here([line for note in notes for line in lines_in(note)], reading)
    if not lines:
        return reading
    heard = dict(reading.heard)
    for note in notes:
        mine = tuple(line for line in lines if line.note_id == note.id)
        heard |= {note.id: Heard(lines=mine, at=mine[-1].at, note_id=note.id)} if mine else {}
    # Each line is as old as it is, so that what people told of an account since counts more.
    apart = [Heard(lines=(line,), at=line.at, note_id=line.note_id) for line in lines]
    return replace(reading, lines=lines_of([*reading.heard.values(), *apart]), heard=heard)


def carried_say(errand: Carry, note: OurNote | None, amounts: Amounts, edges: Sequence[int]) -> Say | None:
    """What the note on the request that stays should say; None where there is nothing to say."""
    rows = [_row(line, amounts, edges, errand.source) for line in errand.lines]
    if not rows and note is None:
        return None
    shown = [{"account": short(row["key"]), "severity": row["severity"] or "–"} for row in rows]
    state = {"open": False, "rows": rows}
    return Say(topic(errand.source), "carried", {"rows": shown, "source": str(errand.source)}, state, internal=True)


def lines_in(note: OurNote) -> tuple[CustomerLine, ...]:
    """The customers that a note keeps, the oldest first."""
    rows = note.state.get("rows")
    found = (_line(row, note.id) for row in rows) if isinstance(rows, list) else ()
    return tuple(sorted(found, key=lambda line: line.at))


def fingerprint(lines: Iterable[CustomerLine]) -> str:
    """Changes whenever a customer does."""
    told = sorted(repr(replace(line, note_id=None)) for line in lines)
    return sha256(repr(told).encode()).hexdigest()[:16]


def short(key: str) -> str:
    """An account by a few letters of its key that spell no name."""
    return f"{key[:3]}…{key[-5:]}" if len(key) == 15 and not key.startswith(_HASHED) else f"CRM…{_hash(key)[-5:]}"


_HASHED = "crm:"


def _hash(key: str) -> str:
    """The link into another CRM may spell a name, so it is kept as a number that only it leads to."""
    return key if key.startswith(_HASHED) else _HASHED + sha256(key.encode()).hexdigest()[:20]


def _known_here(lines: Iterable[CustomerLine], reading: Reading) -> tuple[CustomerLine, ...]:
    """The lines under the keys that this request knows their accounts by."""
    told = (line.account for heard in reading.heard.values() for line in heard.lines)
    known = {_hash(a.key): a for a in told if a.kind is AccountKind.OTHER}
    return tuple(replace(line, account=known.get(line.account.key, line.account)) for line in lines)


def _row(line: CustomerLine, amounts: Amounts, edges: Sequence[int], source: Ref) -> dict[str, Any]:
    account = line.account
    other = account.kind is AccountKind.OTHER
    return {
        "key": _hash(account.key) if other else account.key,
        "kind": str(account.kind),
        "severity": str(line.severity) if line.severity else None,
        "arr_type": str(line.arr_type) if line.arr_type else None,
        "arr": _amount(line.arr, amounts, edges) if line.arr else None,
        "needed_by": line.needed_by.isoformat() if line.needed_by else None,
        "no_date": line.no_date,
        "priority": line.priority,
        "call_wanted": line.call_wanted,
        "by": [line.author.id, line.author.username],
        "at": line.at.isoformat(),
        "words": {name: f"see {source}" for name in _WORDS if getattr(line, name) is not None},
    }


def _amount(amount: Amount, amounts: Amounts, edges: Sequence[int]) -> list[str | None]:
    if amounts is Amounts.INLINE:
        return [str(amount.low), str(amount.high) if amount.high is not None else None, amount.currency]
    low = band_of(amount.low, edges)
    high = low.high if amount.high is None else min((edge for edge in edges if edge >= amount.high), default=None)
    return [str(low.low), str(high) if high is not None else None, amount.currency]


def _line(row: Mapping[str, Any], note_id: int) -> CustomerLine:
    arr = row["arr"]
    return CustomerLine(
        account=Account(row["key"], AccountKind(row["kind"])),
        author=User(*row["by"]),
        at=datetime.fromisoformat(row["at"]),
        note_id=note_id,
        severity=Severity(row["severity"]) if row["severity"] else None,
        arr_type=ArrType(row["arr_type"]) if row["arr_type"] else None,
        arr=Amount(Decimal(arr[0]), Decimal(arr[1]) if arr[1] else None, arr[2]) if arr else None,
        needed_by=date.fromisoformat(row["needed_by"]) if row["needed_by"] else None,
        no_date=row["no_date"],
        priority=row["priority"],
        call_wanted=row["call_wanted"],
        **row["words"],
    )
