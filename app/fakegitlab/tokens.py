"""Access tokens: a person's own, and those of projects and groups, each with its bot (CONTRACT 9, 10, documented)."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from app.fakegitlab import access, people
from app.fakegitlab.authentication import SCOPES
from app.fakegitlab.model import Group, Project, Token, User
from app.fakegitlab.refusal import bad_parameter, bad_request
from app.fakegitlab.state import State

LIFETIME = timedelta(days=365)
AFTER_ROTATION = timedelta(weeks=1)
BOT_SCOPES = tuple(scope for scope in SCOPES if scope not in ("sudo", "admin_mode", "read_user", "read_service_ping"))
BOTS_LEAVE_AFTER = timedelta(days=30)


def create(
    state: State, user: User, name: str, scopes: Sequence[str], expires_at: date | None, description: str | None
) -> Token:
    """A token that lives at most 365 days, its lot too when nothing is said (limits.json, documented)."""
    day = checked_expiry(state, expires_at)
    if not scopes:
        raise bad_parameter("scopes is empty")
    if not set(scopes) <= set(SCOPES):
        raise bad_parameter("scopes does not have a valid value")
    token = people.add_token(state, user, None, scopes, day)
    token.name, token.description = name, description
    return token


def checked_expiry(state: State, wanted: date | None) -> date:
    """The day a token dies; 400 for one later than permitted."""
    last = state.now().date() + LIFETIME
    if wanted is not None and wanted > last:
        raise bad_request(f"Expiration date must be before {last.isoformat()}")
    return wanted or last


def create_for_place(
    state: State,
    actor: User,
    place: Project | Group,
    name: str,
    scopes: Sequence[str],
    expires_at: date | None,
    access_level: int,
    description: str | None,
) -> Token:
    """A new token of a project or group: always with a new bot user (CONTRACT 10, documented)."""
    kind = "project" if isinstance(place, Project) else "group"
    if actor.bot or not may_manage(actor, place):
        raise bad_request(f"User does not have permission to create {kind} access token")
    if access_level > access.level_in(actor, place):
        raise bad_request("Access level of the token contains permissions not held by the creating user")
    if not set(scopes) <= set(BOT_SCOPES):
        raise bad_parameter("scopes does not have a valid value")
    checked_expiry(state, expires_at)
    bot = people.add(state, f"{kind}_{place.id}_bot_{secrets.token_hex(16)}", name, None, bot=True)
    people.forget_tokens(state, bot)
    bot.bot_of, bot.email = place, f"{bot.username}@noreply.example.com"
    people.set_level(state, place, bot, access_level)
    token = create(state, bot, name, scopes, expires_at, description)
    bot.token = token.value
    return token


def of_place(state: State, place: Project | Group) -> list[Token]:
    """Every token of the place's bots, the revoked ones too."""
    return [one for one in state.tokens.values() if one.user.bot_of is place]


def rotate(state: State, token: Token, expires_at: date | None) -> Token:
    """Revoke it and give the same user a new one, for a week unless told.

    Rotating a dead token revokes its whole family: somebody else may have it
    (app/services/personal_access_tokens/rotate_service.rb, sure).
    """
    if token.revoked:
        for one in state.tokens.values():
            one.revoked = one.revoked or one.family == token.family
        raise bad_request("Token already revoked")
    day = checked_expiry(state, expires_at or state.now().date() + AFTER_ROTATION)
    token.revoked = True
    new = people.add_token(state, token.user, None, token.scopes, day)
    new.name, new.description, new.family = token.name, token.description, token.family
    token.user.token = new.value
    return new


def revoke(state: State, token: Token) -> None:
    """It no longer works; its bot leaves after 30 days (limits.json, documented)."""
    if token.revoked:
        return
    token.revoked = True
    if token.user.bot_of is not None and not any(
        one.user is token.user and not one.revoked for one in state.tokens.values()
    ):
        token.user.retired_at = state.now()


def may_manage(actor: User, place: Project | Group) -> bool:
    """Maintainers of projects, owners of groups."""
    return access.level_in(actor, place) >= (access.MAINTAINER if isinstance(place, Project) else access.OWNER)
