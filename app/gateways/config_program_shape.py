"""The shape of `program.yml`."""

from pydantic import Field

from app.domain.numbers import Amounts
from app.domain.program import Job, TemplateMode, Tier
from app.domain.roster import Role
from app.gateways.config_cadence_shape import CadenceShape
from app.gateways.config_provision_shapes import Address, Cron, GroupPath, Zone
from app.gateways.config_shapes import Day, Handle, IssueText, Key, ProjectPath, Shape, Text


class BoardShape(Shape):
    """An issue board; without an area it shows all of them."""

    name: Text
    area: Text | None = None


class ProjectShape(Shape):
    """A GitLab project that holds requests."""

    path: ProjectPath
    boards: tuple[BoardShape, ...] = ()
    amounts: Amounts = Field(
        default=Amounts.BANDS,
        description="inline shows amounts as they are, for projects whose members may all read the account book.",
    )


class TermShape(Shape):
    """A role somebody holds, for an area and a time."""

    role: Role
    area: Text | None = None
    region: Text | None = Field(default=None, description="Where it differs from the person's own.")
    primary: bool = Field(default=True, description="false for a backup.")
    since: Day | None = Field(default=None, alias="from", description="The first day (UTC).")
    until: Day | None = Field(default=None, description="The first day after it (UTC).")


class PersonShape(Shape):
    """Somebody, by GitLab handle."""

    name: Text
    region: Text | None = None
    roles: tuple[TermShape, ...] = Field(min_length=1)


class ScheduleShape(Shape):
    """When a job runs."""

    job: Job
    cron: Cron = Field(description="Minute, hour, day of the month, month, day of the week.")
    timezone: Zone = Field(default="Etc/UTC", description="By its IANA name.")


class PipelinesShape(Shape):
    """The project that holds the configuration, whose pipelines run the jobs."""

    project: ProjectPath
    ref: Text = Field(default="main", description="The branch.")
    schedules: tuple[ScheduleShape, ...] = ()


class ProgramShape(Shape):
    """All of program.yml."""

    name: Text
    tier: Tier
    areas: dict[Key, Text] = Field(min_length=1)
    regions: tuple[Text, ...] = Field(min_length=1)
    projects: tuple[ProjectShape, ...] = Field(min_length=1)
    operator_issue: IssueText | None = None
    people: dict[Handle, PersonShape] = Field(min_length=1)
    labels_in: GroupPath | None = Field(default=None, description="A group: labels live there, projects inherit them.")
    service: Address | None = Field(default=None, description="Where the service listens, as GitLab reaches it.")
    templates: TemplateMode = Field(
        default=TemplateMode.MERGE_REQUEST, description="How issue templates come into each project."
    )
    pipelines: PipelinesShape | None = None
    cadence: CadenceShape | None = Field(default=None, description="When the program meets.")
