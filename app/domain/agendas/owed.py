"""What a PM review says besides decisions and updates: what the field owes the PM, calls wanted, betas, themes."""

from datetime import datetime

from app.domain.agenda import Section
from app.domain.agendas.parts_clock import business_days
from app.domain.agendas.request_words import by_age, grave_first, repeated, request
from app.domain.agendas.tables import table
from app.domain.ours import CONTEXT, NEEDED
from app.domain.picture import Card, Detail, Picture

BETA = "beta::open"


def owed(picture: Picture) -> Section:
    """The block `owed`: questions about requests on the table, or of the product manager, that nobody answered yet."""
    rows = [_debt(picture, card) for card in owing(picture)]
    return table("owed", "pm_review_owed", rows)


def owing(picture: Picture) -> tuple[Card, ...]:
    """Requests that were before a PM, or are nominated, and wait for context, the longest first."""
    found = (card for card in picture.cards if card.issue.state == "opened" and NEEDED in card.issue.labels)
    asked = (card for card in found if "pm-review::next" in card.issue.labels or _was_reviewed(card))
    return tuple(sorted(asked, key=lambda card: by_age(card, _since(card))))


def _was_reviewed(card: Card) -> bool:
    return any(stay.status == "status::reviewed" for stay in card.stays)


def _since(card: Card) -> datetime:
    return card.put_on.get(NEEDED, card.entered)


def _debt(picture: Picture, card: Card) -> dict[str, object]:
    told = request(picture, card)
    detail = picture.details.get(card.ref)
    if card.issue.confidential:
        return told
    return {**told, **question(picture, detail), "days": business_days(picture, _since(card), picture.now)}


def question(picture: Picture, detail: Detail | None) -> dict[str, object]:
    """Our open question about a request: whom it is to, what is missing, and the words of whoever sent it back."""
    note = detail.case.voice.on(CONTEXT) if detail else None
    if detail is None or note is None or not note.open:
        return {"of": None, "missing": (), "words": None}
    items, keys, words = picture.taxonomy.items, note.state.get("missing"), note.state.get("words")
    said = str(words[1]) if isinstance(words, list) and len(words) > 1 and words[1] else None
    return {
        "of": str(note.state["of"]) if note.state.get("of") else None,
        "missing": tuple(items[key].title for key in keys if key in items) if isinstance(keys, list) else (),
        "words": repeated(picture, detail.case, said),
    }


def calls(picture: Picture) -> Section:
    """The block `calls`: customers who want to speak with the product manager (S181), by who can bring them along."""
    rows = [
        {"ref": str(detail.ref), "who": tuple(line.author.username for line in wanting)}
        for detail in picture.details.values()
        if not detail.card.issue.confidential
        and detail.card.issue.state == "opened"
        and (wanting := grave_first(line for line in detail.lines if line.call_wanted))
    ]
    return table("calls", "pm_review_calls", rows)


def betas(picture: Picture) -> Section:
    """The block `betas`: open betas, and who has customers for them (S187)."""
    rows = [_beta(picture, card) for card in picture.cards if in_beta(card)]
    return table("betas", "pm_review_betas", rows)


def in_beta(card: Card) -> bool:
    """Whether it can be tried out now."""
    return BETA in card.issue.labels and card.issue.state == "opened"


def _beta(picture: Picture, card: Card) -> dict[str, object]:
    detail = picture.details.get(card.ref)
    people = grave_first(detail.lines) if detail and not card.issue.confidential else ()
    return {**request(picture, card), "who": tuple(line.author.username for line in people)}


def themes(picture: Picture) -> Section:
    """The block `trends`: how many requests came since the last review, by theme, the most first."""
    came = [card for card in picture.cards if picture.since_last(card.issue.created_at)]
    scope = f"theme::{picture.meeting.area}"
    found: dict[str | None, int] = {}
    for card in came:
        found[card.label(scope)] = found.get(card.label(scope), 0) + 1
    rows = sorted(((theme, number) for theme, number in found.items() if theme), key=lambda row: (-row[1], row[0]))
    data = {"rows": rows, "without": found.get(None, 0), "since": picture.since}
    return Section("trends", "pm_review_trends", data)
