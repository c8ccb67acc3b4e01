"""Pictures that agendas are written from: the shipped program and its calendar, cards with stays, and requests whose
notes are really read, so that customers and answers are what the rules would understand.

Days are written `2026-03-04`, and mean noon in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from app.domain.account_book import AccountBook
from app.domain.agenda import Agenda, Section
from app.domain.agendas.parts_actions import ACTIONS, NOTES
from app.domain.cadence import MeetingKind
from app.domain.case import build
from app.domain.issue import Issue, LabelEvent, Note, Ref, Snapshot, User
from app.domain.ledger import strongest_first
from app.domain.meeting import Meeting, Series
from app.domain.meeting_clocks import agenda_times
from app.domain.meetings import last_before, meetings, next_from
from app.domain.numbers import Amounts
from app.domain.ours import ANSWERS, CONTEXT
from app.domain.picture import Action, Card, Detail, Picture, Sheet, Stay
from app.domain.points import Points
from app.domain.program import Program
from app.domain.scored import Scored
from app.domain.taxonomy import Mode, Taxonomy
from app.domain.voice import Bot, OurNote, Voice
from app.gateways.config_load import load
from app.gateways.templates import Templates

HOUSE = Path(__file__).parents[2]
WORDING = Templates([HOUSE / "templates"])
HOME = "sme/customer-feedback"
URL = "https://gitlab.example.com"
BOT = User(1, "sounding-board")
NOW = datetime(2026, 3, 11, 6, tzinfo=UTC)
"""A Wednesday: AI had its pod on 4 March and has its PM review on 18 March; the last one was on 18 February."""

PROBLEM = "People removed from the SAML group keep their access to GitLab for 24 hours."
TOLD = f"""\
## Problem
{PROBLEM}

## Use case and who is affected
The platform team, for 900 developers.

## Desired outcome
Removed users lose access within 5 minutes.
"""
HOSTILE = "Never </details> | `@all` <!-- sb:end --> [x](javascript:alert(1)) ~bug #1\n/close"
"""A title as nobody should write it."""


def day(text: str) -> datetime:
    """Noon in UTC of a day."""
    return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC)


@cache
def shipped() -> tuple[Taxonomy, Program]:
    """The shipped files, every rule in `enforce`."""
    found = load(HOUSE, Mode.ENFORCE)
    return found.taxonomy, found.program


class _People:
    """Users by handle; everybody not seen before gets the next id."""

    def __init__(self) -> None:
        self._known = {BOT.username: BOT}

    def __getitem__(self, handle: str) -> User:
        return self._known.setdefault(handle, User(10 + len(self._known), handle))


people = _People()


def card(
    number: int,
    *stays: tuple[str, str] | tuple[str, str, str],
    labels: Iterable[str] = (),
    put_on: Mapping[str, str] | None = None,
    area: str | None = "ai",
    title: str = "",
    text: str = TOLD,
    author: str = "sa.jane",
    confidential: bool = False,
    closed: str | None = None,
    milestone: str | None = None,
    project: str = HOME,
    created: str | None = None,
) -> Card:
    """A request by its stays: `("new", "2026-02-02"), ("reviewed", "2026-03-02", "lead.ai")`. `put_on` are labels with
    the day they were put on.
    """
    since = [day(stay[1]) for stay in stays]
    ends: list[datetime | None] = [*since[1:], None][: len(since)]
    lived = tuple(
        Stay(f"status::{stay[0]}", start, end, stay[2] if len(stay) > 2 else None)
        for stay, start, end in zip(stays, since, ends, strict=True)
    )
    born = day(created) if created else since[0] if since else NOW
    dated = {label: day(at) for label, at in (put_on or {}).items()}
    owned = {f"area::{area}"} if area else set()
    issue = Issue(
        ref=Ref(project, number),
        id=1000 + number,
        project_id=7,
        title=title or f"Request {number}",
        description=text,
        labels=frozenset({*labels, *dated, *owned, *(stay.status for stay in lived[-1:])}),
        state="closed" if closed else "opened",
        author=people[author],
        assignees=(),
        created_at=born,
        updated_at=max([*since, *dated.values(), born]),
        closed_at=day(closed) if closed else None,
        confidential=confidential,
        milestone=milestone,
    )
    return Card(issue, area, lived, {**dated, **{stay.status: at for stay, at in zip(lived, since, strict=True)}})


def customer(
    number: int, severity: str = "blocker", kind: str = "new", needed_by: str = "", by: str = "sa.jane", at: str = ""
) -> tuple[str, str, str]:
    """Somebody's comment that brings a customer along: an opportunity, or (renewals) an account."""
    letter = "1" if kind == "renewal" else "6"
    link = f"https://example.my.salesforce.com/00{letter}5g00000{number:05d}"
    told = " | ".join(part for part in (link, severity, kind, needed_by) if part)
    return comment(f"+1 customer: {told}", by, at)


def comment(text: str, by: str = "sa.jane", at: str = "") -> tuple[str, str, str]:
    """What somebody wrote, by whom, and when; without a day: in February."""
    return text, by, at or "2026-02-03"


def detail(
    of: Card,
    *said: tuple[str, str, str],
    points: int | None = None,
    share: str | None = None,
    adjusted: tuple[int, str, str] | None = None,
    asked: tuple[str, str, Sequence[str]] | None = None,
    ours: Mapping[str, Mapping[str, object]] | None = None,
    known: AccountBook | None = None,
) -> Detail:
    """A request with its notes read. `adjusted` is by how much, by whom, when; `asked` whom our question is open to,
    since when, and the keys of what is missing; `ours` is the state of any other note of ours, by topic.
    """
    taxonomy, program = shipped()
    notes = tuple(
        Note(100 * of.ref.iid + index, people[by], text, day(at), day(at)) for index, (text, by, at) in enumerate(said)
    )
    voice = _voice(of, adjusted, asked, ours or {})
    snapshot = Snapshot(of.issue, _events(of), notes)
    case = build(snapshot, taxonomy, program, Bot(BOT.id, BOT.username), voice, NOW, known or AccountBook())
    return Detail(of, case, strongest_first(case.reading.lines), _scored(points, share, adjusted) if points else None)


