"""Which requests a PM review decides on, in which order and with how many minutes each (S167, S168, S178, S179)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.agenda import Verb
from app.domain.agendas.parts_clock import Waiting, waiting
from app.domain.agendas.parts_late import is_late
from app.domain.agendas.request_words import NEW, REVIEWED, severity, weight
from app.domain.customer import Severity
from app.domain.picture import Card, Picture
from app.domain.roster import Role
from app.domain.taxonomy import Workflow

NEXT = "pm-review::next"
LONG, SHORT, BRIEF = 8, 5, 4
"""Minutes of a request that is overdue or blocks a deal, of any other shown in full, and of one in the fold."""
FULL = 5
"""How many are shown in full."""

_NO_CLOCK = 10_000
GOES_TO: Mapping[Verb, str] = {
    Verb.REVIEWED: REVIEWED,
    Verb.ACCEPT: "status::accepted",
    Verb.BACKLOG: "status::backlog",
    Verb.DECLINE: "status::declined",
    Verb.CONTEXT: NEW,
}
"""Where each box brings a card."""
_DECIDES: Mapping[Verb, frozenset[Role]] = {Verb.REVIEWED: frozenset({Role.PM, Role.LEAD, Role.SME})}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to be decided on. `minutes` is its timebox, `begins` the minute of the meeting at which it is its
    turn; both None where there is no time left for it. `full`: it is shown with all that is known.
    """

    card: Card
    clock: Waiting
    minutes: int | None = None
    begins: int | None = None
    full: bool = False


def wanted(picture: Picture) -> tuple[Wanted, ...]:
    """All of them, without times: those overdue first, the longest overdue first of all; then by points,
    then by the days that are left.
    """
    found = [Wanted(card, waiting(picture, card)) for card in picture.cards if _is_wanted(picture, card)]
    return tuple(sorted(found, key=lambda one: _order(picture, one)))


def timed(picture: Picture, minutes: int) -> tuple[Wanted, ...]:
    """All of them with their turns, as many as fit into so many minutes. What people gave time has it in any case."""
    found: list[Wanted] = []
    begins, room = 0, True
    for index, one in enumerate(wanted(picture)):
        given = picture.timeboxes.get(one.card.ref)
        choices = [_minutes(picture, one), BRIEF] if index < FULL else [BRIEF]
        box = given or next((box for box in choices if room and begins + box <= minutes), None)
        room = room and box is not None
        found.append(replace(one, minutes=box, begins=begins if box else None, full=bool(given) or box != BRIEF))
        begins += box or 0
    return tuple(found)


def verbs(flow: Workflow, card: Card) -> tuple[Verb, ...]:
    """What can be decided on a request where it stands, by those who decide in a review: the steps of the workflow."""
    source = card.status
    if source is None:
        return ()
    return tuple(verb for verb, target in GOES_TO.items() if _offered(flow, source, target, verb))


def _offered(flow: Workflow, source: str, target: str, verb: Verb) -> bool:
    if verb is Verb.CONTEXT:
        return source in (NEW, REVIEWED)
    who = _DECIDES.get(verb, frozenset({Role.PM}))
    return source != target and bool(flow.who_may(source, target) & who)


def _is_wanted(picture: Picture, card: Card) -> bool:
    """In time: nominated, or waiting for the product manager's decision anyway; and not put off to the next review."""
    status = picture.taxonomy.workflow.status(card.status or "")
    if card.issue.state == "closed" or card.ref in picture.parked or status is None or status.terminal:
        return False
    if is_decided(picture, card):
        return False
    waits = card.status == REVIEWED and not _after_the_last_day(picture, card.entered)
    return waits or _nominated(picture, card)


def is_decided(picture: Picture, card: Card) -> bool:
    """Whether it was decided on since the agenda is there, by a box or on the board. Of a confidential one that is not
    told.
    """
    late = picture.made is not None and card.entered >= picture.made and len(card.stays) > 1
    if not late or card.issue.state == "closed" or card.issue.confidential or card.status == REVIEWED:
        return False
    before = card.stays[-2].status
    return card.status in GOES_TO.values() and (before == REVIEWED or (before == NEW and NEXT in card.issue.labels))


def _nominated(picture: Picture, card: Card) -> bool:
    return NEXT in card.issue.labels and not is_late(picture, card, NEXT)


def after_the_last_day(picture: Picture) -> tuple[Card, ...]:
    """What was reviewed so late that its decision is for the next review."""
    found = picture.in_status(REVIEWED)
    return tuple(card for card in found if _after_the_last_day(picture, card.entered) and not _nominated(picture, card))


def _after_the_last_day(picture: Picture, instant: datetime) -> bool:
    return picture.nominations_close is not None and instant >= picture.nominations_close


def _order(picture: Picture, one: Wanted) -> tuple[int, ...]:
    if one.card.issue.confidential:
        return (1, 0, 0, one.card.ref.iid)
    overdue = min(one.clock.left, 0) if one.card.status == REVIEWED and one.clock.left is not None else 0
    left = one.clock.left if one.clock.left is not None else _NO_CLOCK
    return (overdue, -weight(picture, one.card), left, -one.clock.days, one.card.ref.iid)


def _minutes(picture: Picture, one: Wanted) -> int:
    if one.card.issue.confidential:
        return SHORT
    late = one.card.status == REVIEWED and one.clock.light == "red"
    return LONG if late or severity(picture, one.card) == Severity.BLOCKER else SHORT


def planned(found: Iterable[Wanted]) -> int:
    """The sum of their minutes."""
    return sum(one.minutes or 0 for one in found)
