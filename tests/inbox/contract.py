"""What every inbox promises, told as stories. A store's own test file names the store and inherits them all."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.inbox import Arrival, Claim, Counts, Failure, Fate, InboxRules, Receipt
from app.domain.issue import Ref
from app.domain.subject import Priority, Request, TokenExpiry
from app.services.inbox_port import Inbox

T0 = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
RULES = InboxRules(quiet=timedelta(0))
CALM = InboxRules(quiet=2 * SECOND)
CARD = Request(Ref("sme/feedback", 17))
OTHER = Request(Ref("sme/feedback", 18))

Open = Callable[[InboxRules], Inbox]


def sure(claim: Claim | None) -> Claim:
    assert claim is not None
    return claim


class InboxContract:
    """Subclasses give a fixture `open_inbox`; opening again means: the process was killed and started anew."""

    @pytest.fixture
    def open_inbox(self) -> Iterator[Open]:
        raise NotImplementedError

    @pytest.fixture
    def inbox(self, open_inbox: Open) -> Inbox:
        return open_inbox(RULES)

    @pytest.fixture
    def calm(self, open_inbox: Open) -> Inbox:
        return open_inbox(CALM)

    def test_an_event_leads_to_one_run(self, inbox: Inbox) -> None:
        assert inbox.put(Arrival(CARD, delivery="d1"), T0) is Receipt.ACCEPTED
        claim = sure(inbox.claim(T0))
        assert (claim.subject, claim.deliveries, claim.attempt) == (CARD, ("d1",), 1)
        assert inbox.settle(claim, T0)
        assert inbox.claim(T0 + HOUR) is None
        assert inbox.counts() == Counts(0, 0, 0)

    def test_the_event_loop_may_wait_for_the_disk(self, inbox: Inbox) -> None:
        async def several() -> list[Receipt]:
            puts = (inbox.accept(Arrival(CARD, delivery=f"d{number}"), T0) for number in range(50))
            return await asyncio.gather(*puts)

        assert set(asyncio.run(several())) == {Receipt.ACCEPTED}
        assert len(sure(inbox.claim(T0)).deliveries) == 50

    def test_many_events_on_one_card_are_one_run_that_knows_them_all(self, inbox: Inbox) -> None:
        for number in range(5):
            inbox.put(Arrival(CARD, delivery=f"d{number}"), T0)
        assert sure(inbox.claim(T0)).deliveries == ("d0", "d1", "d2", "d3", "d4")
        assert inbox.claim(T0) is None

    def test_the_traces_of_deliveries_are_known_as_long_as_the_deliveries_are(self, open_inbox: Open) -> None:
        inbox = open_inbox(RULES)
        for number, trace in enumerate(("00-first", None, "00-third", "00-fourth")):
            inbox.put(Arrival(CARD, delivery=f"d{number}", trace=trace), T0 + number * SECOND)
        inbox.put(Arrival(CARD, delivery="d3", trace="00-again"), T0 + MINUTE)
        inbox.put(Arrival(CARD, trace="00-of no delivery"), T0)
        inbox = open_inbox(RULES)
        claim = sure(inbox.claim(T0 + HOUR))
        assert inbox.traces(claim.deliveries) == ("00-first", "00-third", "00-fourth")
        assert inbox.traces(("d2", "unheard of")) == ("00-third",)
        assert inbox.traces(()) == ()
        inbox.settle(claim, T0 + HOUR)
        inbox.tidy(T0 + RULES.remember_deliveries + 2 * SECOND)
        assert inbox.traces(claim.deliveries) == ("00-third", "00-fourth")

    def test_events_during_a_run_lead_to_exactly_one_more_after_it(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        first = sure(inbox.claim(T0))
        inbox.put(Arrival(CARD, delivery="d2"), T0)
        inbox.put(Arrival(CARD, delivery="d3"), T0)
        assert inbox.claim(T0 + MINUTE) is None
        inbox.settle(first, T0 + MINUTE)
        second = sure(inbox.claim(T0 + MINUTE))
        assert second.deliveries == ("d2", "d3")
        inbox.settle(second, T0 + MINUTE)
        assert inbox.claim(T0 + HOUR) is None

    def test_different_cards_run_beside_each_other(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD), T0)
        inbox.put(Arrival(OTHER), T0 + SECOND)
        inbox.put(Arrival(TokenExpiry("sme")), T0 + 2 * SECOND)
        claims = [sure(inbox.claim(T0 + MINUTE)).subject for _ in range(3)]
        assert claims == [CARD, OTHER, TokenExpiry("sme")]

    def test_a_person_goes_before_a_timer(self, inbox: Inbox) -> None:
        inbox.put(Arrival(OTHER, Priority.TIMER), T0)
        inbox.put(Arrival(CARD, Priority.PERSON), T0)
        assert [sure(inbox.claim(T0)).subject for _ in range(2)] == [CARD, OTHER]

    def test_a_drag_lifts_a_card_that_waits_for_a_timer(self, inbox: Inbox) -> None:
        inbox.put(Arrival(OTHER, Priority.TIMER), T0)
        inbox.put(Arrival(CARD, Priority.TIMER), T0)
        inbox.put(Arrival(CARD, Priority.PERSON), T0 + SECOND)
        assert sure(inbox.claim(T0 + SECOND)).subject == CARD

    def test_a_card_rests_until_it_has_been_quiet(self, calm: Inbox) -> None:
        calm.put(Arrival(CARD), T0)
        calm.put(Arrival(CARD), T0 + SECOND)
        assert calm.claim(T0 + 2.9 * SECOND) is None
        assert calm.next_due() == T0 + 3 * SECOND
        assert calm.claim(T0 + 3 * SECOND) is not None

    def test_a_stream_of_events_cannot_postpone_for_ever(self, calm: Inbox) -> None:
        for number in range(12):
            calm.put(Arrival(CARD), T0 + number * SECOND)
        assert calm.next_due() == T0 + 10 * SECOND
        assert calm.claim(T0 + 11 * SECOND) is not None

    def test_a_timer_waits_for_its_time(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, Priority.TIMER, not_before=T0 + HOUR), T0)
        assert inbox.claim(T0 + HOUR - SECOND) is None
        assert inbox.claim(T0 + HOUR) is not None

    def test_a_later_timer_does_not_delay_a_person(self, calm: Inbox) -> None:
        calm.put(Arrival(CARD), T0)
        calm.put(Arrival(CARD, Priority.TIMER, not_before=T0 + HOUR), T0)
        assert calm.next_due() == T0 + 2 * SECOND

    def test_events_do_not_push_an_earlier_timer_away(self, calm: Inbox) -> None:
        calm.put(Arrival(CARD, Priority.TIMER, not_before=T0 + SECOND), T0)
        calm.put(Arrival(CARD), T0)
        calm.put(Arrival(CARD), T0 + 0.5 * SECOND)
        assert calm.next_due() == T0 + SECOND

    def test_the_earlier_of_two_timers_counts(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, Priority.TIMER, not_before=T0 + HOUR), T0)
        inbox.put(Arrival(CARD, Priority.TIMER, not_before=T0 + MINUTE), T0)
        inbox.put(Arrival(CARD, Priority.TIMER, not_before=T0 + 2 * HOUR), T0)
        assert inbox.next_due() == T0 + MINUTE

    def test_a_run_can_ask_to_look_again(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD), T0)
        inbox.settle(sure(inbox.claim(T0)), T0, look_again_at=T0 + HOUR)
        assert inbox.claim(T0 + HOUR - SECOND) is None
        again = sure(inbox.claim(T0 + HOUR))
        assert (again.priority, again.attempt, again.deliveries) == (Priority.TIMER, 1, ())

    def test_asking_to_look_again_in_the_past_does_not_run_in_circles(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD), T0)
        inbox.settle(sure(inbox.claim(T0)), T0, look_again_at=T0 - HOUR)
        assert inbox.claim(T0) is None
        assert inbox.next_due() == T0 + SECOND

    def test_looking_again_does_not_delay_an_event_that_came_meanwhile(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD), T0)
        claim = sure(inbox.claim(T0))
        inbox.put(Arrival(CARD, delivery="d2"), T0)
        inbox.settle(claim, T0, look_again_at=T0 + HOUR)
        assert sure(inbox.claim(T0)).deliveries == ("d2",)

    def test_failures_are_tried_again_ever_later_then_given_up(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        now, pauses = T0, []
        for attempt in range(1, 8):
            claim = sure(inbox.claim(now))
            assert (claim.attempt, claim.deliveries) == (attempt, ("d1",))
            assert inbox.fail(claim, Failure("GitLab answered 502"), now) is Fate.RETRY
            due = inbox.next_due()
            assert due is not None
            pauses.append((due - now).total_seconds())
            now = due
        assert pauses == [5, 15, 45, 135, 405, 1215, 3600]
        assert inbox.fail(sure(inbox.claim(now)), Failure("GitLab answered 502"), now) is Fate.DEAD
        (letter,) = inbox.dead(10)
        assert (letter.subject, letter.died_at, letter.attempts) == (CARD, now, 8)
        assert (letter.reason, letter.deliveries) == ("GitLab answered 502", ("d1",))
        assert inbox.next_due() is None

    def test_a_refusal_for_good_is_not_tried_again(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD), T0)
        assert inbox.fail(sure(inbox.claim(T0)), Failure("403", final=True), T0) is Fate.DEAD
        assert inbox.dead_letter(CARD.key) == inbox.dead(1)[0]
        assert inbox.dead_letter(OTHER.key) is None

    @pytest.mark.parametrize(("asked", "pause"), [(90.0, 90), (1.0, 5), (7200.0, 3600), (-5.0, 5)])
    def test_retry_after_is_honoured_up_to_an_hour(self, inbox: Inbox, asked: float, pause: int) -> None:
        inbox.put(Arrival(CARD), T0)
        inbox.fail(sure(inbox.claim(T0)), Failure("429", retry_after=asked), T0)
        assert inbox.next_due() == T0 + pause * SECOND

    def test_an_event_does_not_go_before_retry_after_but_before_our_own_backoff(self, inbox: Inbox) -> None:
        for subject, failure in ((CARD, Failure("429", retry_after=60)), (OTHER, Failure("502"))):
            inbox.put(Arrival(subject), T0)
            inbox.fail(sure(inbox.claim(T0)), failure, T0)
            inbox.put(Arrival(subject), T0 + SECOND)
        assert sure(inbox.claim(T0 + SECOND)).subject == OTHER
        assert inbox.claim(T0 + 59 * SECOND) is None
        assert sure(inbox.claim(T0 + 60 * SECOND)).subject == CARD

    def test_an_event_that_came_during_a_run_refused_for_good_gets_its_run(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        claim = sure(inbox.claim(T0))
        inbox.put(Arrival(CARD, delivery="d2"), T0)
        assert inbox.fail(claim, Failure("404", final=True), T0) is Fate.RETRY
        assert sure(inbox.claim(T0)).deliveries == ("d1", "d2")

    def test_a_new_event_revives_the_dead(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        inbox.fail(sure(inbox.claim(T0)), Failure("404", final=True), T0)
        inbox.put(Arrival(CARD, delivery="d2"), T0 + HOUR)
        assert inbox.dead(10) == ()
        claim = sure(inbox.claim(T0 + HOUR))
        assert (claim.attempt, claim.deliveries) == (1, ("d1", "d2"))

    def test_pressing_resend_in_gitlab_revives_the_dead(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        inbox.fail(sure(inbox.claim(T0)), Failure("404", final=True), T0)
        assert inbox.put(Arrival(CARD, delivery="d1"), T0) is Receipt.ACCEPTED
        assert sure(inbox.claim(T0)).deliveries == ("d1",)

    def test_a_person_can_retry_the_dead(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD), T0)
        inbox.fail(sure(inbox.claim(T0)), Failure("404", final=True), T0)
        assert inbox.retry(CARD.key, T0 + HOUR)
        assert not inbox.retry(CARD.key, T0 + HOUR)
        assert inbox.dead(10) == ()
        assert sure(inbox.claim(T0 + HOUR)).subject == CARD

    def test_a_repeated_delivery_is_dropped_while_waiting_and_when_done(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        assert inbox.put(Arrival(CARD, delivery="d1"), T0) is Receipt.REPEATED
        inbox.settle(sure(inbox.claim(T0)), T0)
        assert inbox.put(Arrival(CARD, delivery="d1"), T0 + HOUR) is Receipt.REPEATED
        assert inbox.claim(T0 + HOUR) is None

    def test_a_delivery_repeated_while_the_first_runs_still_leads_to_a_run(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        claim = sure(inbox.claim(T0))
        assert inbox.put(Arrival(CARD, delivery="d1"), T0) is Receipt.ACCEPTED
        inbox.settle(claim, T0)
        assert sure(inbox.claim(T0)).deliveries == ("d1",)

    def test_arrivals_without_an_id_are_never_taken_for_repeats(self, inbox: Inbox) -> None:
        for _ in range(2):
            assert inbox.put(Arrival(CARD), T0) is Receipt.ACCEPTED
            inbox.settle(sure(inbox.claim(T0)), T0)

    def test_delivery_ids_are_forgotten_after_three_days(self, inbox: Inbox) -> None:
        for number in range(3):
            inbox.put(Arrival(CARD, delivery=f"d{number}"), T0)
        inbox.put(Arrival(CARD, delivery="young"), T0 + 72 * HOUR)
        assert inbox.tidy(T0 + 72 * HOUR) == 0
        assert inbox.tidy(T0 + 73 * HOUR) == 3
        inbox.settle(sure(inbox.claim(T0 + 73 * HOUR)), T0 + 73 * HOUR)
        assert inbox.put(Arrival(CARD, delivery="young"), T0 + 73 * HOUR) is Receipt.REPEATED
        assert inbox.put(Arrival(CARD, delivery="d0"), T0 + 73 * HOUR) is Receipt.ACCEPTED

    def test_a_run_that_outlives_its_lease_is_given_to_another_and_settles_nothing(self, inbox: Inbox) -> None:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        lost = sure(inbox.claim(T0))
        assert lost.lease_until == T0 + RULES.lease
        assert inbox.claim(T0 + RULES.lease - SECOND) is None
        again = sure(inbox.claim(T0 + RULES.lease))
        assert (again.attempt, again.deliveries) == (2, ("d1",))
        assert not inbox.settle(lost, T0 + RULES.lease)
        assert inbox.fail(lost, Failure("late"), T0 + RULES.lease) is Fate.LOST
        assert inbox.settle(again, T0 + RULES.lease)
        assert inbox.counts() == Counts(0, 0, 0)

    def test_a_killed_process_loses_nothing(self, open_inbox: Open) -> None:
        inbox = open_inbox(RULES)
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        inbox.put(Arrival(OTHER, delivery="d2"), T0 + SECOND)
        inbox.claim(T0)
        inbox.put(Arrival(CARD, delivery="d3"), T0 + SECOND)
        inbox = open_inbox(RULES)
        claims = [sure(inbox.claim(T0 + SECOND)) for _ in range(2)]
        assert {claim.subject: claim.deliveries for claim in claims} == {CARD: ("d1", "d3"), OTHER: ("d2",)}

    def test_a_card_that_kills_the_process_each_time_is_given_up(self, open_inbox: Open) -> None:
        open_inbox(RULES).put(Arrival(CARD), T0)
        for _ in range(8):
            assert sure(open_inbox(RULES).claim(T0)).subject == CARD
        inbox = open_inbox(RULES)
        assert inbox.claim(T0) is None
        assert inbox.dead(1)[0].reason == "the run ended without a word (killed, or cut off)"

    def test_what_waits_runs_and_died_can_be_listed(self, inbox: Inbox) -> None:
        for number in range(1, 6):
            inbox.put(Arrival(Request(Ref("sme/feedback", number))), T0 + number * SECOND)
        dying, running = sure(inbox.claim(T0 + MINUTE)), sure(inbox.claim(T0 + MINUTE))
        inbox.fail(dying, Failure("404", final=True), T0 + MINUTE)
        assert [place.subject.key for place in inbox.waiting(2)] == ["request:sme/feedback#3", "request:sme/feedback#4"]
        assert inbox.running() == (running,)
        assert [letter.subject for letter in inbox.dead(10)] == [dying.subject]
        assert inbox.counts() == Counts(3, 1, 1)

    def test_a_watcher_is_woken_by_an_arrival_a_settlement_and_by_hand(self, inbox: Inbox) -> None:
        def woken_by(act: Callable[[], object]) -> bool:
            watcher = threading.Thread(target=inbox.wait, args=(MINUTE,))
            watcher.start()
            act()
            watcher.join(10)
            return not watcher.is_alive()

        assert woken_by(lambda: inbox.put(Arrival(CARD), T0))
        claim = sure(inbox.claim(T0))
        assert woken_by(lambda: inbox.settle(claim, T0))
        assert woken_by(inbox.wake)

    def test_it_can_say_that_it_can_take_things_in(self, inbox: Inbox) -> None:
        inbox.check()
        assert inbox.counts() == Counts(0, 0, 0)

    def test_threads_that_put_and_threads_that_work_lose_nothing_and_never_meet(self, inbox: Inbox) -> None:
        """Each put is followed by a run that begins after it; no subject is run by two at once."""
        subjects = [Request(Ref("sme/feedback", number)) for number in range(1, 6)]
        seen: set[str] = set()
        at_work: Counter[str] = Counter()
        guard, putting, errors = threading.Lock(), threading.Event(), list[str]()

        def sender(name: int) -> None:
            for number in range(60):
                inbox.put(Arrival(subjects[number % 5], delivery=f"{name}-{number}"), T0)

        def worker() -> None:
            while not putting.is_set() or inbox.counts().waiting:
                claim = inbox.claim(T0)
                if claim is None:
                    continue
                with guard:
                    at_work[claim.subject.key] += 1
                    if at_work[claim.subject.key] > 1:
                        errors.append(claim.subject.key)
                    seen.update(claim.deliveries)
                with guard:
                    at_work[claim.subject.key] -= 1
                inbox.settle(claim, T0)

        senders = [threading.Thread(target=sender, args=(name,)) for name in range(3)]
        workers = [threading.Thread(target=worker) for _ in range(3)]
        for thread in senders + workers:
            thread.start()
        for thread in senders:
            thread.join()
        putting.set()
        for thread in workers:
            thread.join()
        assert errors == []
        assert seen == {f"{name}-{number}" for name in range(3) for number in range(60)}
        assert inbox.counts() == Counts(0, 0, 0)
