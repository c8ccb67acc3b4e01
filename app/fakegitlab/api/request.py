"""One API request: who asks, for what, with which parameters (query, form or JSON)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from app.fakegitlab import access, namespaces, places
from app.fakegitlab.api.parameters import flat, read_body, read_query
from app.fakegitlab.digits import read_number
from app.fakegitlab.model import Group, Issue, Note, Project, Token, User
from app.fakegitlab.moment import read_day, read_moment
from app.fakegitlab.refusal import Moved, Refused, bad_parameter, not_found, unauthorized
from app.fakegitlab.world import World

TRUE = ("true", "1", "t", "yes", "on")
FALSE = ("false", "0", "f", "no", "off")


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
            self.parameters = flat(read_query(query))

    def read_body(self, content_type: str, body: bytes) -> None:
        """Add the body's parameters; 400 for what is not JSON though it says so."""
        if body:
            self.parameters |= flat(read_body(content_type, body))

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
        """A string parameter; 400 for an array or a hash."""
        value = self.text_or_none(name)
        return default if value is None else value

    def text_or_none(self, name: str) -> str | None:
        """A string parameter that may be absent or null; 400 for an array or a hash."""
        value = self.parameters.get(name)
        if isinstance(value, (dict, list)):
            raise bad_parameter(f"{name} is invalid")
        return _written(value)

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of a few words; 400 for another."""
        value = self.text(name, default)
        if value not in allowed:
            raise bad_parameter(f"{name} does not have a valid value")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean parameter; 400 for a word that is none."""
        value = self.text(name).lower()
        if value not in (*TRUE, *FALSE, ""):
            raise bad_parameter(f"{name} is invalid")
        return value in TRUE if value else default

    def flag_or_none(self, name: str) -> bool | None:
        """A boolean parameter that may be absent."""
        return self.flag(name) if self.has(name) else None

    def number(self, name: str, default: int | None = None) -> int | None:
        """An integer parameter; 400 for something else."""
        value = self.text(name).strip()
        if not value:
            return default
        number = read_number(value.removeprefix("-"))
        if number is None:
            raise bad_parameter(f"{name} is invalid")
        return -number if value.startswith("-") else number

    def numbers(self, name: str) -> list[int]:
        """A list of integers; `0` and the empty string stand for none."""
        found = []
        for word in self.words(name):
            number = read_number(word)
            if number is None:
                raise bad_parameter(f"{name} is invalid")
            found.append(number)
        return [number for number in found if number]

    def words(self, name: str) -> list[str]:
        """Comma-separated words, or an array of them."""
        value = self.parameters.get(name)
        if value is None:
            return []
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value)):
            raise bad_parameter(f"{name} is invalid")
        parts = [_written(one) or "" for one in value] if isinstance(value, list) else self.text(name).split(",")
        return [part.strip() for part in parts if part.strip()]

    def hash(self, name: str) -> dict[str, object]:
        """A hash parameter; 400 for something else."""
        value = self.parameters.get(name)
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise bad_parameter(f"{name} is invalid")
        return value

    def hashes(self, name: str) -> list[dict[str, object]]:
        """An array of hashes; `x[0][key]=` counts as one too. 400 for something else."""
        value = self.parameters.get(name)
        if value is None or value == "":
            return []
        rows = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise bad_parameter(f"{name} is invalid")
        return rows

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
        """A project by id or full path; 404 if hidden, a redirect if it moved, 403 for changing an archived one."""
        number = read_number(key)
        found = self.world.projects.get(number) if number is not None else namespaces.find_project(self.world, key)
        found = access.require_project(self.user, found)
        if number is None and found.full_path.lower() != key.lower():
            raise self._moved(found)
        if self.method not in ("GET", "HEAD") and not places.writable(found):
            places.require_thawed(self.path)
        return found

    def _moved(self, project: Project) -> Refused:
        """GET is sent to where the project is now, by id; nothing else is (lib/api/helpers.rb, sure)."""
        if self.method not in ("GET", "HEAD"):
            return Refused(405, {"message": "Non GET methods are not allowed for moved projects"})
        rest = "/".join(["projects", str(project.id), *self.path.strip("/").split("/")[2:]])
        return Moved(f"{self.world.base_url}/api/v4/{rest}" + (f"?{self.query}" if self.query else ""))

    def group(self) -> Group:
        """The group of the path, by id or full path; 404 if hidden."""
        key = self.arguments["id"]
        groups = self.world.groups.values()
        found = next((one for one in groups if key == str(one.id) or key.lower() == one.full_path.lower()), None)
        if found is None or not access.sees_group(self.user, found, self.world.projects.values()):
            raise not_found("Group")
        return found

    def issue(self) -> Issue:
        """The issue of the path; 404 if hidden."""
        iid = read_number(self.arguments["issue_iid"])
        if iid is None:
            raise bad_parameter("issue_iid is invalid")
        return access.require_issue(self.user, self.project().issues.get(iid))

    def note(self) -> Note:
        """The note of the path; 404 if hidden or on another issue."""
        issue, number = self.issue(), read_number(self.arguments["note_id"])
        note = self.world.notes.get(number) if number is not None else None
        if note is None or note.issue is not issue or not access.sees_note(self.user, note):
            raise not_found()
        return note

    def owner_argument(self, name: str) -> int:
        """A numeric path argument; 404 for something else."""
        number = read_number(self.arguments[name])
        if number is None:
            raise not_found()
        return number


def _written(value: object) -> str | None:
    """A scalar as the text a form would have carried: booleans in small letters."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
