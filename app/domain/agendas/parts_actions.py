"""Where action items stand: a block with what the last meeting left open, and people's own list under *Actions*."""

from datetime import datetime

from app.domain.agenda import Ask, Section, Verb
from app.domain.picture import Action, Picture

ACTIONS = "## Actions\n- [ ]"
"""People's list: one line each, who does it, and by when."""
NOTES = "## Notes\n<!-- yours: the service writes nothing below this line -->"
CHOOSE_FROM = 3
"""At so many carry-overs the host keeps, drops or escalates it (agendas 4.1)."""


def carried(picture: Picture) -> Section:
    """The block `carried`: each open action of the series with its age, a box to tick it off, and from the third time
    boxes to keep, drop or escalate it.
    """
    rows = tuple(_row(action) for action in picture.actions if action.decided != Verb.DROP)
    dropped = tuple(action.text for action in picture.actions if action.decided == Verb.DROP)
    previous = str(picture.previous.issue.ref) if picture.previous else None
    since: datetime | None = picture.since
    return Section("carried", "carried", {"rows": rows, "dropped": dropped, "previous": previous, "since": since})


def _row(action: Action) -> dict[str, object]:
    asks = (Verb.KEEP, Verb.DROP, Verb.ESCALATE) if action.times >= CHOOSE_FROM and not action.decided else ()
    return {
        "key": f"action/{action.name}",
        "text": action.text,
        "owner": action.owner,
        "times": action.times,
        "decided": action.decided,
        "asks": {verb.value: Ask(verb, what=action.name).key for verb in asks},
    }
