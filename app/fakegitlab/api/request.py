"""One API request: who asks, for what, with which parameters (query, form or JSON)."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from urllib.parse import parse_qsl

from app.fakegitlab import access
from app.fakegitlab.model import Group, Issue, Note, Project, Token, User
from app.fakegitlab.moment import read_day, read_moment
from app.fakegitlab.refusal import bad_parameter, forbidden, not_found, unauthorized
from app.fakegitlab.world import World

TRUE = ("true", "1", "t", "yes", "on")


class NotBuilt(Exception):
    """The caller asked for something GitLab has but the stand-in has not: it must say so loudly."""


class Request:
    """Parameters are merged as GitLab does: query first, body over it."""

    def __init__(self, world: World, method: str, path: str, query: str, token: Token | None) -> None:
        self.world = world
        self.method = method
        self.path = path
        self.query = query
        self.token = token
        self.user: User | None = token.user if token else None
        self.arguments: Mapping[str, str] = {}
        self.parameters: dict[str, object] = {}
        self.given: frozenset[str] = frozenset()
        if query:
            self.parameters.update(_form(query))

    def read_body(self, content_type: str, body: bytes) -> None:
        """Add the body's parameters; 400 for what is not JSON though it says so."""
        if body:
            if "json" in content_type:
                self.parameters.update(_json(body))
            elif "form-urlencoded" in content_type:
                self.parameters.update(_form(body.decode()))
            else:
                raise NotBuilt(f"content type {content_type}")

    @property
    def actor(self) -> User:
        """Who asks; 401 for nobody."""
        if self.user is None:
            raise unauthorized()
        return self.user

    def need(self, *names: str) -> None:
        """400 unless each was given."""
        missing = [name for name in names if name not in self.given]
        if missing:
            raise bad_parameter(", ".join(f"{name} is missing" for name in missing))

    def need_one_of(self, names: Collection[str]) -> None:
        """400 unless at least one was given."""
        if not self.given.intersection(names):
            raise bad_parameter(f"{', '.join(names)} are missing, at least one parameter must be provided")

    def refuse_unbuilt(self, names: Collection[str]) -> None:
        """Documented parameters that the stand-in does not act on must not be ignored in silence."""
        for name in names:
            if self.parameters.get(name) not in (None, ""):
                raise NotBuilt(f"parameter {name}")

    def has(self, name: str) -> bool:
        """Whether it was given (and not dropped)."""
        return name in self.parameters

    def text(self, name: str, default: str = "") -> str:
        """A string parameter."""
        value = self.parameters.get(name)
        return default if value is None else str(value)

    def text_or_none(self, name: str) -> str | None:
        """A string parameter that may be absent or null."""
        value = self.parameters.get(name)
        return None if value is None else str(value)

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of a few words; 400 for another."""
        value = self.text(name, default)
        if value not in allowed:
            raise bad_parameter(f"{name} does not have a valid value")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean parameter."""
        value = self.parameters.get(name)
        return default if value is None else str(value).lower() in TRUE

    def flag_or_none(self, name: str) -> bool | None:
        """A boolean parameter that may be absent."""
        return self.flag(name) if self.has(name) else None

    def number(self, name: str, default: int | None = None) -> int | None:
        """An integer parameter; 400 for something else."""
        value = self.parameters.get(name)
        if value is None or value == "":
            return default
        try:
            return int(str(value))
        except ValueError:
            raise bad_parameter(f"{name} is invalid") from None

    def numbers(self, name: str) -> list[int]:
        """A list of integers; `0` and the empty string stand for none."""
        found = []
        for word in self.words(name):
            if not word.isdigit():
                raise bad_parameter(f"{name} is invalid")
            found.append(int(word))
        return [number for number in found if number]

    def words(self, name: str) -> list[str]:
        """Comma-separated words, or an array of them."""
        value = self.parameters.get(name)
        if value is None:
            return []
        parts = [str(one) for one in value] if isinstance(value, list) else str(value).split(",")
        return [part.strip() for part in parts if part.strip()]

    def moment(self, name: str) -> datetime | None:
        """An ISO 8601 parameter."""
        value = self.text(name)
        return read_moment(value, name) if value else None

    def day(self, name: str) -> date | None:
        """A `YYYY-MM-DD` parameter; empty clears."""
        return read_day(self.text(name), name)

    def project(self) -> Project:
        """The project of the path, by id or full path; 404 if hidden."""
        return self.project_by(self.arguments["id"])

    def project_by(self, key: str) -> Project:
        """A project by id or full path; 404 if hidden."""
        if key.isdigit():
            found = self.world.projects.get(int(key))
        else:
            found = next((one for one in self.world.projects.values() if one.full_path == key), None)
        return access.require_project(self.user, found)

    def group(self) -> Group:
        """The group of the path, by id or full path; 404 if hidden."""
        key = self.arguments["id"]
        found = next((one for one in self.world.groups.values() if key in (str(one.id), one.full_path)), None)
        if found is None or not self._sees(found):
            raise not_found("Group")
        return found

    def _sees(self, group: Group) -> bool:
        if group.visibility == "public":
            return True
        if self.user is None:
            return False
        inside = any(
            access.sees_project(self.user, one) for one in self.world.projects.values() if group in one.group.line()
        )
        return group.visibility == "internal" or access.group_level(self.user, group) > 0 or inside

    def issue(self) -> Issue:
        """The issue of the path; 404 if hidden."""
        iid = self.arguments["issue_iid"]
        if not iid.isdigit():
            raise bad_parameter("issue_iid is invalid")
        return access.require_issue(self.user, self.project().issues.get(int(iid)))

    def note(self) -> Note:
        """The note of the path; 404 if hidden or on another issue."""
        issue, key = self.issue(), self.arguments["note_id"]
        note = self.world.notes.get(int(key)) if key.isdigit() else None
        if note is None or note.issue is not issue or not access.sees_note(self.user, note):
            raise not_found()
        return note

    def owner_argument(self, name: str) -> int:
        """A numeric path argument; 404 for something else."""
        key = self.arguments[name]
        if not key.isdigit():
            raise not_found()
        return int(key)

    def require_writes(self, scopes: Collection[str]) -> None:
        """403 `insufficient_scope` for a token that may only read."""
        if self.method != "GET" and "api" not in scopes:
            refusal = forbidden()
            refusal.body = {
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
                "scope": "api",
            }
            raise refusal


def _form(text: str) -> dict[str, object]:
    """`a=1&b[]=2&b[]=3`: names ending in `[]` become lists."""
    found: dict[str, object] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name.endswith("[]"):
            many = found.setdefault(name[:-2], [])
            if isinstance(many, list):
                many.append(value)
        else:
            found[name] = value
    return found


def _json(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except ValueError:
        raise bad_parameter("400 Bad Request") from None
    if not isinstance(value, dict):
        raise bad_parameter("400 Bad Request")
    nested = value.get("not")
    if isinstance(nested, dict):
        value |= {f"not[{name}]": one for name, one in nested.items()}
    return value
