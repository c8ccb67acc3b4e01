"""Boxes that put a label on a request: nominated for a meeting, selected in one (S83, S87, S159).

A nomination after the deadline is labelled all the same, and listed as late; one over the cap is not made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.agenda import Verb
from app.domain.cadence import MeetingKind
from app.domain.history import area_of
from app.domain.issue import Issue
from app.domain.meeting import Meeting, Series
from app.domain.meeting_clocks import agenda_times
from app.domain.meetings import next_from
from app.domain.move_words import in_order
from app.domain.plan import ChangeLabels
from app.domain.program import Program
from app.domain.roster import Role
from app.domain.taxonomy import Taxonomy, scope_of
from app.domain.tick_decisions import Became, Made, Outcome

LABELS: Mapping[Verb, str] = {
    Verb.NOMINATE_REVIEW: "pm-review::next",
    Verb.NOMINATE_DRIVER: "arr-driver::nominated",
    Verb.SELECT: "arr-driver::selected",
    Verb.NOT_NOW: "arr-driver::not-now",
}
_MEETINGS = {Verb.NOMINATE_REVIEW: MeetingKind.PM_REVIEW, Verb.NOMINATE_DRIVER: MeetingKind.ARR_DRIVER}
REVIEWS_AT_MOST, DRIVERS_AT_MOST = 10, 3
"""How many an area has on its next PM review, and how many one pod nominates for the ARR Driver (agendas 4.2)."""

MAY: Mapping[Verb, frozenset[Role]] = {
    Verb.NOMINATE_REVIEW: frozenset({Role.SME, Role.LEAD, Role.PM, Role.PROGRAM_LEAD}),
    Verb.NOMINATE_DRIVER: frozenset({Role.LEAD, Role.PROGRAM_LEAD}),
    Verb.SELECT: frozenset({Role.LEAD, Role.PM, Role.PROGRAM_LEAD}),
    Verb.NOT_NOW: frozenset({Role.LEAD, Role.PM, Role.PROGRAM_LEAD}),
}
MAY_UNDO = frozenset({Role.LEAD, Role.PM, Role.PROGRAM_LEAD})
"""Who may take back what somebody else ticked."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a label needs to know: the request, the rules, and who else of its area has the label."""

    issue: Issue
    taxonomy: Taxonomy
    program: Program
    others: tuple[Issue, ...] = ()

    @property
    def area(self) -> str | None:
        """The request's area."""
        return self.area_of(self.issue)

    def area_of(self, issue: Issue) -> str | None:
        """A request's area, also by a title that has a successor."""
        return area_of({self.taxonomy.current(title) for title in issue.labels})

    def roles(self, made: Made) -> frozenset[Role]:
        """What whoever ticked was to the request, then."""
        return self.program.roster.roles_at(made.by.username, self.area, made.at)


def counts(verb: Verb) -> bool:
    """Whether there is a cap, so that the others with the label have to be listed."""
    return verb in _MEETINGS


def put_on(card: Card, made: Made, nominated: int) -> tuple[Outcome, ChangeLabels | None]:
    """What a tick does; `nominated` are those of this agenda before it."""
    title, verb = LABELS[made.ask.verb], made.ask.verb
    if no := _not_now(card, made):
        return no, None
    if title in card.issue.labels:
        return _became(card, made, Became.ALREADY, label=title), None
    if cap := _full(card, verb, nominated):
        return _became(card, made, Became.FULL, " ", label=title, **cap), None
    gone = {t for t in card.issue.labels if scope_of(t) == scope_of(title)}
    change = ChangeLabels(frozenset({title}), frozenset(gone))
    goal = _goal(card, made)
    closed = agenda_times(card.program, goal).nominations_close if goal else None
    if closed and made.at >= closed:
        late = {"closed": closed.isoformat(), "meeting": goal.title if goal else ""}
        return _became(card, made, Became.LATE, label=title, **late), change
    return _became(card, made, Became.DONE, label=title), change


def whose(earlier: Outcome | None) -> str | None:
    """Who put the label on, by what was said of the box before; None where it was nobody here, or nobody knows."""
    if earlier is None:
        return None
    if earlier.kind in (Became.DONE, Became.LATE):
        return earlier.by
    owner = earlier.data.get("whose") if earlier.kind is Became.REFUSED else None
    return owner if isinstance(owner, str) else None


def take_off(card: Card, made: Made, owner: str | None) -> tuple[Outcome, ChangeLabels | None]:
    """What an undone tick does; `owner` is who had ticked, where that is known."""
    title = LABELS[made.ask.verb]
    if title not in card.issue.labels:
        return _became(card, made, Became.UNDONE, how="nothing", label=title), None
    if owner != made.by.username and not card.roles(made) & (MAY_UNDO if owner else MAY[made.ask.verb]):
        return _became(card, made, Became.REFUSED, "x", why="another's", whose=owner, label=title), None
    back = {"arr-driver::nominated"} if made.ask.verb in (Verb.SELECT, Verb.NOT_NOW) else set[str]()
    return _became(card, made, Became.UNDONE, how="taken off", label=title), ChangeLabels(
        frozenset(back), frozenset({title})
    )


def _not_now(card: Card, made: Made) -> Outcome | None:
    """Why nothing is done at all."""
    who = MAY[made.ask.verb]
    if card.taxonomy.paused_label in card.issue.labels:
        return _became(card, made, Became.REFUSED, " ", why="paused", label=card.taxonomy.paused_label)
    if card.issue.state == "closed":
        return _became(card, made, Became.STALE, " ", why="closed", status=None, mover=None)
    if not card.roles(made) & who:
        people = _people(card, who, made.at)
        roles = [role.value for role in in_order(who)]
        return _became(card, made, Became.REFUSED, " ", why="role", who=roles, people=people, target=None)
    return None


def _people(card: Card, who: Iterable[Role], at: datetime) -> list[str]:
    roster = card.program.roster
    found = [p for role in (Role.LEAD, Role.PM) if role in who for p in roster.holders(role, card.area, at)]
    return [person.username for person in found[:1]]


def _full(card: Card, verb: Verb, nominated: int) -> dict[str, object] | None:
    """The cap that is reached, if one is."""
    here = [one for one in card.others if one.ref != card.issue.ref and card.area_of(one) == card.area]
    if verb is Verb.NOMINATE_REVIEW and len(here) >= REVIEWS_AT_MOST:
        return {"most": REVIEWS_AT_MOST, "of": "area"}
    if verb is not Verb.NOMINATE_DRIVER:
        return None
    most = card.taxonomy.numbers.candidates_of(card.area).nominated_at_most
    if len(here) >= most:
        return {"most": most, "of": "area"}
    return {"most": DRIVERS_AT_MOST, "of": "agenda"} if nominated >= DRIVERS_AT_MOST else None


def _goal(card: Card, made: Made) -> Meeting | None:
    """The meeting that it is nominated for."""
    kind = _MEETINGS.get(made.ask.verb)
    area = card.area if kind is MeetingKind.PM_REVIEW else None
    known = area is None or any(one.key == area for one in card.program.areas)
    if kind is None or not known or (kind is MeetingKind.PM_REVIEW and area is None):
        return None
    return next_from(card.program, Series(kind, area), made.at)


def _became(card: Card, made: Made, kind: Became, box: str | None = None, **data: object) -> Outcome:
    told: dict[str, object] = {"verb": made.ask.verb.value, "about": str(made.ask.about)}
    told |= {"private": True} if card.issue.confidential else data
    return Outcome(made.ask.key, kind, made.by.username, made.at, "x" if box == "x" else " " if box else None, told)
