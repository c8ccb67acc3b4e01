"""Any sequence of what people do, with events lost, doubled, reordered and late: a sweep sets all of it right."""

from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from app.domain.issue import Ref
from app.domain.roster import Role
from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.model import Issue
from tests.stateful import invariants, texts
from tests.stateful.installation import EM, LEAD, PEOPLE, PM, PROGRAM_LEAD, SA, SME, Installation, enforced, tried

MOST_REQUESTS = 3
FLOW = enforced().taxonomy.workflow
STATUSES = tuple(status.title for status in FLOW.statuses)
MAY = {
    Role.SME: SME,
    Role.LEAD: LEAD,
    Role.PM: PM,
    Role.EM: EM,
    Role.PROGRAM_LEAD: PROGRAM_LEAD,
    Role.AUTHOR: SA,
}
BY_HAND = (
    *STATUSES,
    "area::ai",
    "area::app-security",
    "theme::ai::chat",
    "backlog::capacity",
    "declined::duplicate",
    "declined::not-aligned",
    "context::needed",
    "context::ready",
    "hold::open",
    "priority::1",
    "docs-gap",
    "sounding-board::paused",
    "program-doc::agenda",
)
FEW = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.shrink, Phase.explain},
)
MANY = settings(FEW, max_examples=400, stateful_step_count=60, phases=set(Phase))

people = st.sampled_from(PEOPLE)
numbers = st.integers(0, MOST_REQUESTS - 1)
hand_labels = st.lists(st.sampled_from(BY_HAND), max_size=3, unique=True)
written = st.sampled_from(list(texts.DESCRIPTIONS))
typed = st.one_of(st.sampled_from(texts.ANSWERS), st.sampled_from(texts.HOSTILE))


