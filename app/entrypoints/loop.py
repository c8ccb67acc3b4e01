"""Proves from outside that webhooks arrive: asks on the operator issue, and waits for the service to answer there."""

import threading
import time

from app import bootstrap
from app.domain.watched import asked, loop_of
from app.settings import Settings

MARKS = {True: "ok   ", False: "wrong", None: "note "}
LOOK_EVERY = 1.0
NO_ISSUE = (
    "The loop cannot be proved: program.yml names no operator_issue in a project that holds requests, and only the "
    "webhooks of those come to the service."
)


PAUSED = "The loop cannot be proved: SOUNDING_BOARD_PAUSED is set here, and to ask is to change a note."


def proved(settings: Settings, within: int) -> tuple[bool, str]:
    """Whether the service answered in so many seconds, and a sentence. Raises Temporary, Permanent."""
    configured = bootstrap.configuration(settings)
    if settings.paused:
        return False, PAUSED
    with bootstrap.judging(settings, configured, remembers=False) as rules:
        issue, began = rules.operator.issue, time.monotonic()
        if issue is None or not configured.program.holds_requests(issue.project):
            return False, NO_ISSUE
        now = bootstrap.utc_now()
        rules.operator.tell(asked(now, loop_of(rules.operator.states())))
        while time.monotonic() - began < within:
            loop = loop_of(rules.operator.states())
            if loop and loop.answered and loop.asked >= now:
                return True, f"Webhooks arrive: a change of {issue} was heard of, and answered there."
            threading.Event().wait(LOOK_EVERY)
    told = f"Webhooks do not reach the service, or it does not work: of a change of {issue} nobody has heard"
    return False, f"{told} in {within} s. `sounding-board status` and `sounding-board check --online` look further."
