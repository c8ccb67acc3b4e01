"""Pipeline schedules of a project (doc/api/pipeline_schedules.md). Listing takes Developer."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from gitlab.utils import EncodedId
from pydantic import BaseModel

from app.domain.failure import Missing, Permanent
from app.domain.provision_schedules import ScheduleSeen
from app.gateways.gitlab_answers import Forbidden
from app.gateways.gitlab_api import Api, project_path
from app.gateways.gitlab_models import Text, understood

_BRANCH = "refs/heads/"
T = TypeVar("T")


class _Owner(BaseModel):
    username: str
    state: str = "active"


class _Branch(BaseModel):
    name: str


class _Body(BaseModel):
    id: int
    description: Text = ""
    ref: Text = ""
    cron: str
    cron_timezone: str
    active: bool
    owner: _Owner | None = None

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
        )


class GitLabSchedules:
    """Reading and setting schedules. Each write is one call, and its answer is compared with the wish."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def schedules(self, project: str) -> tuple[ScheduleSeen, ...]:
        """All schedules: one call a page."""
        rows = _allowed(project, lambda: self._api.all(_path(project), _Body))
        return tuple(row.value() for row in rows)

    def has_branch(self, project: str, branch: str) -> bool:
        """Whether the project has a branch of this name."""
        try:
            self._api.one(f"{project_path(project)}/repository/branches/{EncodedId(branch)}", _Branch)
        except Missing:
            return False
        return True

    def put(self, project: str, schedule: int | None, fields: Mapping[str, str | bool]) -> None:
        """Set these fields, of a new schedule where `schedule` is None. We own a new one."""
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

    def take_over(self, project: str, schedule: int, owner: str) -> None:
        """Make it ours; `owner` is our username. Its pipelines run as us from then on."""
        path = f"{_path(project)}/{schedule}/take_ownership"
        body = understood(
            _Body, _allowed(project, lambda: self._api.client.http_post(path)), f"a schedule of {project}"
        )
        if body.owner is None or body.owner.username != owner:
            raise Permanent(f"GitLab said yes and did not give a schedule of {project} to @{owner}.")


def _allowed(project: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except Forbidden as no:
        raise Permanent(
            f"this token's user may not keep the pipeline schedules of {project}, or its pipelines are switched off. "
            "It takes a Developer, and a Maintainer to take over the schedules of others: put such a token into "
            "SOUNDING_BOARD_OPERATOR_TOKEN."
        ) from no


def _path(project: str) -> str:
    return f"{project_path(project)}/pipeline_schedules"
