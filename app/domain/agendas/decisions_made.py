"""What was decided since a PM review's agenda is there: its boxes stay, so that a tick can be taken back."""

from app.domain.agenda import Ask
from app.domain.agendas.decisions_wanted import GOES_TO, is_decided, verbs_from
from app.domain.agendas.request_words import by_age, in_one_breath, named
from app.domain.picture import Card, Picture


def decided(picture: Picture) -> tuple[Card, ...]:
    """The requests that were decided on since, the oldest decision first; confidential ones last, by their number."""
    found = (card for card in picture.cards if is_decided(picture, card))
    return tuple(sorted(found, key=lambda card: by_age(card, card.entered)))


def entries(picture: Picture) -> list[dict[str, object]]:
    """A fold of them, each with what the room heard, and its box."""
    return [_hidden(picture, card) if card.issue.confidential else _entry(picture, card) for card in decided(picture)]


def _hidden(picture: Picture, card: Card) -> dict[str, object]:
    """Of a confidential one all the boxes that it had before: one alone would tell how it was decided."""
    before = verbs_from(picture.taxonomy.workflow, card.stays[-2].status)
    asks = tuple((verb.value, Ask(verb, card.ref).key) for verb in before)
    return {"ref": str(card.ref), "confidential": True, "breath": (), "asks": asks}


def _entry(picture: Picture, card: Card) -> dict[str, object]:
    detail = picture.details.get(card.ref)
    verbs = (verb for verb, target in GOES_TO.items() if target == card.status)
    return {
        "ref": str(card.ref),
        "confidential": False,
        "status": named(picture, card.status),
        "at": card.entered,
        "breath": in_one_breath(picture, detail) if detail else (),
        "asks": tuple((verb.value, Ask(verb, card.ref).key) for verb in verbs),
    }
