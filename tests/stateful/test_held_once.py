"""A held move is completed exactly once, and never after it was let go of, whatever is lost, late or restarted."""

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from app.bootstrap import Rules
from app.domain.plan import Carry, Draft
from app.fakegitlab.model import Issue
from app.gateways.gitlab_connect import GitLab
from tests.stateful import invariants, texts
from tests.stateful.installation import LEAD, OTHER_SA, PM, SA, SME, START, STRANGER, Installation

FEW = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.shrink, Phase.explain},
)
NEW, REVIEWED, THEME = "status::new", "status::reviewed", "theme::ai::chat"
MAY_CANCEL, MAY_OVERRIDE = {SA, SME, LEAD, PM}, {LEAD, PM}
WORDS = (
    "cancel",
    "@sounding-board cancel",
    "override the customer decides tomorrow",
    "override",
    "yes",
    "why",
    "cancel?",
)
ON = (
    None,
    (OTHER_SA, "status::resolved"),
    (SME, "status::backlog"),
    (LEAD, "status::declined"),
    (PM, "status::resolved"),
)
people = st.sampled_from([SA, OTHER_SA, SME, LEAD, PM, STRANGER])
Process = tuple[Rules, GitLab]


class Hold(RuleBasedStateMachine):
    """One move is held; people help, think better of it, or insist. `done` is how often it has to have been made."""

    here: ClassVar[Installation]
    connect: ClassVar[Callable[[], Process]]

    def __init__(self) -> None:
        super().__init__()
        self.held, self.done, self.by_hand, self.deadline = False, 0, False, START
        self.said: list[tuple[str, str]] = []
        self.process: Process = (self.here.service, self.here.doors)

    @property
    def issue(self) -> Issue:
        (only,) = self.here.requests
        return only

    @initialize()
    def begins(self) -> None:
        self.here.fresh()
        self.here.files(SA, "SAML groups are slow", texts.DESCRIPTIONS["everything"], ["area::ai"])
        self.here.sweeps()
        self.is_dragged()

    @precondition(lambda self: not self.held and NEW in self.titles)
    @rule(then=st.sampled_from(ON))
    def is_dragged(self, then: tuple[str, str] | None = None) -> None:
        """Ken reviews it; long enough after the last time that nobody leaves the card to people. Before we look,
        somebody may drag it on: what Ken's move lacks holds it all the same.
        """
        self.here.clock.later(hours=2)
        with_theme = THEME in self.titles
        self.done = self.made  # what a run that died had only announced, he does himself
        self.here.drags(SME, self.issue, REVIEWED)
        if then and not with_theme:
            self.here.drags(then[0], self.issue, then[1])
        self.looks()
        assert (REVIEWED in self.titles) is with_theme
        self.held, self.by_hand, self.said = not with_theme, with_theme, []
        self.deadline = self.here.clock.now + timedelta(days=7)

    @property
    def titles(self) -> set[str]:
        return {label.title for label in self.issue.labels}

    @rule(who=st.sampled_from([SME, PM]))
    def helps(self, who: str) -> None:
        self.here.clock.later(minutes=1)
        self.here.world.update_issue(self.here.person(who), self.issue, add_labels=[THEME])

    @precondition(lambda self: NEW in self.titles)
    @rule(who=st.sampled_from([SME, PM]))
    def takes_it_away(self, who: str) -> None:
        self.here.world.update_issue(self.here.person(who), self.issue, remove_labels=[THEME])

    @rule(who=people, words=st.sampled_from(WORDS))
    def speaks(self, who: str, words: str) -> None:
        self.here.clock.later(minutes=1)
        self.here.says(who, self.issue, words)
        if self.here.clock.now <= self.deadline:
            self.said.append((who, words))

    @rule(hours=st.sampled_from([1, 30, 80]))
    def time_passes(self, hours: int) -> None:
        self.here.clock.later(hours=hours)

    @rule()
    def another_process_takes_over(self) -> None:
        """A restart with an empty disk, or a job of the pipeline: all it has is the token and the key."""
        self.process = type(self).connect()

    @rule()
    def events_are_lost(self) -> None:
        self.here.world.outbox.drain()

    @rule()
    def looks(self) -> None:
        self.decided()
        self.process[0].reconciler.run(self.here.ref(self.issue), self.here.clock.now)

    @rule()
    def dies_after_its_first_write(self) -> None:
        self.decided()
        ref = self.here.ref(self.issue)
        for write in self.process[0].reconciler.plan(ref, self.here.clock.now).writes[:1]:
            assert not isinstance(write, Carry | Draft), "nothing here leads to another request"
            self.process[1].writer.apply(ref, write)

    @rule()
    def sweeps(self) -> None:
        self.decided()
        self.here.settles(self.process[0])
        invariants.hold(self.here, self.process[0])
        assert self.made == self.done <= 1
        assert (REVIEWED in self.titles) is (self.done == 1 or self.by_hand)

    @property
    def made(self) -> int:
        """How often we moved it to Reviewed."""
        events = [e for e in self.issue.label_events if e.user in self.here.bots and e.action == "add"]
        return sum(event.label.title == REVIEWED for event in events)

    def decided(self) -> None:
        """What a look at the card has to come to."""
        if not self.held:
            return
        over = self.here.clock.now >= self.deadline
        for who, words in self.said:
            if "cancel" in words and "?" not in words and who in MAY_CANCEL:
                self.held = False
                return
            if words.startswith("override ") and who in MAY_OVERRIDE:
                self.held, self.done = False, self.done + 1
                return
        if THEME in self.titles and (not over or self.issue.updated_at <= self.deadline):
            self.held, self.done = False, self.done + 1
        elif over:
            self.held = False

    def teardown(self) -> None:
        self.sweeps()


def test_a_held_move_is_completed_exactly_once(installation: Installation) -> None:
    class Here(Hold):
        here = installation
        connect = staticmethod(lambda: installation.connected(installation.bot))

    run_state_machine_as_test(Here, settings=FEW)
