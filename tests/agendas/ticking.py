"""A request whose boxes on an agenda people tick: the rules' own card, and what ticks do beside its reconciler."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.agenda import Ask, Verb
from app.domain.cadence import MeetingKind
from app.domain.issue import Issue, Link, Note, Ref, Snapshot
from app.domain.meeting import Meeting, Series
from app.domain.meetings import next_from
from app.domain.plan import Write
from app.domain.tick_decisions import Became, Decision, Outcome
from app.domain.tick_lines import section
from app.domain.voice import Bot, Identity
from app.services.decisions import Decisions
from tests.rules.cards import REF, WORDING, Card
from tests.rules.world import NINE

AGENDA = Ref("sme/customer-feedback", 388)


@dataclass
class Table:
    """People around an agenda on which one request stands. Each tick takes a minute, and is heeded at once unless a
    test says otherwise.
    """

    card: Card
    kind: MeetingKind = MeetingKind.PM_REVIEW
    kept: dict[str, Outcome] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    beside: list[Issue] = field(default_factory=list)
    breaks_after: int | None = None
    nominated: int = 0

    @property
    def meeting(self) -> Meeting:
        """The area's next meeting of the kind from the card's first day on."""
        area = None if self.kind is MeetingKind.ARR_DRIVER else "ai"
        found = next_from(self.card.world.program, Series(self.kind, area), NINE)
        assert found is not None
        return found

    def ticks(self, by: str, verb: Verb, words: str = "", at: datetime | None = None) -> Outcome:
        """Somebody ticks a box, and it is heeded."""
        return self.heeds(self.decision(by, verb, words, at))

    def unticks(self, by: str, verb: Verb, at: datetime | None = None) -> Outcome:
        """Somebody takes a tick out."""
        return self.heeds(replace(self.decision(by, verb, "", at), ticked=False))

    def decision(self, by: str, verb: Verb, words: str = "", at: datetime | None = None) -> Decision:
        """What a tick says, not heeded yet."""
        self.card.now = at or self.card.now + timedelta(minutes=1)
        user = self.card.people[by]
        return Decision(Ask(verb, REF), user, self.card.now, True, words, AGENDA, self.meeting, self.nominated)

    def heeds(self, decision: Decision, after: timedelta = timedelta(seconds=10)) -> Outcome:
        """What becomes of a decision; it is kept, as an agenda's marker keeps it."""
        self.card.now += after
        found = self.decisions().make(decision, self.card.now, self.kept.get(decision.ask.key))
        self.kept[decision.ask.key] = Outcome.from_state(found.to_state())
        assert self.kept[decision.ask.key] == found
        return found

    def decisions(self) -> Decisions:
        """The real ones, over this card."""
        identity = Identity("https://gitlab.example.com", Bot(self.card.bot.id, self.card.bot.username), self.card.keys)
        world = self.card.world
        return Decisions(
            self, self, self, WORDING, self.card.diary, identity, world.taxonomy, world.program, self.card.book
        )

    def says(self, *outcomes: Outcome) -> str:
        """What the agenda says of ticks."""
        block = section(outcomes)
        return WORDING.agenda(block.template, block.data, None)

    # What GitLab answers.

    def snapshot(self, ref: Ref, known: Issue | None = None) -> Snapshot:
        """The card as it is."""
        self.calls += ["read"] * 3
        return self.card.snapshot(ref, known)

    def links(self, ref: Ref) -> tuple[Link, ...]:
        """Its links."""
        self.calls.append("read")
        return self.card.links(ref)

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """Its comments."""
        self.calls.append("read")
        return self.card.notes(ref)

    def issue(self, ref: Ref) -> Issue:
        """The issue alone."""
        self.calls.append("read")
        return self.card.issue

    def labelled(self, project: str, titles: Sequence[str]) -> tuple[Issue, ...]:
        """Others with a label."""
        self.calls.append("read")
        return tuple(one for one in self.beside if one.ref.project == project and one.labels & set(titles))

    def apply(self, ref: Ref, write: Write) -> int | None:
        """A write; the process may die before it."""
        if self.breaks_after is not None:
            if self.breaks_after == 0:
                raise KilledError
            self.breaks_after -= 1
        self.calls.append("write")
        return self.card.apply(ref, write)


class KilledError(Exception):
    """The process is gone."""


def kinds(outcomes: Iterable[Outcome]) -> list[Became]:
    """What became of each."""
    return [one.kind for one in outcomes]
