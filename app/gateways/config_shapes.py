"""How the parts of the configuration files are written: small shapes, checked before anything is made of them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.domain.taxonomy import Mode, Source

COMPLAINT = "complaint"
"""The type of errors that bring their own words."""

_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_DURATION = re.compile(r"(\d{1,4}) (minute|hour|day)s?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Shape(BaseModel):
    """A map of the file. Keys that are not written here are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def complaint(message: str, cure: str) -> PydanticCustomError:
    """An error in our own words."""
    return PydanticCustomError(COMPLAINT, "{message}", {"message": message, "cure": cure})


def _instant(value: object) -> object:
    if not isinstance(value, str):
        raise complaint("this is no instant", "write it like 2026-01-31T00:00:00Z")
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise complaint(f"`{value}` is no instant", "write it like 2026-01-31T00:00:00Z") from None
    if instant.utcoffset() != timedelta(0):
        raise complaint(f"`{value}` is not in UTC", "give the time in UTC and end it with Z, like 2026-01-31T00:00:00Z")
    return instant.astimezone(UTC)


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value if isinstance(value, str) and _DAY.fullmatch(value) else "")
    except ValueError:
        raise complaint(f"`{value}` is no date", "write it like 2026-01-31") from None


def _duration(value: object) -> object:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found.group(1)) == 0:
        cure = "write it like 2 minutes, 72 hours or 3 days; 1 minute is the shortest"
        raise complaint(f"`{value}` is no length of time", cure)
    return int(found.group(1)) * _UNITS[found.group(2)]


def _title(value: str) -> str:
    if "," in value:
        raise complaint(f"the label `{value}` has a comma", "leave it out; GitLab takes it for the end of the title")
    if len(value) > 255:
        raise complaint(f"this label is {len(value)} characters long", "shorten it to 255, GitLab's limit")
    if value != value.strip():
        raise complaint(f"the label `{value}` begins or ends with a space", "take it away; GitLab drops it too")
    return value


def _predicate(value: str) -> str:
    source, colon, arg = value.partition(":")
    if not colon or not arg or source not in tuple(Source):
        sources = ", ".join(f"{s}:…" for s in Source)
        raise complaint(f"`{value}` says no way to tell", f"write one of {sources}")
    return value


def _color(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise complaint(f"`{value}` is no colour", 'write # and six of 0-9 and a-f, in quotes, like "#1f75cb"')
    return value.lower()


def _key(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", value):
        raise complaint(f"`{value}` cannot be a key", "use small letters, digits, - and _, and begin with a letter")
    return value


def _move_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]+", value):
        raise complaint(f"`{value}` cannot be the id of a move", "use letters and digits, like T2")
    return value


def _handle(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", value):
        raise complaint(f"`{value}` is no GitLab handle", "write it as in the person's address, without the @")
    return value


def _path(value: str) -> str:
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+", value):
        raise complaint(f"`{value}` is no full path of a project", "write it as in its address, like group/project")
    return value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https://[\w.-]+(:\d+)?(/[\w./?=&#%+~-]*)?", value):
        raise complaint(f"`{value}` is no web address", "write it in full, beginning with https://")
    return value


def _issue(value: str) -> str:
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+#[1-9]\d{0,9}", value):
        raise complaint(
            f"`{value}` is no issue", "write the project's full path, # and the number, like group/project#1"
        )
    return value


def one_or_many(value: object) -> object:
    """Lets a list of one be written without its brackets."""
    return [value] if isinstance(value, str) else value


def _from_text(read: Callable[[object], object], example: str) -> tuple[BeforeValidator, WithJsonSchema]:
    return BeforeValidator(read), WithJsonSchema({"type": "string", "examples": [example]})


_INSTANT, _DAYS, _TIME = (
    _from_text(_instant, "2026-01-31T00:00:00Z"),
    _from_text(_day, "2026-01-31"),
    _from_text(_duration, "72 hours"),
)

Text = Annotated[str, StringConstraints(min_length=1)]
Key = Annotated[str, AfterValidator(_key), WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"})]
MoveId = Annotated[str, AfterValidator(_move_id), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9]+$"})]
Handle = Annotated[str, AfterValidator(_handle), WithJsonSchema({"type": "string"})]
WebAddress = Annotated[Text, AfterValidator(_web_address)]
Title = Annotated[Text, AfterValidator(_title)]
Color = Annotated[str, AfterValidator(_color), WithJsonSchema({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"})]
PredicateText = Annotated[str, AfterValidator(_predicate)]
ProjectPath = Annotated[str, AfterValidator(_path)]
IssueText = Annotated[str, AfterValidator(_issue)]
Instant = Annotated[datetime, _INSTANT[0], _INSTANT[1]]
Day = Annotated[date, _DAYS[0], _DAYS[1]]
Duration = Annotated[timedelta, _TIME[0], _TIME[1]]
Texts = Annotated[tuple[Text, ...], BeforeValidator(one_or_many, json_schema_input_type=str | list[str])]


class ModeShape(Shape):
    """A rule's mode, by area where an area differs."""

    mode: Mode
    mode_by_area: dict[str, Mode] = {}
