"""What watching the watcher found, and what is told of it on the operator issue: one note a topic, changed in place.

The loop is proved by itself: our note is changed, GitLab sends the webhook of that change, and the service, having
heard of it, answers in the note. What stands there is all that is remembered (promise 2), so that any process can ask
and any replica can answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.domain.issue import Ref
from app.domain.plan import Say
from app.domain.program import Job

LOOP, CONFIGURATION = "loop", "configuration"
"""The topics of the notes on webhooks, and on a configuration that cannot be used."""

ASKED_EVERY = timedelta(hours=1)
"""How often the loop is proved on working days; people of all regions work, so at any hour of these."""
HEARD_WITHIN = timedelta(minutes=2)
"""A delivery takes seconds; a service that catches up after a stop, a minute."""
ASKED_AGAIN = timedelta(minutes=15)
"""While webhooks do not arrive, it is asked anew so often: what is mended is seen soon."""
NAMED_AT_MOST = 20
TOKEN_ENDS_SOON = 7
"""Days."""
OVERDUE = timedelta(minutes=5)
"""A card that is due is looked at within seconds; after a stop or an outage, within minutes."""
LATE = {Job.SWEEP: timedelta(hours=26), Job.SCORE: timedelta(days=8), Job.DUE: timedelta(hours=3)}
"""A sweep is a daily job and looks back as far (`--since 26h`); a score is a weekly one; what is due, an hourly one."""

States = Mapping[str, Mapping[str, object]]
"""What our notes on the operator issue keep, by topic."""


def job_topic(job: str) -> str:
    """The topic of the note on the last run of a job."""
    return f"job {job}"


@dataclass(frozen=True, slots=True)
class Loop:
    """How the last question stands. `silent` was told: nobody answered in time."""

    asked: datetime
    answered: datetime | None = None
    silent: bool = False

    def overdue(self, now: datetime) -> bool:
        """Whether an answer should have come."""
        return self.answered is None and (self.silent or now - self.asked >= HEARD_WITHIN)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one round of the watch saw. `jobs` are the last runs by name, `waiting` the requests with an open ask or
    hold by our label; `stopped` counts webhooks that GitLab does not send, None where we may not see them.
    """

    at: datetime
    jobs: Mapping[str, datetime] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    loop: Loop | None = None
    stopped: int | None = None
    token_expires: date | None = None


def loop_of(states: States) -> Loop | None:
    """The last question, if there ever was one."""
    state = states.get(LOOP, {})
    asked, answered = _instant(state.get("asked")), _instant(state.get("answered"))
    return Loop(asked, answered, state.get("silent") is True) if asked else None


def last_run(states: States, job: str) -> datetime | None:
    """When a job ended last, by the note that it left."""
    return _instant(states.get(job_topic(job), {}).get("at"))


def token_line(expires: date, today: date) -> tuple[bool | None, str]:
    """How long our token lasts still, and whether that is well."""
    left = (expires - today).days
    if left <= 0:
        return False, f"Our token ran out on {expires}."
    told = f"Our token runs out on {expires}, in {left} {'day' if left == 1 else 'days'}"
    return (False, f"{told}; rotate it now.") if left <= TOKEN_ENDS_SOON else (True, f"{told}.")


def loop_line(loop: Loop | None, issue: Ref, now: datetime) -> tuple[bool | None, str]:
    """Whether webhooks arrive, as the notes tell, and whether that is well."""
    if loop is None:
        return None, f"Whether webhooks arrive was not proved yet; `sounding-board check --loop` asks on {issue}."
    if loop.overdue(now):
        return False, f"Webhooks do not arrive: of a change of {issue} on {_shown(loop.asked)} UTC nobody has heard."
    if loop.answered is None:
        return None, f"Whether webhooks arrive is being asked on {issue}, since {_shown(loop.asked)} UTC."
    return True, f"A webhook was last proved to arrive on {_shown(loop.answered)} UTC."


def job_line(states: States, job: Job, now: datetime) -> tuple[bool | None, str]:
    """When a job ran last, and whether that is well."""
    at = last_run(states, job)
    if at is None:
        return None, f"No {job} has left word on the operator issue yet."
    if now - at > LATE[job]:
        return False, f"The last {job} ended on {_shown(at)} UTC; look whether its pipeline is still scheduled."
    return True, f"The last {job} ended on {_shown(at)} UTC."


def overdue_line(due: datetime | None, now: datetime) -> tuple[bool, str] | None:
    """What is wrong where a subject of the inbox has been due since this instant; None where nothing is."""
    if due is None or now - due <= OVERDUE:
        return None
    for_ = int((now - due).total_seconds() // 60)
    told = f"The inbox is not worked off: something has been due for {for_} minutes, since {_shown(due)} UTC"
    return False, f"{told}; look whether a service or a worker runs, and what its log says."


def should_ask(loop: Loop | None, now: datetime) -> bool:
    """Whether it is time to prove the loop: on working days, a while after the last answer."""
    if now.weekday() >= 5 or (loop and loop.answered is None):
        return False
    return loop is None or now - loop.asked >= ASKED_EVERY


def asked(now: datetime, before: Loop | None = None) -> Say:
    """The question whether webhooks arrive; of silence that people were told of `before` they are not told again."""
    state: dict[str, object] = {"open": True, "asked": now.isoformat()}
    if before and before.silent:
        state["silent"] = True
    return Say(LOOP, "loop_asked", {"asked": _shown(now)}, state)


def answered(loop: Loop, now: datetime) -> Say:
    """The answer of the service that heard of the question."""
    state = {"open": False, "asked": loop.asked.isoformat(), "answered": now.isoformat()}
    return Say(LOOP, "loop_answered", {"asked": _shown(loop.asked), "answered": _shown(now)}, state)


def silent(now: datetime, found: Sequence[str], *, anew: bool) -> Say:
    """Nobody heard of the last question; it is put again at the same time."""
    data = {"asked": _shown(now), "found": list(found[:NAMED_AT_MOST])}
    return Say(LOOP, "loop_silent", data, {"open": True, "asked": now.isoformat(), "silent": True}, anew=anew)


def job_ran(job: str, now: datetime, seen: int, failed: int) -> Say:
    """A job ended; its note is also how everybody else knows."""
    data = {"job": job, "at": _shown(now), "seen": seen, "failed": failed}
    return Say(job_topic(job), "job_ran", data, {"open": False, "at": now.isoformat()})


def rejected(version: str, mistakes: Sequence[str]) -> Say:
    """A changed configuration cannot be used; the last good one goes on. `version` names the text that cannot."""
    data = {"mistakes": list(mistakes[:NAMED_AT_MOST]), "more": max(0, len(mistakes) - NAMED_AT_MOST)}
    return Say(CONFIGURATION, "configuration_rejected", data, {"open": True, "version": version})


def accepted_again() -> Say:
    """The configuration can be used again."""
    return Say(CONFIGURATION, "configuration_settled", {}, {"open": False})


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
