"""The program as values: what `program.yml` says."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.cadence import Cadence
from app.domain.issue import Ref
from app.domain.numbers import Amounts
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
    """A GitLab project that holds requests, by full path. `amounts` says how far amounts may be read there."""

    path: str
    boards: tuple[Board, ...] = ()
    amounts: Amounts = Amounts.BANDS


class TemplateMode(StrEnum):
    """How issue templates come into each project: by a commit, by a merge request, or not by us."""

    COMMIT = "commit"
    MERGE_REQUEST = "merge_request"
    OFF = "off"


class Job(StrEnum):
    """What a scheduled pipeline runs: the command of that name."""

    SWEEP = "sweep"
    SCORE = "score"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job runs: five fields of cron, in a time zone by its IANA name."""

    job: Job
    cron: str
    timezone: str = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class Pipelines:
    """The project that holds the configuration, and the branch whose pipelines run the jobs."""

    project: str
    ref: str
    schedules: tuple[Schedule, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """Areas, regions, projects and people. `operator_issue` is where the bot writes to the operator.

    `labels_in` is the group whose labels the projects inherit (None: each has its own). `service` is the address
    webhooks are sent to, without a slash at its end (None: no hook is kept).
    """

    name: str
    tier: Tier
    areas: tuple[Area, ...]
    regions: tuple[str, ...]
    projects: tuple[Project, ...]
    roster: Roster
    operator_issue: Ref | None = None
    labels_in: str | None = None
    service: str | None = None
    templates: TemplateMode = TemplateMode.MERGE_REQUEST
    pipelines: Pipelines | None = None
    cadence: Cadence = field(default_factory=Cadence)

    def holds_requests(self, path: str) -> bool:
        """Whether issues of the project with this path are requests. GitLab's paths ignore case."""
        return self.project(path) is not None

    def project(self, path: str) -> Project | None:
        """The project with this path."""
        return next((p for p in self.projects if p.path.casefold() == path.casefold()), None)

    def amounts(self, path: str) -> Amounts:
        """How far amounts may be read in a project; bands where it is not ours."""
        project = self.project(path)
        return project.amounts if project else Amounts.BANDS
