"""Pipeline schedules of a project (doc/api/pipeline_schedules.md). Listing takes Developer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from app.domain.failure import Permanent
from app.domain.provision_schedules import JOB, ScheduleSeen, ours
from app.gateways.gitlab_answers import Forbidden
from app.gateways.gitlab_api import Api, project_path
from app.gateways.gitlab_models import Text, understood

_BRANCH = "refs/heads/"
T = TypeVar("T")


class _Owner(BaseModel):
    username: str
    state: str = "active"


class _Variable(BaseModel):
    key: str
    value: Text = ""


class _Body(BaseModel):
    id: int
    description: Text = ""
    ref: Text = ""
    cron: str
    cron_timezone: str
    active: bool
    owner: _Owner | None = None
    variables: list[_Variable] = []

    def value(self) -> ScheduleSeen:
        return ScheduleSeen(
            id=self.id,
            description=self.description,
            ref=self.ref.removeprefix(_BRANCH),
            cron=self.cron,
            timezone=self.cron_timezone,
            active=self.active,
            owner=self.owner.username if self.owner else None,
            runs=self.owner is not None and self.owner.state == "active",
            job=next((one.value for one in self.variables if one.key == JOB), None),
        )


class GitLabSchedules:
    """Reading and setting schedules. Each write is one call, and its answer is compared with the wish."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def schedules(self, project: str) -> tuple[ScheduleSeen, ...]:
        """All schedules: one call a page, and one more for each of ours, as a list does not show their variables."""
        rows = _allowed(project, lambda: self._api.all(_path(project), _Body))
        return tuple(self._whole(project, row.value()) for row in rows)

    def _whole(self, project: str, row: ScheduleSeen) -> ScheduleSeen:
        if not ours(row.description):
            return row
        return replace(row, job=self._api.one(f"{_path(project)}/{row.id}", _Body).value().job)

    def put(self, project: str, schedule: int | None, fields: Mapping[str, str | bool]) -> int:
        """Set these fields, of a new schedule where `schedule` is None; returns its id. We own a new one."""
        client = self._api.client

        def write() -> object:
            if schedule is None:
                return client.http_post(_path(project), post_data=dict(fields))
            return client.http_put(f"{_path(project)}/{schedule}", post_data=dict(fields))

        body = understood(_Body, _allowed(project, write), f"a schedule of {project}")
        shown = body.model_dump() | {"ref": body.ref.removeprefix(_BRANCH)}
        dropped = [name for name, wish in fields.items() if shown[name] != wish]
        if dropped:
            raise Permanent(f"GitLab said yes and kept a schedule of {project} without {', '.join(dropped)}.")
        return body.id

    def set_job(self, project: str, schedule: int, job: str, *, new: bool) -> None:
        """Give a schedule its variable; `new` is whether it has none yet."""
        path = f"{_path(project)}/{schedule}/variables"

        def write() -> object:
            if new:
                return self._api.client.http_post(path, post_data={"key": JOB, "value": job})
            return self._api.client.http_put(f"{path}/{JOB}", post_data={"value": job})

        made = understood(_Variable, _allowed(project, write), f"the variable {JOB} of a schedule")
        if (made.key, made.value) != (JOB, job):
            raise Permanent(f"GitLab said yes and did not set {JOB} of a schedule of {project}.")


def _allowed(project: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except Forbidden as no:
        raise Permanent(
            f"this token's user may not keep the pipeline schedules of {project}, or its pipelines are switched off. "
            "It takes a Developer, and a Maintainer for the schedules of others: put such a token into "
            "SOUNDING_BOARD_OPERATOR_TOKEN."
        ) from no


def _path(project: str) -> str:
    return f"{project_path(project)}/pipeline_schedules"
