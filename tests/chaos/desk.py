"""The working half of the service in this process: real inbox, workers and client over HTTP; only waiting is cut short.

Where everything waits for another try, the inbox's clock is put forward to it: the real backoff costs no time.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app import bootstrap
from app.bootstrap import Service
from app.domain.inbox import Arrival, DeadLetter, InboxRules, Waiting
from app.domain.issue import Ref
from app.entrypoints.show import visible
from app.entrypoints.web import log
from app.entrypoints.webhook_events import Ignored, subject_of
from app.entrypoints.worker import WorkerPool
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.drag import Column
from app.fakegitlab.model import Board, Issue, Note, Project, User
from app.gateways.config_load import Configuration
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_circuit import Circuit
from app.gateways.gitlab_connect import connect
from app.settings import Settings
from tests.chaos.evidence import topics
from tests.scenarios.living import SIGNING_KEY, enforced, peopled

CLIENT_PATIENCE = 0.25
"""Seconds that an answer may take here, where a service waits twenty."""
PATIENCE = 30.0
TIMER = timedelta(seconds=10)


_MINUTE = re.compile(r"\d\d:\d\d UTC")


@dataclass(slots=True)
class Town:
    """A GitLab on loopback whose events are carried by the desk."""

    world: World
    project: Project
    board: Board
    bot: User
    gitlab: FakeGitLab
    configured: Configuration

    def files(self, who: str, description: str) -> Issue:
        """Somebody filed a request half an hour ago."""
        at = self.world.now() - timedelta(minutes=30)
        filer, title = self.world.user(who), "Removed SAML users keep access"
        return self.world.create_issue(filer, self.project, title, description=description, created_at=at)

    def drags(self, who: str, issue: Issue, to: str) -> None:
        """Somebody drags the card to a status."""
        lists = {column.label.title: column for column in self.board.lists}
        here: Column = next((lists[title] for title in self.labels(issue) if title in lists), "open")
        self.world.drag(self.world.user(who), self.board, issue, here, lists[to])

    def says(self, who: str, issue: Issue, text: str) -> None:
        """Somebody comments."""
        self.world.add_note(self.world.user(who), issue, text)

    def labels(self, issue: Issue) -> list[str]:
        """The titles on the card."""
        with self.world.lock:
            return sorted(label.title for label in issue.labels)

    def said(self, issue: Issue) -> list[Note]:
        """What bots and the ghost said."""
        with self.world.lock:
            return [n for n in issue.notes if not n.system and (n.author.bot or n.author.username == "ghost")]

    def seen(self, issue: Issue) -> tuple[object, ...]:
        """What people see on the card: labels, and the words of ours but for the minute they name."""
        said = [[_MINUTE.sub("hh:mm UTC", line) for line in visible(note.body)] for note in self.said(issue)]
        return issue.state, self.labels(issue), said

    def once(self, issue: Issue) -> bool:
        """Whether no topic has two notes."""
        return set(topics(self.world, issue).values()) <= {1}


@contextmanager
def town() -> Iterator[Town]:
    """A GitLab with the program's people, whose rules are in force."""
    configured = enforced()
    world, project, board = peopled(configured)
    with FakeGitLab(world, deliver=False) as gitlab:
        world.add_hook(world.root, project, "http://127.0.0.1:9/carried-by-hand")
        yield Town(world, project, board, world.user("sounding-board"), gitlab, configured)
        assert world.unknown_calls == []


@dataclass(slots=True)
class Desk:
    """Carries the town's events to the inbox and lets the workers work."""

    town: Town
    service: Service
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The inbox's time."""
        return bootstrap.utc_now() + self.ahead

    def settle(self) -> None:
        """Until all events are carried, all runs done, and nothing is to be tried again."""
        pause, end = threading.Event(), time.monotonic() + PATIENCE
        while not self._settled():
            assert time.monotonic() < end, self.waiting()
            pause.wait(0.005)

    def suffers(self, outage: timedelta) -> Waiting:
        """Until so much time has gone by without a card being done; how that card waits then."""
        pause, end = threading.Event(), time.monotonic() + PATIENCE
        over = self.ahead + outage
        while self.ahead < over or not (tried := [place for place in self.waiting() if place.reason is not None]):
            self._settled()
            assert time.monotonic() < end, self.waiting()
            pause.wait(0.005)
        return tried[0]

    def waiting(self) -> tuple[Waiting, ...]:
        """What waits in the inbox."""
        return self.service.inbox.waiting(100)

    def dead(self) -> tuple[DeadLetter, ...]:
        """What was given up."""
        return self.service.inbox.dead(100)

    def plan_is_empty(self, issue: Issue) -> bool:
        """Whether the rules have nothing more to do about it."""
        rules = bootstrap.rules(
            self.service.settings, self.service.configured, self.service.doors, self.service.journal
        )
        plan = rules.reconciler.plan(Ref(issue.project.full_path, issue.iid), bootstrap.utc_now()).plan
        assert plan.empty, plan
        return True

    def _settled(self) -> bool:
        calls = len(self.town.world.calls)
        if self._carried() or self._running():
            return False
        now, waiting = self.now(), self.waiting()
        # A run that began and ended between these looks has made calls.
        if any(place.due <= now for place in waiting) or self._running() or len(self.town.world.calls) != calls:
            return False
        again = [place.due for place in waiting if place.reason is not None or place.due < now + TIMER]
        if again:
            self.ahead += min(again) - now
            self.service.inbox.wake()
        # What GitLab carries out late, after we gave up waiting, is still to come.
        return not again and not self.town.world.under_way

    def _running(self) -> int:
        return self.service.inbox.counts().running

    def _carried(self) -> int:
        deliveries = self.town.world.outbox.drain()
        for delivery in deliveries:
            subject = subject_of(json.loads(delivery.body))
            if not isinstance(subject, Ignored):
                self.service.inbox.put(Arrival(subject, delivery=delivery.id), self.now())
        return len(deliveries)


@contextmanager
def desk(found: Town, folder: Path, **more: object) -> Iterator[Desk]:
    """Workers over `folder`, until the context is left. `more` are settings, for instance another token."""
    settings = Settings.model_validate(
        {
            "gitlab_url": found.gitlab.url,
            "gitlab_token": found.bot.token,
            "signing_key": SIGNING_KEY,
            "config_dir": bootstrap.SHIPPED,
            "data_dir": folder,
            **more,
        }
    )
    rules = InboxRules(quiet=timedelta(0))
    service = bootstrap.service(settings, found.configured, rules)
    service.doors.close()
    unhurried = Budget(rate=1000.0, burst=10_000.0, notes_per_minute=60_000.0, notes_burst=1000.0)
    token = settings.gitlab_token.get_secret_value()
    service.doors = connect(settings.gitlab_url, token, unhurried, patience=CLIENT_PATIENCE)
    opened = Desk(found, service)
    service.doors.line.circuit = Circuit(now=lambda: opened.now().timestamp())
    pool = WorkerPool(service.inbox, service.run, opened.now, log, rules.run_limit)
    pool.start()
    try:
        yield opened
    finally:
        assert pool.stop(timedelta(seconds=PATIENCE))
        service.close()
