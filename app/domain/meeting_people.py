"""Who meets (S137-S145, S172-S176, S206-S208), by the roster as it is at an instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from app.domain.cadence import MeetingKind
from app.domain.days_off import Place
from app.domain.meeting import Meeting, Series
from app.domain.program import Program
from app.domain.roster import Person, Role, Term

LEADING = (Role.LEAD, Role.PM)
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Invited:
    """Handles: who hosts, who else is needed, and who may come."""

    hosts: tuple[str, ...]
    needed: tuple[str, ...] = ()
    welcome: tuple[str, ...] = ()


def invited(program: Program, series: Series, instant: datetime) -> Invited:
    """Who is asked to a meeting of this series at this instant; nobody twice."""
    found = _by_kind(program, series, instant)
    needed = _less((*found.needed, *program.cadence.habits[series.kind].audience), found.hosts)
    return Invited(found.hosts, needed, _less(found.welcome, (*found.hosts, *needed)))


def _by_kind(program: Program, series: Series, instant: datetime) -> Invited:
    area, region = series.area, series.region

    def who(*roles: Role, backup: bool = False, area: str | None = area) -> tuple[str, ...]:
        found = _holding(program, instant, roles, area, region, backup)
        return tuple(dict.fromkeys(person.username for person in found))

    match series.kind:
        case MeetingKind.POD:
            return Invited(who(Role.LEAD), who(Role.SME), who(Role.SME, backup=True))
        case MeetingKind.PM_REVIEW:
            return Invited(who(*LEADING), who(Role.SME), (*who(Role.EM), *who(Role.SME, backup=True)))
        case MeetingKind.ARR_DRIVER:
            return Invited(who(Role.PROGRAM_LEAD), who(*LEADING))
        case MeetingKind.LEADERS:
            return Invited(who(Role.PROGRAM_LEAD), who(Role.LEAD))
        case MeetingKind.CORNER:
            return Invited(who(Role.SME), who(Role.SA), who(Role.SME, backup=True))
        case MeetingKind.EXCHANGE:
            return Invited(who(Role.PROGRAM_LEAD), (), who(*Role))


def _less(people: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(person for person in dict.fromkeys(people) if person not in others)


def _holding(
    program: Program, instant: datetime, roles: tuple[Role, ...], area: str | None, region: str | None, backup: bool
) -> Iterator[Person]:
    """In the order of the roles, then of the file. Without an area those of all areas count."""
    for role in roles:
        for person in program.roster.people:
            for term in person.terms:
                # The role first: a calendar of years asks this of everybody for each of its meetings.
                if (
                    term.role is role
                    and term.primary is not backup
                    and (area is None or term.area in (None, area))
                    and (region is None or (term.region or person.region) == region)
                    and term.holds_at(instant)
                ):
                    yield person


def places(program: Program, series: Series, day: date) -> tuple[Place, ...]:
    """The places whose days off a meeting keeps: the program's, its region's or its area's, and those of the regions
    where its hosts live. A pod keeps those of its review's hosts too, for it decides the review's day.
    """
    cadence = program.cadence
    if series.region is not None:
        return (cadence.everywhere, cadence.place(series.region))
    roles: tuple[Role, ...] = (Role.PROGRAM_LEAD,) if series.area is None else LEADING
    own = cadence.area(series.area).place if series.area is not None else cadence.everywhere
    hosts = _holding(program, datetime.combine(day, _NOON, UTC), roles, series.area, None, backup=False)
    return tuple(dict.fromkeys((cadence.everywhere, own, *(cadence.place(person.region) for person in hosts))))


def regions_of(program: Program, username: str, instant: datetime) -> frozenset[str]:
    """The regions somebody belongs to at an instant: their own, and those of their roles."""
    person = program.roster.person(username)
    if person is None:
        return frozenset()
    return frozenset(r for r in (person.region, *(t.region for t in _running(person, instant))) if r)


def _running(person: Person, instant: datetime) -> tuple[Term, ...]:
    return tuple(term for term in person.terms if term.holds_at(instant))


def concerns_region(program: Program, meeting: Meeting, region: str) -> bool:
    """Whether it is the region's own meeting, or somebody of the region is asked to it."""
    if meeting.region is not None:
        return meeting.region == region
    asked = (*meeting.needed, *meeting.invited)
    return any(region in regions_of(program, username, meeting.start) for username in asked)


def concerns_role(program: Program, meeting: Meeting, role: Role) -> bool:
    """Whether somebody who holds the role is asked to the meeting."""
    asked = {username.casefold() for username in (*meeting.needed, *meeting.invited)}
    return any(
        term.role is role
        for person in program.roster.people
        if person.username.casefold() in asked
        for term in _running(person, meeting.start)
    )


def concerns_area(meeting: Meeting, area: str) -> bool:
    """Whether it is the area's own meeting, or one of all areas."""
    return meeting.area == area if meeting.area is not None else meeting.region is None
