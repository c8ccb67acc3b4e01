"""*At a glance*: how many requests stand where, what changed since the last meeting, and how long the oldest waits."""

from app.domain.agenda import Section
from app.domain.agendas.parts_clock import waiting
from app.domain.picture import Card, Picture
from app.domain.taxonomy import Status


def glance(picture: Picture) -> Section:
    """The block `glance` over the picture's cards, a column per status of the board."""
    columns = tuple(_column(picture, status) for status in picture.taxonomy.workflow.statuses)
    return Section("glance", "glance", {"columns": columns, "since": picture.since})


def _column(picture: Picture, status: Status) -> dict[str, object]:
    here = picture.in_status(status.title)
    clocks = [waiting(picture, card) for card in here]
    worst = max(clocks, key=lambda clock: (clock.light == "red", clock.light == "yellow", clock.days), default=None)
    return {
        "name": status.name,
        "today": len(here),
        "change": len(here) - _then(picture, status.title),
        "oldest": worst.days if worst else None,
        "light": worst.light if worst else "",
    }


def _then(picture: Picture, title: str) -> int:
    """How many stood there at the last meeting. A card that was closed before it is in no picture."""
    since = picture.since
    return sum(card.status_at(since) == title for card in picture.cards if _open_at(card, picture)) if since else 0


def _open_at(card: Card, picture: Picture) -> bool:
    closed = card.issue.closed_at
    return closed is None or picture.since is None or closed > picture.since
