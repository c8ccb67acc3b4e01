"""Whatever people tick, untick, drag and write, and wherever the process dies: each tick ends in one right state and
one sentence, and the rules take it as it is.
"""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.domain.agenda import Verb
from app.domain.roster import Role
from app.domain.tick_decisions import Became, Decision, Outcome
from app.domain.tick_moves import TARGETS
from tests.agendas.test_ticks_move_cards import CHOSEN, LACKING, MEETING
from tests.agendas.ticking import KilledError, Table
from tests.rules.cards import complete

PEOPLE = ("pm.ai", "lead.ai", "sme.ken", "sa.jane", "program.lead", "pm.agile")
WORDS = (
    "",
    "not-aligned",
    "capacity, revisit on: 2026-09-30",
    "owner: me",
    "reason: the plan for this year has changed, sentence: GitLab does not plan to build this.",
    "Which identity provider does the customer use?",
)
TELLS = ("Revisit: 2026-06-30", "Reason: the plan for this year has changed", "cancel", "hello", "Target: 18.9")
PLACES = ("new", "reviewed", "accepted", "backlog", "declined")
verbs, people = st.sampled_from(sorted(TARGETS)), st.sampled_from(PEOPLE)


class Ticking(RuleBasedStateMachine):
    """One request on one agenda."""

    @initialize(lacking=st.booleans(), status=st.sampled_from(PLACES[:2]), free=st.booleans(), met=st.booleans())
    def begins(self, lacking: bool, status: str, free: bool, met: bool) -> None:
        """The request, and whether the meeting is on."""
        more = {"description": LACKING, "labels": CHOSEN, "assigned": ()} if lacking else {}
        self.at = Table(complete(status, free=free, **more))  # type: ignore[arg-type]
        self.ticked: dict[str, Decision] = {}
        self.dragged_from: list[str] = []
        """Where a card was that is put back unless its drag may stand; the rules or a tick may be the first to look."""
        if met:
            self.at.card.now = MEETING

    @rule(by=people, verb=verbs, words=st.sampled_from(WORDS), dies=st.none() | st.integers(0, 2))
    def ticks(self, by: str, verb: Verb, words: str, dies: int | None) -> None:
        """Somebody ticks a box; the process may die in the midst, and heeds it again when it is back."""
        decision = self.at.decision(by, verb, words)
        self.ticked[decision.ask.key] = decision
        before = self.at.card.statuses
        outcome = self._heeds(decision, dies)
        asks = outcome.data.get("question") is True
        moved = outcome.kind in (Became.DONE, Became.IN_MEETING) and not asks
        wanted = TARGETS[verb].removeprefix("status::")
        at_rest = self.at.card.statuses in (before, self.dragged_from)
        assert (self.at.card.status == wanted) if moved else at_rest
        roles = self.at.card.world.program.roster.roles_at(by, "ai", decision.at)
        assert not moved or roles & {Role.PM, Role.LEAD, Role.SME, Role.PROGRAM_LEAD}

    @precondition(lambda self: self.ticked)
    @rule(data=st.data(), by=people, dies=st.none() | st.integers(0, 2))
    def unticks(self, data: st.DataObject, by: str, dies: int | None) -> None:
        """Somebody takes a tick out, their own or another's."""
        key = data.draw(st.sampled_from(sorted(self.ticked)))
        ticked = self.ticked[key]
        decision = self.at.decision(by, ticked.ask.verb)
        undone = Decision(ticked.ask, decision.by, decision.at, False, "", ticked.agenda, ticked.meeting)
        outcome = self._heeds(undone, dies)
        assert outcome.kind in (Became.UNDONE, Became.REFUSED, Became.STALE)
        if outcome.box != "x":
            del self.ticked[key]

    @precondition(lambda self: self.ticked)
    @rule(data=st.data(), words=st.sampled_from(WORDS))
    def writes_behind(self, data: st.DataObject, words: str) -> None:
        """What is open is looked at again, with the words as they are by then."""
        key = data.draw(st.sampled_from(sorted(self.ticked)))
        old, kept = self.ticked[key], self.at.kept.get(key)
        if kept and kept.open:
            self._heeds(Decision(old.ask, old.by, old.at, True, words, old.agenda, old.meeting), None)

    @rule(by=people, to=st.sampled_from(PLACES))
    def drags(self, by: str, to: str) -> None:
        """Somebody drags the card."""
        self.at.card.settle()
        if self.at.card.status != to:
            self.dragged_from = self.at.card.statuses
            self.at.card.move(by, to)

    @rule(by=people, text=st.sampled_from(TELLS))
    def tells(self, by: str, text: str) -> None:
        """Somebody writes on the request."""
        self.at.card.comment(by, text)

    @rule(hours=st.sampled_from([0.02, 1, 30, 24 * 8]))
    def later(self, hours: float) -> None:
        """Time passes."""
        self.at.card.later(hours=hours)

    @rule()
    def settles(self) -> None:
        """The rules look at the card, and come to rest."""
        self.at.card.settle()
        assert self.at.card.settle() == []
        self.dragged_from = []

    @invariant()
    def one_note_a_topic(self) -> None:
        """Nobody is told a thing twice."""
        if hasattr(self, "at"):
            voice = self.at.card.ours()
            assert voice.doubled == ()
            assert len(voice.notes) == len(self.at.card.bots_notes)

    def _heeds(self, decision: Decision, dies: int | None) -> Outcome:
        """It is heeded, and heeded again; the second time nothing is written."""
        at = self.at
        at.breaks_after = dies
        try:
            at.heeds(decision)
        except KilledError:
            pass
        finally:
            at.breaks_after = None
        outcome = at.heeds(decision, timedelta(0))
        writes = at.calls.count("write")
        again = at.heeds(decision, timedelta(0))
        assert at.calls.count("write") == writes
        assert again.box == outcome.box
        assert len(at.says(outcome).splitlines()) == 1
        at.card.hears()
        return outcome


TestTicking = Ticking.TestCase
TestTicking.settings = settings(
    max_examples=60, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
