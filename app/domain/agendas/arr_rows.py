"""What the ARR Driver's agenda says of single requests: rows for its templates.

A confidential request is a reference and nothing else, as an agenda has more readers than it (agendas 4.4).
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from app.domain.agenda import Ask, Verb
from app.domain.agendas import request_words as words
from app.domain.agendas.money_map import NO_SUM, TOO_FEW, MoneyMap, undecided
from app.domain.agendas.parts_late import nominated
from app.domain.agendas.promises import RESOLVED, ROADMAP, Promise, State
from app.domain.customer import CustomerLine, Severity
from app.domain.ledger import FORGOTTEN_AFTER
from app.domain.meeting_clocks import agenda_times
from app.domain.picture import Card, Detail, Picture
from app.domain.roster import Role
from app.domain.scoring import NOMINATED

Row = dict[str, object]

SELECTED, NOT_NOW = "arr-driver::selected", "arr-driver::not-now"
AHEAD = timedelta(days=182)
"""Two quarters: dates beyond them press nobody yet (agendas 4.2)."""


def asked(picture: Picture) -> tuple[Card, ...]:
    """What is decided on today: nominated in time and not put off, what weighs most first. What was decided since the
    agenda is there stays, so that its boxes do, and it can be undone.
    """
    in_time = {card.ref for card in nominated(picture, NOMINATED)}
    found = [card for card in picture.cards if card.ref in in_time or decided(picture, card)]
    here = (card for card in found if card.ref not in picture.parked)
    return tuple(sorted(here, key=lambda card: (-words.weight(picture, card), card.ref.project, card.ref.iid)))


def decided(picture: Picture, card: Card) -> str | None:
    """The label by which this ARR Driver has decided on a request already."""
    title = next((title for title in (SELECTED, NOT_NOW) if title in card.issue.labels), None)
    at = card.put_on.get(title) if title else None
    return title if at and at >= agenda_times(picture.program, picture.meeting).created else None


def standing(picture: Picture, card: Card) -> Row:
    """Where a request stands, as everybody may know."""
    if card.issue.confidential:
        return {"ref": str(card.ref), "confidential": True}
    target = card.issue.milestone if card.status in (ROADMAP, RESOLVED) else None
    status = words.named(picture, card.status)
    return {"ref": str(card.ref), "confidential": False, "status": status, "target": target}


def request(picture: Picture, card: Card) -> Row:
    """A nominated request in the table of its theme."""
    detail = picture.details.get(card.ref)
    due = first_due(picture, detail.lines) if detail else None
    return {**words.request(picture, card), **standing(picture, card), "due": due}


def minutes_for(picture: Picture, card: Card, each: int) -> int:
    """How long the room speaks of a request: as the hosts said, else `each`; of what is decided no more."""
    return 0 if decided(picture, card) else picture.timeboxes.get(card.ref, each)


def decision(picture: Picture, card: Card, each: int) -> Row:
    """What is wanted of the room on a request: its two boxes, and who in product carries it further."""
    people = picture.program.roster.holders(Role.PM, card.area, picture.meeting.start) if card.area else ()
    areas = {area.key: area.name for area in picture.program.areas}
    return {
        **request(picture, card),
        "area": areas.get(card.area or ""),
        "pm": [person.username for person in people],
        "minutes": minutes_for(picture, card, each),
        "decided": decided(picture, card),
        "select": Ask(Verb.SELECT, card.ref).key,
        "not_now": Ask(Verb.NOT_NOW, card.ref).key,
    }


def first_due(picture: Picture, lines: Iterable[CustomerLine]) -> date | None:
    """The first day within two quarters by which a customer needs it; what passed long ago was forgotten."""
    first, last = picture.now.date() - FORGOTTEN_AFTER, picture.meeting.start.date() + AHEAD
    return min((line.needed_by for line in lines if line.needed_by and first <= line.needed_by <= last), default=None)


def promise(picture: Picture, told: Promise) -> Row:
    """A promise, with when it was broken."""
    card, who = told.detail.card, told.line.author.username
    broken = card.entered if told.state in (State.WITHDRAWN, State.SLIPPED) else None
    return {
        **standing(picture, card),
        "due": told.due,
        "who": who,
        "region": words.region(picture, who),
        "state": told.state.value,
        "since": broken,
    }


def blockers(picture: Picture, worth: MoneyMap) -> list[Row]:
    """Requests without which a deal of this quarter cannot close, the first date first."""
    found: list[tuple[tuple[object, ...], Row]] = []
    for card in picture.cards:
        detail = picture.details.get(card.ref)
        lines = _blocking(picture, detail) if detail and undecided(picture, card) else []
        if lines:
            due = min(line.needed_by for line in lines if line.needed_by)
            found.append(((card.issue.confidential, due, str(card.ref)), _blocker(picture, card, lines, due, worth)))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _blocker(picture: Picture, card: Card, lines: list[CustomerLine], due: date, worth: MoneyMap) -> Row:
    return {
        **standing(picture, card),
        "due": due,
        "passed": due < picture.now.date(),
        "customers": len(lines),
        "touching": None if card.issue.confidential else worth.touching(lines),
        "who": list(dict.fromkeys(line.author.username for line in lines)),
    }


def _blocking(picture: Picture, detail: Detail) -> list[CustomerLine]:
    first, last = picture.now.date() - FORGOTTEN_AFTER, quarter_end(picture)
    blocking = (line for line in detail.lines if line.severity is Severity.BLOCKER)
    return [line for line in blocking if line.needed_by and first <= line.needed_by <= last]


def at_risk(picture: Picture, worth: MoneyMap) -> Row:
    """Accounts that say they go, or do not come, within two quarters over requests that are on no roadmap, and what
    they are worth (metrics, *ARR at risk now*).
    """
    lines = [
        line
        for detail in worth.details
        if detail.card.status != ROADMAP
        for line in detail.lines
        if line.severity in (Severity.BLOCKER, Severity.RETENTION) and first_due(picture, [line])
    ]
    return together(worth, lines)


def together(worth: MoneyMap, lines: Sequence[CustomerLine]) -> Row:
    """How many accounts some lines are of, and what these are worth, where that may be told."""
    told = worth.touching(lines)
    accounts = len({line.account.key for line in lines})
    return {"accounts": accounts, "touching": None if told in (TOO_FEW, NO_SUM) else told}


def blocked_deals(picture: Picture, worth: MoneyMap) -> Row:
    """The accounts of all blockers that close this quarter, each once."""
    found = (detail for detail in worth.details if undecided(picture, detail.card))
    return together(worth, [line for detail in found for line in _blocking(picture, detail)])


def quarter_end(picture: Picture) -> date:
    """The last day of the quarter in which the meeting is."""
    year = picture.program.cadence.fiscal_year
    return year.start(year.quarter_of(picture.meeting.start.date()).following) - timedelta(days=1)


def taken_up(picture: Picture) -> list[Row]:
    """What was selected before: all that is not on the roadmap yet, then what came there, or ended, since last time."""
    found = [card for card in picture.cards if SELECTED in card.issue.labels and _still(picture, card)]
    found.sort(key=lambda card: (_done(card), card.put_on.get(SELECTED) or card.issue.created_at, str(card.ref)))
    return [
        {**standing(picture, card), "done": _done(card), "at": card.put_on.get(SELECTED), "since": card.entered}
        for card in found
    ]


def put_aside(picture: Picture) -> list[str]:
    """What the last ARR Driver did not select."""
    last = picture.previous.meeting if picture.previous else None
    since = agenda_times(picture.program, last).created if last else None
    found = (card for card in picture.cards if NOT_NOW in card.issue.labels and not decided(picture, card))
    told = [card for card in found if (at := card.put_on.get(NOT_NOW)) and since and at >= since]
    return [str(card.ref) for card in told]


def _done(card: Card) -> bool:
    return card.status in (ROADMAP, RESOLVED)


def _still(picture: Picture, card: Card) -> bool:
    """Whether it has to be spoken of; what came onto the roadmap, or ended otherwise, is told once."""
    ended = _done(card) or not undecided(picture, card)
    return not decided(picture, card) and (not ended or picture.since_last(card.entered))
