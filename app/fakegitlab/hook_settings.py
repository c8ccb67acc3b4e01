"""Setting up webhooks (CONTRACT 1; rest_contract project_hooks)."""

import base64
import binascii
from collections.abc import Mapping

from app.fakegitlab import access
from app.fakegitlab.model import Group, Hook, Project, User
from app.fakegitlab.refusal import Refused, forbidden, invalid
from app.fakegitlab.state import State

EVENTS = (
    "push_events",
    "tag_push_events",
    "merge_requests_events",
    "repository_update_events",
    "issues_events",
    "confidential_issues_events",
    "note_events",
    "confidential_note_events",
    "pipeline_events",
    "wiki_page_events",
    "job_events",
    "deployment_events",
    "feature_flag_events",
    "releases_events",
    "milestone_events",
    "emoji_events",
    "resource_access_token_events",
)
ALL_WE_KNOW = {
    "push_events": False,
    "issues_events": True,
    "confidential_issues_events": True,
    "note_events": True,
    "confidential_note_events": True,
    "emoji_events": True,
}


def create(
    state: State,
    actor: User,
    owner: Project | Group,
    url: str,
    token: str | None,
    signing_token: str | None,
    events: Mapping[str, bool],
) -> Hook:
    """A webhook of a project, or on Premium of a group; needs Maintainer, on a group Owner. Raises Refused 400, 403."""
    require_rights(state, actor, owner)
    hook = Hook(state.next_id("hook"), url, owner, state.now())
    hook.events = dict.fromkeys(EVENTS, False) | {"push_events": True}
    change(hook, url, token, signing_token, events)
    owner.hooks[hook.id] = state.hooks[hook.id] = hook
    return hook


def change(
    hook: Hook, url: str | None, token: str | None, signing_token: str | None, events: Mapping[str, bool]
) -> None:
    """Set what is given; both secrets are write-only."""
    if url is not None:
        if not url.startswith(("http://", "https://")):
            raise Refused(422, {"error": "Invalid url given"})
        hook.url = url
    if signing_token:
        _check_signing_token(signing_token)
    hook.token = hook.token if token is None else token or None
    hook.signing_token = hook.signing_token if signing_token is None else signing_token or None
    hook.events |= events


def _check_signing_token(value: str) -> None:
    """`whsec_` and 32 bytes in base64."""
    try:
        key = base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not value.startswith("whsec_") or len(key) != 32:
        raise invalid({"signing_token": ["must be whsec_ followed by 32 bytes in base64"]})


def delete(state: State, actor: User, hook: Hook) -> None:
    """Remove a webhook."""
    require_rights(state, actor, hook.owner)
    del hook.owner.hooks[hook.id], state.hooks[hook.id]


def require_rights(state: State, actor: User, owner: Project | Group) -> None:
    """Maintainer for a project's hooks, Owner and Premium for a group's."""
    if isinstance(owner, Project):
        access.require_level(actor, owner, access.MAINTAINER)
        return
    access.require_group_level(actor, owner, access.OWNER)
    if state.tier == "free":
        raise forbidden()
