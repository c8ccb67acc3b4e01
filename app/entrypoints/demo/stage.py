"""The demo's stage: invented people act on the stand-in's board, and wait for what the service makes of it."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from app.entrypoints.show import visible
from app.fakegitlab import World
from app.fakegitlab.drag import Column
from app.fakegitlab.model import Board, Issue, Note, Project, User


class StoryFailed(Exception):
    """What the story promised did not come to pass in time."""


class Hour(Enum):
    """What `due` comes for: the agenda of the next PM review is to be made, or the review begins."""

    MADE = auto()
    BEGINS = auto()


@dataclass(slots=True)
class Stage:
    """The world, its project and board; `within` is how many seconds the service has for its answer.

    `idle` says that every event was answered; `sweep` runs the nightly sweep and says how many requests it mended;
    `score` runs the nightly job and says how many requests it wrote to; `due` runs as at that hour,
    and says how many agendas it wrote.
    """

    world: World
    project: Project
    board: Board
    bot: User
    tell: Callable[[str], None]
    idle: Callable[[], bool]
    sweep: Callable[[], int]
    score: Callable[[], int] = lambda: 0
    due: Callable[[Hour], int] = lambda _: 0
    within: float = 3.0

    def files(self, who: str, title: str, description: str) -> Issue:
        """Somebody files a request."""
        return self.world.create_issue(self.world.user(who), self.project, title, description=description)

    def drags(self, who: str, issue: Issue, to: str) -> None:
        """Somebody drags a card from the list it is in to another: a label's title, `open` or `closed`."""
        self.world.drag(self.world.user(who), self.board, issue, self._list_of(issue), self._column(to))

    def says(self, who: str, issue: Issue, text: str) -> None:
        """Somebody comments."""
        self.world.add_note(self.world.user(who), issue, text)

    def rewrites(self, who: str, issue: Issue, text: str, to: str) -> None:
        """Somebody changes a comment of theirs."""
        self.world.edit_note(self.world.user(who), self._comment(issue, text), to)

    def ticked(self, issue: Issue, text: str) -> bool:
        """Whether the service has put its tick on somebody's comment."""
        with self.world.lock:
            return any(award.user is self.bot for award in self._comment(issue, text).awards)

    def reacts(self, who: str, issue: Issue, words: str, emoji: str) -> None:
        """Somebody reacts to the note of ours with these words."""
        note = self.note(issue, words)
        self.world.award(self.world.user(who), note, emoji)

    def labels(self, who: str, issue: Issue, *titles: str) -> None:
        """Somebody sets labels."""
        self.world.update_issue(self.world.user(who), issue, add_labels=list(titles))

    def assigns(self, who: str, issue: Issue, to: str) -> None:
        """Somebody assigns an issue."""
        self.world.update_issue(self.world.user(who), issue, assignee_ids=[self.world.user(to).id])

    def ticks(self, who: str, issue: Issue, box: str, words: str = "") -> None:
        """Somebody writes behind the box with this key, and ticks it."""
        with self.world.lock:
            text = issue.description or ""
        line = next(line for line in text.split("\n") if f"sb:item {box} " in line)
        written = f"{line.partition(' -->')[0]} --> — {words}" if words else line
        for old, new in ((line, written), (written, written.replace("[ ]", "[x]", 1))):
            text = text.replace(old, new)
            self.world.update_issue(self.world.user(who), issue, description=text)

    def shows(self, issue: Issue, *words: str) -> None:
        """Show the lines of a description with these words, as people see them. Raises StoryFailed."""
        with self.world.lock:
            lines = [re.sub(r" ?<!-- .*? -->|</?sub>", "", line) for line in (issue.description or "").split("\n")]
        for word in words:
            found = next((line for line in lines if word in line), None)
            if found is None:
                raise StoryFailed(f"the agenda should have said: {word}")
            self.tell(f"     | {found}")

    def card_named(self, title: str) -> Issue:
        """The card with this title."""
        return next(issue for issue in self.world.issues.values() if issue.title == title)

    def card_in(self, title: str) -> Issue:
        """A card that lies in a list already."""
        return next(i for i in self.world.issues.values() if i.state == "opened" and title in self.titles(i))

    def titles(self, issue: Issue) -> set[str]:
        """The issue's labels."""
        with self.world.lock:
            return {label.title for label in issue.labels}

    def ours(self, issue: Issue) -> list[Note]:
        """What the service said on an issue."""
        with self.world.lock:
            return [note for note in issue.notes if note.author is self.bot and not note.system]

    def note(self, issue: Issue, words: str) -> Note:
        """The note of ours with these words."""
        return next(note for note in self.ours(issue) if words in note.body)

    def waits(self, what: str, come: Callable[[], bool]) -> None:
        """Wait until it has come about; tell how long it took. Raises StoryFailed."""
        start = time.monotonic()
        while not come():
            if time.monotonic() - start > self.within:
                raise StoryFailed(f"{what}: not within {self.within:g} seconds")
            time.sleep(0.02)
        self.tell(f"   {what} ({time.monotonic() - start:.1f} s)")

    def quiet(self) -> None:
        """Wait until every event has been delivered and answered. Raises StoryFailed."""
        self.waits("all is quiet", self.idle)

    def hears(self, issue: Issue, topic_words: str) -> None:
        """Wait for a note of ours with these words, and show it as people see it."""
        self.waits("it says", lambda: any(topic_words in note.body for note in self.ours(issue)))
        for line in visible(self.note(issue, topic_words).body):
            self.tell(f"     | {line}".rstrip())

    def _comment(self, issue: Issue, text: str) -> Note:
        return next(note for note in issue.notes if note.body == text)

    def _column(self, name: str) -> Column:
        match name:
            case "open" | "closed":
                return name
            case _:
                return next(column for column in self.board.lists if column.label.title == name)

    def _list_of(self, issue: Issue) -> Column:
        if issue.state == "closed":
            return "closed"
        titles = self.titles(issue)
        return next((column for column in self.board.lists if column.label.title in titles), "open")
