"""Calls only go down while a card is dragged: the run-time twin of the import contracts."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.issue import Award, Issue, LabelEvent, Link, Note, Ref, Snapshot, User
from app.domain.plan import ChangeLabels, Errand, PostNote, Write
from app.domain.program import Area, Program, Project, Tier
from app.domain.roster import Person, Role, Roster, Term
from app.domain.taxonomy import Mode, Modes, Move, Status, Taxonomy, Workflow
from app.domain.voice import Bot, Identity
from app.gateways.journal_sqlite import SqliteJournal
from app.gateways.templates import Templates
from app.services.operator import OperatorIssue
from app.services.reconcile import Reconciler
from tests.house.floors import Call, watching

HOUSE = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
REF = Ref("acme/requests", 1)
ANA = User(7, "ana")

ENFORCED = Modes(Mode.ENFORCE)
TAXONOMY = Taxonomy(
    scopes=(),
    fields=(),
    items={},
    workflow=Workflow(
        statuses=(Status("status::Draft", "Draft"), Status("status::Planned", "Planned")),
        start="status::Draft",
        moves=(
            Move(
                id="T1",
                sources=frozenset({"status::Draft"}),
                targets=frozenset({"status::Planned"}),
                who=frozenset({Role.PM}),
                requires=(),
                modes=ENFORCED,
                effective_from=LONG_AGO,
            ),
        ),
        modes=ENFORCED,
        effective_from=LONG_AGO,
    ),
    rules={"moves": ENFORCED},
    paused_label="bot::paused",
)
PROGRAM = Program(
    name="Acme",
    tier=Tier.PREMIUM,
    areas=(Area("ai", "AI"),),
    regions=("emea",),
    projects=(Project("acme/requests"),),
    roster=Roster((Person("ana", "Ana", "emea", (Term(Role.SA, "ai"),)), Person("pia", "Pia", None, (Term(Role.PM),)))),
)
DRAGGED = Snapshot(
    issue=Issue(
        ref=REF,
        id=101,
        project_id=5,
        title="Search is slow",
        description="",
        labels=frozenset({"status::Planned", "area::ai"}),
        state="opened",
        author=ANA,
        assignees=(),
        created_at=LONG_AGO,
        updated_at=NOW,
    ),
    events=(
        LabelEvent(1, ANA, LONG_AGO, "status::Draft", "add"),
        LabelEvent(2, ANA, NOW - timedelta(seconds=5), "status::Draft", "remove"),
        LabelEvent(3, ANA, NOW - timedelta(seconds=5), "status::Planned", "add"),
    ),
    notes=(),
)


@dataclass
class OneIssue:
    """GitLab with one card on its board, kept in memory; remembers what was written."""

    written: list[Write] = field(default_factory=list)

    def snapshot(self, ref: Ref, known: Issue | None = None) -> Snapshot:
        return DRAGGED

    def awards(self, ref: Ref, note_id: int) -> tuple[Award, ...]:
        """None."""
        return ()

    def look_at(self, ref: Ref) -> Issue | None:
        return None

    def links(self, ref: Ref) -> tuple[Link, ...]:
        return ()

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        return ()

    def apply(self, ref: Ref, write: Write) -> int | None:
        self.written.append(write)
        return 900


class Nobody:
    """Has no request to compare with, and no errand to run."""

    def alike(self, issue: Issue, now: datetime) -> tuple[Ref, ...] | None:
        return None

    def run(self, errand: Errand) -> None:
        raise AssertionError(errand)


def drag(gitlab: OneIssue, journal: SqliteJournal) -> set[Call]:
    """Ana, a solutions architect, drags a card to where only a PM may: every call between floors until it is judged."""
    wording = Templates([HOUSE / "templates"])
    identity = Identity("https://gitlab.example", Bot(99, "board-bot"), (b"k" * 32,))
    operator = OperatorIssue(gitlab, gitlab, wording, identity, None, journal)
    likeness, errands = Nobody(), Nobody()
    reconciler = Reconciler(gitlab, gitlab, wording, journal, operator, TAXONOMY, PROGRAM, identity, likeness, errands)
    with watching() as calls:
        reconciler.run(REF, NOW)
    return calls


def test_calls_only_go_down_while_a_card_is_put_back(tmp_path: Path) -> None:
    gitlab = OneIssue()
    with closing(SqliteJournal(tmp_path / "journal.db")) as journal:
        calls = drag(gitlab, journal)
    note, labels = gitlab.written
    assert isinstance(note, PostNote)
    assert isinstance(labels, ChangeLabels)
    assert "status::Draft" in labels.add
    assert {"services", "gateways", "domain"} <= {call.to_floor for call in calls} | {c.from_floor for c in calls}
    assert [str(call) for call in calls if call.goes_up()] == []
