"""Which calendars there are: one of the whole program, and one for each area, region and role."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.cadence import KIND_NAMES, MeetingKind
from app.domain.meeting import Meeting, slug
from app.domain.meeting_people import concerns_area, concerns_region, concerns_role
from app.domain.program import Program
from app.domain.roster import Role

KEPT_FOR = (Role.SA, Role.SME, Role.LEAD, Role.PM, Role.EM, Role.PROGRAM_LEAD)
"""Kinds of people that have a calendar."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which meetings somebody wants to see; None means all."""

    area: str | None = None
    region: str | None = None
    role: Role | None = None
    kind: MeetingKind | None = None

    def of(self, program: Program, found: Iterable[Meeting]) -> tuple[Meeting, ...]:
        """Those of the meetings that are chosen."""
        return tuple(meeting for meeting in found if self._has(program, meeting))

    def _has(self, program: Program, meeting: Meeting) -> bool:
        return (
            (self.kind is None or meeting.kind is self.kind)
            and (self.area is None or concerns_area(meeting, self.area))
            and (self.region is None or concerns_region(program, meeting, self.region))
            and (self.role is None or concerns_role(program, meeting, self.role))
        )

    def file(self) -> str:
        """The name of its calendar file, without the ending."""
        told = {"area": self.area, "region": self.region, "role": self.role, "kind": self.kind}
        return "-".join(f"{what}-{slug(word)}" for what, word in told.items() if word) or "program"

    def name(self, program: Program) -> str:
        """What its calendar is called where people subscribe to it."""
        areas = {area.key: area.name for area in program.areas}
        told = (
            areas.get(self.area or ""),
            self.region,
            self.role.replace("_", " ") if self.role else None,
            KIND_NAMES[self.kind] if self.kind else None,
        )
        return " · ".join((program.name, *(word for word in told if word)))


def choices(program: Program) -> tuple[Choice, ...]:
    """Everything that has a calendar of its own: the program first, then areas, regions, roles."""
    return (
        Choice(),
        *(Choice(area=area.key) for area in program.areas),
        *(Choice(region=region) for region in program.regions),
        *(Choice(role=role) for role in KEPT_FOR),
    )
