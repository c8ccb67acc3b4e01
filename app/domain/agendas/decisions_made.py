"""What was decided since a PM review's agenda is there: its boxes stay, so that a tick can be taken back."""

from app.domain.agenda import Ask
from app.domain.agendas.decisions_wanted import GOES_TO, is_decided
from app.domain.agendas.request_words import in_one_breath, named
from app.domain.picture import Card, Picture


def decided(picture: Picture) -> tuple[Card, ...]:
    """The requests that were decided on since, the oldest decision first."""
    found = (card for card in picture.cards if is_decided(picture, card))
    return tuple(sorted(found, key=lambda card: (card.entered, card.ref.iid)))


def entries(picture: Picture) -> list[dict[str, object]]:
    """A fold of them, each with what the room heard, and its box."""
    return [_entry(picture, card) for card in decided(picture)]


def _entry(picture: Picture, card: Card) -> dict[str, object]:
    detail = picture.details.get(card.ref)
    verbs = (verb for verb, target in GOES_TO.items() if target == card.status)
    return {
        "ref": str(card.ref),
        "status": named(picture, card.status),
        "at": card.entered,
        "breath": in_one_breath(picture, detail) if detail else (),
        "asks": tuple((verb.value, Ask(verb, card.ref).key) for verb in verbs),
    }
