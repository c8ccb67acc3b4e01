"""The CI/CD variables that the jobs need, looked at and never written."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.program import Program
from app.domain.provision import Draft, Kind, Step, Where
from app.domain.provision_variables import VariableSeen, canonical, compare, missing, needed


class Variables(Protocol):
    """Tells what variables there are. Raises Temporary and Permanent."""

    def of_project(self, project: str) -> Sequence[VariableSeen]:
        """A project's own."""
        ...

    def of_group(self, group: str) -> Sequence[VariableSeen] | None:
        """A group's own; None where we may not see them."""
        ...


class ProvisionVariables:
    """The part of plan for variables. Without `pipelines` in program.yml there are no jobs that need any."""

    kind = Kind.VARIABLES

    def __init__(self, door: Variables, program: Program, places: Mapping[str, Where]) -> None:
        self._door, self._program, self._places = door, program, places

    def draft(self) -> Draft[None]:
        """One call; where the project lacks something, one more for each group above it, the nearest first."""
        if self._program.pipelines is None:
            return Draft((), "")
        project, hooks = self._program.pipelines.project, self._program.service is not None
        wanted = needed(hooks=hooks)
        seen = list(self._door.of_project(project))
        unseen: list[str] = []
        group = project.rpartition("/")[0]
        while group and missing(seen, wanted):
            inherited = self._door.of_group(group)
            seen += inherited or ()
            unseen += [group] if inherited is None else []
            group = group.rpartition("/")[0]
        steps = compare(project, self._places.get("pipelines"), seen, unseen, hooks=hooks)
        told = {step.change.name.removesuffix("_FILE") for step in steps}
        return Draft(steps, canonical(seen), as_declared=sum(name not in told for name in wanted))

    def make(self, step: Step[None]) -> None:
        """Nothing: variables are only looked at."""
