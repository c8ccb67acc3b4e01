"""The inbox's values and how they change: one waiting place per subject, however many events (design, promise 12).

Stores only keep these values; every decision about when, whether and how often to run is taken here.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.domain.subject import Priority, Subject

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
DELIVERIES_KEPT = 100
SOONEST_LOOK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class InboxRules:
    """How patient the inbox is. Raises ValueError, in words, where a run could outlive its lease.

    `longest_retry` is between two tries of what nobody foresaw, and the longest that GitLab's Retry-After is heeded;
    `longest_passing` between two while something outside cannot answer, so that soon after an outage all is as it was.
    `silent`: a replica without a sign of life for so long is gone, and others take over what it ran.
    """

    quiet: timedelta = timedelta(seconds=2)
    quiet_times_at_most: int = 5
    run_limit: timedelta = timedelta(minutes=10)
    lease: timedelta = timedelta(minutes=15)
    silent: timedelta = timedelta(minutes=1)
    attempts: int = 8
    first_retry: timedelta = timedelta(seconds=5)
    retry_factor: int = 3
    longest_retry: timedelta = timedelta(hours=1)
    longest_passing: timedelta = timedelta(minutes=1)
    remember_deliveries: timedelta = timedelta(days=3)

    def __post_init__(self) -> None:
        if self.run_limit >= self.lease:
            raise ValueError("a run must be cut off before its lease ends: make run_limit shorter than lease")

    def retry_at(self, attempt: int, now: datetime, *, passing: bool) -> datetime:
        """When to try again after the attempt with this number (from 1) failed."""
        steps = min(attempt - 1, 20)
        longest = self.longest_passing if passing else self.longest_retry
        return now + min(self.first_retry * float(self.retry_factor**steps), longest)

    def counted(self, attempt: int, *, passing: bool) -> int:
        """How many attempts are behind a subject after this one: an outage uses up at most half of them."""
        return attempt - 1 if passing and attempt > self.attempts // 2 else attempt


@dataclass(frozen=True, slots=True)
class Arrival:
    """A wish to look at a subject: an event (now, after the quiet period), or a timer (`not_before`).

    `trace` names, for whoever watches us, what brought the delivery; it is kept with the delivery's id.
    """

    subject: Subject
    priority: Priority = Priority.PERSON
    delivery: str | None = None
    not_before: datetime | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """When a delivery came first, and the trace it came with."""

    at: datetime
    trace: str | None = None


class Receipt(StrEnum):
    """What became of an arrival. REPEATED: this delivery was taken in before, and nothing more is needed."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A subject that waits for its run. `not_until` is what GitLab's Retry-After asked for; nothing goes before it."""

    subject: Subject
    priority: Priority
    event_due: datetime = NEVER
    timer_due: datetime = NEVER
    not_until: datetime | None = None
    first_event_at: datetime | None = None
    attempts: int = 0
    deliveries: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def due(self) -> datetime:
        """The instant from which it may run."""
        due = min(self.event_due, self.timer_due)
        return due if self.not_until is None else max(due, self.not_until)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run one subject until `lease_until`. `attempt` counts from 1; `token` tells claims apart."""

    subject: Subject
    priority: Priority
    token: int
    attempt: int
    lease_until: datetime
    deliveries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run did not finish: a short reason for people; `retry_after` in seconds.

    `final`: do not try again. `passing`: something outside could not answer, so try for as long as it takes.
    `waits`: that something is our own limit on calls, so nothing failed.
    """

    reason: str
    retry_after: float | None = None
    final: bool = False
    passing: bool = False
    waits: bool = False


class Fate(StrEnum):
    """What a failed run leads to. LOST: the claim was no longer held, so nothing was changed."""

    RETRY = "retry"
    DEAD = "dead"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A subject that is not tried again until an event or a person asks for it."""

    subject: Subject
    priority: Priority
    died_at: datetime
    attempts: int
    reason: str
    deliveries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many subjects are in each state."""

    waiting: int
    running: int
    dead: int


