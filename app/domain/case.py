"""One request as the rules see it: everything known, put together once, so that no rule has to ask (promise 3)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.account_book import AccountBook
from app.domain.agenda import Ask, Verb
from app.domain.canonical import canonical, in_another_project
from app.domain.carried import with_carried
from app.domain.closing import Answer, answers
from app.domain.commands import Command, commands
from app.domain.context import Context, Wanted
from app.domain.history import History, area_of, fold
from app.domain.issue import Issue, Note, Ref, Snapshot, User
from app.domain.money import typed
from app.domain.numbers import Amounts
from app.domain.ours import CARRIED_OVER, COMMANDS, DUPLICATES, MOVE
from app.domain.plan import Errand, Finding, React, Say
from app.domain.program import Program
from app.domain.request import Facts, Reading, read_request
from app.domain.roster import Role
from app.domain.taxonomy import Mode, Taxonomy, scope_of
from app.domain.told_by_tick import with_told
from app.domain.voice import Bot, OurNote, Voice, ours

NEW_FOR = timedelta(hours=24)
"""So long after its creation a request is compared with others, in case nobody could before."""

WRITTEN_TOGETHER = timedelta(minutes=1)
"""A status and its reason that are this near to each other were put on in one change."""


class Objection(StrEnum):
    """Why a move may not stand as it is."""

    NO_SUCH_STEP = "no such step"
    NOT_THEIRS = "not theirs"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Objected:
    """One rule's objection to the move being judged, with what is wanted where something is missing."""

    rule: str
    why: Objection
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule wishes. `status` is where the card should be; of several rules the later one decides.

    `handled` are the comments whose commands it carried out or answered; the last of its `says` keeps that.
    """

    status: str | None = None
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    says: tuple[Say, ...] = ()
    objections: tuple[Objected, ...] = ()
    findings: tuple[Finding, ...] = ()
    look_again_at: datetime | None = None
    handled: frozenset[int] = frozenset()
    reactions: tuple[React, ...] = ()
    errands: tuple[Errand, ...] = ()


SILENT = Ruling()
"""The ruling of a rule with nothing to say."""


@dataclass(frozen=True, slots=True)
class Case:
    """The request, its history and facts, what we said before, and the rules it is judged by, at one instant.

    `commands` are those not carried out yet; `nudged` people were reminded of another request lately (promise 7).
    """

    snapshot: Snapshot
    taxonomy: Taxonomy
    program: Program
    bot: Bot
    voice: Voice
    now: datetime
    area: str | None
    history: History
    facts: Facts = field(repr=False)
    context: Context = field(repr=False)
    commands: tuple[Command, ...] = ()
    reading: Reading = field(default_factory=Reading, repr=False)
    nudged: frozenset[str] = frozenset()
    book: AccountBook = field(default_factory=AccountBook, repr=False)

    @property
    def comments(self) -> list[Note]:
        """What people said."""
        return [n for n in self.snapshot.notes if not n.system and not self.bot.is_us(n.author)]

    @property
    def heeded(self) -> tuple[Command, ...]:
        """The commands that may be followed: where the switch for them is on, those that nobody changed since."""
        on = self.mode(COMMANDS) in (Mode.GUIDE, Mode.ENFORCE)
        return tuple(c for c in self.commands if not c.changed) if on else ()

    def may_repeat(self, text: str) -> bool:
        """Whether somebody's words may stand in a note of ours: no customer's name and no sum (promise 11)."""
        inline = self.program.amounts(self.snapshot.issue.ref.project) is Amounts.INLINE
        return inline or not (typed(text) or self.book.gives_away([text]))

    def roles(self, user: User, at: datetime) -> frozenset[Role]:
        """What somebody was to this request at that time."""
        held = self.program.roster.roles_at(user.username, self.area, at)
        return held | {Role.AUTHOR} if user.id == self.snapshot.issue.author.id else held

    def may_answer(self, user: User) -> bool:
        """Whether somebody may say what became of the request: its closer, its author, or anybody with a role here."""
        issue = self.snapshot.issue
        held = self.program.roster.roles_at(user.username, self.area, self.now) - {Role.ANYONE}
        return bool(held) or user.id in {one.id for one in (issue.closed_by, issue.author) if one}

    @property
    def canonical(self) -> Ref | None:
        """The request that this one, closed, is a duplicate of."""
        return canonical(self.snapshot, self.taxonomy, self.bot.username, lambda note: self.may_answer(note.author))

    def status_name(self, title: str) -> str:
        """What people call the status with this label title."""
        status = self.taxonomy.workflow.status(title)
        return status.name if status else title

    def mode(self, rule: str) -> Mode:
        """The mode of a rule besides the moves, for this request's area."""
        modes = self.taxonomy.rules.get(rule)
        return modes.for_area(self.area) if modes else Mode.OFF


def build(
    snapshot: Snapshot,
    taxonomy: Taxonomy,
    program: Program,
    bot: Bot,
    voice: Voice,
    now: datetime,
    known: frozenset[str] = frozenset(),
) -> Case:
    """Fold the history and read the facts of a snapshot. Comments of ours and of the system are not facts; `known` are
    the ids of the account book.
    """
    snapshot = _at_one_instant(snapshot)
    issue = snapshot.issue
    area = area_of({taxonomy.current(title) for title in issue.labels})
    history = fold(issue, snapshot.events, taxonomy, program.roster, bot, voice, now)
    spoken = [n for n in snapshot.notes if not n.system and not bot.is_us(n.author)]
    prompts = tuple(item.why for item in taxonomy.items.values())
    reading = with_carried(read_request(issue, spoken, taxonomy.fields, prompts, known), voice)
    reading = with_told(reading, voice, taxonomy.fields)
    facts = reading.facts
    context = Context(snapshot, facts, taxonomy, program, area, now, reading)
    since = taxonomy.workflow.effective_from
    new = [n for n in spoken if n.created_at >= since and not voice.carried_out(n.id)]
    asked = commands(new, bot.username)
    return Case(snapshot, taxonomy, program, bot, voice, now, area, history, facts, context, asked, reading)


