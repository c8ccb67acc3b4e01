"""Any sequence of arrivals, runs, failures, kills and passing time, against a model that only counts promises.

The model knows, for each subject, which events have not yet been followed by a finished run, and which timers stand.
"""

import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.inbox import Arrival, Claim, Failure, Fate, InboxRules, Receipt
from app.domain.issue import Ref
from app.domain.subject import Priority, Request
from app.gateways.inbox_sqlite import SqliteInbox
from tests.inbox.contract import HOUR, SECOND, T0

RULES = InboxRules(quiet=2 * SECOND, attempts=3)
SUBJECTS = [Request(Ref("sme/feedback", number)) for number in (1, 2, 3)]
subjects = st.sampled_from(SUBJECTS)


class InboxMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.inbox = self.opened()
        self.now: datetime = T0
        self.numbers = 0
        self.owed: dict[str, set[str]] = {subject.key: set() for subject in SUBJECTS}
        self.held: dict[str, tuple[Claim, set[str]]] = {}
        self.dead: set[str] = set()
        self.sent: list[tuple[Request, str]] = []

    def opened(self) -> SqliteInbox:
        return SqliteInbox(Path(self.folder.name) / "inbox.sqlite3", RULES)

    def teardown(self) -> None:
        self.inbox.close()
        self.folder.cleanup()

    @rule(subject=subjects, priority=st.sampled_from(Priority))
    def event(self, subject: Request, priority: Priority) -> None:
        self.numbers += 1
        delivery = f"d{self.numbers}"
        assert self.inbox.put(Arrival(subject, priority, delivery), self.now) is Receipt.ACCEPTED
        self.sent.append((subject, delivery))
        self.owed[subject.key].add(delivery)
        self.dead.discard(subject.key)
        due = next(place.due for place in self.inbox.waiting(9) if place.subject == subject)
        floor = next(place.not_until for place in self.inbox.waiting(9) if place.subject == subject)
        assert due <= max(self.now + RULES.quiet, floor or self.now)

    @rule(subject=subjects, seconds=st.integers(0, 20))
    def timer(self, subject: Request, seconds: int) -> None:
        at = self.now + seconds * SECOND
        self.inbox.put(Arrival(subject, Priority.TIMER, not_before=at), self.now)
        self.dead.discard(subject.key)
        place = next(place for place in self.inbox.waiting(9) if place.subject == subject)
        assert place.due <= max(at, place.not_until or at)

    @precondition(lambda self: self.sent)
    @rule(choice=st.integers(min_value=0))
    def repeat(self, choice: int) -> None:
        subject, delivery = self.sent[choice % len(self.sent)]
        runs, dead = subject.key in self.held, subject.key in self.dead
        receipt = self.inbox.put(Arrival(subject, delivery=delivery), self.now)
        assert receipt is (Receipt.ACCEPTED if runs or dead else Receipt.REPEATED)
        if runs or dead:
            self.owed[subject.key].add(delivery)
            self.dead.discard(subject.key)

    @rule(seconds=st.integers(1, 30))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule()
    def claim(self) -> None:
        claim = self.inbox.claim(self.now)
        waiting = [place for place in self.inbox.waiting(9) if place.subject.key not in self.held]
        if claim is None:
            assert all(place.due > self.now for place in waiting)
            return
        key = claim.subject.key
        assert key not in self.held
        assert all(
            place.priority >= claim.priority for place in waiting if place.due <= self.now and place.subject.key != key
        )
        assert self.owed[key] <= set(claim.deliveries)
        self.held[key] = (claim, self.owed[key])
        self.owed[key] = set()

    @precondition(lambda self: self.held)
    @rule(choice=st.integers(min_value=0), again=st.none() | st.integers(-5, 20))
    def settle(self, choice: int, again: int | None) -> None:
        key = sorted(self.held)[choice % len(self.held)]
        claim, _ = self.held.pop(key)
        look_again_at = None if again is None else self.now + again * SECOND
        assert self.inbox.settle(claim, self.now, look_again_at)
        if look_again_at is not None:
            place = next(place for place in self.inbox.waiting(9) if place.subject.key == key)
            latest = max(look_again_at, self.now + SECOND)
            assert place.due <= max(latest, place.not_until or latest)

    @precondition(lambda self: self.held)
    @rule(choice=st.integers(min_value=0), final=st.booleans(), retry_after=st.none() | st.floats(0, 9999))
    def fail(self, choice: int, final: bool, retry_after: float | None) -> None:
        key = sorted(self.held)[choice % len(self.held)]
        claim, owed = self.held.pop(key)
        waits = any(place.subject.key == key for place in self.inbox.waiting(9))
        fate = self.inbox.fail(claim, Failure("said no", retry_after, final), self.now)
        dies = not waits and (final or claim.attempt >= RULES.attempts)
        assert fate is (Fate.DEAD if dies else Fate.RETRY)
        self.owed[key] |= owed
        if dies:
            self.dead.add(key)

    @precondition(lambda self: self.dead)
    @rule()
    def retry_by_hand(self) -> None:
        key = min(self.dead)
        assert self.inbox.retry(key, self.now)
        self.dead.discard(key)

    @rule()
    def kill(self) -> None:
        self.inbox.close()
        self.inbox = self.opened()
        for key, (claim, owed) in self.held.items():
            self.owed[key] |= owed
            if claim.attempt >= RULES.attempts and all(place.subject.key != key for place in self.inbox.waiting(9)):
                self.dead.add(key)
        self.held.clear()
        self.take_back()

    def take_back(self) -> None:
        """Have the claims of the killed process taken back now, so that model and inbox agree on who is dead."""
        claim = self.inbox.claim(self.now)
        if claim is not None:
            key = claim.subject.key
            assert self.owed[key] <= set(claim.deliveries)
            self.held[key] = (claim, self.owed[key])
            self.owed[key] = set()

    @invariant()
    def nothing_owed_is_forgotten(self) -> None:
        places = {place.subject.key: place.deliveries for place in self.inbox.waiting(9)}
        letters = {letter.subject.key: letter.deliveries for letter in self.inbox.dead(9)}
        assert set(letters) == self.dead
        assert not set(places) & set(letters)
        for key, owed in self.owed.items():
            assert owed <= {*places.get(key, ()), *letters.get(key, ())}


InboxMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestInboxModel = InboxMachine.TestCase


def test_everything_is_run_in_the_end() -> None:
    """Whatever is owed runs once time has passed, without any further event."""
    machine = InboxMachine()
    for subject in SUBJECTS:
        machine.event(subject, Priority.TIMER)
    machine.claim()
    machine.kill()
    machine.now += HOUR
    while machine.inbox.next_due():
        claim = machine.inbox.claim(machine.now)
        assert claim is not None
        machine.inbox.settle(claim, machine.now)
    machine.teardown()
