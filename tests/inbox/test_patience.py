"""What is buried and what is not: a GitLab that is down, or a dead token, must not cost anybody's card."""

from datetime import UTC, datetime, timedelta

from app.domain.inbox import Claim, DeadLetter, Failure, InboxRules, Waiting, failed
from app.domain.issue import Ref
from app.domain.subject import Priority, Request

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = InboxRules()
DOWN = Failure("GitLab cannot be reached", passing=True)


def after(attempt: int, failure: Failure) -> Waiting | DeadLetter:
    """What follows this attempt's failure, with nothing newer waiting."""
    claim = Claim(Request(Ref("sme/feedback", 1)), Priority.PERSON, 7, attempt, NOW + RULES.lease)
    return failed(claim, None, failure, NOW, RULES)


def test_what_nobody_foresaw_is_buried_after_eight_attempts() -> None:
    assert isinstance(after(7, Failure("unforeseen")), Waiting)
    assert isinstance(after(8, Failure("unforeseen")), DeadLetter)


def test_a_gitlab_that_is_down_is_waited_for_however_long_and_looked_for_every_minute() -> None:
    """The card that waited longest through an outage is looked at a minute after its end, not an hour."""
    place = after(500, DOWN)
    assert isinstance(place, Waiting)
    assert place.due == NOW + timedelta(minutes=1)


def test_the_pause_after_what_nobody_foresaw_grows_to_an_hour() -> None:
    place = after(7, Failure("unforeseen"))
    assert isinstance(place, Waiting)
    assert place.due == NOW + timedelta(hours=1)


def test_an_outage_leaves_half_of_the_attempts_to_what_comes_after_it() -> None:
    attempt = 0
    for _ in range(30):
        place = after(attempt + 1, DOWN)
        assert isinstance(place, Waiting)
        attempt = place.attempts
    assert attempt == 4
    assert [isinstance(after(each, Failure("unforeseen")), DeadLetter) for each in range(5, 9)] == [False] * 3 + [True]


def test_an_outage_gives_nothing_back_of_what_was_used_up_before_it() -> None:
    place = after(8, DOWN)
    assert isinstance(place, Waiting)
    assert place.attempts == 7
