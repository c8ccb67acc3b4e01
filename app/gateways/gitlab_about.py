"""What GitLab says about ourselves and a project: what a check of the installation asks for."""

from datetime import date

from gitlab.utils import EncodedId
from pydantic import BaseModel

from app.domain.failure import Missing
from app.domain.installation import Allowance, Delivery, Hook, Member, Token
from app.domain.issue import User
from app.gateways.gitlab_answers import Forbidden
from app.gateways.gitlab_api import Api, project_path
from app.gateways.gitlab_hooks import HookBody
from app.gateways.gitlab_models import Instant, Person, Text
from app.gateways.gitlab_write import KnownLabels


class _TokenBody(BaseModel):
    scopes: tuple[str, ...] = ()
    expires_at: date | None = None


class _DeliveryBody(BaseModel):
    response_status: Text
    created_at: Instant


class _Version(BaseModel):
    version: str


class _MemberBody(Person):
    access_level: int


class GitLabAbout:
    """Questions for `check --online`. One call each, pages apart."""

    def __init__(self, api: Api, labels: KnownLabels) -> None:
        self._api, self._labels = api, labels

    def whoami(self) -> User:
        """The user our token belongs to. Raises Permanent when the token is not accepted."""
        return self._api.one("/user", Person).value()

    def version(self) -> str:
        """GitLab's version, such as `19.4.0-ee`. Keyset pages of issues need 18.3 (CONTRACT 0)."""
        return self._api.one("/version", _Version).version

    def allowance(self) -> Allowance | None:
        """The limit of calls, from the headers of an answer (CONTRACT 3); None where GitLab tells none."""
        headers = self._api.client.http_request("get", "/version").headers
        limit, left = headers.get("RateLimit-Limit", ""), headers.get("RateLimit-Remaining", "")
        return Allowance(int(limit), int(left)) if limit.isdecimal() and left.isdecimal() else None

    def token(self) -> Token | None:
        """Scopes and expiry; None where GitLab does not tell them to this kind of token."""
        try:
            body = self._api.one("/personal_access_tokens/self", _TokenBody)
        except (Missing, Forbidden):
            return None
        return Token(body.scopes, body.expires_at)

    def label_titles(self, project: str) -> frozenset[str]:
        """All labels of a project and of the groups above it, read now."""
        return self._labels.titles(project)

    def members(self, project: str) -> tuple[Member, ...]:
        """Everybody with a role in the project, ourselves included, groups' members too."""
        return self._members(project_path(project))

    def group_members(self, group: str) -> tuple[Member, ...]:
        """Everybody with a role in the group, ourselves included, those of the groups above it too."""
        return self._members(f"/groups/{EncodedId(group)}")

    def _members(self, place: str) -> tuple[Member, ...]:
        bodies = self._api.all(f"{place}/members/all", _MemberBody)
        best = {body.id: body for body in sorted(bodies, key=lambda body: body.access_level)}
        return tuple(Member(body.value(), body.access_level) for body in best.values())

    def hooks(self, project: str) -> tuple[Hook, ...] | None:
        """The project's hooks; None when we may not see them, which takes the Maintainer role."""
        try:
            bodies = self._api.all(f"{project_path(project)}/hooks", HookBody)
        except Forbidden:
            return None
        return tuple(Hook(body.id, body.url, body.alert_status, body.on) for body in bodies)

    def last_delivery(self, project: str, hook: Hook) -> Delivery | None:
        """The latest of the last two days (CONTRACT 1, Delivery); None where there was none or GitLab keeps no list."""
        path = f"{project_path(project)}/hooks/{hook.id}/events"
        try:
            found, _ = self._api.page(path, _DeliveryBody, {"per_page": 1})
        except (Missing, Forbidden):
            return None
        return Delivery(found[0].response_status, found[0].created_at) if found else None
