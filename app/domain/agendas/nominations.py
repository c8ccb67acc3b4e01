"""What a pod may nominate by tick (S158, S159): requests for the PM review two weeks later, and for the ARR Driver."""

from datetime import timedelta

from app.domain.agenda import Ask, Section, Verb
from app.domain.agendas.pod_requests import by_weight, missing
from app.domain.agendas.request_words import NEW, request
from app.domain.agendas.tables import board_link, table
from app.domain.cadence import MeetingKind
from app.domain.meeting import Meeting, Series
from app.domain.meeting_clocks import agenda_times
from app.domain.meetings import next_from, review_of
from app.domain.move_words import in_order
from app.domain.ours import NEEDED
from app.domain.picture import Card, Picture
from app.domain.tick_labels import DRIVERS_AT_MOST, LABELS, MAY, REVIEWS_AT_MOST

VERBS = (Verb.NOMINATE_REVIEW, Verb.NOMINATE_DRIVER)
_MOMENT = timedelta(seconds=1)
_CANDIDATE = "arr-driver::candidate"
_BACKLOG = "status::backlog"


def candidates(picture: Picture) -> list[Card]:
    """Requests the pod may nominate for either meeting, the heaviest first; what waits for the PM's decision is on the
    review's agenda in any case.
    """
    return by_weight(picture, (card for card in picture.cards if any(_may(picture, card, verb) for verb in VERBS)))


def _may(picture: Picture, card: Card, verb: Verb) -> bool:
    if card.issue.state == "closed" or _stands(picture, card, verb):
        return False
    label = LABELS[verb]
    if label in card.issue.labels:
        return True
    if verb is Verb.NOMINATE_DRIVER:
        return _CANDIDATE in card.issue.labels
    ready = card.status == NEW and NEEDED not in card.issue.labels
    return ready or (card.status == _BACKLOG and _has_news(picture, card))


def _stands(picture: Picture, card: Card, verb: Verb) -> bool:
    """Whether it was nominated before this agenda was there: nobody has to tick it again."""
    label = LABELS[verb]
    return label in card.issue.labels and not _during(picture, card, label)


def _during(picture: Picture, card: Card, label: str) -> bool:
    """Nominated while this agenda is open: its box stays, so that the tick can be taken back."""
    put_on = card.put_on.get(label)
    return put_on is not None and put_on >= agenda_times(picture.program, picture.meeting).created


def _has_news(picture: Picture, card: Card) -> bool:
    """Customers who came after it went to the backlog."""
    detail = picture.details.get(card.ref)
    return detail is not None and any(line.at > card.entered for line in detail.lines)


def nominated(picture: Picture, verb: Verb) -> tuple[Card, ...]:
    """The open requests that carry the label."""
    label = LABELS[verb]
    return tuple(card for card in picture.cards if label in card.issue.labels and card.issue.state == "opened")


def nominate(picture: Picture) -> Section:
    """The block `nominate`."""
    rows = [_row(picture, card) for card in candidates(picture)]
    data = {"meetings": [_meeting(picture, verb) for verb in VERBS], "link": board_link(picture)}
    return table("nominate", "pod_nominate", rows, data)


def _row(picture: Picture, card: Card) -> dict[str, object]:
    boxes = tuple((verb.value, Ask(verb, card.ref).key) for verb in VERBS if _may(picture, card, verb))
    told = request(picture, card)
    detail = picture.details.get(card.ref)
    lacks = len(missing(detail)) if detail and card.status == NEW else 0
    return (
        told
        | {"boxes": boxes}
        | ({} if card.issue.confidential else {"status": card.status != NEW and card.status, "lacks": lacks})
    )


def _meeting(picture: Picture, verb: Verb) -> dict[str, object]:
    """A meeting as it is nominated for: when, until when, by whom, its places, and what is on its list already."""
    of = _coming(picture, verb)
    close = agenda_times(picture.program, of).nominations_close if of else None
    places = _places(picture, verb)
    return {
        "verb": verb.value,
        "start": of.start if of else None,
        "last_day": close - _MOMENT if close else None,
        "who": in_order(MAY[verb]),
        "free": max(0, places - len(nominated(picture, verb))),
        "places": places,
        "at_once": DRIVERS_AT_MOST if verb is Verb.NOMINATE_DRIVER else None,
        "any": any(_may(picture, card, verb) for card in picture.cards),
        "label": None if verb is Verb.NOMINATE_REVIEW else _CANDIDATE,
        "taken": tuple(str(card.ref) for card in nominated(picture, verb) if _stands(picture, card, verb)),
    }


def _places(picture: Picture, verb: Verb) -> int:
    """How many requests of the area may be nominated at a time."""
    if verb is Verb.NOMINATE_REVIEW:
        return REVIEWS_AT_MOST
    return picture.taxonomy.numbers.candidates_of(picture.meeting.area).nominated_at_most


def _coming(picture: Picture, verb: Verb) -> Meeting | None:
    """The meeting that this pod nominates for: its own review, or the next ARR Driver."""
    if verb is Verb.NOMINATE_REVIEW:
        return review_of(picture.program, picture.meeting)
    return next_from(picture.program, Series(MeetingKind.ARR_DRIVER), picture.meeting.start)
