"""A card in memory: people move it, write on it, close it; `settle` lets the real reconciler answer.

What GitLab would do is done here by the few rules that matter (CONTRACT 2, 4, 5). Nothing is asked of the clock: each
act takes a minute. A note that a test did not hear fails it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from app.domain.account_book import AccountBook
from app.domain.failure import Permanent, Temporary
from app.domain.issue import Award, Issue, LabelEvent, Link, Note, Ref, Snapshot, User
from app.domain.journal import Entry
from app.domain.ours import BURST
from app.domain.plan import (
    Carry,
    ChangeLabels,
    Deed,
    DeleteNote,
    Draft,
    EditNote,
    Errand,
    Finding,
    PostNote,
    React,
    Verdict,
    Write,
)
from app.domain.taxonomy import scope_of
from app.domain.voice import Bot, Identity, Voice
from app.gateways.templates import Templates
from app.services.reconcile import Reconciler
from tests.rules.world import HOUSE, NINE, World, shipped

BOT = User(1, "sounding-board")
FORMER_BOT = User(2, "project_7_bot_old")
GHOST = User(3, "ghost")
REF = Ref("sme/customer-feedback", 12)
WORDING = Templates([HOUSE / "templates"])
RUNS_TO_SETTLE = 3

PROBLEM = "People removed from the SAML group keep their access to GitLab for 24 hours."
COMPLETE = f"""\
## Problem
{PROBLEM}

## Use case and who is affected
The platform team, for 900 developers.

## Request type
- [x] Feature
- [ ] Bug

## Customer
- Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT
- Severity: blocker
- Needed by: 2026-06-30
- ARR at stake: 120k USD
- Deployment: self-managed
- Product issue: https://gitlab.com/gitlab-org/gitlab/-/issues/1
- Target: 18.9
- Release: 18.9, see the documentation
- Revisit: 2026-09-30
- Customer-safe explanation: GitLab does not plan to support this protocol.

## Desired outcome
Removed users lose access within 5 minutes.
"""
CHOSEN = frozenset({"area::ai", "theme::ai::chat", "backlog::capacity", "declined::not-aligned"})
"""Labels that, with `COMPLETE` and the PM assigned, leave no status wanting."""

FRESH = """\
Reason: the plan for this year has changed
Missing: which identity provider they use
New evidence: a second customer needs it
What changed: the workaround stopped working
Still fails: nested groups are not synchronised
"""


def status(name: str) -> str:
    """The label of a status by its short name."""
    return f"status::{name}"


class People:
    """Users by handle; everybody not seen before gets the next id."""

    def __init__(self) -> None:
        self._known = {u.username: u for u in (BOT, FORMER_BOT, GHOST)}

    def __getitem__(self, handle: str) -> User:
        return self._known.setdefault(handle, User(10 + len(self._known), handle))


class Diary:
    """The journal, kept in a list. `moves` are the instants of other moves by everybody, on other cards."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.moves: list[datetime] = []
        self.nudges: list[tuple[str, datetime]] = []

    def record(self, entries: Sequence[Entry]) -> None:
        """Keep them."""
        self.entries += entries

    def moves_by(self, username: str, since: datetime, until: datetime) -> int:
        """As set by the test, and the moves of this card."""
        mine = {f.event_id for f in self.findings if f.who == username and f.moved_at and since <= f.moved_at <= until}
        return len(mine) + len([at for at in self.moves if since <= at <= until])

    def unspoken(self, username: str, since: datetime) -> tuple[Ref, ...]:
        """Those whose line says so."""
        told = (e for e in self.entries if e.finding and e.finding.rule == BURST and e.at > since)
        mine = (e.ref for e in told if e.finding and (e.finding.who, e.finding.verdict) == (username, Verdict.REPORTED))
        return tuple(dict.fromkeys(mine))

    def reminded(self, username: str, since: datetime, but: Ref) -> bool:
        """As set by the test."""
        return any(since <= at for who, at in self.nudges if who == username)

    @property
    def findings(self) -> list[Finding]:
        """All findings so far."""
        return [e.finding for e in self.entries if e.finding]


