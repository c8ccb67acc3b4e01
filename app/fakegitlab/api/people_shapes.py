"""How GitLab writes accounts and tokens (doc/api/users.md; doc/api/personal_access_tokens.md, documented)."""

from app.fakegitlab import access
from app.fakegitlab.api import shapes
from app.fakegitlab.authentication import expired
from app.fakegitlab.model import Group, Project, Token, User
from app.fakegitlab.moment import stamp, stamp_or_none
from app.fakegitlab.payloads import Json
from app.fakegitlab.state import State

PROFILE: Json = {
    "bio": "",
    "location": None,
    "linkedin": "",
    "twitter": "",
    "discord": "",
    "website_url": "",
    "github": "",
    "job_title": "",
    "pronouns": None,
    "organization": "",
    "work_information": None,
    "public_email": None,
}
PRIVATE: Json = {
    "external": False,
    "private_profile": False,
    "can_create_group": True,
    "projects_limit": 100000,
    "theme_id": None,
    "color_scheme_id": 1,
}
ADMIN_ONLY: Json = {"note": None}


def public(state: State, user: User) -> Json:
    """A person asked for by id: only here and in `own` `bot` can be seen (CONTRACT 10, documented)."""
    return (
        shapes.user_basic(state, user)
        | {"created_at": stamp(user.created_at), "bot": user.bot, "followers": 0, "following": 0, "is_followed": False}
        | {name: user.profile.get(name, default) for name, default in PROFILE.items()}
        | {"local_time": None}
    )


def own(state: State, user: User) -> Json:
    """As the person sees themselves."""
    return (
        public(state, user)
        | {
            "email": email(user),
            "commit_email": email(user),
            "last_sign_in_at": None,
            "current_sign_in_at": None,
            "confirmed_at": stamp(user.created_at),
            "last_activity_on": state.now().date().isoformat(),
            "identities": [],
            "can_create_project": True,
            "two_factor_enabled": False,
            "preferred_language": "en",
        }
        | {name: user.profile.get(name, default) for name, default in PRIVATE.items()}
        | ({"is_admin": True} if user.admin else {})
    )


def for_admin(state: State, user: User) -> Json:
    """As administrators see anybody; also the answer to creating and changing."""
    return (
        own(state, user)
        | {"is_admin": user.admin, "namespace_id": None, "created_by": None}
        | {name: user.profile.get(name, default) for name, default in ADMIN_ONLY.items()}
        | ({"namespace_id": namespace.id} if (namespace := _namespace(state, user)) else {})
    )


def email(user: User) -> str:
    """The account's address, made up where none was given."""
    return user.email or f"{user.username}@example.com"


def token(state: State, one: Token) -> Json:
    """A token without its value."""
    return {
        "id": one.id,
        "name": one.name,
        "revoked": one.revoked,
        "created_at": stamp(one.created_at),
        "description": one.description,
        "scopes": list(one.scopes),
        "user_id": one.user.id,
        "last_used_at": stamp_or_none(one.last_used_at),
        "active": not one.revoked and not expired(one, state.now().date()),
        "expires_at": one.expires_at.isoformat() if one.expires_at else None,
    }


def place_token(state: State, one: Token, place: Project | Group) -> Json:
    """As `token`, with what its bot may do in the place."""
    kind = "project" if isinstance(place, Project) else "group"
    rank = place.members.get(one.user.id) or access.level_in(one.user, place)
    return token(state, one) | {"access_level": rank or None, "resource_type": kind, "resource_id": place.id}


def _namespace(state: State, user: User) -> Group | None:
    return next((one for one in state.namespaces.values() if one.owner is user), None)
