"""The ledger: our internal note of a request's customers and numbers, in place, with a signed machine copy (2.4, 2.6).

The immediate update, when a customer line arrives, and `score` say it with the same words: what only `score` can know
(ARR share, points) stays as the last score left it, "as of" its day.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256

from app.domain.account_book import AccountBook
from app.domain.accounts import hidden, short_of
from app.domain.amounts import Band, band_of, plain, total
from app.domain.case import Case
from app.domain.context import Context
from app.domain.customer import Account, AccountKind, CustomerLine
from app.domain.ledger import growth, lacking, priority_of, strongest_first, told_worth
from app.domain.numbers import Amounts, LineTells, Numbers
from app.domain.ours import LEDGER
from app.domain.plan import Say
from app.domain.program import Program
from app.domain.roster import Roster
from app.domain.scored import Scored
from app.domain.taxonomy import Taxonomy
from app.domain.voice import OurNote

SHOWN_AT_MOST = 200
KEPT_AT_MOST = 2_000
"""Customers in the note's table, and in its machine copy; the others are counted. GitLab takes a million characters."""

READ_KEPT = 200
"""Comments that the ledger keeps in mind as read; all that are older than these were."""

NAMED_AT_MOST = 5
"""Accounts that are named for one thing they lack."""

_LINK = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9/._~%=&#+-]{1,300}")

_SHOWN_LINK = re.compile(r"https?://[^\s)]+")


@dataclass(frozen=True, slots=True)
class Desk:
    """What ledgers of one project are written by. `names` are, by key, what people are told things are
    called: the items' titles, else the fields' names.
    """

    numbers: Numbers
    book: AccountBook
    roster: Roster
    amounts: Amounts
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def inline(self) -> bool:
        """Whether amounts may be read here as they are."""
        return self.amounts is Amounts.INLINE

    def sum_of(self, amount: Decimal, accounts: int) -> str | None:
        """A sum over so many accounts of known worth as it may be read here; None where that is too few."""
        if self.inline:
            return f"{plain(amount)} {self.numbers.currency}"
        return str(band_of(amount, self.numbers.bands)) if accounts >= self.numbers.totals_from else None


def desk(project: str, taxonomy: Taxonomy, program: Program, book: AccountBook) -> Desk:
    """The desk for a project's ledgers."""
    names = {f.key: f.names[0] for f in taxonomy.fields} | {item.key: item.title for item in taxonomy.items.values()}
    return Desk(taxonomy.numbers, book, program.roster, program.amounts(project), names)


@dataclass(frozen=True, slots=True)
class Missing:
    """What the request lacks before its next status: the name of the status, and the titles of the items by key."""

    before: str | None = None
    items: Mapping[str, str] = field(default_factory=dict)


def missing_before(context: Context) -> Missing:
    """What the next status needs and is not there, as a move to it is judged. Links are not looked at, so that all who
    write the ledger say the same.
    """
    flow, labels = context.taxonomy.workflow, context.snapshot.issue.labels
    here = next((i for i, status in enumerate(flow.statuses) if status.title in labels), 0)
    if flow.statuses[here].terminal or here + 1 == len(flow.statuses):
        return Missing()
    following = flow.statuses[here + 1]
    keys = flow.needed(following.title, None)
    unlinked = replace(context, snapshot=replace(context.snapshot, links=None))
    return Missing(following.name, {w.item.key: w.item.title for w in unlinked.wanted(keys)})


def ledger_say(
    desk: Desk,
    lines: Sequence[CustomerLine],
    missing: Missing,
    note: OurNote | None,
    scored: Scored | None = None,
    read: Sequence[int] = (),
) -> Say | None:
    """What the ledger should say. Without `scored` the numbers are those that our note has. None: nothing to say. It
    keeps in mind which comments were `read`, as their people are shown once.
    """
    if not lines and note is None:
        return None
    scored = _scored(note, scored)
    lacks, touching = _lacks(desk, lines), _touching(desk, lines)
    absent = [lacks.pop(key, title) for key, title in missing.items.items()]
    untold = list(lacks.values())
    state = _state(desk, lines, [missing.before, *absent, *untold], touching, scored) | _read_by_now(note, read)
    data = {
        "rows": shown(desk, lines),
        "more": max(0, len(lines) - SHOWN_AT_MOST),
        "accounts": len(lines),
        "touching": touching,
        "unknown": sum(told_worth(line, desk.book) is None for line in lines),
        "scored": scored if lines else None,
        "before": missing.before,
        "absent": absent,
        "untold": untold,
    }
    return Say(LEDGER, "ledger", data, state, internal=True)


def _state(
    desk: Desk, lines: Sequence[CustomerLine], missing: list[str | None], touching: str | None, scored: Scored | None
) -> dict[str, object]:
    """The machine copy of what the ledger says."""
    return {
        "rows": [_row(desk, line) for line in lines[:KEPT_AT_MOST]],
        "accounts": len(lines),
        "all": _fingerprint(lines),
        "touching": touching,
        "missing": missing,
        "scored": scored.to_state() if scored and lines else None,
    }


def ledger_of(case: Case, book: AccountBook, scored: Scored | None = None, read: Sequence[int] = ()) -> Say | None:
    """What the ledger of a request should say, as `ledger_say` has it; None where it says that already."""
    at = desk(case.snapshot.issue.ref.project, case.taxonomy, case.program, book)
    lines, note = strongest_first(case.reading.lines), case.voice.on(LEDGER)
    say = ledger_say(at, lines, missing_before(case.context), note, scored, read)
    return None if say is None or (note and note.says(say)) else say


