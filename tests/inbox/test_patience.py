"""What is buried and what is not: a GitLab that is down, or a dead token, must not cost anybody's card."""

from datetime import UTC, datetime, timedelta

from app.domain.inbox import Claim, DeadLetter, Failure, InboxRules, Waiting, failed
from app.domain.issue import Ref
from app.domain.subject import Priority, Request

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = InboxRules()


def after(attempt: int, failure: Failure) -> Waiting | DeadLetter:
    """What follows this attempt's failure, with nothing newer waiting."""
    claim = Claim(Request(Ref("sme/feedback", 1)), Priority.PERSON, 7, attempt, NOW + RULES.lease)
    return failed(claim, None, failure, NOW, RULES)


def test_what_nobody_foresaw_is_buried_after_eight_attempts() -> None:
    assert isinstance(after(7, Failure("unforeseen")), Waiting)
    assert isinstance(after(8, Failure("unforeseen")), DeadLetter)


def test_a_gitlab_that_is_down_is_waited_for_however_long_at_most_an_hour_at_a_time() -> None:
    place = after(500, Failure("GitLab cannot be reached", passing=True))
    assert isinstance(place, Waiting)
    assert place.due == NOW + timedelta(hours=1)
