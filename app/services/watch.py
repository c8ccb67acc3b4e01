"""The watch over ourselves: do webhooks arrive, which has GitLab stopped, when did the jobs run last, what waits?

One round is one subject of the inbox, so of several replicas one does it, and it outlives a restart.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from app.domain.failure import Missing, Permanent, Temporary
from app.domain.installation import HOOK_PATH, Hook, Token
from app.domain.issue import Issue, Ref
from app.domain.plan import Say
from app.domain.program import Job, Program
from app.domain.watched import (
    ASKED_AGAIN,
    HEARD_WITHIN,
    Facts,
    Loop,
    States,
    answered,
    asked,
    last_run,
    loop_of,
    should_ask,
    silent,
)

log = logging.getLogger(__name__)
Seen = TypeVar("Seen")

ROUND_EVERY = timedelta(minutes=5)
UNSEEN = "only a Maintainer's token sees webhooks, and mine is none, so I could not look whether GitLab has stopped it"


class About(Protocol):
    """What GitLab says about ourselves and a project's hooks; one call each."""

    def token(self) -> Token | None:
        """What our token may do and until when."""
        ...

    def hooks(self, project: str) -> Sequence[Hook] | None:
        """The webhooks; None where we may not see them."""
        ...


class Tests(Protocol):
    """Sends test events."""

    def test(self, project: str, hook: int) -> bool:
        """Have GitLab send one; whether it was answered well, which starts a stopped webhook again (CONTRACT 1)."""
        ...


class Listing(Protocol):
    """Lists issues."""

    def labelled(self, project: str, titles: Sequence[str]) -> Sequence[Issue]:
        """Open issues that carry any of these labels."""
        ...


class Tells(Protocol):
    """The operator issue. All raise Temporary, Permanent."""

    @property
    def issue(self) -> Ref | None:
        """Where it is, if there is one."""
        ...

    def states(self) -> States:
        """What each of our notes there keeps, by topic."""
        ...

    def tell(self, say: Say) -> None:
        """Bring the note of a topic to this."""
        ...


@dataclass(slots=True)
class Watch:
    """Goes its rounds. `waits` are our labels of an open ask or hold; `paused` looks and tells nothing.

    `seen` is what the last round saw, where this process did it.
    """

    about: About
    tests: Tests
    listing: Listing
    operator: Tells
    program: Program
    waits: tuple[str, ...]
    paused: bool
    seen: Facts | None = None

    def round(self, now: datetime) -> datetime:
        """Look at everything once; returns when to come again. What cannot be seen now is looked at by the next."""
        looks = _Looks()
        states = looks.at("the operator issue", self.operator.states)
        proves = states is not None and self._proves_loop
        stopped = looks.at("webhooks", partial(self._hooks, now, states or {})) if proves else None
        self.seen = self._facts(now, states, stopped, looks)
        if looks.troubles:
            log.warning("the watch over ourselves could not look at everything: %s", "; ".join(looks.troubles))
        asked_now = self.seen.loop is not None and self.seen.loop.answered is None
        return now + (HEARD_WITHIN if asked_now else ROUND_EVERY)

    def heard(self, ref: Ref, now: datetime) -> None:
        """A webhook told of a change of this issue: where it is the operator issue and we asked, this is the answer."""
        if self.paused or not self._proves_loop or not self._is_operator_issue(ref):
            return
        loop = loop_of(self.operator.states())
        if loop and loop.answered is None:
            self.operator.tell(answered(loop, now))

    def _is_operator_issue(self, ref: Ref) -> bool:
        issue = self.operator.issue
        return issue is not None and (ref.project.casefold(), ref.iid) == (issue.project.casefold(), issue.iid)

    @property
    def _proves_loop(self) -> bool:
        """Only changes of an issue in a project of ours have a webhook that comes here."""
        issue = self.operator.issue
        return issue is not None and self.program.holds_requests(issue.project)

    def _hooks(self, now: datetime, states: States) -> int | None:
        """Prove the loop where it is time to, and start again what GitLab has stopped; how many stay stopped."""
        loop = loop_of(states)
        overdue = loop is not None and loop.overdue(now)
        if not overdue and not should_ask(loop, now):
            return self.seen.stopped if self.seen else None
        found, stopped = self._looked_after()
        if self.paused:
            return stopped
        if loop is None or not overdue:
            self.operator.tell(asked(now))
        elif not loop.silent or now - loop.asked >= ASKED_AGAIN:
            self.operator.tell(silent(now, found, anew=not loop.silent))
        return stopped

    def _looked_after(self) -> tuple[list[str], int | None]:
        """What is wrong with the webhooks of all projects, after what could be done, and how many stay stopped."""
        found: list[str] = []
        stopped: int | None = None
        for project in self.program.projects:
            try:
                hooks = self.about.hooks(project.path)
            except Missing:
                hooks = None
            if hooks is None:
                found.append(f"{project.path}: {UNSEEN}.")
                continue
            told = list(self._stopped(project.path, hooks))
            stopped = (stopped or 0) + sum(still for _, still in told)
            found += [sentence for sentence, _ in told]
        return found, stopped

    def _stopped(self, project: str, hooks: Sequence[Hook]) -> Iterator[tuple[str, bool]]:
        """A sentence for each webhook of ours that is missing or does not run, and whether it stays so."""
        ours = [hook for hook in hooks if hook.url.rstrip("/").endswith(HOOK_PATH)]
        if not ours:
            yield f"{project}: no webhook ends in {HOOK_PATH}.", True
        for hook in ours:
            if hook.alert_status in (None, "executable"):
                continue
            if not self.paused and self.tests.test(project, hook.id):
                yield f"{project}: GitLab had stopped the webhook; a test event has started it again.", False
            else:
                yield f"{project}: GitLab has stopped the webhook ({hook.alert_status}).", True

    def _facts(self, now: datetime, states: States | None, stopped: int | None, looks: "_Looks") -> Facts:
        """What cannot be seen now is missing; of what the operator issue told, the last that was seen stands."""
        waiting = {title: looks.at(f"~{title}", partial(self._carrying, title)) for title in self.waits}
        token = looks.at("our token", self.about.token)
        if states is not None:
            runs = {job.value: at for job in Job if (at := last_run(states, job.value))}
            loop = self._loop(states, now)
        else:
            runs, loop = (dict(self.seen.jobs), self.seen.loop) if self.seen else ({}, None)
        seen = {title: count for title, count in waiting.items() if count is not None}
        return Facts(now, runs, seen, loop, stopped, token.expires_at if token else None)

    def _loop(self, states: States, now: datetime) -> Loop | None:
        """As it stands after this round: what was asked just now counts as asked."""
        loop = loop_of(states)
        if not self.paused and self._proves_loop and should_ask(loop, now):
            return Loop(now)
        return Loop(loop.asked, loop.answered, silent=True) if loop and loop.overdue(now) else loop

    def _carrying(self, title: str) -> int:
        return sum(len(self.listing.labelled(project.path, [title])) for project in self.program.projects)


@dataclass(slots=True)
class _Looks:
    """Looks at one thing after the other, whatever comes of any of them. `troubles` are for the log."""

    troubles: list[str] = field(default_factory=list)

    def at(self, what: str, look: Callable[[], Seen]) -> Seen | None:
        """What there is to see; None where it cannot be seen."""
        try:
            return look()
        except (Temporary, Permanent) as problem:
            self.troubles.append(f"{what}: {problem}")
            return None
