"""Which issue is the agenda of which meeting (agendas 4.4): by the name in its signed marker, never by its title."""

from collections.abc import Iterable
from datetime import timedelta

from app.domain.agenda_blocks import as_they_stand, week
from app.domain.agenda_state import AgendaState
from app.domain.cadence import MeetingKind
from app.domain.document_marker import DocumentName, Marked, marked
from app.domain.issue import Issue, Ref
from app.domain.managed_merge import items_in
from app.domain.meeting import Meeting
from app.domain.passed_on import passed
from app.domain.picture import Sheet
from app.domain.program import Program
from app.domain.top_requests import home
from app.domain.voice import Identity


def document_name(meeting: Meeting) -> DocumentName:
    """A meeting that is moved keeps its agenda. Corners of a region share one a month, by the Monday of their week."""
    if meeting.kind is MeetingKind.CORNER:
        planned = meeting.moved_from or meeting.start.date()
        monday = planned - timedelta(days=planned.weekday())
        return DocumentName(meeting.kind.value, f"{meeting.series.key} {monday:%Y-%m}")
    return DocumentName(meeting.kind.value, f"{meeting.series.key} {meeting.period}")


def home_of(meeting: Meeting, program: Program) -> str:
    """The project in which a meeting's agenda stands: where its area has its board, else the program's first."""
    return home(program, meeting.area) if meeting.area else program.projects[0].path


def homes(program: Program) -> tuple[str, ...]:
    """The projects in which agendas stand."""
    of_areas = (home(program, area.key) for area in program.areas)
    return tuple(dict.fromkeys((program.projects[0].path, *of_areas)))


def sheets(held: Iterable[Meeting], agendas: Iterable[Issue], identity: Identity) -> tuple[Sheet, ...]:
    """The meetings that have an agenda, each with it. Of several that claim the same the lowest number counts."""
    named: dict[str, tuple[Issue, Marked]] = {}
    for issue in sorted(agendas, key=lambda issue: (issue.ref.project, issue.ref.iid)):
        if mark := marked(issue, identity):
            named.setdefault(mark.document, (issue, mark))
    found = ((meeting, named.get(str(document_name(meeting)))) for meeting in held)
    return tuple(_sheet(meeting, *one) for meeting, one in found if one)


def that_stand(found: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """Those that were written: Corners of a month share an issue, and a week without an agenda has no block in it."""
    names: dict[Ref, tuple[str, ...]] = {}
    standing = []
    for sheet in found:
        mine = week(sheet.meeting)
        if mine and sheet.issue.ref not in names:
            blocks = as_they_stand(sheet.issue.description, str(document_name(sheet.meeting)))
            names[sheet.issue.ref] = tuple(block.name for block in blocks)
        if not mine or any(name.startswith(mine) for name in names[sheet.issue.ref]):
            standing.append(sheet)
    return tuple(standing)


def _sheet(meeting: Meeting, issue: Issue, mark: Marked) -> Sheet:
    known = AgendaState.of(mark.state).passed
    return Sheet(meeting, issue, (), passed(items_in(issue.description, mark.document), known) if known else {})