def _at_one_instant(snapshot: Snapshot) -> Snapshot:
    """The issue is read before its label events: what they tell of the time between belongs to its labels, too. Else a
    status would be here already, and the reason that came with it not yet.
    """
    issue, labels = snapshot.issue, set(snapshot.issue.labels)
    for event in sorted(snapshot.events, key=lambda event: event.id):
        if event.at > issue.updated_at and event.label:
            (labels.add if event.action == "add" else labels.discard)(event.label)
    return replace(snapshot, issue=replace(issue, labels=frozenset(labels))) if labels != issue.labels else snapshot


def is_request(issue: Issue, program: Program) -> bool:
    """Rules touch only issues, in projects that hold requests, that are no document of the program (design)."""
    document = any(scope_of(t) == "program-doc" for t in issue.labels)
    return issue.kind == "issue" and program.holds_requests(issue.ref.project) and not document


def needs_links(case: Case) -> bool:
    """Whether judging this case takes the issue's links, an extra read: a status it may come to stand in, a move that
    is judged or held, or an ask of ours has an item that only a link could still meet.
    """
    note = case.voice.on(DUPLICATES)
    if (note and note.open) or in_another_project(case.snapshot):
        return True
    step, flow = case.history.last, case.taxonomy.workflow
    said = [note.state for topic in (MOVE, "context") if (note := case.voice.on(topic))]
    places: set[object] = {case.history.stood, case.history.current}
    places |= {step.source, step.target} if step else set()
    places |= {state.get("to") for state in said}
    moves: set[object] = {m.id for one in (*case.history.path, step) if one for m in one.moves}
    moves |= {state.get("move") for state in said}
    keys = [key for s in flow.statuses if s.title in places for key in s.requires + s.asks]
    keys += [key for m in flow.moves if m.id in moves for key in m.requires]
    keys += [key for state in said for key in _texts(state.get("asked"))]
    return case.context.links_matter(key for key in keys if key in case.taxonomy.items)


def reactions_on(case: Case) -> int | None:
    """Our note whose reactions matter: it proposes a move, and a 👍 would make it."""
    note = case.voice.on(MOVE)
    proposed = note is not None and note.open and note.state.get("asked") is not None and case.history.last is None
    return note.id if note and proposed and Objection.NOT_THEIRS in _texts(note.state.get("why")) else None


def named_issues(case: Case) -> tuple[Ref, ...]:
    """Issues that a comment says this one is a duplicate of, where that would end it: do they exist?"""
    issue, to = case.snapshot.issue, case.canonical
    if to and to != carried_to(case) and case.reading.lines and case.mode(DUPLICATES) in (Mode.GUIDE, Mode.ENFORCE):
        return (to,)
    status = case.taxonomy.workflow.status(case.history.stood)
    if issue.state == "opened" or issue.closed_at is None or (status and status.terminal):
        return ()
    heard = answers(case.snapshot.notes, issue.closed_at, case.taxonomy, case.bot.username, issue.ref)
    return tuple(dict.fromkeys(a.of for _, a in heard if isinstance(a, Answer) and a.of))[-1:]


def reopened_as(case: Case) -> str | None:
    """The label with the reason for which it was closed and we ended it, where it is open again and still stands there;
    else None.
    """
    issue, scope, entered = case.snapshot.issue, case.taxonomy.scope("declined"), case.history.entered
    status = case.taxonomy.workflow.status(case.history.stood)
    if issue.state != "opened" or status is None or not status.terminal or scope is None or entered is None:
        return None
    if _declined_by_tick(case):
        return None
    titles = {label.title for label in scope.labels} & issue.labels
    put = [e for e in case.snapshot.events if e.action == "add" and e.label in titles]
    why = max(put, key=lambda e: e.id, default=None)
    if why is None or not ours(why.user, case.bot, case.voice):
        return None
    return why.label if abs(entered - why.at) <= WRITTEN_TOGETHER else None


def _declined_by_tick(case: Case) -> bool:
    """Whether the reason is that of somebody who decided it in an agenda: we put that on, too."""
    note = case.voice.on(MOVE)
    box = _texts(note.state.get("tick"))[:1] if note else []
    ask = Ask.of(box[0]) if box else None
    return ask is not None and ask.verb is Verb.DECLINE


def looks_for_duplicates(case: Case) -> bool:
    """Whether this is a new request that nobody has looked at yet: then others are looked for that ask the same."""
    issue = case.snapshot.issue
    new = issue.created_at >= max(case.taxonomy.workflow.effective_from, case.now - NEW_FOR)
    first = issue.state == "opened" and case.history.stood == case.taxonomy.workflow.start
    said = case.voice.on(DUPLICATES) is not None or case.taxonomy.paused_label in issue.labels
    return new and first and not said and case.area is not None and case.mode(DUPLICATES) is not Mode.OFF


def suggested(note: OurNote) -> tuple[Ref, ...]:
    """The requests that a note of ours suggests."""
    return tuple(ref for text in _texts(note.state.get("of")) if (ref := _ref(text)))


def carried_to(case: Case) -> Ref | None:
    """The request that has our customers, as our note says."""
    note = case.voice.on(CARRIED_OVER)
    return _ref(str(note.state.get("to"))) if note else None


def _ref(text: str) -> Ref | None:
    project, _, iid = text.rpartition("#")
    return Ref(project, int(iid)) if project and iid.isdecimal() else None


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []
