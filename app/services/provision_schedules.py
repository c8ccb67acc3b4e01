"""The pipeline schedules that run the jobs, kept as program.yml asks for."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.failure import Permanent, Temporary
from app.domain.issue import User
from app.domain.program import Program
from app.domain.provision import Draft, Kind, Step, Where
from app.domain.provision_schedules import (
    ScheduleSeen,
    ScheduleWish,
    SetSchedule,
    canonical,
    compare,
    names_branch,
    without_branch,
)


class Schedules(Protocol):
    """Reads and sets pipeline schedules. Raises Temporary and Permanent."""

    def schedules(self, project: str) -> Sequence[ScheduleSeen]:
        """All schedules of a project."""
        ...

    def has_branch(self, project: str, branch: str) -> bool:
        """Whether the project has a branch of this name."""
        ...

    def put(self, project: str, schedule: int | None, fields: Mapping[str, str | bool]) -> None:
        """Set fields of a schedule, a new one where `schedule` is None."""
        ...

    def take_over(self, project: str, schedule: int, owner: str) -> None:
        """Make it ours; `owner` is our username. Harmless where it is ours already."""
        ...


class Ourselves(Protocol):
    """Who we are. Raises Temporary and Permanent."""

    def whoami(self) -> User:
        """The user our token belongs to."""
        ...


class ProvisionSchedules:
    """The part of plan and apply for schedules. Without `pipelines` in program.yml none is kept."""

    kind = Kind.SCHEDULES

    def __init__(self, door: Schedules, ourselves: Ourselves, program: Program, places: Mapping[str, Where]) -> None:
        self._door, self._ourselves, self._program, self._places = door, ourselves, program, places

    def draft(self) -> Draft[ScheduleWish]:
        """One call. One more, for who we are, where a schedule that is there has to be changed; and one to see whether
        its branch is there, where one is to be made or to get another.
        """
        pipelines = self._program.pipelines
        if pipelines is None:
            return Draft((), "")
        seen = self._door.schedules(pipelines.project)
        steps = compare(pipelines, self._places, seen)
        if any(step.wish and step.wish.id for step in steps):
            steps = compare(pipelines, self._places, seen, self._ourselves.whoami().username)
        as_declared = len(pipelines.schedules) - sum(step.wish is not None for step in steps)
        if names_branch(steps) and not self._door.has_branch(pipelines.project, pipelines.ref):
            steps = without_branch(pipelines, steps)
        return Draft(steps, canonical(pipelines.project, seen), as_declared=as_declared)

    def make(self, step: Step[ScheduleWish]) -> None:
        """Take a schedule over where it has to be, and set it. Where that breaks off, the next plan sets the rest."""
        wish = step.wish
        if wish is None:
            return
        if wish.id is None:
            self._create(wish)
            return
        if wish.owner is not None:
            self._door.take_over(wish.project, wish.id, wish.owner)
        try:
            if wish.fields:
                self._door.put(wish.project, wish.id, wish.fields)
        except (Temporary, Permanent) as problem:
            if wish.owner is None:
                raise
            words = f"The schedule {step.change.name} is taken over, and not set: {problem}"
            if isinstance(problem, Temporary):
                raise Temporary(words, problem.retry_after) from problem
            raise Permanent(words) from problem

    def _create(self, wish: SetSchedule) -> None:
        """Looks first: GitLab takes a second one of the same description, and then the job runs twice."""
        there = [s for s in self._door.schedules(wish.project) if s.description == wish.fields["description"]]
        if not there:
            self._door.put(wish.project, None, wish.fields)
        elif there[0].without(wish.fields):
            self._door.put(wish.project, there[0].id, there[0].without(wish.fields))
