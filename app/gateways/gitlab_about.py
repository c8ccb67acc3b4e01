"""What GitLab says about ourselves and a project: what a check of the installation asks for."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from app.domain.failure import Missing
from app.domain.issue import User
from app.gateways.gitlab_answers import Forbidden
from app.gateways.gitlab_api import Api, project_path
from app.gateways.gitlab_models import Person
from app.gateways.gitlab_write import KnownLabels


class Token(BaseModel, frozen=True):
    """Our token: what it may do and until when. Never the token itself."""

    scopes: tuple[str, ...] = ()
    expires_at: date | None = None


class Hook(BaseModel, frozen=True):
    """A project hook (CONTRACT 1): where it sends, what it sends, and whether GitLab has stopped it."""

    id: int
    url: str
    issues_events: bool = False
    confidential_issues_events: bool = False
    note_events: bool = False
    confidential_note_events: bool = False
    emoji_events: bool = False
    alert_status: str | None = None
    token_present: bool | None = None
    signing_token_present: bool | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role in the project, also through its groups. 15 is Planner, 20 Reporter, 40 Maintainer."""

    user: User
    access_level: int


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

    def token(self) -> Token | None:
        """Scopes and expiry; None where GitLab does not tell them to this kind of token."""
        try:
            return self._api.one("/personal_access_tokens/self", Token)
        except (Missing, Forbidden):
            return None

    def label_titles(self, project: str) -> frozenset[str]:
        """All labels of a project and of the groups above it, read now."""
        return self._labels.titles(project)

    def members(self, project: str) -> tuple[Member, ...]:
        """Everybody with a role in the project, ourselves included, groups' members too."""
        bodies = self._api.all(f"{project_path(project)}/members/all", _MemberBody)
        best = {body.id: body for body in sorted(bodies, key=lambda body: body.access_level)}
        return tuple(Member(body.value(), body.access_level) for body in best.values())

    def hooks(self, project: str) -> tuple[Hook, ...] | None:
        """The project's hooks; None when we may not see them, which takes the Maintainer role."""
        try:
            return tuple(self._api.all(f"{project_path(project)}/hooks", Hook))
        except Forbidden:
            return None
