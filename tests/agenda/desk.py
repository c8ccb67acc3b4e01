"""The program's documents on a stand-in over HTTP, written by one or several of us, while people edit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app import bootstrap
from app.domain.document import News, Wanted
from app.domain.document_marker import DocumentName
from app.domain.issue import Ref
from app.domain.voice import Bot, Identity
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Issue, Project
from app.gateways.gitlab_connect import GitLab, connect
from app.gateways.templates import Templates
from app.services.documents import Documents, ProgramIssues
from tests.agenda.paper import blocks
from tests.budgets import unhurried
from tests.scenarios.living import PROJECT, peopled, shipped

LABEL = "program-doc::agenda"
TITLE = "AI · PM × SME review · 18 Mar 2026"
NAME = DocumentName("pm-review", "ai 2026-03-18")


class Meddling:
    """The real door, at which a test does something in between: `before create`, `after describe`."""

    def __init__(self, door: ProgramIssues) -> None:
        self._door = door
        self.always: dict[str, Callable[[], object]] = {}

    def once(self, when: str, act: Callable[[], object]) -> None:
        """Do it the next time alone."""

        def run() -> None:
            del self.always[when]
            act()

        self.always[when] = run

    def __getattr__(self, name: str) -> Any:
        def call(*args: object, **more: object) -> object:
            self.always.get(f"before {name}", lambda: None)()
            answer = getattr(self._door, name)(*args, **more)
            self.always.get(f"after {name}", lambda: None)()
            return answer

        return call


@dataclass(slots=True)
class Desk:
    """What a scenario works with."""

    world: World
    project: Project
    gitlab: GitLab
    identity: Identity
    door: Meddling = field(init=False)

    def __post_init__(self) -> None:
        self.door = Meddling(self.gitlab.documents)

    @property
    def documents(self) -> Documents:
        """The service, at the door where tests meddle."""
        return self.another(self.door)

    def another(self, door: ProgramIssues) -> Documents:
        """One more of us, at a door of its own."""
        return Documents(door, Templates([bootstrap.SHIPPED / "templates"]), self.identity)

    def wanted(self, key: str = NAME.key, title: str = TITLE) -> Wanted:
        """An agenda that calls two people."""
        who = "Hosts `@lead.ai` and `@pm.ai`"
        first, second = blocks()
        hosts = type(first)("hosts", who)
        calling = (type(first)("hosts", who.replace("`", "")), first, second)
        layout = ("# AI · review", hosts, first, second, "## Notes")
        since = datetime.now(UTC) - timedelta(days=20)
        return Wanted(PROJECT, DocumentName("pm-review", key), title, (LABEL,), layout, calling, since)

    def news(self, version: int) -> News:
        """Later numbers, and nobody called."""
        return News((self.wanted().blocks[0], *blocks(version)))

    def issues(self) -> list[Issue]:
        """All issues of ours beside the operator's, by number."""
        bot = self.world.user("sounding-board")
        with self.world.lock:
            return [issue for _, issue in sorted(self.project.issues.items()) if issue.author is bot]

    def edits(self, username: str, issue: Issue, old: str, new: str) -> None:
        """A person edits the description as it is now."""
        text = issue.description or ""
        assert old in text
        self.world.update_issue(self.world.user(username), issue, description=text.replace(old, new, 1))

    def called(self, username: str) -> int:
        """How often somebody was called to a document."""
        user = self.world.user(username)
        return sum(one.user is user for issue in self.issues() for one in self.world.todos.get(issue.id, ()))

    def calls(self) -> list[str]:
        """The calls since the last look, by method."""
        made = [call.method for call in self.world.calls]
        self.world.reset_calls()
        return made


def ref(issue: Issue) -> Ref:
    """As the service names it."""
    return Ref(PROJECT, issue.iid)


@contextmanager
def desk_on() -> Iterator[Desk]:
    """A stand-in with the program's people and labels, and our door to it."""
    world, project, _ = peopled(shipped())
    for name in ("lead.ai", "pm.ai"):
        if name not in {user.username for user in world.users.values()}:
            world.add_member(project, world.add_user(name, name.title()), "developer")
    bot = world.user("sounding-board")
    with FakeGitLab(world) as server, connect(server.url, bot.token, unhurried()) as gitlab:
        yield Desk(world, project, gitlab, Identity(server.url, Bot(bot.id, bot.username), (b"a key of the tests",)))
    assert not world.unknown_calls
