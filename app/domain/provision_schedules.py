"""Pipeline schedules, compared with what program.yml asks for. Ours are known by their description."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.program import Pipelines, Schedule
from app.domain.provision import Act, Change, Difference, Kind, Step, Where

OURS = "Sounding Board: "
JOB = "SOUNDING_BOARD_JOB"
"""The variable of a schedule from which its pipeline knows what to run."""


@dataclass(frozen=True, slots=True)
class ScheduleSeen:
    """A schedule. `ref` is a branch's short name. GitLab records the owner, as whom its pipelines run (CONTRACT 9);
    `runs` is whether that user may still run anything. `job` is the value of the variable, None where it has none.
    """

    id: int
    description: str
    ref: str
    cron: str
    timezone: str
    active: bool
    owner: str | None = None
    runs: bool = True
    job: str | None = None


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """What to write of a schedule, by GitLab's names; a new one where `id` is None. `job` is set where it is given;
    `new_variable` is whether it has none yet.
    """

    project: str
    id: int | None
    fields: Mapping[str, str | bool] = field(default_factory=dict)
    job: str | None = None
    new_variable: bool = True


ScheduleWish = SetSchedule | None
"""None goes with a report: nothing is written."""


def ours(description: str) -> bool:
    """Whether a schedule is one that we keep."""
    return description.startswith(OURS)


def compare(
    wanted: Pipelines, places: Mapping[str, Where], seen: Sequence[ScheduleSeen]
) -> tuple[Step[ScheduleWish], ...]:
    """What makes the project's schedules as wanted. What is not declared is left alone."""
    steps: list[Step[ScheduleWish]] = []
    for schedule in wanted.schedules:
        where = places.get(f"schedule:{schedule.job}")
        found = sorted((s for s in seen if s.description == OURS + schedule.job), key=lambda one: one.id)
        if not found:
            steps.append(_made(wanted, schedule, where))
            continue
        steps += _changed(wanted, schedule, where, found[0])
        steps += [
            _report(wanted, one, where, "a second one for the same job: delete it in GitLab") for one in found[1:]
        ]
        if not found[0].runs:
            steps.append(_report(wanted, found[0], where, _dead(found[0])))
    declared = {OURS + schedule.job for schedule in wanted.schedules}
    strays = [one for one in seen if ours(one.description) and one.description not in declared]
    because = "program.yml asks for no such schedule; it is left as it is, delete it in GitLab"
    return (*steps, *(_report(wanted, one, places.get("pipelines"), because) for one in strays))


def canonical(project: str, seen: Iterable[ScheduleSeen]) -> str:
    """All of ours that was compared, as one text."""
    rows = [[s.id, s.description, s.ref, s.cron, s.timezone, s.active, s.job] for s in seen if ours(s.description)]
    return json.dumps([project, sorted(rows, key=str)])


def _dead(seen: ScheduleSeen) -> str:
    who = f"@{seen.owner}, whose account is not active" if seen.owner else "nobody"
    return f"it belongs to {who}, so GitLab does not run it: take ownership of it in GitLab"


def _report(wanted: Pipelines, seen: ScheduleSeen, where: Where | None, because: str) -> Step[ScheduleWish]:
    change = Change(Kind.SCHEDULES, Act.REPORT, wanted.project, seen.description, (), where, because)
    return Step(change, None)


def _fields(wanted: Pipelines, schedule: Schedule) -> dict[str, str | bool]:
    return {"cron": schedule.cron, "cron_timezone": schedule.timezone, "ref": wanted.ref, "active": True}


def _made(wanted: Pipelines, schedule: Schedule, where: Where | None) -> Step[ScheduleWish]:
    fields = _fields(wanted, schedule)
    told = tuple(Difference(_WORDS[name], "none", _said(value)) for name, value in fields.items() if name != "active")
    name = OURS + schedule.job
    because = "the project has no schedule for this job"
    change = Change(Kind.SCHEDULES, Act.CREATE, wanted.project, name, told, where, because)
    return Step(change, SetSchedule(wanted.project, None, {"description": name, **fields}, schedule.job))


def _changed(
    wanted: Pipelines, schedule: Schedule, where: Where | None, seen: ScheduleSeen
) -> list[Step[ScheduleWish]]:
    now: dict[str, str | bool] = {
        "cron": seen.cron,
        "cron_timezone": seen.timezone,
        "ref": seen.ref,
        "active": seen.active,
    }
    fields = {name: value for name, value in _fields(wanted, schedule).items() if value != now[name]}
    told = [Difference(_WORDS[name], _said(now[name]), _said(value)) for name, value in fields.items()]
    job = None if seen.job == schedule.job else str(schedule.job)
    if job:
        told.append(Difference(JOB, "not set" if seen.job is None else "something else", job))
    if not told:
        return []
    because = "not as it is declared" + (f"; it belongs to @{seen.owner}" if seen.owner else "")
    change = Change(Kind.SCHEDULES, Act.CHANGE, wanted.project, seen.description, tuple(told), where, because)
    return [Step(change, SetSchedule(wanted.project, seen.id, fields, job, seen.job is None))]


_WORDS = {"cron": "cron", "cron_timezone": "time zone", "ref": "branch", "active": "active"}


def _said(value: str | bool) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
