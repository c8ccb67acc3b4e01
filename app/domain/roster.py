"""Who holds which role, where, and when (handbook S3-S13).

Roles carry dates because a move is judged by what its mover was allowed *at that time* (workflow 3.6).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person is to one request. ANYONE, AUTHOR need no roster entry; PROGRAM_LEAD has no area."""

    ANYONE = "anyone"
    AUTHOR = "author"
    SA = "sa"
    SME = "sme"
    LEAD = "lead"
    PM = "pm"
    EM = "em"
    PROGRAM_LEAD = "program_lead"


@dataclass(frozen=True, slots=True)
class Term:
    """One dated role of one person. `since` is inclusive, `until` exclusive, both UTC instants."""

    role: Role
    area: str | None = None
    region: str | None = None
    primary: bool = True
    since: datetime | None = None
    until: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        """Whether the term runs at `instant`."""
        return (self.since is None or self.since <= instant) and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in `program.yml`. `username` is GitLab's handle without the @."""

    username: str
    name: str
    region: str | None
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody of the program, found by handle (GitLab handles ignore case)."""

    people: tuple[Person, ...]

    def person(self, username: str) -> Person | None:
        """The person with this handle, or None for somebody the program does not know."""
        wanted = username.casefold()
        return next((p for p in self.people if p.username.casefold() == wanted), None)

    def roles_at(self, username: str, area: str | None, instant: datetime) -> frozenset[Role]:
        """Roles of a person for an area at an instant; for a request without an area any area's role counts."""
        person = self.person(username)
        terms = person.terms if person else ()
        held = {t.role for t in terms if t.holds_at(instant) and (t.area is None or area is None or t.area == area)}
        return frozenset(held | {Role.ANYONE})

    def holders(self, role: Role, area: str | None, instant: datetime, region: str | None = None) -> tuple[Person, ...]:
        """People who hold `role` for the area (and region, when given), primaries first (S13)."""
        found = [
            (not t.primary, index, p)
            for index, p in enumerate(self.people)
            for t in p.terms
            if t.role is role
            and t.holds_at(instant)
            and (t.area is None or t.area == area)
            and (region is None or region in (t.region, p.region if t.region is None else t.region))
        ]
        return tuple(dict.fromkeys(p for _, _, p in sorted(found, key=lambda row: row[:2])))