class Office:
    """The operator, who writes down what was told; `trouble` is why that does not work."""

    def __init__(self) -> None:
        self.bursts: list[tuple[str, Ref]] = []
        self.issue: Ref | None = Ref(REF.project, 1)
        self.trouble: Temporary | Permanent | None = None

    def burst(self, person: str, ref: Ref, at: datetime) -> None:
        """Somebody moved many cards."""
        if self.trouble:
            raise self.trouble
        self.bursts.append((person, ref))

    def unsaid(self, refs: Sequence[Ref]) -> None:
        """Nobody here says too much."""
        raise AssertionError(refs)


class Neighbours:
    """Requests that are like the card, as set by the test; None: they cannot be listed now."""

    def __init__(self) -> None:
        self.near: tuple[Ref, ...] | None = ()
        self.asked = 0

    def alike(self, issue: Issue, now: datetime) -> tuple[Ref, ...] | None:
        """Those that the test has set."""
        self.asked += 1
        return self.near


class Porter:
    """Writes down the errands it is sent on."""

    def __init__(self) -> None:
        self.sent: list[Errand] = []

    def run(self, errand: Errand) -> None:
        """Keep it."""
        self.sent.append(errand)


class Card:
    """One request on the board. `now` moves on by a minute with every act."""

    def __init__(
        self,
        world: World | None = None,
        *,
        by: str = "sa.jane",
        at: datetime = NINE,
        in_status: str | None = None,
        description: str = "",
        labels: Iterable[str] = ("area::ai",),
        assigned: Iterable[str] = (),
        free: bool = False,
        removes_first: bool = False,
        title: str = "SAML groups are slow",
    ) -> None:
        self.world, self.free, self.removes_first, self.now = world or shipped(), free, removes_first, at
        self.people, self.diary, self.office, self.bot = People(), Diary(), Office(), BOT
        self.likeness, self.porter = Neighbours(), Porter()
        self.retired = frozenset({FORMER_BOT.id})
        self.keys: tuple[bytes, ...] = (b"the key of the tests, 32 bytes..",)
        self.events: list[LabelEvent] = []
        self.thread: list[Note] = []
        self.linked: tuple[Link, ...] = ()
        self.read = {"links": 0, "awards": 0, "issues": 0}
        self.reactions: list[tuple[int, Award]] = []
        self.others: set[Ref] = {Ref(REF.project, 3), Ref(REF.project, 17)}
        self.book = AccountBook()
        self.documents: set[Ref] = set()
        self._ids = count(100)
        self._unheard: list[str] = []
        self._written: list[Write] = []
        self._thought: tuple[Write, ...] = ()
        author = self.people[by]
        self.issue = Issue(
            REF, 5012, 7, title, description, frozenset(), "opened", author, (), at, at, None, None, False, None
        )
        self._change(author, add=labels)
        if in_status:
            self._change(self.bot, add=[status(in_status)])
        self.assign(*assigned)

    # What people do.

    def move(self, by: str, to: str, at: datetime | None = None) -> None:
        """Drag the card from its list to another: the source list's label goes, the target's comes (CONTRACT 5)."""
        self._act(at)
        self._change(self.people[by], add=[status(to)], remove=self.statuses[-1:])

    def label(self, by: str, *add: str, remove: Iterable[str] = ()) -> None:
        """Put labels on and take labels off, by hand."""
        self._act()
        self._change(self.people[by], add=add, remove=remove)

    def remove_status(self, by: str) -> None:
        """Take the status off, by hand."""
        self.label(by, remove=self.statuses)

    def close(self, by: str) -> None:
        """Close it with the button."""
        self._act()
        who = self.people[by]
        self.issue = replace(self.issue, state="closed", closed_at=self.now, closed_by=who, updated_at=self.now)

    def drag_to_closed(self, by: str) -> None:
        """Drag it to the Closed list: every label with a list on this board goes (CONTRACT 5)."""
        self.close(by)
        self._change(self.people[by], remove=self.statuses)

    def reopen(self, by: str) -> None:
        """Open it again."""
        self._act()
        self.issue = replace(self.issue, state="opened", closed_at=None, closed_by=None, updated_at=self.now)

    def edit(self, description: str) -> None:
        """Change the description."""
        self._act()
        self.issue = replace(self.issue, description=description, updated_at=self.now)

    def comment(self, by: str, body: str, internal: bool = False) -> None:
        """Write a comment; an internal one is not for everybody's eyes."""
        self._act()
        self.thread.append(Note(next(self._ids), self.people[by], body, self.now, self.now, internal=internal))

    def rewrite(self, note: Note, body: str) -> None:
        """Whoever wrote a comment changes it."""
        self._act()
        self.thread = [replace(n, body=body, updated_at=self.now) if n.id == note.id else n for n in self.thread]

    def react(self, by: str, emoji: str = "thumbsup", topic: str = "move") -> None:
        """React to the bot's note on a topic."""
        self._act()
        note = self.ours().on(topic)
        assert note is not None
        self.reactions.append((note.id, Award(emoji, self.people[by], self.now)))

    def assign(self, *handles: str) -> None:
        """Set the assignees."""
        self.issue = replace(self.issue, assignees=tuple(self.people[h] for h in handles))

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    # What the bot does.

    def reconciler(self) -> Reconciler:
        """The real one, over this card."""
        identity = Identity("https://gitlab.example.com", Bot(self.bot.id, self.bot.username, self.retired), self.keys)
        taxonomy, program = self.world.taxonomy, self.world.program
        near, porter = self.likeness, self.porter
        return Reconciler(
            self, self, WORDING, self.diary, self.office, taxonomy, program, identity, near, porter, self.book
        )

    def settle(self) -> list[Write]:
        """Reconcile until nothing is left to write, in at most three runs; what was written."""
        self._written = []
        for _ in range(RUNS_TO_SETTLE):
            before = len(self._written)
            self.reconciler().run(REF, self.now)
            if len(self._written) == before:
                return self._written
        raise AssertionError(f"not settled after {RUNS_TO_SETTLE} runs: {self._written[-3:]}")

    def thinks(self) -> None:
        """Read and decide, and write nothing yet: another process, or a slow one."""
        self._thought = self.planned()

    def planned(self) -> tuple[Write, ...]:
        """What a run would write on the card, in order; errands are for other issues."""
        planned = self.reconciler().plan(REF, self.now).writes
        return tuple(w for w in planned if not isinstance(w, Carry | Draft))

    def speaks(self) -> None:
        """Write what was decided some time ago, whatever happened since."""
        for write in self._thought:
            self.apply(REF, write)
        self._thought = ()

    def look_again_at(self) -> datetime | None:
        """When a run would look at the card again."""
        return self.reconciler().plan(REF, self.now).plan.look_again_at

    def hears(self) -> str:
        """What the bot has said since somebody last listened: visible texts, a rule between them."""
        heard, self._unheard = "\n\n---\n\n".join(self._unheard), []
        return heard

    def stops(self) -> None:
        """The end of a test: nothing may have been said that nobody heard."""
        assert self._unheard == []

    # What GitLab answers.

    def snapshot(self, ref: Ref, known: Issue | None = None) -> Snapshot:
        """The card as it is."""
        return Snapshot(self.issue, tuple(self.events), tuple(self.thread))

    def links(self, ref: Ref) -> tuple[Link, ...]:
        """What it is linked to."""
        self.read["links"] += 1
        return self.linked

    def awards(self, ref: Ref, note_id: int) -> tuple[Award, ...]:
        """The reactions on a note."""
        self.read["awards"] += 1
        return tuple(a for n, a in self.reactions if n == note_id)

    def look_at(self, ref: Ref) -> Issue | None:
        """Another issue, where there is one."""
        self.read["issues"] += 1
        labels = frozenset({"program-doc::agenda"} if ref in self.documents else ())
        return replace(self.issue, ref=ref, labels=labels) if ref in self.others | self.documents else None

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """Its comments alone."""
        return tuple(self.thread)

    def apply(self, ref: Ref, write: Deed) -> int | None:
        """Carry out what the bot does here, at once; its errands lead elsewhere."""
        if isinstance(write, Carry | Draft):
            raise AssertionError(f"an errand leads elsewhere: {write}")
        self._written.append(write)
        match write:
            case ChangeLabels():
                self._change(self.bot, add=write.add, remove=write.remove)
                return None
            case PostNote():
                self._said(write.body)
                note = Note(next(self._ids), self.bot, write.body, self.now, self.now, internal=write.internal)
                self.thread.append(note)
                return self.thread[-1].id
            case EditNote():
                self._said(write.body)
                self.thread = [replace(n, body=write.body) if n.id == write.note_id else n for n in self.thread]
                return write.note_id
            case DeleteNote():
                self.thread = [n for n in self.thread if n.id != write.note_id]
                return None
            case React():
                self.reactions.append((write.note_id, Award(write.name, self.bot, self.now)))
                return None

    # What can be seen.

    @property
    def statuses(self) -> list[str]:
        """The statuses on the card, in the order they came."""
        came = [e.label for e in self.events if e.action == "add" and e.label]
        mine = [label for label in self.issue.labels if scope_of(label) == "status"]
        return sorted(mine, key=lambda s: len(came) - came[::-1].index(s) if s in came else 0)

    @property
    def status(self) -> str:
        """The one status it has, by its short name."""
        (only,) = self.statuses
        return only.removeprefix("status::")

    @property
    def bots_notes(self) -> list[Note]:
        """The bot's notes on it."""
        return [n for n in self.thread if n.author in (BOT, FORMER_BOT)]

    def ours(self) -> Voice:
        """What the bot finds again of what it said."""
        return self.reconciler().identity.hear(self.snapshot(REF))

    def _act(self, at: datetime | None = None) -> None:
        self.now = at or self.now + timedelta(minutes=1)

    def _said(self, body: str) -> None:
        self._unheard.append(body.rpartition("\n\n<!-- sounding-board:1 ")[0])

    def _change(self, who: User, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """`existing | add - remove`; on Premium the newest label of a scope pushes out the others (CONTRACT 2)."""
        before, gone = self.issue.labels, set(remove)
        wanted = [label for label in add if label not in gone]
        if not self.free:
            pushing = {scope_of(label) for label in wanted if label not in before} - {""}
            gone |= {label for label in before if scope_of(label) in pushing and label not in wanted}
        added: list[tuple[str, str]] = [(label, "add") for label in wanted if label not in before]
        removed: list[tuple[str, str]] = [(label, "remove") for label in sorted(gone & before)]
        changed = [*removed, *added] if self.removes_first else [*added, *removed]
        for label, action in changed:
            kind = "add" if action == "add" else "remove"
            self.events.append(LabelEvent(next(self._ids), who, self.now, label, kind))  # type: ignore[arg-type]
        labels = (before | set(wanted)) - gone
        self.issue = replace(self.issue, labels=labels, updated_at=self.now if changed else self.issue.updated_at)


def complete(in_status: str = "new", world: World | None = None, settled: bool = True, **options: object) -> Card:
    """A card that lacks nothing, settled in a status; what was said about it on the way is of no interest."""
    given: Mapping[str, object] = {"description": COMPLETE, "labels": CHOSEN, "assigned": ["pm.ai"], **options}
    card = Card(world, in_status=in_status, **given)  # type: ignore[arg-type]
    card.later(minutes=30)
    if settled:
        card.settle()
        card.hears()
    return card


def missing(text: str) -> list[str]:
    """The titles of a note's empty boxes."""
    return [line[8:].partition("**")[0] for line in text.splitlines() if line.startswith("- [ ] **")]


def without(field: str) -> str:
    """The complete description with one `name: value` line, or one section, taken out."""
    sections = [s for s in COMPLETE.split("## ") if not s.startswith(field)]
    return "\n".join(line for line in "## ".join(sections).splitlines() if not line.startswith(f"- {field}:"))