def arrived(before: Waiting | None, arrival: Arrival, now: datetime, rules: InboxRules) -> Waiting:
    """The waiting place after an arrival. A timer never delays an event; an event never loses an earlier timer.

    A stream of events postpones the run by at most `quiet_times_at_most` quiet periods. An event is a fresh wish:
    it starts the count of attempts anew, but does not run before GitLab's Retry-After.
    """
    place = before or Waiting(arrival.subject, arrival.priority)
    deliveries = together(place.deliveries, (arrival.delivery,) if arrival.delivery else ())
    priority = min(place.priority, arrival.priority)
    if arrival.not_before is not None:
        due = min(place.timer_due, arrival.not_before)
        return replace(place, priority=priority, timer_due=due, deliveries=deliveries)
    first = place.first_event_at or now
    due = min(now + rules.quiet, first + rules.quiet * rules.quiet_times_at_most)
    return replace(place, priority=priority, event_due=due, first_event_at=first, attempts=0, deliveries=deliveries)


def look_again(before: Waiting | None, subject: Subject, at: datetime, now: datetime, rules: InboxRules) -> Waiting:
    """The waiting place after a run asked to be run again at an instant; never in a tight circle."""
    timer = Arrival(subject, Priority.TIMER, not_before=max(at, now + SOONEST_LOOK))
    return arrived(before, timer, now, rules)


def failed(
    claim: Claim, waiting: Waiting | None, failure: Failure, now: datetime, rules: InboxRules
) -> Waiting | DeadLetter:
    """What follows a failed run: another try, or a dead letter. An event that came meanwhile always gets its run."""
    tried_enough = claim.attempt >= rules.attempts and not failure.passing
    if waiting is None and (failure.final or tried_enough):
        return DeadLetter(claim.subject, claim.priority, now, claim.attempt, failure.reason, claim.deliveries)
    behind = rules.counted(claim.attempt, passing=failure.passing)
    place = waiting or Waiting(claim.subject, claim.priority, attempts=behind)
    floor = place.not_until
    if failure.retry_after is not None:
        asked = now + min(timedelta(seconds=max(failure.retry_after, 0)), rules.longest_retry)
        floor = max(asked, floor or asked)
    again = NEVER if failure.final else rules.retry_at(claim.attempt, now, passing=failure.passing)
    return replace(
        place,
        priority=min(place.priority, claim.priority),
        timer_due=min(place.timer_due, again),
        not_until=floor,
        deliveries=together(claim.deliveries, place.deliveries),
        reason=failure.reason,
    )


def abandoned(claim: Claim, waiting: Waiting | None, now: datetime, rules: InboxRules) -> Waiting | DeadLetter:
    """What follows a claim whose holder vanished (killed, lease over): the same at once, unless it happens again."""
    match failed(claim, waiting, Failure("the run ended without a word (killed, or cut off)"), now, rules):
        case Waiting() as place:
            return replace(place, timer_due=now)
        case DeadLetter() as letter:
            return letter


def revived(letter: DeadLetter) -> Waiting:
    """A dead subject's waiting place, before what revives it is counted in."""
    return Waiting(letter.subject, letter.priority, deliveries=letter.deliveries, reason=letter.reason)


def merged(one: Waiting, other: Waiting) -> Waiting:
    """One waiting place of two for the same subject, as when two inboxes become one: the more urgent of each part."""
    first = [at for at in (one.first_event_at, other.first_event_at) if at]
    floors = [at for at in (one.not_until, other.not_until) if at]
    return Waiting(
        one.subject,
        min(one.priority, other.priority),
        min(one.event_due, other.event_due),
        min(one.timer_due, other.timer_due),
        max(floors, default=None),
        min(first, default=None),
        max(one.attempts, other.attempts),
        together(one.deliveries, other.deliveries),
        one.reason or other.reason,
    )


def together(first: tuple[str, ...], then: tuple[str, ...]) -> tuple[str, ...]:
    """Delivery ids in order of coming, each once; the newest `DELIVERIES_KEPT` of them."""
    return tuple(dict.fromkeys((*first, *then)))[-DELIVERIES_KEPT:]


@dataclass(frozen=True, slots=True)
class Moved:
    """How many subjects waited and were dead, deliveries were remembered and lines the journal had."""

    waiting: int
    dead: int
    deliveries: int
    lines: int
