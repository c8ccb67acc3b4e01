"""What an agenda says of one request: its numbers, and of people's words only what may be repeated there (promise 11).

A confidential request shows as its reference alone (agendas 4.4): everything else of it is empty, and it comes last,
by its number, so that its place tells nothing.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from app.domain.agenda import Ask, Verb
from app.domain.cadence import MeetingKind
from app.domain.case import Case
from app.domain.customer import CustomerLine, Severity
from app.domain.ledger import severity_of
from app.domain.money import typed
from app.domain.numbers import Amounts
from app.domain.picture import Card, Detail, Picture
from app.domain.request import Told

NEW, REVIEWED = "status::new", "status::reviewed"
BREATH_AT_MOST = 200
"""Characters of a problem, and of an impact, that are read out in one breath."""
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+")
_PRIORITY = "priority"


def request(picture: Picture, card: Card) -> dict[str, object]:
    """One request as templates show it; `known` says whether its notes were read."""
    if card.issue.confidential:
        return {"ref": str(card.ref), "confidential": True, "known": False}
    detail = picture.details.get(card.ref)
    return {
        "ref": str(card.ref),
        "confidential": False,
        "known": detail is not None,
        "priority": card.label(_PRIORITY),
        "theme": card.label(f"theme::{card.area}"),
        "severity": severity(picture, card),
        "points": detail.points if detail else None,
        "share": share(picture, detail) if detail else None,
        **(_customers(detail) if detail else {}),
    }


def _customers(detail: Detail) -> dict[str, object]:
    of = [line.severity for line in detail.lines]
    return {
        "customers": len(detail.lines),
        "counts": tuple((severity.value, of.count(severity)) for severity in list(Severity)[:3] if severity in of),
        "first_date": min((line.needed_by for line in detail.lines if line.needed_by), default=None),
    }


def severity(picture: Picture, card: Card) -> str | None:
    """What its strongest customer does without it; by its label where its notes were not read."""
    detail = picture.details.get(card.ref)
    told = severity_of(detail.lines) if detail else None
    label = card.label("severity")
    return told.value if told else label.rpartition("::")[2] if label else None


def share(picture: Picture, detail: Detail) -> str | None:
    """Its ARR share as it may be read where the agenda stands: no exact amount where only bands may be read."""
    banded = picture.program.amounts(detail.ref.project) is Amounts.BANDS
    return detail.scored.share if detail.scored and (banded or picture.amounts is Amounts.INLINE) else None


def weight(picture: Picture, card: Card) -> int:
    """By what requests are put in order: their points, or the least of their band where the notes were not read. A
    confidential one has none here: its place would tell.
    """
    if card.issue.confidential:
        return 0
    detail = picture.details.get(card.ref)
    if detail and detail.points is not None:
        return detail.points
    band = (card.label(_PRIORITY) or "").rpartition("::")[2]
    least = (*picture.taxonomy.numbers.band_from, 0)
    return least[int(band) - 1] if band.isdecimal() and 0 < int(band) <= len(least) else 0


def by_age(card: Card, since: datetime) -> tuple[bool, datetime, int]:
    """By what requests are put in order that have waited since then: the longest first, confidential ones last."""
    hidden = card.issue.confidential
    return (hidden, datetime.min.replace(tzinfo=UTC) if hidden else since, card.ref.iid)


def repeated(picture: Picture, case: Case, told: Told | str | None) -> str | None:
    """Somebody's words, if they may stand in this agenda: public, and where amounts are bands without name and sum."""
    if told is None or (isinstance(told, Told) and (told.internal or not told.readable)):
        return None
    text = told.value if isinstance(told, Told) else told
    free = picture.amounts is Amounts.INLINE or not (typed(text) or case.book.gives_away([text]))
    return text if free and text.strip() else None


def in_one_breath(picture: Picture, detail: Detail) -> tuple[str, ...]:
    """The problem and the impact, a sentence or two of each."""
    facts = detail.case.facts
    told = (repeated(picture, detail.case, facts.get(key)) for key in ("problem", "impact"))
    return tuple(_shortened(text) for text in told if text)


def _shortened(text: str) -> str:
    """Whole sentences, as many as there is breath for; at least the first."""
    found = ""
    for sentence in _SENTENCE_ENDS.split(" ".join(text.split())):
        if found and len(found) + len(sentence) >= BREATH_AT_MOST:
            break
        found = f"{found} {sentence}".strip()
    return found


def region(picture: Picture, username: str) -> str | None:
    """Where somebody is from, by the roster."""
    person = picture.program.roster.person(username)
    return person.region if person else None


def grave_first(lines: Iterable[CustomerLine]) -> tuple[CustomerLine, ...]:
    """One line a person, of their gravest customer, the gravest first."""
    order = [*Severity, None]
    found: dict[str, CustomerLine] = {}
    for line in sorted(lines, key=lambda line: (order.index(line.severity), line.needed_by or date.max, line.at)):
        found.setdefault(line.author.username, line)
    return tuple(found.values())


def named(picture: Picture, status: str | None) -> str:
    """What people call a status."""
    found = picture.taxonomy.workflow.status(status or "")
    return found.name if found else "no status"


def sentence_key(card: Card) -> str:
    """Under which key a PM review keeps the sentence about a request that customers may hear (agendas 4.4)."""
    return Ask(Verb.TOLD, card.ref, "sentence").key


def customer_safe(picture: Picture, card: Card) -> str | None:
    """The sentence that customers may hear (S180): as the PM let it pass in the last PM review since, else as the
    request tells it; None where nobody did, or it may not be repeated here.
    """
    detail = picture.details.get(card.ref)
    if detail is None or card.issue.confidential:
        return None
    reviews = (sheet for sheet in picture.held if sheet.meeting.kind is MeetingKind.PM_REVIEW)
    written = [text for sheet in reviews if (text := sheet.sentences.get(sentence_key(card)))]
    told = (repeated(picture, detail.case, one) for one in (*written[-1:], detail.case.facts.get("customer_safe")))
    return next((text for text in told if text), None)
