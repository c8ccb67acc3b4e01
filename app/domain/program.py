"""The program as values: what `program.yml` says."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.issue import Ref
from app.domain.roster import Roster


class Tier(StrEnum):
    """GitLab's licence tier, a setting: GitLab does not tell. On FREE nothing is exclusive (CONTRACT 2)."""

    FREE = "free"
    PREMIUM = "premium"


@dataclass(frozen=True, slots=True)
class Area:
    """An SME area of expertise (S2). `key` stands in `area::<key>` and `theme::<key>::…`."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Board:
    """A board the program keeps: its name, and the area it is narrowed to (None: all areas)."""

    name: str
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A GitLab project that holds requests, by full path."""

    path: str
    boards: tuple[Board, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """Areas, regions, projects and people. `operator_issue` is where the bot writes to the operator."""

    name: str
    tier: Tier
    areas: tuple[Area, ...]
    regions: tuple[str, ...]
    projects: tuple[Project, ...]
    roster: Roster
    operator_issue: Ref | None = None

    def holds_requests(self, path: str) -> bool:
        """Whether issues of the project with this path are requests. GitLab's paths ignore case."""
        return any(p.path.casefold() == path.casefold() for p in self.projects)