class Life(RuleBasedStateMachine):
    """People at work on a few requests, and a courier one cannot rely on."""

    here: ClassVar[Installation]

    def __init__(self) -> None:
        super().__init__()
        self.under_way: list[Ref] = []

    @initialize(who=people, text=written)
    def begins(self, who: str, text: str) -> None:
        self.here.fresh()
        self.here.files(who, "SAML groups are slow", texts.DESCRIPTIONS[text], ["area::ai"])

    def request(self, number: int) -> Issue:
        requests = self.here.requests
        return requests[number % len(requests)]

    def change(self, who: str, number: int, change: IssueChange) -> None:
        tried(lambda: self.here.world.update_issue(self.here.person(who), self.request(number), **change))

    # People.

    @precondition(lambda self: len(self.here.requests) < MOST_REQUESTS)
    @rule(who=people, title=st.sampled_from(texts.TITLES), text=written, labels=hand_labels)
    def files(self, who: str, title: str, text: str, labels: list[str]) -> None:
        self.here.files(who, title, texts.DESCRIPTIONS[text], labels)

    @rule(who=people, number=numbers, to=st.sampled_from(STATUSES))
    def drags(self, who: str, number: int, to: str) -> None:
        self.here.drags(who, self.request(number), to)

    @rule(number=numbers, which=st.integers(0, 99), prepared=st.booleans())
    def makes_a_step_of_the_table(self, number: int, which: int, prepared: bool) -> None:
        """Somebody who may, with all that it takes or without."""
        issue = self.request(number)
        here = [label.title for label in issue.labels]
        steps = [(move, to) for move in FLOW.moves for to in sorted(move.targets) if move.sources & {*here}]
        if not steps:
            return
        move, to = steps[which % len(steps)]
        who = MAY[min(move.who)]
        if prepared:
            self.here.clock.later(minutes=1)
            labels = ["theme::ai::chat", "backlog::capacity", "declined::not-aligned"]
            self.change(PM, number, {"add_labels": [*labels], "assignee_ids": [self.here.person(PM).id]})
            self.here.says(who, issue, texts.REASONS)
        self.here.drags(who, issue, to)

    @rule(who=people, number=numbers, to=st.sampled_from(["open", "closed"]))
    def drags_off(self, who: str, number: int, to: str) -> None:
        self.here.drags(who, self.request(number), to)

    @rule(who=people, number=numbers, add=hand_labels, remove=hand_labels)
    def labels(self, who: str, number: int, add: list[str], remove: list[str]) -> None:
        self.change(who, number, {"add_labels": [*add], "remove_labels": [*remove]})

    @rule(who=people, number=numbers, text=written)
    def edits(self, who: str, number: int, text: str) -> None:
        self.change(who, number, {"description": texts.DESCRIPTIONS[text]})

    @rule(who=people, number=numbers, title=st.sampled_from(texts.TITLES), secret=st.booleans())
    def renames(self, who: str, number: int, title: str, secret: bool) -> None:
        self.change(who, number, {"title": title, "confidential": secret})

    @rule(who=people, number=numbers, whom=st.lists(people, max_size=2))
    def assigns(self, who: str, number: int, whom: list[str]) -> None:
        self.change(who, number, {"assignee_ids": [self.here.person(one).id for one in whom]})

    @rule(who=people, number=numbers, wish=st.sampled_from(["close", "reopen"]))
    def closes_or_reopens(self, who: str, number: int, wish: str) -> None:
        self.change(who, number, {"state_event": wish})

    @rule(who=people, number=numbers, body=typed)
    def comments(self, who: str, number: int, body: str) -> None:
        self.here.says(who, self.request(number), body)

    @rule(who=people, number=numbers, other=numbers, which=st.integers(0, 9))
    def copies_our_words(self, who: str, number: int, other: int, which: int) -> None:
        notes = self.here.ours(self.request(other))
        if notes:
            self.here.says(who, self.request(number), notes[which % len(notes)].body)

    @rule(number=numbers, which=st.integers(0, 9))
    def deletes_our_note(self, number: int, which: int) -> None:
        notes = self.here.ours(self.request(number))
        if notes:
            self.here.world.delete_note(self.here.person(PROGRAM_LEAD), notes[which % len(notes)])

    @rule(number=numbers, which=st.integers(0, 9), other=numbers, like=st.integers(0, 9), body=typed)
    def rewrites_our_note(self, number: int, which: int, other: int, like: int, body: str) -> None:
        """A maintainer may; also into another note of ours."""
        notes, others = self.here.ours(self.request(number)), self.here.ours(self.request(other))
        if notes:
            text = others[like % len(others)].body if others and like % 2 else body
            tried(lambda: self.here.world.edit_note(self.here.person(PROGRAM_LEAD), notes[which % len(notes)], text))

    # Time and the courier.

    @rule(minutes=st.sampled_from([1, 5, 30, 70, 60 * 24, 60 * 80]))
    def time_passes(self, minutes: int) -> None:
        self.here.clock.later(minutes=minutes)

    @rule(data=st.data())
    def courier(self, data: st.DataObject) -> None:
        """Some events arrive, in any order, some twice; some are lost; the rest comes later, or never."""
        self.under_way += self.here.delivered()
        for _ in range(data.draw(st.integers(0, min(6, len(self.under_way))))):
            ref = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
            for _ in range(data.draw(st.sampled_from([1, 1, 2, 0]))):
                self.here.looks(ref)

    @rule()
    def prompt_courier(self) -> None:
        """Everything arrives, and our own echo with it."""
        self.under_way.clear()
        self.here.hears_everything()

    @rule()
    def sweeps(self) -> None:
        self.here.settles()
        invariants.hold(self.here)

    def teardown(self) -> None:
        """However it was left: one sweep, and another when every clock of ours has run out."""
        self.sweeps()
        self.here.clock.now += timedelta(minutes=15)
        self.sweeps()


def lived(installation: Installation, how: settings) -> None:
    """Some lives in this installation."""

    class Here(Life):
        here = installation

    run_state_machine_as_test(Here, settings=how)


def test_a_sweep_sets_right_whatever_people_did(installation: Installation) -> None:
    lived(installation, FEW)


@pytest.mark.soak
def test_a_sweep_sets_right_whatever_people_did_at_length(installation: Installation) -> None:
    lived(installation, MANY)
