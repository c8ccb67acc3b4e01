"""What an agenda is written from: the board as it was read, the meeting, and what the last meeting left.

All of it is read before an agenda is thought about, so that its data model stays pure. A card knows what a list and
label events tell; `Detail` is one whose notes were read, too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.case import Case
from app.domain.customer import CustomerLine
from app.domain.issue import Issue, Note, Ref
from app.domain.meeting import Meeting
from app.domain.numbers import Amounts
from app.domain.program import Program
from app.domain.scored import Scored
from app.domain.taxonomy import Taxonomy, scope_of


@dataclass(frozen=True, slots=True)
class Stay:
    """A request's time in one status, by its label events. `since` is None where that is older than its events, `until`
    None while it lasts; `by` is the handle of who moved it there, None where GitLab has forgotten.
    """

    status: str
    since: datetime | None
    until: datetime | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """One request as a list and its label events tell of it. `stays` are in order, the last is where it stands;
    `put_on` says since when it has each of its labels, where the events still tell.
    """

    issue: Issue
    area: str | None
    stays: tuple[Stay, ...] = ()
    put_on: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def ref(self) -> Ref:
        """Which request."""
        return self.issue.ref

    @property
    def status(self) -> str | None:
        """The title of the status it stands in."""
        return self.stays[-1].status if self.stays else None

    @property
    def entered(self) -> datetime:
        """When it came to where it stands; its creation where nobody can say."""
        return (self.stays[-1].since if self.stays else None) or self.issue.created_at

    def status_at(self, instant: datetime) -> str | None:
        """The status it stood in then; None before it had one, or was created."""
        if instant < self.issue.created_at:
            return None
        stays = (
            s for s in self.stays if (s.since is None or s.since <= instant) and (s.until is None or instant < s.until)
        )
        return next((stay.status for stay in stays), None)

    def label(self, scope: str) -> str | None:
        """The title of its label of a scope, the first by alphabet; None without one."""
        return next((title for title in sorted(self.issue.labels) if scope_of(title) == scope), None)


@dataclass(frozen=True, slots=True)
class Detail:
    """A request with its notes read. `lines` are its customers that count, the strongest first; `scored` is what the
    last `score` found, with amounts as the project of the request may read them (None: never scored).
    """

    card: Card
    case: Case = field(repr=False)
    lines: tuple[CustomerLine, ...] = field(default=(), repr=False)
    scored: Scored | None = None

    @property
    def ref(self) -> Ref:
        """Which request."""
        return self.card.ref

    @property
    def points(self) -> int | None:
        """Its points; None without customers."""
        return self.scored.points.total if self.scored else None


@dataclass(frozen=True, slots=True)
class Action:
    """An action item of the series: a line under *Actions* of the last agenda that nobody ticked.

    `text` is the line as people wrote it, without its box and our count; `times` is how often it will have been carried
    over with this agenda (1: it is open for the first time after its meeting). `decided` is what was ticked of keep,
    drop, escalate.
    """

    name: str
    text: str
    times: int
    owner: str | None = None
    decided: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Another agenda that this one speaks of or links to: the meeting it is of, its issue, and its comments if read.

    `sentences` are those that its PM let pass on to customers, by the key of their slot.
    """

    meeting: Meeting
    issue: Issue
    notes: tuple[Note, ...] = ()
    sentences: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything one agenda is written from, at one instant.

    `since` is the start of this series' last meeting (None: there was none); new is what came after it. `cards` are
    the requests of its area, or of the whole program, open or closed since `since`; `details` those of them whose notes
    were read, as its kind asked for. `amounts` says how far amounts may be read where the agenda stands, in the project
    `home`. `parked` are requests that people put off to the next meeting (`defer #n`), `timeboxes` the minutes they
    gave one (`timebox #n 10`). `earlier` are this series' meetings before this one that had an agenda, as far as they
    were listed, in order. `held` are the meetings between `since` and now with an agenda, `coming` the next ones of the
    program, in order. `made` is when the issue of the agenda was made (None: nobody knows). `url` is
    the instance's address, `boards` are the boards of `home` with their numbers, by name, and `top` is the area's Top
    Requests (None: there is none).
    """

    meeting: Meeting
    now: datetime
    since: datetime | None
    taxonomy: Taxonomy
    program: Program
    home: str
    amounts: Amounts
    cards: tuple[Card, ...]
    details: Mapping[Ref, Detail] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    previous: Sheet | None = None
    earlier: tuple[Sheet, ...] = ()
    next_one: Meeting | None = None
    held: tuple[Sheet, ...] = ()
    coming: tuple[Meeting, ...] = ()
    nominations_close: datetime | None = None
    parked: frozenset[Ref] = frozenset()
    timeboxes: Mapping[Ref, int] = field(default_factory=dict)
    made: datetime | None = None
    url: str = ""
    boards: Mapping[str, int] = field(default_factory=dict)
    top: Ref | None = None

    def since_last(self, instant: datetime | None) -> bool:
        """Whether something came after this series' last meeting; all is new at its first."""
        return instant is not None and (self.since is None or instant > self.since)

    def in_status(self, title: str) -> tuple[Card, ...]:
        """The open cards that stand in a status, the longest there first."""
        found = (card for card in self.cards if card.status == title and card.issue.state == "opened")
        return tuple(sorted(found, key=lambda card: (card.entered, card.ref.iid)))


Wants = Callable[[Picture], tuple[Ref, ...]]
"""Whose notes a kind of agenda asks for, in order."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is known before a picture is made: all agendas of the program that were listed, and what people left in this
    series' ones; and when the agenda's issue was made.
    """

    agendas: Sequence[Issue] = ()
    actions: tuple[Action, ...] = ()
    parked: frozenset[Ref] = frozenset()
    timeboxes: Mapping[Ref, int] = field(default_factory=dict)
    made: datetime | None = None
