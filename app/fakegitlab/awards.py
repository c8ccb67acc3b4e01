"""Reactions on issues and notes (doc/api/emoji_reactions.md; CONTRACT 1, documented)."""

import re

from app.fakegitlab import access, hooks
from app.fakegitlab.model import Award, Issue, Note, User
from app.fakegitlab.refusal import Refused, forbidden
from app.fakegitlab.state import State

ALIASES = {"+1": "thumbsup", "-1": "thumbsdown"}
_NAME = re.compile(r"[a-z0-9_+-]+")


def known(name: str) -> bool:
    """Whether it could be an emoji's name: the stand-in has no list of them
    (differs from doc/api/emoji_reactions.md, documented)."""
    return _NAME.fullmatch(name) is not None


def give(state: State, actor: User, target: Issue | Note, name: str) -> Award:
    """React; 404 with GitLab's words if the person already has."""
    _require(actor, target)
    name = ALIASES.get(name, name)
    if not known(name):
        raise Refused(404, {"message": "404 Award Emoji Name is not a valid emoji name Not Found"})
    if _given(actor, target, name):
        raise Refused(404, {"message": "404 Award Emoji Name has already been taken Not Found"})
    award = Award(state.next_id("award"), name, actor, state.now())
    target.awards.append(award)
    state.touched(_issue(target))
    hooks.emoji_happened(state, actor, award, target, "award")
    return award


def take_back(state: State, actor: User, target: Issue | Note, award: Award) -> None:
    """Remove a reaction: one's own; administrators any."""
    _require(actor, target)
    if award.user is not actor and not actor.admin:
        raise forbidden()
    target.awards.remove(award)
    state.touched(_issue(target))
    hooks.emoji_happened(state, actor, award, target, "revoke")


def toggle(state: State, actor: User, target: Issue | Note, name: str) -> None:
    """As `/react` does."""
    award = _given(actor, target, ALIASES.get(name, name))
    if award:
        take_back(state, actor, target, award)
    else:
        give(state, actor, target, name)


def _given(actor: User, target: Issue | Note, name: str) -> Award | None:
    return next((one for one in target.awards if one.user is actor and one.name == name), None)


def _issue(target: Issue | Note) -> Issue:
    return target.issue if isinstance(target, Note) else target


def _require(actor: User, target: Issue | Note) -> None:
    access.require_issue(actor, _issue(target))
