"""What a PM review passes on (S169, S180): requests that moved on since the last one, and promises at risk."""

from datetime import timedelta

from app.domain.agenda import Section
from app.domain.agendas.promises import BROKEN, Promise, State, promises
from app.domain.agendas.request_words import board_link, named, repeated, request, sentence_key
from app.domain.picture import Card, Picture

UPDATES_AT_MOST = (25, 10)
EACH, LONGEST = 2, 10
"""Minutes for one update, and for all of them."""
NEAR = timedelta(days=45)
"""A promise whose date is this near is at risk while its request is not even on the roadmap."""
PROMISES_AT_MOST = 10
_BEFORE = ("status::new", "status::reviewed")
_PROMISED = ("status::accepted", "status::roadmap")
_ROADMAP = "status::roadmap"


def moved_on(picture: Picture) -> tuple[Card, ...]:
    """Requests whose status says another thing to customers than at the last review: what was taken back first, then
    what has gone furthest.
    """
    found = [card for card in picture.cards if _news_for_customers(picture, card)]
    order = [status.title for status in picture.taxonomy.workflow.statuses]
    return tuple(
        sorted(found, key=lambda card: (not taken_back(picture, card), -order.index(card.status or ""), card.ref.iid))
    )


def _news_for_customers(picture: Picture, card: Card) -> bool:
    if picture.since is None or picture.taxonomy.workflow.status(card.status or "") is None:
        return False
    was = card.status_at(picture.since)
    return card.status != was and not (card.status in _BEFORE and was in (*_BEFORE, None))


def taken_back(picture: Picture, card: Card) -> bool:
    """Whether people were told to count on it at the last review, and cannot any more (T9, T11, T12)."""
    was = card.status_at(picture.since) if picture.since else None
    back = (*_BEFORE, "status::backlog", "status::declined")
    return (was in _PROMISED and card.status in back) or (was == _ROADMAP and card.status == "status::accepted")


def updates(picture: Picture) -> Section:
    """The block `updates`: was, is, and the one sentence that customers may hear."""
    found = moved_on(picture)
    rows = [_update(picture, card) for card in found]
    minutes = min(LONGEST, EACH * len(rows))
    data: dict[str, object] = {"minutes": minutes, "since": picture.since, "link": board_link(picture)}
    first, *shorter = ({**data, "rows": rows[:most], "more": max(0, len(rows) - most)} for most in UPDATES_AT_MOST)
    return Section("updates", "pm_review_updates", first, minutes, tuple(shorter))


def _update(picture: Picture, card: Card) -> dict[str, object]:
    told = request(picture, card)
    if card.issue.confidential:
        return told
    detail = picture.details.get(card.ref)
    target = detail.case.facts.get("target") if detail else None
    return {
        **told,
        "was": named(picture, card.status_at(picture.since)) if picture.since else None,
        "is": named(picture, card.status),
        "taken_back": taken_back(picture, card),
        "target": card.issue.milestone or (detail and repeated(picture, detail.case, target)),
        "sentence": repeated(picture, detail.case, detail.case.facts.get("customer_safe")) if detail else None,
        "key": sentence_key(card),
    }


def at_risk(picture: Picture) -> tuple[Promise, ...]:
    """Fast-follow promises that people should hear of: broken since the last review, overdue, or near and not on the
    roadmap.
    """
    return tuple(one for one in promises(picture) if _at_risk(picture, one) and not one.detail.card.issue.confidential)


def _at_risk(picture: Picture, one: Promise) -> bool:
    if one.state in BROKEN:
        return one.state is State.OVERDUE or picture.since_last(one.detail.card.entered)
    near = one.due is not None and one.due <= (picture.now + NEAR).date()
    return one.state is State.OPEN and near and one.detail.card.status != _ROADMAP


def risks(picture: Picture) -> Section:
    """The block `promises`."""
    rows = [
        {
            "ref": str(one.detail.ref),
            "state": one.state.value,
            "due": one.due,
            "who": one.line.author.username,
            "is": named(picture, one.detail.card.status),
        }
        for one in at_risk(picture)
    ]
    data = {"rows": rows[:PROMISES_AT_MOST], "more": max(0, len(rows) - PROMISES_AT_MOST)}
    return Section("promises", "pm_review_promises", data)