def _scored(note: OurNote | None, scored: Scored | None) -> Scored | None:
    """The numbers of the last score, unless there are others now."""
    kept = Scored.from_state(note.state.get("scored")) if note else None
    return kept if scored is None or (kept is not None and scored.same_as(kept)) else scored


def _read_by_now(note: OurNote | None, read: Sequence[int]) -> dict[str, list[int]]:
    seen = sorted({*already_read(note), *read})[-READ_KEPT:]
    return {"read": seen} if seen else {}


def already_read(note: OurNote | None) -> tuple[int, ...]:
    """The comments whose people saw that they were read, as a ledger keeps them in mind, the newest last."""
    kept = note.state.get("read") if note else None
    return tuple(i for i in kept if isinstance(i, int)) if isinstance(kept, list) else ()


def shown(desk: Desk, lines: Sequence[CustomerLine]) -> list[dict[str, object]]:
    """The rows of the ledger's table, for whoever else shows them."""
    return [_shown(desk, line) for line in lines[:SHOWN_AT_MOST]]


def gives_away(say: Say, at: Desk) -> bool:
    """Whether it would show a customer's name or an exact amount where those may not be read: nobody writes it then."""
    if at.inline:
        return False
    # What operators wrote and what GitLab calls people is no secret: only the links were typed by anybody.
    ours = ("region", "who", "before", "absent", "untold", "missing")
    written = [*texts(say.data, but=ours), *texts(say.state, but=ours)]
    links = (link for text in written for link in _SHOWN_LINK.findall(text))
    return at.book.shows_amount(written) or any(at.book.names_one(link) for link in links)


def texts(value: object, but: Sequence[str] = ()) -> list[str]:
    """Every text in a note's data and state, for the leak check, besides those under some names."""
    match value:
        case str():
            return [value]
        case Mapping():
            return [text for name, inner in value.items() if name not in but for text in texts(inner, but)]
        case list() | tuple():
            return [text for inner in value for text in texts(inner, but)]
        case Scored():
            return texts(value.to_state(), but)
        case _:
            return []


def _touching(desk: Desk, lines: Sequence[CustomerLine]) -> str | None:
    known = [worth for line in lines if (worth := told_worth(line, desk.book)) is not None]
    if not known:
        return None
    if desk.inline:
        return desk.sum_of(sum(known, Decimal(0)), len(known))
    bands = [band_of(worth, desk.numbers.bands) for worth in known]
    return total(bands) if len(known) >= desk.numbers.totals_from else None


def _row(desk: Desk, line: CustomerLine) -> list[object]:
    """The machine copy of one customer: account, severity, ARR as it may be read here, date, who told it, where,
    priority.
    """
    key = line.account.key if line.account.kind is not AccountKind.OTHER else hidden(line.account.key)
    due = line.needed_by.isoformat() if line.needed_by else None
    priority = priority_of(line, desk.numbers)
    return [key, line.severity, _worth(desk, line), due, line.author.id, line.note_id, priority]


def _shown(desk: Desk, line: CustomerLine) -> dict[str, object]:
    person = desk.roster.person(line.author.username)
    return {
        "account": _linked(desk, line.account),
        "kind": str(line.arr_type or ("growth, assumed" if growth(line) else "retention, assumed")),
        "severity": str(line.severity) if line.severity else "–",
        "arr": _worth(desk, line) or "unknown",
        "needed_by": line.needed_by.isoformat() if line.needed_by else "–",
        "who": line.author.username,
        "region": person.region if person else None,
    }


def _worth(desk: Desk, line: CustomerLine) -> str | None:
    worth = told_worth(line, desk.book)
    if worth is None:
        return None
    told = line.arr.high if line.arr and desk.book.entry(line.account.key) is None else None
    if desk.inline:
        return f"{plain(worth)}–{plain(told)}" if told and told > worth else plain(worth)
    low = band_of(worth, desk.numbers.bands)
    return str(Band(low.low, band_of(told, desk.numbers.bands).high)) if told and told > worth else str(low)


def _linked(desk: Desk, account: Account) -> str:
    """The account by a short name, as a link where the link is plain and gives no name away."""
    short, link = short_of(account.key), plain_link(account)
    shown = link is not None and (desk.inline or not desk.book.gives_away([link]))
    return f"[{short}]({link})" if shown else short


def plain_link(account: Account) -> str | None:
    """The link to an account, without what was only typed along with it; None where it may be more than a link."""
    link = re.sub(r"\Ahttp:", "https:", account.link or "", flags=re.IGNORECASE)
    bare = re.split("[?#]", link, maxsplit=1)[0]
    link = bare if account.kind is not AccountKind.OTHER and account.key in bare else link
    return link if _LINK.fullmatch(link) else None


def _lacks(desk: Desk, lines: Sequence[CustomerLine]) -> dict[str, str]:
    """What customers still have to tell, and whose it is, by key."""
    found = lacking(lines, desk.book, desk.numbers)
    told: dict[str, str] = {}
    for what in LineTells:
        of = [short_of(one.account) for one in found if what in one.what]
        more = f" and {len(of) - NAMED_AT_MOST} more" if len(of) > NAMED_AT_MOST else ""
        if of:
            told[what] = f"{desk.names.get(what, what)} for {', '.join(of[:NAMED_AT_MOST])}{more}"
    return told


def _fingerprint(lines: Sequence[CustomerLine]) -> str:
    """Of all accounts, also of those beyond the machine copy."""
    told = ((line.account.key, str(line.severity), str(line.needed_by), line.author.id) for line in lines)
    return sha256(repr(list(told)).encode()).hexdigest()[:16]
