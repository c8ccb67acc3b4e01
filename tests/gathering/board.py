"""A stand-in with the program's people and labels, at a fixed instant, and what reads it for a meeting."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.account_book import AccountBook
from app.domain.agenda import LABEL
from app.domain.cadence import MeetingKind
from app.domain.document import Wanted
from app.domain.issue import Issue as Found
from app.domain.issue import Ref
from app.domain.meeting import Meeting, Series
from app.domain.meetings import next_from
from app.domain.program import Program
from app.domain.sheets import document_name, home_of
from app.domain.taxonomy import Mode, Taxonomy
from app.domain.voice import Bot, Identity
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Issue, Project
from app.gateways.config_load import Configuration
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import GitLab, connect
from app.gateways.history_cache import HistoryCache
from app.gateways.templates import Templates
from app.services.documents import Documents
from app.services.gathering import Gathering, Listing
from tests.agenda.paper import blocks
from tests.scenarios.living import PROJECT, SIGNING_KEY, peopled, shipped

NOW = datetime(2026, 3, 11, 6, tzinfo=UTC)
"""A Wednesday: AI has its PM review on 18 March; the last one was on 18 February."""

DAY = timedelta(days=1)


@dataclass(slots=True)
class Board:
    """What a test works with. `kept` is the folder of the cache."""

    world: World
    project: Project
    gitlab: GitLab
    configured: Configuration
    kept: Path

    @property
    def program(self) -> Program:
        """The shipped program."""
        return self.configured.program

    @property
    def identity(self) -> Identity:
        """We, as we sign."""
        bot = self.world.user("sounding-board")
        return Identity(self.gitlab.url, Bot(bot.id, bot.username), (SIGNING_KEY.encode(),))

    @property
    def documents(self) -> Documents:
        """Writes agendas."""
        return Documents(self.gitlab.documents, Templates([]), self.identity)

    def gathering(
        self, listing: Listing | None = None, taxonomy: Taxonomy | None = None, book: AccountBook | None = None
    ) -> Gathering:
        """Another run, over the same cache."""
        taxonomy, reader = taxonomy or self.configured.taxonomy, self.gitlab.reader
        cache = HistoryCache(reader.label_events, self.kept, self.gitlab.url, taxonomy)
        lister = listing or self.gitlab.lister
        return Gathering(lister, reader, cache, self.identity, taxonomy, self.program, book or AccountBook())

    def meeting(self, kind: MeetingKind, area: str | None = None, at: datetime = NOW) -> Meeting:
        """The next meeting of a series."""
        found = next_from(self.program, Series(kind, area), at)
        assert found is not None
        return found

    def files(self, title: str, *labels: str, ago: float = 60, text: str = "", by: str = "sa.jane") -> Issue:
        """A request that somebody filed so many days ago."""
        with self.world.lock, self.world.at(NOW - ago * DAY):
            author = self.world.user(by)
            return self.world.create_issue(author, self.project, title, description=text, labels=list(labels))

    def moves(self, issue: Issue, status: str, ago: float, by: str = "sme.ken") -> None:
        """Somebody moves a request."""
        with self.world.lock, self.world.at(NOW - ago * DAY):
            self.world.update_issue(self.world.user(by), issue, add_labels=[f"status::{status}"])

    def closes(self, issue: Issue, ago: float) -> None:
        """Somebody closes a request."""
        with self.world.lock, self.world.at(NOW - ago * DAY):
            self.world.update_issue(self.world.user("sme.ken"), issue, state_event="close")

    def says(self, issue: Issue, text: str, ago: float = 1, by: str = "sa.jane") -> None:
        """Somebody comments."""
        with self.world.lock, self.world.at(NOW - ago * DAY):
            self.world.add_note(self.world.user(by), issue, text)

    def agenda(self, meeting: Meeting) -> Found:
        """The agenda of a meeting, written by us."""
        return self.documents.ensure(self.wanted(meeting)).issue

    def wanted(self, meeting: Meeting) -> Wanted:
        """What is to stand in it."""
        home = home_of(meeting, self.program)
        return Wanted(home, document_name(meeting), meeting.title, (LABEL,), (*blocks(), "## Notes"), blocks())

    def agendas(self) -> Sequence[Found]:
        """All agendas of the program: one call."""
        return self.gitlab.documents.labelled(PROJECT, LABEL)

    def calls(self) -> list[str]:
        """The calls since the last look."""
        made = [f"{call.method} {call.template.rpartition('/')[2]}" for call in self.world.calls]
        self.world.reset_calls()
        return made


def ref(issue: Issue) -> Ref:
    """As the service names it."""
    return Ref(PROJECT, issue.iid)


@contextmanager
def board_on(kept: Path) -> Iterator[Board]:
    """A board with nothing on it yet."""
    configured = shipped(Mode.ENFORCE)
    world, project, _ = peopled(configured, now=lambda: NOW)
    token, roomy = world.user("sounding-board").token, Budget(1e6, 1e6, 1e6)
    with FakeGitLab(world, deliver=False) as server, connect(server.url, token, roomy) as gitlab:
        yield Board(world, project, gitlab, configured, kept)
    assert not world.unknown_calls
