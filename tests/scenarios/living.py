"""A living installation on loopback: the stand-in, the real service, and the webhook between them."""

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from app import bootstrap
from app.bootstrap import kept
from app.domain.issue import Ref
from app.domain.ours import NUMBERS
from app.domain.program import Program
from app.domain.taxonomy import Mode, Modes
from app.entrypoints.demo.stage import Stage
from app.entrypoints.serving import Serving
from app.entrypoints.show import journal_lines, visible
from app.entrypoints.web import create_web
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Board, Issue, Note, Project
from app.gateways.config_load import Configuration, load
from app.gateways.gitlab_connect import connect
from app.gateways.journal_sqlite import SqliteJournal
from app.services.sweep import Swept
from app.settings import Settings
from tests.budgets import unhurried

SIGNING_TOKEN = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SIGNING_KEY = "a signing key of the tests".replace(" ", "-")
PROJECT = "sme/customer-feedback"
OPERATOR = "program-doc::operator"
LEVELS = {"sa": "planner", "program_lead": "maintainer", "pm": "developer"}

COMPLETE = """## Problem
People who were removed from the SAML group keep their access to GitLab for up to 24 hours.

## Use case and who is affected
The platform team, for 900 developers.

## Request type
- [x] Feature

## Customer
- Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT
- Severity: blocker
- Needed by: 2036-03-31
- ARR at stake: unknown, the account team is asking
- Deployment: self-managed

## Desired outcome
Removed users lose access within 5 minutes.
"""
READY = f"""{COMPLETE}
/label ~"area::ai" ~"theme::ai::chat"
"""
"""A request with everything that the review wants."""

GAPS = """## Problem
People who were removed from the SAML group keep their access to GitLab for up to 24 hours.

/label ~"area::ai"
"""

INTAKE = ("duplicates", "request_type", "verbal_requests")
"""Rules that only help requests to come in well."""


@dataclass(slots=True)
class Living:
    """What a scenario works with. `read` are the notes of ours that it has looked at."""

    stage: Stage
    gitlab: FakeGitLab
    settings: Settings
    configured: Configuration
    read: set[int] = field(default_factory=set)

    @property
    def world(self) -> World:
        """The stand-in's world."""
        return self.stage.world

    @property
    def operator(self) -> Issue:
        """The operator issue."""
        return self.stage.project.issues[1]

    def said(self, issue: Issue) -> list[Note]:
        """All notes of ours on an issue, now looked at."""
        notes = self.stage.ours(issue)
        self.read.update(note.id for note in notes)
        return notes

    def heard(self, issue: Issue) -> list[str]:
        """What people read in our notes on an issue, oldest first; the day until which we wait is always the same."""
        notes = ["\n".join(visible(note.body)) for note in self.said(issue)]
        return [re.sub(r"I wait until [^.]+\.", "I wait until Mon 9 Mar, 09:00 UTC.", note) for note in notes]

    def statuses(self, issue: Issue) -> set[str]:
        """The issue's labels of the scope `status`."""
        return {title for title in self.stage.titles(issue) if title.startswith("status::")}

    def sweeps(self, dry: bool = False, since: datetime | None = None, **other: Any) -> Swept:
        """A CI job looks at all requests; `other` are settings that differ from the service's."""
        settings = Settings(**{**self.settings.model_dump(), **other})
        token, hasty = settings.gitlab_token.get_secret_value(), unhurried()
        journal = SqliteJournal(settings.data_dir / "journal.sqlite3")
        with closing(journal), connect(settings.gitlab_url, token, hasty) as doors:
            sweep = bootstrap.rules(settings, self.configured, doors, journal).sweep
            return sweep.run(bootstrap.utc_now(), since, dry)

    def seeded(self, count: int) -> list[Issue]:
        """Requests that were there before anybody listened: in New, with their context."""
        world, project, jane = self.world, self.stage.project, self.world.user("sa.jane")
        titles = ["status::new", "context::ready"]
        with world.lock, world.silently():
            return [
                world.create_issue(jane, project, f"Request {n}", description=READY, add_labels=list(titles))
                for n in range(count)
            ]

    def journal(self, issue: Issue) -> list[str]:
        """What `journal` tells about an issue, oldest first, without times, deliveries, and looks that led nowhere."""
        return [line for line in self.journal_of_looks(issue) if line != "looked at, nothing to say"]

    def journal_of_looks(self, issue: Issue) -> list[str]:
        """What `journal` tells about an issue, oldest first, without times and deliveries."""
        opened = kept.journal_beside(self.settings)
        try:
            entries = opened.lines(Ref(PROJECT, issue.iid), 1000)
        finally:
            opened.close()
        told = [line for line in journal_lines(reversed(entries)) if "because of" not in line]
        return [line[len("2026-03-02 12:00:00 UTC") :].strip() for line in told]

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """While this lasts, the service hears of nothing: GitLab loses all webhooks."""
        self.stage.quiet()
        self.world.faults.hook_outage = True
        try:
            yield
            self.gitlab.settle()
        finally:
            self.world.faults.hook_outage = False

    def unread(self) -> list[str]:
        """Notes that nobody expected."""
        with self.world.lock:
            ours = [n for i in self.world.issues.values() for n in i.notes if n.author is self.stage.bot]
        return [note.body for note in ours if not note.system and note.id not in self.read]


