"""Pipeline schedules, compared with what program.yml asks for. Ours are known by their description.

Their pipelines know by it, too, what to run (`$CI_PIPELINE_SCHEDULE_DESCRIPTION`, since GitLab 17.8): not every
namespace lets a schedule have a variable.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.program import Pipelines, Schedule
from app.domain.provision import Act, Change, Difference, Kind, Step, Where

OURS = "Sounding Board: "


@dataclass(frozen=True, slots=True)
class ScheduleSeen:
    """A schedule. `ref` is a branch's short name. GitLab records the owner, as whom its pipelines run (CONTRACT 9);
    `runs` is whether that user may still run anything.
    """

    id: int
    description: str
    ref: str
    cron: str
    timezone: str
    active: bool
    owner: str | None = None
    runs: bool = True

    @property
    def fields(self) -> dict[str, str | bool]:
        """By GitLab's names."""
        zone = self.timezone
        told = {"description": self.description, "cron": self.cron, "cron_timezone": zone, "ref": self.ref}
        return {**told, "active": self.active}

    def without(self, wanted: Mapping[str, str | bool]) -> dict[str, str | bool]:
        """Those of these fields that are not as they are here."""
        now = self.fields
        return {name: value for name, value in wanted.items() if now[name] != value}


@dataclass(frozen=True, slots=True)
class SetSchedule:
    """What to write of a schedule, by GitLab's names; a new one where `id` is None. `owner` is who has to take it over
    before, by username.
    """

    project: str
    id: int | None
    fields: Mapping[str, str | bool] = field(default_factory=dict)
    owner: str | None = None


ScheduleWish = SetSchedule | None
"""None goes with a report: nothing is written."""


def ours(description: str) -> bool:
    """Whether a schedule is one that we keep."""
    return description.startswith(OURS)


def compare(
    wanted: Pipelines, places: Mapping[str, Where], seen: Sequence[ScheduleSeen], me: str | None = None
) -> tuple[Step[ScheduleWish], ...]:
    """What makes the project's schedules as wanted. What is not declared is left alone.

    `me` is whose schedules we may change: those of others are taken over first, which is shown, as their pipelines run
    as their owner (app/policies/ci/pipeline_schedule_policy.rb). Without it nothing is said of owners.
    """
    steps: list[Step[ScheduleWish]] = []
    for schedule in wanted.schedules:
        where = places.get(f"schedule:{schedule.job}")
        found = sorted((s for s in seen if s.description == OURS + schedule.job), key=lambda one: one.id)
        if not found:
            steps.append(_made(wanted, schedule, where))
            continue
        steps += _changed(wanted, schedule, where, found[0], me)
        steps += [
            _report(wanted, one, where, "a second one for the same job: delete it in GitLab") for one in found[1:]
        ]
    declared = {OURS + schedule.job for schedule in wanted.schedules}
    strays = [one for one in seen if ours(one.description) and one.description not in declared]
    because = "program.yml asks for no such schedule; it is left as it is, delete it in GitLab"
    return (*steps, *(_report(wanted, one, places.get("pipelines"), because) for one in strays))


def without_branch(wanted: Pipelines, steps: Sequence[Step[ScheduleWish]]) -> tuple[Step[ScheduleWish], ...]:
    """The same where the project has no such branch: GitLab takes no schedule for it, so that is left to people."""
    because = (
        f"{wanted.project} has no branch {wanted.ref}: commit the files of the program and push them there, or write "
        "its branch as `ref`; then apply again"
    )
    return tuple(_reported(step, because) if _names_branch(step) else step for step in steps)


def _names_branch(step: Step[ScheduleWish]) -> bool:
    return step.wish is not None and "ref" in step.wish.fields


def _reported(step: Step[ScheduleWish], because: str) -> Step[ScheduleWish]:
    return Step(replace(step.change, act=Act.REPORT, differences=(), because=because, unmet=True), None)


def names_branch(steps: Sequence[Step[ScheduleWish]]) -> bool:
    """Whether any of these asks GitLab for the branch."""
    return any(map(_names_branch, steps))


def canonical(project: str, seen: Iterable[ScheduleSeen]) -> str:
    """All of ours that was compared, as one text."""
    rows = [[s.id, *s.fields.values(), s.owner, s.runs] for s in seen if ours(s.description)]
    return json.dumps([project, sorted(rows, key=str)])


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
    return Step(change, SetSchedule(wanted.project, None, {"description": name, **fields}))


def _changed(
    wanted: Pipelines, schedule: Schedule, where: Where | None, seen: ScheduleSeen, me: str | None
) -> list[Step[ScheduleWish]]:
    fields = seen.without(_fields(wanted, schedule))
    if not fields and seen.runs:
        return []
    now = seen.fields
    told = [Difference(_WORDS[name], _said(now[name]), _said(value)) for name, value in fields.items()]
    taken = me if me != seen.owner else None
    if taken:
        told.append(Difference("owner", f"@{seen.owner}" if seen.owner else "nobody", f"@{taken}"))
    because = _because(seen, taken=taken is not None)
    change = Change(Kind.SCHEDULES, Act.CHANGE, wanted.project, seen.description, tuple(told), where, because)
    return [Step(change, SetSchedule(wanted.project, seen.id, fields, taken))]


def _because(seen: ScheduleSeen, *, taken: bool) -> str:
    if not seen.runs:
        who = f"@{seen.owner}, whose account is not active" if seen.owner else "nobody"
        return f"it belongs to {who}, so GitLab does not run it; its pipelines run as its owner"
    if taken:
        return f"not as it is declared; it belongs to @{seen.owner}, and only its owner may change it"
    return f"not as it is declared; it belongs to @{seen.owner}"


_WORDS = {"cron": "cron", "cron_timezone": "time zone", "ref": "branch", "active": "active"}


def _said(value: str | bool) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
