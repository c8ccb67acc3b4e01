"""CI/CD variables of projects and groups, without their values (doc/api/project_level_variables.md).

The answers hold the values; the shape here does not, so they end with the answer.
"""

from gitlab.utils import EncodedId
from pydantic import BaseModel

from app.domain.failure import Missing, Permanent
from app.domain.provision_variables import VariableSeen
from app.gateways.gitlab_answers import Forbidden
from app.gateways.gitlab_api import Api, project_path


class _Body(BaseModel):
    key: str
    masked: bool = False
    protected: bool = False
    environment_scope: str = "*"

    def value(self, place: str) -> VariableSeen:
        return VariableSeen(place, self.key, self.masked, self.protected, self.environment_scope)


class GitLabVariables:
    """What variables there are, one call a page."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def of_project(self, project: str) -> tuple[VariableSeen, ...]:
        """A project's own. Raises Permanent where we may not see them, which takes the Maintainer role."""
        try:
            bodies = self._api.all(f"{project_path(project)}/variables", _Body)
        except Forbidden as no:
            raise Permanent(
                f"only a Maintainer of {project} may see its CI/CD variables, and this token's user is none. Put a "
                "Maintainer's token into SOUNDING_BOARD_OPERATOR_TOKEN."
            ) from no
        return tuple(body.value(project) for body in bodies)

    def of_group(self, group: str) -> tuple[VariableSeen, ...] | None:
        """A group's own; None where we may not see them, which takes the Owner role."""
        try:
            bodies = self._api.all(f"/groups/{EncodedId(group)}/variables", _Body)
        except (Forbidden, Missing):
            return None
        return tuple(body.value(group) for body in bodies)
