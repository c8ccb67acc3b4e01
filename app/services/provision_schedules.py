"""The pipeline schedules that run the jobs, kept as program.yml asks for."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.failure import Permanent, Temporary
from app.domain.program import Program
from app.domain.provision import Draft, Kind, Step, Where
from app.domain.provision_schedules import ScheduleSeen, ScheduleWish, canonical, compare


class Schedules(Protocol):
    """Reads and sets pipeline schedules. Raises Temporary and Permanent."""

    def schedules(self, project: str) -> Sequence[ScheduleSeen]:
        """All schedules of a project, ours with their variable."""
        ...

    def put(self, project: str, schedule: int | None, fields: Mapping[str, str | bool]) -> int:
        """Set fields of a schedule, a new one where `schedule` is None; returns its id."""
        ...

    def set_job(self, project: str, schedule: int, job: str, *, new: bool) -> None:
        """Set the variable that names its job."""
        ...


class ProvisionSchedules:
    """The part of plan and apply for schedules. Without `pipelines` in program.yml none is kept."""

    kind = Kind.SCHEDULES

    def __init__(self, door: Schedules, program: Program, places: Mapping[str, Where]) -> None:
        self._door, self._program, self._places = door, program, places

    def draft(self) -> Draft[ScheduleWish]:
        """One call, and one for each schedule of ours. Nothing declared and nothing of ours is nothing to look at."""
        pipelines = self._program.pipelines
        if pipelines is None:
            return Draft((), "")
        seen = self._door.schedules(pipelines.project)
        steps = compare(pipelines, self._places, seen)
        pending = sum(step.wish is not None for step in steps)
        as_declared = len(pipelines.schedules) - pending
        return Draft(steps, canonical(pipelines.project, seen), as_declared=as_declared)

    def make(self, step: Step[ScheduleWish]) -> None:
        """Set one schedule, then its variable. Where that breaks off, the next plan sets the variable."""
        wish = step.wish
        if wish is None:
            return
        number = wish.id
        if number is None or wish.fields:
            number = self._door.put(wish.project, wish.id, wish.fields)
        if wish.job is None:
            return
        try:
            self._door.set_job(wish.project, number, wish.job, new=wish.new_variable)
        except (Temporary, Permanent) as problem:
            words = f"The schedule {step.change.name} is set, and its variable is not: {problem}"
            if isinstance(problem, Temporary):
                raise Temporary(words, problem.retry_after) from problem
            raise Permanent(words) from problem
