"""What a pod looks at request by request (S147, S148, S150): what is new, what is not ready, and what it weighs."""

from collections.abc import Iterable, Mapping, Sequence

from app.domain.adjustments import Adjustment, adjustments
from app.domain.agenda import Section
from app.domain.agendas.owed import question
from app.domain.agendas.parts_clock import business_days
from app.domain.agendas.request_words import NEW, REVIEWED, by_age, grave_first, region, request, weight
from app.domain.agendas.tables import AT_MOST, board_link, table
from app.domain.case import suggested
from app.domain.ledger_note import missing_before
from app.domain.ours import DUPLICATES, NEEDED
from app.domain.picture import Card, Detail, Picture

ASKERS_AT_MOST = 3
SMES_AT_MOST = 10


def by_weight(picture: Picture, cards: Iterable[Card]) -> list[Card]:
    """The heaviest first."""
    return sorted(cards, key=lambda card: (-weight(picture, card), *by_age(card, card.entered)))


def came_new(picture: Picture) -> list[Card]:
    """The requests in New that were filed, or came back, after the last pod."""
    return by_weight(picture, (card for card in picture.in_status(NEW) if picture.since_last(card.entered)))


def new(picture: Picture) -> Section:
    """The block `new`."""
    rows = [_asked_for(picture, card) for card in came_new(picture)]
    return _table(picture, "new", rows, {"smes": smes_with_news(picture)})


def smes_with_news(picture: Picture) -> tuple[str, ...]:
    """The SMEs of the regions from which something is new."""
    where = {card.issue.author.username for card in came_new(picture) if not card.issue.confidential}
    regions = {region(picture, who) for who in where}
    smes = (who for who in picture.meeting.attendees if region(picture, who) in regions)
    return tuple(smes)[:SMES_AT_MOST]


def _asked_for(picture: Picture, card: Card) -> dict[str, object]:
    told = request(picture, card)
    detail = picture.details.get(card.ref)
    if card.issue.confidential:
        return told
    lines = grave_first(detail.lines)[:ASKERS_AT_MOST] if detail else ()
    people = dict.fromkeys((card.issue.author.username, *(line.author.username for line in lines)))
    asked_by = tuple((who, region(picture, who)) for who in tuple(people)[:ASKERS_AT_MOST])
    return {**told, "asked_by": asked_by, "days": business_days(picture, card.entered, picture.now)}


def unready(picture: Picture) -> list[Card]:
    """Open requests that wait for context, or are new and lack what the review needs; the longest waiting first."""
    found = [card for card in picture.cards if card.issue.state == "opened" and _unready(picture, card)]
    return sorted(found, key=lambda card: by_age(card, card.put_on.get(NEEDED, card.entered)))


def _unready(picture: Picture, card: Card) -> bool:
    detail = picture.details.get(card.ref)
    if NEEDED in card.issue.labels:
        return True
    return card.status == NEW and detail is not None and bool(missing(detail))


def missing(detail: Detail) -> tuple[str, ...]:
    """The titles of what the next status needs."""
    return tuple(missing_before(detail.case.context).items.values())


def not_ready(picture: Picture) -> Section:
    """The block `not-ready`: exactly what is missing, whom we asked, and since when."""
    return _table(picture, "not_ready", [_lacks(picture, card) for card in unready(picture)])


def _lacks(picture: Picture, card: Card) -> dict[str, object]:
    told = request(picture, card)
    if card.issue.confidential:
        return told
    detail = picture.details.get(card.ref)
    asked = question(picture, detail)
    lacking = (*_texts(asked["missing"]), *(missing(detail) if detail else ()))
    waits = NEEDED in card.issue.labels
    since = card.put_on.get(NEEDED, card.entered)
    days = business_days(picture, since, picture.now) if waits else None
    return {**told, **asked, "missing": tuple(dict.fromkeys(lacking)), "days": days}


def _texts(found: object) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, tuple) else ()


def calibrate(picture: Picture) -> Section:
    """The block `calibrate`: points of all that is not decided with what they come from, adjustments that run out
    before the next pod, and requests that changed their band since the last one.
    """
    undecided = by_weight(picture, (*picture.in_status(NEW), *picture.in_status(REVIEWED)))
    open_ones = [card for card in undecided if not card.issue.confidential]
    scored = [row for card in open_ones if (row := _weighed(picture, card))]
    no_points = [str(card.ref) for card in open_ones if _without_points(picture, card)]
    rest = {
        "moved": [
            {"ref": str(card.ref), "label": label, "at": card.put_on[label]}
            for card in open_ones
            if (label := card.label("priority")) and _rebanded(picture, card, label)
        ],
        "without": no_points[: AT_MOST[0]],
        "more_without": max(0, len(no_points) - AT_MOST[0]),
    }
    return _table(picture, "calibrate", scored, rest)


def _weighed(picture: Picture, card: Card) -> dict[str, object] | None:
    detail = picture.details.get(card.ref)
    if detail is None or detail.scored is None:
        return None
    by_hand = _adjustment(detail)
    until = by_hand.at + picture.taxonomy.numbers.adjustments_last if by_hand else None
    next_pod = picture.next_one.start if picture.next_one else None
    return {
        **request(picture, card),
        "parts": detail.scored.points,
        "by": by_hand.who if by_hand else None,
        "until": until,
        "expires": until is not None and next_pod is not None and until < next_pod,
    }


def _adjustment(detail: Detail) -> Adjustment | None:
    """What people added or took by hand, where it counts in the points."""
    told = adjustments(detail.case.voice)[-1:]
    return told[0] if told and detail.scored and detail.scored.points.adjusted else None


def _without_points(picture: Picture, card: Card) -> bool:
    detail = picture.details.get(card.ref)
    return detail is not None and detail.scored is None


def _rebanded(picture: Picture, card: Card, label: str) -> bool:
    """Whether it had another band at the last pod; a request that is new since had none."""
    at_last = picture.since is not None and card.issue.created_at <= picture.since
    return at_last and picture.since_last(card.put_on.get(label))


def alike(picture: Picture) -> list[dict[str, object]]:
    """Requests of which our open note says that others may ask the same; of confidential ones nothing is told."""
    hidden = {card.ref for card in picture.cards if card.issue.confidential}
    found: list[dict[str, object]] = []
    for detail in picture.details.values():
        note = detail.case.voice.on(DUPLICATES)
        waits = note is not None and note.open and detail.card.issue.state == "opened" and detail.ref not in hidden
        refs = [ref for ref in suggested(note) if ref not in hidden] if note and waits else []
        if refs:
            found.append({"ref": str(detail.ref), "of": tuple(map(str, refs))})
    return found


def duplicates(picture: Picture) -> Section:
    """The block `duplicates`."""
    return _table(picture, "duplicates", alike(picture))


def _table(
    picture: Picture, name: str, rows: Sequence[Mapping[str, object]], rest: Mapping[str, object] | None = None
) -> Section:
    data = {"since": picture.since, "link": board_link(picture), **(rest or {})}
    return table(name.replace("_", "-"), f"pod_{name}", rows, data)
