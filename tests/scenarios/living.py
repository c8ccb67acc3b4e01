"""A living installation on loopback: the stand-in, the real service, and the webhook between them."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

from app import bootstrap
from app.domain.taxonomy import Mode
from app.entrypoints.demo.stage import Stage
from app.entrypoints.serving import Serving
from app.entrypoints.web import create_web
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Board, Issue, Note, Project
from app.gateways.config_load import Configuration, load
from app.settings import Settings

SIGNING_TOKEN = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SIGNING_KEY = "a signing key of the tests".replace(" ", "-")
PROJECT = "sme/customer-feedback"
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
- Needed by: 2027-03-31
- ARR at stake: unknown, the account team is asking
- Product: self-managed

## Desired outcome
Removed users lose access within 5 minutes.
"""


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

    def said(self, issue: Issue) -> list[Note]:
        """All notes of ours on an issue, now looked at."""
        notes = self.stage.ours(issue)
        self.read.update(note.id for note in notes)
        return notes

    def unread(self) -> list[str]:
        """Notes that nobody expected."""
        with self.world.lock:
            ours = [n for i in self.world.issues.values() for n in i.notes if n.author is self.stage.bot]
        return [note.body for note in ours if not note.system and note.id not in self.read]


def enforced(mode: Mode = Mode.ENFORCE, ask_after: timedelta = timedelta(0)) -> Configuration:
    """The shipped configuration in force since an hour ago, asking at once."""
    shipped = load(bootstrap.SHIPPED, mode_override=mode)
    since = bootstrap.utc_now() - timedelta(hours=1)
    flow = replace(shipped.taxonomy.workflow, effective_from=since, ask_after=ask_after, ask_at_latest=ask_after)
    return replace(shipped, taxonomy=replace(shipped.taxonomy, workflow=flow))


def peopled(configured: Configuration, tier: Literal["free", "premium"] = "premium") -> tuple[World, Project, Board]:
    """A world with the program's project, labels, people and board, and our bot; no requests."""
    world = World(tier=tier)
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
    return world, project, board


def settings_for(url: str, world: World, kept: Path, **more: object) -> Settings:
    """What the service is told."""
    given = {
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
    kept: Path, configured: Configuration, tier: Literal["free", "premium"] = "premium", **more: object
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
