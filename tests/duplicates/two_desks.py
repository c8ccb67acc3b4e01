"""A GitLab of a few issues in memory, and processes of ours that run errands in it, in the order a test says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from app.domain.carried import lines_in
from app.domain.customer import CustomerLine
from app.domain.failure import Missing
from app.domain.issue import Issue, Note, Ref, Snapshot, User
from app.domain.ours import CARRIED
from app.domain.plan import DeleteNote, EditNote, PostNote, Write
from app.domain.voice import Bot, Identity
from app.gateways.templates import Templates
from app.services.errands import Errands
from tests.rules.world import HOUSE, shipped

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PROJECT = "sme/customer-feedback"
US = User(1, "sounding-board")
IDENTITY = Identity("https://gitlab.example.com", Bot(1, "sounding-board"), (b"the key of the tests, 32 bytes..",))


class Died(Exception):
    """The process ended here."""


@dataclass
class Town:
    """The issues and their notes. `before` is done before each call of whoever makes it, and may raise Died."""

    issues: dict[Ref, Issue] = field(default_factory=dict)
    threads: dict[Ref, list[Note]] = field(default_factory=dict)
    ids: int = 100
    before: Callable[[str], None] = lambda what: None

    def opens(self, iid: int, *labels: str, by: User = US, text: str = "") -> Ref:
        """A new issue of ours or of somebody."""
        ref, at = Ref(PROJECT, iid), NOON + timedelta(minutes=iid)
        issue = Issue(ref, 500 + iid, 7, f"Issue {iid}", text, frozenset(labels), "opened", by, (), at, at)
        self.issues[ref], self.threads[ref] = issue, []
        return ref

    def issue(self, ref: Ref) -> Issue:
        """One issue."""
        self.before("issue")
        if ref not in self.issues:
            raise Missing(f"{ref} is gone")
        return self.issues[ref]

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """Its notes."""
        self.before("notes")
        return tuple(self.threads[ref])

    def apply(self, ref: Ref, write: Write) -> int | None:
        """One write of ours."""
        self.before("apply")
        thread = self.threads[ref]
        match write:
            case PostNote(body=body):
                self.ids += 1
                thread.append(Note(self.ids, US, body, NOON, NOON, internal=write.internal))
                return self.ids
            case EditNote(note_id=note_id, body=body):
                self.threads[ref] = [replace(n, body=body) if n.id == note_id else n for n in thread]
            case DeleteNote(note_id=note_id):
                self.threads[ref] = [n for n in thread if n.id != note_id]
            case _:
                raise AssertionError(write)
        return None

    def made_by(self, project: str, author: int, since: datetime) -> Sequence[Issue]:
        """Issues of somebody's since then."""
        self.before("list")
        return [i for i in self.issues.values() if i.author.id == author and i.created_at >= since]

    def create(self, project: str, title: str, text: str, labels: Sequence[str]) -> Issue:
        """A new issue of ours."""
        self.before("create")
        ref = self.opens(max(r.iid for r in self.issues) + 1, *labels, text=text)
        self.issues[ref] = replace(self.issues[ref], title=title)
        return self.issues[ref]

    def describe(self, ref: Ref, text: str, *, close: bool = False) -> None:
        """Another description."""
        self.before("describe")
        self.issues[ref] = replace(self.issues[ref], description=text, state="closed" if close else "opened")

    def desk(self) -> Errands:
        """A process of ours."""
        world = shipped()
        words = Templates([HOUSE / "templates"])
        return Errands(self, self, self, words, IDENTITY, world.taxonomy, world.program)

    def carried(self, ref: Ref) -> tuple[CustomerLine, ...]:
        """The customers that our note on an issue keeps."""
        voice = IDENTITY.hear(Snapshot(self.issues[ref], (), tuple(self.threads[ref])))
        assert voice.doubled == ()
        kept = [note for topic, note in voice.notes.items() if topic.startswith(CARRIED)]
        return tuple(line for note in kept for line in lines_in(note))