@cache
def shipped(mode: Mode | None = None) -> Configuration:
    """The configuration as it is shipped, read once."""
    return load(bootstrap.SHIPPED, mode_override=mode)


def enforced(
    mode: Mode = Mode.ENFORCE,
    ask_after: timedelta = timedelta(0),
    numbers: Mode = Mode.OFF,
    intake: Mode = Mode.OFF,
) -> Configuration:
    """The shipped configuration in force since an hour ago, asking at once; ledgers and receipts, and what only helps
    requests to come in well, only if wanted.
    """
    found = shipped(mode)
    since = bootstrap.utc_now() - timedelta(hours=1)
    flow = replace(found.taxonomy.workflow, effective_from=since, ask_after=ask_after, ask_at_latest=ask_after)
    rules = {**found.taxonomy.rules, NUMBERS: Modes(numbers), **dict.fromkeys(INTAKE, Modes(intake))}
    return replace(found, taxonomy=replace(found.taxonomy, workflow=flow, rules=rules), program=unmet(found.program))


def unmet(program: Program) -> Program:
    """A program that never meets: what is seen of a card is the same whatever day the tests run on."""
    habits = {kind: replace(habit, held=False) for kind, habit in program.cadence.habits.items()}
    return replace(program, cadence=replace(program.cadence, habits=habits))


def peopled(
    configured: Configuration,
    tier: Literal["free", "premium"] = "premium",
    now: Callable[[], datetime] = bootstrap.utc_now,
) -> tuple[World, Project, Board]:
    """A world with the program's project, labels, people and board, our bot, and the operator issue; no requests."""
    world = World(tier=tier, now=now)
    group = world.add_group("sme", "SME Program")
    project = world.add_project(group, "customer-feedback", "Customer Feedback")
    for scope in configured.taxonomy.scopes:
        for label in scope.labels:
            world.create_label(world.root, project, label.title, label.color, label.description)
    for person in configured.program.roster.people:
        role = person.terms[0].role.value
        world.add_member(project, world.add_user(person.username, person.name), LEVELS.get(role, "reporter"))
    world.add_member(project, world.add_user("sounding-board", "Sounding Board", bot=True), "planner")
    board = world.create_board(world.root, project, "Customer feedback")
    for status in configured.taxonomy.workflow.statuses:
        world.add_list(world.root, board, world.label(project, status.title))
    world.create_issue(world.root, project, "What the bot tells its operators", labels=[OPERATOR])
    return world, project, board


def settings_for(url: str, world: World, kept: Path, **more: Any) -> Settings:
    """What the service is told."""
    given: dict[str, Any] = {
        "gitlab_url": url,
        "gitlab_token": world.user("sounding-board").token,
        "signing_key": SIGNING_KEY,
        "webhook_signing_token": SIGNING_TOKEN,
        "config_dir": bootstrap.SHIPPED,
        "data_dir": kept,
        "quiet_seconds": 0,
    }
    return Settings(**{**given, **more})


@contextmanager
def living(
    kept: Path, configured: Configuration, tier: Literal["free", "premium"] = "premium", **more: Any
) -> Iterator[Living]:
    """Everything running; on the way out, fails for a note nobody looked at and for a call nobody knows."""
    world, project, board = peopled(configured, tier)
    with FakeGitLab(world) as gitlab:
        settings = settings_for(gitlab.url, world, kept, **more)
        web = create_web(settings, configured)
        with Serving(web) as service:
            world.add_hook(world.root, project, service.url + PATH, signing_token=SIGNING_TOKEN)

            def idle() -> bool:
                return gitlab.settle(0) and web.state.service.idle()

            def sweep() -> int:
                now = bootstrap.utc_now()
                with bootstrap.judging(settings, configured) as rules:
                    return len(rules.sweep.run(now, now - timedelta(hours=1), dry=False).planned)

            told: list[str] = []
            stage = Stage(world, project, board, world.user("sounding-board"), told.append, idle, sweep, within=20)
            found = Living(stage, gitlab, settings, configured)
            yield found
            stage.quiet()
        assert not world.unknown_calls
        assert found.unread() == []
