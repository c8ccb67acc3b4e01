"""One request as the rules see it: everything known, put together once, so that no rule has to ask (promise 3)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.context import Context, Wanted
from app.domain.history import History, area_of, fold
from app.domain.issue import Issue, Snapshot
from app.domain.plan import Finding, Say
from app.domain.program import Program
from app.domain.request import Facts, read
from app.domain.taxonomy import Mode, Source, Taxonomy, scope_of
from app.domain.voice import Bot, Voice


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
    """What one rule wishes. `status` is where the card should be; of several rules the later one decides."""

    status: str | None = None
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    says: tuple[Say, ...] = ()
    objections: tuple[Objected, ...] = ()
    findings: tuple[Finding, ...] = ()
    look_again_at: datetime | None = None


SILENT = Ruling()
"""The ruling of a rule with nothing to say."""


@dataclass(frozen=True, slots=True)
class Case:
    """The request, its history and facts, what we said before, and the rules it is judged by, at one instant."""

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

    def status_name(self, title: str) -> str:
        """What people call the status with this label title."""
        status = self.taxonomy.workflow.status(title)
        return status.name if status else title

    def mode(self, rule: str) -> Mode:
        """The mode of a rule besides the moves, for this request's area."""
        modes = self.taxonomy.rules.get(rule)
        return modes.for_area(self.area) if modes else Mode.OFF


def build(snapshot: Snapshot, taxonomy: Taxonomy, program: Program, bot: Bot, voice: Voice, now: datetime) -> Case:
    """Fold the history and read the facts of a snapshot. Comments of ours and of the system are not facts."""
    issue = snapshot.issue
    area = area_of(issue.labels)
    history = fold(issue, snapshot.events, taxonomy.workflow, program.roster, bot, voice, now)
    spoken = [n for n in snapshot.notes if not n.system and not bot.is_us(n.author)]
    prompts = tuple(item.why for item in taxonomy.items.values())
    facts = read(issue.description, spoken, taxonomy.fields, issue.milestone, prompts)
    context = Context(snapshot, facts, taxonomy, program, area, now)
    return Case(snapshot, taxonomy, program, bot, voice, now, area, history, facts, context)


def is_request(issue: Issue, program: Program) -> bool:
    """Rules touch only issues, in projects that hold requests, that are no document of the program (design)."""
    document = any(scope_of(t) == "program-doc" for t in issue.labels)
    return issue.kind == "issue" and program.holds_requests(issue.ref.project) and not document


def needs_links(case: Case) -> bool:
    """Whether judging this case takes the issue's links, an extra read: where it stands, or is to go, asks for one."""
    step, held, flow = case.history.last, case.voice.on("move"), case.taxonomy.workflow
    places = [step.target if step else case.history.current, held.state.get("to") if held and held.open else None]
    keys = tuple(key for s in flow.statuses if s.title in places for key in s.requires)
    keys += step.moves[0].requires if step and step.moves else ()
    wanted = case.context.wanted(keys)
    return case.snapshot.links is None and any(p.source is Source.LINK for w in wanted for p in w.item.met_by)
