"""Where action items stand: a block with what the last meeting left open, and people's own list under *Actions*."""

import re
from datetime import date

from app.domain.agenda import Ask, Section, Verb
from app.domain.agenda_actions import KEY, due
from app.domain.picture import Action, Picture

ACTIONS = "## Actions\n<!-- a line each: - [ ] who does what, by when -->"
"""People's list: one line each, who does it, and by when."""
NOTES = "## Notes\n<!-- yours: the service writes nothing below this line -->"
SHOWN_IF_LONG = 20
CHOOSE_FROM = 3
"""At so many carry-overs the host keeps, drops or escalates it (agendas 4.1)."""


def carried(picture: Picture) -> Section:
    """The block `carried`: each open action of the series with its age, a box to tick it off, and from the third time
    boxes to keep, drop or escalate it.
    """
    written = (picture.since or picture.now).date()
    rows = tuple(_row(picture, action, written) for action in picture.actions if action.decided != Verb.DROP)
    data = {
        "rows": rows,
        "more": 0,
        "dropped": tuple(action.text for action in picture.actions if action.decided == Verb.DROP),
        "previous": str(picture.previous.issue.ref) if picture.previous else None,
        "of": picture.previous.meeting.start if picture.previous else None,
    }
    left_out = len(rows) - SHOWN_IF_LONG
    short = {**data, "rows": rows[:SHOWN_IF_LONG], "more": left_out}
    return Section("carried", "carried", data, shorter=(short,) if left_out > 0 else ())


def _is_known(picture: Picture, owner: str) -> bool:
    """Whether we may call them: nobody gets us to call a whole group, or strangers, whom they did not call."""
    return picture.program.roster.person(owner) is not None


def _row(picture: Picture, action: Action, written: date) -> dict[str, object]:
    asks = (Verb.KEEP, Verb.DROP, Verb.ESCALATE) if action.times >= CHOOSE_FROM and not action.decided else ()
    until = due(action.text, written)
    return {
        "key": f"{KEY}{action.name}",
        "text": _words(action),
        "owner": action.owner,
        "known": action.owner is not None and _is_known(picture, action.owner),
        "overdue": until is not None and until < picture.now.date(),
        "times": action.times,
        "decided": action.decided,
        "asks": {verb.value: Ask(verb, what=action.name).key for verb in asks},
    }


def _words(action: Action) -> str:
    """What is to be done, without the owner at its beginning, or behind a dash or comma at its end, who is named before
    it.
    """
    if action.owner is None:
        return action.text
    found = re.fullmatch(
        rf"@{re.escape(action.owner)}[ :,]+[–—-]*(.+)|(.+?) *[,–—(-]+ *@{re.escape(action.owner)}\)?", action.text
    )
    return (found[1] or found[2]).strip() if found else action.text