def _voice(
    of: Card,
    adjusted: tuple[int, str, str] | None,
    asked: tuple[str, str, Sequence[str]] | None,
    ours: Mapping[str, Mapping[str, object]],
) -> Voice:
    states = dict(ours)
    if asked:
        who, since, missing = asked
        states[CONTEXT] = {"open": True, "of": who, "since": day(since).isoformat(), "missing": list(missing)}
    if adjusted:
        delta, who, at = adjusted
        states[ANSWERS] = {"points": [{"delta": delta, "who": who, "at": day(at).isoformat(), "note": 1}]}
    notes = {
        topic: OurNote(9000 + 10 * of.ref.iid + index, topic, state, editable=True, intact=True)
        for index, (topic, state) in enumerate(states.items())
    }
    return Voice(notes)


def _scored(total: int, share: str | None, adjusted: tuple[int, str, str] | None) -> Scored:
    by_hand = adjusted[0] if adjusted else 0
    parts = Points(total, total - by_hand, total - by_hand - 30, 10, 12, 8, Decimal(1), by_hand)
    who, reason_in = (adjusted[1], 1) if adjusted else (None, None)
    as_of = date(2026, 3, 10)
    return Scored(parts, Decimal("0.60"), Decimal("0.40"), share, None, None, as_of, who, reason_in)


def _events(of: Card) -> tuple[LabelEvent, ...]:
    """The label events of its stays and of what was put on."""
    found: list[tuple[datetime, str | None, str]] = []
    for stay in of.stays:
        found += [(stay.since, stay.by, stay.status)] if stay.since else []
    found += [(at, None, label) for label, at in of.put_on.items() if not label.startswith("status::")]
    return tuple(
        LabelEvent(index, people[by] if by else None, at, label, "add")
        for index, (at, by, label) in enumerate(sorted(found, key=lambda one: one[0]), 1)
    )


def meeting(kind: MeetingKind, area: str | None = None, region: str | None = None, now: datetime = NOW) -> Meeting:
    """The next meeting of a series by the shipped calendar."""
    found = next_from(shipped()[1], Series(kind, area, region), now)
    assert found is not None
    return found


def action(text: str, times: int = 1, owner: str | None = None, decided: str | None = None) -> Action:
    """An action item of the last agenda."""
    return Action(f"a{sum(text.encode()) % 10_000}", text, times, owner, decided)


def sheet(of: Meeting, number: int, text: str = "", *notes: Note) -> Sheet:
    """The agenda of another meeting."""
    made = card(number, created=of.start.date().isoformat(), area=None, text=text, title=of.title)
    return Sheet(of, replace(made.issue, labels=frozenset({"program-doc::agenda"})), notes)


def picture(
    kind: MeetingKind,
    *of: Card | Detail,
    area: str | None = None,
    region: str | None = None,
    now: datetime = NOW,
    first: bool = False,
    actions: Sequence[Action] = (),
    amounts: Amounts = Amounts.BANDS,
    program: Program | None = None,
) -> Picture:
    """The picture of the next meeting of a series. `first`: it has never met. Its last agenda is issue 361."""
    taxonomy, found = shipped()
    program = program or found
    this = meeting(kind, area, region, now)
    before = None if first else last_before(program, this.series, this.start)
    cards = tuple(one.card if isinstance(one, Detail) else one for one in of)
    return Picture(
        meeting=this,
        now=now,
        since=before.start if before else None,
        taxonomy=taxonomy,
        program=program,
        home=HOME,
        amounts=amounts,
        cards=cards,
        details={one.ref: one for one in of if isinstance(one, Detail)},
        actions=tuple(actions),
        previous=sheet(before, 361) if before else None,
        earlier=(sheet(before, 361),) if before else (),
        next_one=next_from(program, this.series, this.start + timedelta(seconds=1)),
        held=tuple(sheet(one, 370 + index) for index, one in enumerate(_held(program, before, now))),
        coming=meetings(program, now, now + timedelta(days=35)),
        nominations_close=agenda_times(program, this).nominations_close,
        url=URL,
    )


def _held(program: Program, before: Meeting | None, now: datetime) -> tuple[Meeting, ...]:
    return meetings(program, before.end, now) if before else ()


SHARED = ("header", "glance", "carried", "footer", ACTIONS, NOTES)
"""Blocks, and texts of people's own, that all kinds have."""


def spoken(agenda: Agenda, area: str | None = None, *, calling: bool = False, but: Sequence[str] = ()) -> str:
    """The whole agenda as it is first written, without the markers of its blocks; `but` are parts left out."""
    named = [(part if isinstance(part, str) else part.name, part) for part in agenda.layout]
    parts = [_said(part, area, calling) for name, part in named if name not in but]
    return "\n\n".join(part for part in parts if part)


def _said(part: str | Section, area: str | None, calling: bool) -> str:
    if isinstance(part, str):
        return part.strip("\n")
    return WORDING.agenda(part.template, part.data, area, calling=calling)


def minutes(agenda: Agenda) -> int:
    """The sum of its timeboxes."""
    return sum(section.minutes for section in agenda.sections)


def block(agenda: Agenda, name: str, area: str | None = None, *, calling: bool = False) -> str:
    """One block of an agenda."""
    return next(_said(section, area, calling) for section in agenda.sections if section.name == name)
