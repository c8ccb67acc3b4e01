"""Setting up webhooks (CONTRACT 1; rest_contract, documented)."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import TypedDict

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


MOST_EXTRAS = 20
MOST_HOOKS = {"project": 100, "group": 50}
LONGEST_TEMPLATE = 4096
STRATEGIES = ("wildcard", "regex", "all_branches")
_EXTRA_NAME = re.compile(r"[A-Za-z]+[0-9]*(?:[._-][A-Za-z0-9]+)*")
_VARIABLE = re.compile(r"\{([A-Za-z]+[0-9]*(?:[._-][A-Za-z0-9]+)*)\}")


class HookChange(TypedDict, total=False):
    """What a caller wants of a webhook; an absent key leaves it, an empty secret removes it."""

    url: str
    token: str
    signing_token: str
    name: str | None
    description: str | None
    enable_ssl_verification: bool
    custom_webhook_template: str | None
    custom_headers: dict[str, str]
    url_variables: dict[str, str]
    push_events_branch_filter: str | None
    branch_filter_strategy: str


def create(state: State, actor: User, owner: Project | Group, change: HookChange, events: Mapping[str, bool]) -> Hook:
    """A webhook of a project, or on Premium of a group; needs Maintainer, on a group Owner. Raises Refused 400, 403.

    100 of a project and 50 of a group are enough (limits.json; app/models/concerns/limitable.rb, sure).
    """
    require_rights(state, actor, owner)
    kind = "project" if isinstance(owner, Project) else "group"
    if len(owner.hooks) >= MOST_HOOKS[kind]:
        line = f"Maximum number of {kind} hooks ({MOST_HOOKS[kind]}) exceeded"
        raise Refused(422, {"message": {"base": [line]}})
    hook = Hook(0, change.get("url", ""), owner, state.now())
    hook.events = dict.fromkeys(EVENTS, False) | {"push_events": True}
    update(hook, change, events)
    hook.id = state.next_id("hook")
    owner.hooks[hook.id] = state.hooks[hook.id] = hook
    return hook


def update(hook: Hook, change: HookChange, events: Mapping[str, bool]) -> None:
    """Set what is given, all or nothing; the secrets are write-only.

    A new address forgets the old one's secret token unless one is given again, and its custom headers even then
    (app/models/concerns/web_hooks/hook.rb, sure); the signing token stays (memory, guess).
    """
    wish = change.copy()
    before = hook.interpolated_url
    if change.get("url", hook.url) != hook.url:
        wish.setdefault("token", "")
    if "custom_headers" in change:
        wish["custom_headers"] = hook.custom_headers | change["custom_headers"]
    if "url_variables" in change:
        wish["url_variables"] = hook.url_variables | change["url_variables"]
    _check(hook, wish)
    for name, value in wish.items():
        setattr(hook, name, (value or None) if name in ("token", "signing_token") else value)
    if hook.id and hook.interpolated_url != before:
        hook.custom_headers = {}
    hook.events |= events


def _check(hook: Hook, wish: HookChange) -> None:
    variables, url = wish.get("url_variables", hook.url_variables), wish.get("url", hook.url)
    if not url.startswith(("http://", "https://")) or not set(_VARIABLE.findall(url)) <= set(variables):
        raise Refused(422, {"error": "Invalid url given"})
    if wish.get("signing_token"):
        _check_signing_token(wish["signing_token"])
    if not extras_fit(wish.get("custom_headers", {})):
        raise Refused(422, {"error": "Custom headers validation failed"})
    if not extras_fit(variables):
        raise Refused(422, {"message": {"url_variables": ["must be a valid json schema"]}})
    if len(wish.get("custom_webhook_template") or "") > LONGEST_TEMPLATE:
        line = f"is too long (maximum is {LONGEST_TEMPLATE} characters)"
        raise Refused(422, {"message": {"custom_webhook_template": [line]}})


def extras_fit(extras: Mapping[str, str]) -> bool:
    """Whether these may be custom headers or URL variables: 20 at most, plain names, values of 1 to 2048 characters."""
    fits = (_EXTRA_NAME.fullmatch(name) and 1 <= len(value) <= 2048 for name, value in extras.items())
    return len(extras) <= MOST_EXTRAS and all(fits)


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
