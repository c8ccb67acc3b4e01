"""A small pod with a board: what the browser tests look at and change."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self, cast

import httpx

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Issue, Label, User

STATUSES = {
    "new": "#428bca",
    "reviewed": "#6f7b7c",
    "accepted": "#8e44ad",
    "roadmap": "#1f7e23",
}
PEOPLE = {
    "jane": ("Jane Sand", "SA", "planner"),
    "ken": ("Ken Ito", "SME · AI", "planner"),
    "priya": ("Priya Menon", "PM · AI", "developer"),
    "gus": ("Gus Guest", "Guest", "guest"),
}


class Pod:
    """One project, one board with four status lists, four people and a bot; issues are added by the tests."""

    def __init__(self, tokens: str = "token") -> None:
        self.tokens = tokens
        self.world = World()
        self.project = self.world.add_project(
            self.world.add_group("sme-program", "SME Program"), "customer-feedback", "Customer Feedback"
        )
        self.people = {name: self._person(name, *about) for name, about in PEOPLE.items()}
        self.bot = self._person("sounding-board", "Sounding Board", "", "planner", bot=True)
        self.board = self.world.create_board(self.world.root, self.project, "Feedback")
        self.labels = {
            status: self.world.create_label(self.world.root, self.project, f"status::{status}", color)
            for status, color in STATUSES.items()
        }
        for label in self.labels.values():
            self.world.add_list(self.world.root, self.board, label)
        self.chat = self.add("Chat should cite the file it read")
        self.trains = self.add("Merge trains stall when a runner is paused")

    def _person(self, username: str, name: str, role: str, level: str, bot: bool = False) -> User:
        user = self.world.add_user(username, name, token=f"{self.tokens}-of-{username}", bot=bot)
        user.role = role
        self.world.add_member(self.project, user, level)
        return user

    @property
    def url(self) -> str:
        """Where the board is served."""
        return self.gitlab.url

    @property
    def port(self) -> int:
        """The port of `url`."""
        return int(self.url.rpartition(":")[2])

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[Self]:
        """Serve the board on loopback, for as long as the block runs or until `stop`."""
        self.gitlab = FakeGitLab(self.world, port=port, deliver=False)
        self.gitlab.start()
        try:
            yield self
        finally:
            self.stop()

    def stop(self) -> None:
        """The server goes; a second time does no harm."""
        self.gitlab.stop()

    def add(self, title: str, status: str | None = "new", description: str = "") -> Issue:
        """A request of Jane's."""
        labels: list[str | Label] = [f"status::{status}"] if status else []
        return self.world.create_issue(self.people["jane"], self.project, title, labels=labels, description=description)

    def drag(self, actor: User, issue: Issue, source: str, target: str) -> None:
        """Somebody else drags a card between two status lists."""
        lists = {one.label.title.removeprefix("status::"): one for one in self.board.lists}
        self.world.drag(actor, self.board, issue, lists[source], lists[target])

    def rest(self, path: str) -> dict[str, object]:
        """What the REST API answers Ken."""
        answer = httpx.get(f"{self.url}/api/v4/{path}", headers={"PRIVATE-TOKEN": f"{self.tokens}-of-ken"})
        return cast(dict[str, object], answer.raise_for_status().json())

    def rest_issue(self, issue: Issue) -> tuple[object, object]:
        """Labels and state of an issue as the REST API tells them."""
        told = self.rest(f"projects/{self.project.id}/issues/{issue.iid}")
        return told["labels"], told["state"]
