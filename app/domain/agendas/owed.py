"""What a PM review says besides decisions and updates: what the field owes the PM, calls wanted, betas, themes."""

from datetime import datetime

from app.domain.agenda import Section
from app.domain.agendas.parts_clock import business_days
from app.domain.agendas.request_words import NEW, by_age, grave_first, repeated, request
from app.domain.agendas.tables import table
from app.domain.asked_words import FIELD, asked_words
from app.domain.ours import CONTEXT, NEEDED
from app.domain.picture import Card, Detail, Picture

BETA = "beta::open"


def owed(picture: Picture) -> Section:
    """The block `owed`: questions about requests on the table, or of the product manager, that nobody answered yet."""
    rows = [_debt(picture, card) for card in owing(picture)]
    return table("owed", "pm_review_owed", rows)


def owing(picture: Picture) -> tuple[Card, ...]:
    """Requests that were before a PM, or are nominated, and wait for context, the longest first. A question written in
    an agenda stands on its own: it waits, too, where no rule asks for context.
    """
    found = (card for card in picture.cards if card.issue.state == "opened" and _was_before_the_pm(card))
    asked = (card for card in found if NEEDED in card.issue.labels or _words(picture, card))
    return tuple(sorted(asked, key=lambda card: by_age(card, _since(picture, card))))


def came_back(picture: Picture) -> tuple[Card, ...]:
    """Open requests that were before a PM and are New again: their notes tell whether a question is open."""
    return tuple(card for card in picture.in_status(NEW) if _was_reviewed(card))


def _was_reviewed(card: Card) -> bool:
    return any(stay.status == "status::reviewed" for stay in card.stays)


def _was_before_the_pm(card: Card) -> bool:
    return "pm-review::next" in card.issue.labels or _was_reviewed(card)


def _words(picture: Picture, card: Card) -> tuple[str, str | None] | None:
    """Who asks in words of their own, and the words, as far as the request may repeat them."""
    detail = picture.details.get(card.ref)
    return asked_words(detail.case) if detail else None


def _since(picture: Picture, card: Card) -> datetime:
    detail = picture.details.get(card.ref)
    told = detail.case.facts.get(FIELD) if detail and _words(picture, card) else None
    return card.put_on.get(NEEDED) or (told.at if told else None) or card.entered


def _debt(picture: Picture, card: Card) -> dict[str, object]:
    told = request(picture, card)
    detail = picture.details.get(card.ref)
    if card.issue.confidential:
        return told
    days = business_days(picture, _since(picture, card), picture.now)
    return {**told, **question(picture, detail), **_in_words(picture, card), "days": days}


def _in_words(picture: Picture, card: Card) -> dict[str, object]:
    """A question in somebody's own words, and who asks; nobody asks so where a rule alone does."""
    detail, asked = picture.details.get(card.ref), _words(picture, card)
    if detail is None or asked is None:
        return {"by": None}
    to = question(picture, detail)["of"] or card.issue.author.username
    return {"by": asked[0], "of": to, "words": repeated(picture, detail.case, asked[1])}


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
