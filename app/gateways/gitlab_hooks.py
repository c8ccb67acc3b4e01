"""The webhooks of a project (doc/api/project_webhooks.md; CONTRACT 1). They take the Maintainer role."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.domain.failure import Permanent
from app.domain.provision_hooks import HookSeen
from app.gateways.gitlab_answers import Forbidden
from app.gateways.gitlab_api import Api, project_path
from app.gateways.gitlab_models import Text, understood

_IN_API = {"signing": "signing_token", "secret": "token"}


class HookBody(BaseModel):
    """A webhook; all that ends in `_events` is a trigger."""

    model_config = ConfigDict(extra="allow")

    id: int
    url: str
    name: Text = ""
    description: Text = ""
    enable_ssl_verification: bool = True
    custom_webhook_template: Text = ""
    alert_status: str | None = None
    token_present: bool | None = None
    signing_token_present: bool | None = None

    @property
    def on(self) -> frozenset[str]:
        """Its triggers, by GitLab's names."""
        extra = self.model_extra or {}
        return frozenset(name for name, on in extra.items() if name.endswith("_events") and on is True)

    def value(self) -> HookSeen:
        """As ours."""
        return HookSeen(
            id=self.id,
            url=self.url,
            name=self.name,
            description=self.description,
            on=self.on,
            verifies=self.enable_ssl_verification,
            template=bool(self.custom_webhook_template),
            signing=self.signing_token_present,
            secret=self.token_present,
            alert=self.alert_status,
        )


class GitLabHooks:
    """Reading and setting webhooks. A write is one call, and its answer is compared with the wish."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def hooks(self, project: str) -> tuple[HookSeen, ...]:
        """All hooks of a project: one call a page."""
        try:
            return tuple(body.value() for body in self._api.all(_path(project), HookBody))
        except Forbidden as no:
            raise _maintainers_only(project) from no

    def test(self, project: str, hook: int) -> bool:
        """Have GitLab send an example of an issue event now; whether it was answered well, which starts a stopped
        webhook again (CONTRACT 1, Delivery). False too where we may not, or GitLab cannot send.
        """
        try:
            self._api.client.http_post(f"{_path(project)}/{hook}/test/issues_events")
        except Permanent:
            return False
        return True

    def put(self, project: str, hook: int | None, fields: Mapping[str, str | bool], tokens: Mapping[str, str]) -> None:
        """Set these fields and tokens, of a new hook where `hook` is None. Tokens are never shown again."""
        body: dict[str, Any] = {**fields, **{_IN_API[kind]: token for kind, token in tokens.items()}}
        client = self._api.client
        try:
            if hook is None:
                answer = client.http_post(_path(project), post_data=body)
            else:
                answer = client.http_put(f"{_path(project)}/{hook}", post_data=body)
        except Forbidden as no:
            raise _maintainers_only(project) from no
        made = understood(HookBody, answer, f"the webhook of {project}")
        shown = {name: value or "" for name, value in made.model_dump().items()}
        dropped = [name for name, wish in fields.items() if shown.get(name, "") != (wish or "")]
        if dropped:
            raise Permanent(f"GitLab said yes and kept the webhook of {project} without {', '.join(dropped)}.")
        _require_tokens(project, made, tokens)


def _require_tokens(project: str, made: HookBody, tokens: Mapping[str, str]) -> None:
    """GitLab before 19.0 takes a signing token without a word and keeps none (merge request 231325)."""
    if "signing" in tokens and not made.signing_token_present:
        raise Permanent(
            f"GitLab kept no signing token for the webhook of {project}: it can since 19.0. Until then set "
            "SOUNDING_BOARD_WEBHOOK_SECRET, for the service too, and take SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN away."
        )
    if "secret" in tokens and made.token_present is False:
        raise Permanent(f"GitLab kept no secret token for the webhook of {project}.")


def _maintainers_only(project: str) -> Permanent:
    return Permanent(
        f"only a Maintainer of {project} may see and set webhooks, and this token's user is none. Put a Maintainer's "
        "token into SOUNDING_BOARD_OPERATOR_TOKEN."
    )


def _path(project: str) -> str:
    return f"{project_path(project)}/hooks"
