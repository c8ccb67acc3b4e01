"""Tokens and keys are changed while cards move: each step of docs/operations.md, and nothing is missed."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import kept, operators
from app.domain.envelope import Place, unseal
from app.domain.issue import Ref
from app.domain.provision import Kind, Limits
from app.entrypoints.serving import Serving
from app.entrypoints.web import create_web
from app.fakegitlab import FakeGitLab, World, tokens
from app.fakegitlab.model import Hook, Issue, Project
from app.fakegitlab.outbox import Delivery
from app.gateways.config_load import Configuration
from app.settings import OperatorSettings
from tests.chaos.installation import until
from tests.scenarios.living import PROJECT, READY, SIGNING_KEY, enforced, peopled, settings_for

OLD, NEW = (f"whsec_{base64.b64encode(bytes([number]) * 32).decode()}" for number in (1, 2))


@dataclass
class Site:
    """A GitLab and the place of a service, which is started again with other settings."""

    world: World
    project: Project
    gitlab: FakeGitLab
    configured: Configuration
    kept: Path
    port: int = 0
    database: str | None = None

    @contextmanager
    def service(self, **settings: str) -> Iterator[None]:
        """The service with these settings, on its port; at the end it has worked off what it took in."""
        given = {"webhook_signing_token": None, **settings}
        web = create_web(settings_for(self.gitlab.url, self.world, self.kept, **given), self.configured)
        with Serving(web, self.port) as serving:
            self.port = int(serving.url.rpartition(":")[2])
            yield
            assert self.gitlab.settle(20)
            until(web.state.service.idle, "the service at rest")

    def apply_hooks(self, **tokens: Any) -> list[str]:
        """`apply --only hooks` by an operator; what it changed of the tokens."""
        operator = OperatorSettings(
            gitlab_url=self.gitlab.url,
            operator_token=self.world.user("program.lead").token,
            **tokens,
        )
        program = replace(self.configured.program, service=f"http://127.0.0.1:{self.port}")
        with operators.provisioning(operator, replace(self.configured, program=program), [Kind.HOOKS]) as provisioning:
            plan = provisioning.plan(Limits())
            assert [done.problem for done in provisioning.carry_out()] == [None] * len(plan.pending)
        told = [found for change in plan.pending for found in change.differences if found.field.endswith("token")]
        return [f"{found.field}: {found.now} → {found.wanted}" for found in told]

    def files(self) -> Issue:
        """Jane files a request."""
        return self.world.create_issue(self.world.user("sa.jane"), self.project, "Faster exports", description=READY)

    def looked_at(self, issue: Issue) -> bool:
        """Whether the journal knows it."""
        journal = kept.journal_beside(settings_for(self.gitlab.url, self.world, self.kept, database_url=self.database))
        try:
            return bool(journal.lines(Ref(PROJECT, issue.iid), 1))
        finally:
            journal.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The program's project, with rules in force."""
    configured = enforced()
    world, project, _ = peopled(configured)
    with FakeGitLab(world) as gitlab:
        yield Site(world, project, gitlab, configured, tmp_path / "kept")
    assert not world.unknown_calls


def answers(hook: Hook) -> set[int | None]:
    """How the service answered what GitLab sent it."""
    return {one.status for one in hook.recent if isinstance(one, Delivery) and one.attempts}


@dataclass(frozen=True)
class Way:
    """A token of the webhook on its way from an old value to a new one, and what `apply` says at each step."""

    setting: str
    old: str
    new: str
    first: str
    both: tuple[str, list[str]]


SIGNED = Way(
    "webhook_signing_token",
    OLD,
    NEW,
    "signing token: not set → set",
    ("signing token: an older one → the newest", []),
)
SHOWN = Way(
    "webhook_secret",
    "the-older-secret-of-ours",
    "the-newer-secret-of-ours",
    "secret token: not set → set",
    ("secret token: not told → the newest", ["secret token: not told → the newest"]),
)


@pytest.mark.parametrize("way", [SIGNED, SHOWN], ids=["signing token", "secret token"])
def test_the_webhooks_token(site: Site, way: Way) -> None:
    old, both, new = ({way.setting: value} for value in (way.old, f"{way.new},{way.old}", way.new))
    filed = []
    with site.service(**old):
        assert site.apply_hooks(**old) == [way.first]
        filed.append(site.files())
    with site.service(**both):
        filed.append(site.files())
        assert site.gitlab.settle(20)
        assert site.apply_hooks(**both) == [way.both[0]]
        assert site.apply_hooks(**both) == way.both[1]
        filed.append(site.files())
    with site.service(**new):
        assert site.apply_hooks(**new) == []
        filed.append(site.files())
    (hook,) = site.project.hooks.values()
    assert {hook.signing_token, hook.token} == {way.new, None}
    assert answers(hook) == {200}
    assert [site.looked_at(issue) for issue in filed] == [True] * 4


def test_the_services_access_token(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between rotating and starting again the service keeps what it hears."""
    monkeypatch.setattr("app.gateways.gitlab_answers.TOKEN_PAUSE", 1.0)
    bot = site.world.user("sounding-board")
    with site.service(webhook_signing_token=OLD):
        site.apply_hooks(webhook_signing_token=OLD)
    stale = bot.token
    web = create_web(settings_for(site.gitlab.url, site.world, site.kept, webhook_signing_token=OLD), site.configured)
    with Serving(web, site.port):
        with site.world.lock:
            new = tokens.rotate(site.world, site.world.tokens[stale], None)
        issue = site.files()
        assert site.gitlab.settle(20)
    assert not site.looked_at(issue)
    with site.service(webhook_signing_token=OLD, gitlab_token=new.value):
        until(lambda: site.looked_at(issue), "the request looked at")
    (hook,) = site.project.hooks.values()
    assert answers(hook) == {200}


def test_the_key_of_our_notes(site: Site) -> None:
    new = "another-signing-key"
    issue = site.files()
    with site.service(webhook_signing_token=OLD):
        site.apply_hooks(webhook_signing_token=OLD)
        site.world.update_issue(site.world.user("sa.jane"), issue, add_labels=["status::resolved"])
    (note,) = _ours(site, issue)
    with site.service(webhook_signing_token=OLD, signing_key=f"{new},{SIGNING_KEY}"):
        site.world.update_issue(site.world.user("sa.jane"), issue, add_labels=["status::roadmap"])
    (after,) = _ours(site, issue)
    assert _succeeded(site, issue, new) == note[0]
    with site.service(webhook_signing_token=OLD, signing_key=new):
        site.world.update_issue(site.world.user("sa.jane"), issue, add_labels=["status::accepted"])
    assert len(_ours(site, issue)) == 1
    assert _succeeded(site, issue, new) == after[0]


def _succeeded(site: Site, issue: Issue, key: str) -> object:
    """Which note the only one of ours followed, which mentions its mover anew; that one is taken away."""
    ((number, body),) = _ours(site, issue)
    place = Place(site.gitlab.url, issue.project.id, issue.iid)
    found = unseal(body, place, (key.encode(),))
    assert found, f"note {number} is not signed with this key"
    return found.state["succeeds"]


def _ours(site: Site, issue: Issue) -> list[tuple[int, str]]:
    return [(n.id, n.body) for n in issue.notes if n.author is site.world.user("sounding-board") and not n.system]
