"""People who act at random: lawfully and not, with gaps and without, all repeatable by their seed."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from app.entrypoints.demo.story import FOR_THE_REVIEW, FROM_THE_PHONE, GAPS
from app.fakegitlab import Refused, World
from app.fakegitlab.drag import Column
from app.fakegitlab.model import Board, Issue, Project, User
from tests.scenarios.living import COMPLETE

PEOPLE = ("sa.jane", "sa.omar", "sme.ken", "lead.ai", "pm.ai", "program.lead")
WORDS = (
    FROM_THE_PHONE,
    FOR_THE_REVIEW,
    "Reason: we looked at it together with the customer.",
    "Any news? /close is only a word here.",
    "duplicate of #1",
)
LABELS = ("area::ai", "theme::ai::chat", "arr-driver::candidate", "declined::duplicate", "backlog::capacity")


@dataclass(slots=True)
class Crowd:
    """Who acts, where, and on at most `cards` requests."""

    world: World
    project: Project
    board: Board
    chance: random.Random
    cards: int = 12
    issues: list[Issue] = field(default_factory=list)

    def acts(self) -> None:
        """Somebody does something; what GitLab refuses is not done."""
        who = self.world.user(self.chance.choice(PEOPLE))
        if len(self.issues) < 3 or (len(self.issues) < self.cards and self.chance.random() < 0.2):
            self._files(who)
            return
        issue = self.chance.choice(self.issues)
        deed = self.chance.choice((self._drags, self._drags, self._drags, self._says, self._labels, self._edits))
        try:
            deed(who, issue)
        except Refused:
            return

    def _files(self, who: User) -> None:
        text = self.chance.choice((GAPS, COMPLETE, f'{COMPLETE}\n/label ~"area::ai"\n', ""))
        filed = self.world.now() - timedelta(minutes=30)
        title = f"Request number {len(self.issues) + 1}"
        self.issues.append(self.world.create_issue(who, self.project, title, description=text, created_at=filed))

    def _drags(self, who: User, issue: Issue) -> None:
        with self.world.lock:
            titles = {label.title for label in issue.labels}
            here: Column = next((column for column in self.board.lists if column.label.title in titles), "open")
            source: Column = "closed" if issue.state == "closed" else here
        anywhere: list[Column] = [*self.board.lists, "open", "closed"]
        self.world.drag(who, self.board, issue, source, self.chance.choice(anywhere))

    def _says(self, who: User, issue: Issue) -> None:
        self.world.add_note(who, issue, self.chance.choice(WORDS))

    def _labels(self, who: User, issue: Issue) -> None:
        self.world.update_issue(who, issue, add_labels=[self.chance.choice(LABELS)])

    def _edits(self, who: User, issue: Issue) -> None:
        self.world.update_issue(who, issue, description=self.chance.choice((GAPS, COMPLETE)))
